"""The query behind the history: one page of the meetings of some centres that a search asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, RowMapping, Select, and_, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.indexing import Numbers, first_place
from signaling.domain.search import Search
from signaling.store.full_text import find
from signaling.store.tables import capture, meeting, session, user_account

HIGHEST = 2**63 - 1


def empty(search: Search) -> bool:
    """Whether nothing can meet it."""
    lowest, highest = _span(search)
    return lowest > highest


async def find_meetings(
    connection: AsyncConnection, numbers: Numbers, centres: tuple[str, ...], search: Search, limit: int
) -> Sequence[RowMapping]:
    """Rows of `session` with `regulator`, `place`, `ending` and `cover`: the newest first, or the oldest
    first after a place. With words to find, the full text index says which; else indexes of `meeting`."""
    lowest, highest = _span(search)
    query = _listing()
    if search.terms:
        found = await find(connection, numbers, centres, search, (lowest, highest, limit))
        query = query.where(meeting.c.centre.in_(centres), meeting.c.place.in_(found))
    elif len(centres) == 1:
        query = query.where(*_wanted(centres[0], search))
    else:
        query = query.where(meeting.c.place.in_(_nearest(centres, search, limit)))
    query = query.order_by(_order(search)).limit(limit)
    rows: Sequence[RowMapping] = (await connection.execute(query)).mappings().all()
    return rows


def _listing() -> Select[Any]:
    query = select(
        session, user_account.c.name.label("regulator"), meeting.c.place, meeting.c.ending, _cover()
    )
    starter = and_(user_account.c.centre == session.c.centre, user_account.c.id == session.c.started_by)
    return query.join_from(meeting, session, _of_meeting()).join(user_account, starter)


def _nearest(centres: tuple[str, ...], search: Search, limit: int) -> CompoundSelect[Any]:
    """Places. The first ones of each centre come in the order of its own index; the first ones of all are
    among them. (One index of the places of all centres would have to be read through the other centres'.)"""
    return union_all(*(_first(centre, search, limit) for centre in centres))


def _first(centre: str, search: Search, limit: int) -> Select[Any]:
    query = select(meeting.c.place).where(*_wanted(centre, search))
    if search.running is not None:
        query = query.join_from(meeting, session, _of_meeting())
    # SQLite takes an order and a limit in a part of a union only beneath another SELECT
    return select(query.order_by(_order(search)).limit(limit).subquery().c.place)


def _of_meeting() -> ColumnElement[bool]:
    return and_(session.c.centre == meeting.c.centre, session.c.id == meeting.c.session)


def _order(search: Search) -> ColumnElement[int]:
    return meeting.c.place.desc() if search.after is None else meeting.c.place.asc()


def _cover() -> ColumnElement[str]:
    own = (capture.c.centre == meeting.c.centre, capture.c.session == meeting.c.session)
    return select(func.min(capture.c.id)).where(*own).scalar_subquery().label("cover")


def _wanted(centre: str, search: Search) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        meeting.c.centre == centre,
        meeting.c.place.between(*_span(search)),
    ]
    if search.ending is not None:
        conditions.append(meeting.c.ending == search.ending)
    if search.regulator:
        conditions.append(meeting.c.started_by == search.regulator)
    if search.debrief:
        conditions.append(meeting.c.debrief)
    if search.running is not None:
        conditions.append(session.c.ended_at.is_(None) if search.running else session.c.ended_at.is_not(None))
    return conditions


def _span(search: Search) -> tuple[int, int]:
    """The lowest and the highest place that are asked for, both included."""
    lowest = [0, search.after + 1 if search.after is not None else 0]
    highest = [HIGHEST, search.before - 1 if search.before is not None else HIGHEST]
    if search.since is not None:
        lowest.append(first_place(search.since))
    if search.until is not None:
        highest.append(first_place(search.until) - 1)
    return max(lowest), min(highest)
