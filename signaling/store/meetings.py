"""Keeps what meetings are found by: in the transaction that changes the session, or anew from its rows."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain import facts
from signaling.domain.facts import Event
from signaling.domain.guests import guest_ids_told
from signaling.domain.indexing import Numbers, head_of, place_of, tail_of
from signaling.domain.outcomes import ending, traces_after
from signaling.domain.records import Invitation, Session
from signaling.domain.room import Change
from signaling.store import rows
from signaling.store.tables import invitation as invitation_table
from signaling.store.tables import meeting, position
from signaling.store.tables import session as session_table

HEADS: Final = 5  # tokens of `head_of`


class Columns(msgspec.Struct, frozen=True):
    """The columns that change."""

    ending: str
    debrief: bool
    traces: int
    words: str
    mark: str


async def follow(
    connection: AsyncConnection,
    numbers: Numbers,
    change: Change,
    events: Sequence[Event],
    guests: AbstractSet[str],
    before: Session,
    after: Session,
) -> None:
    """The session became `after` by this change, of which nothing else is left to write."""
    kept = await _kept(connection, after)
    traces = traces_after(0 if kept is None else kept.traces, events, guests)
    if kept is None or kept.mark != numbers.mark or _says_more(change, before, after):
        tail = await _tail(connection, numbers, after)
    else:
        tail = " ".join(kept.words.split()[HEADS:])
    await _keep(connection, numbers, after, traces, tail, kept)


async def rebuild(connection: AsyncConnection, numbers: Numbers, session: Session) -> None:
    """From all that is kept of the session."""
    events = await rows.fetch_events(connection, session.centre, session.id, since=0)
    traces = traces_after(0, events, guest_ids_told(events))
    tail = await _tail(connection, numbers, session)
    await _keep(connection, numbers, session, traces, tail, await _kept(connection, session))


def _says_more(change: Change, before: Session, after: Session) -> bool:
    """Whether there is another address, place or text."""
    texts = before.address != after.address or (before.reference, before.note) != (
        after.reference,
        after.note,
    )
    rows_of_addresses = (*change.records, *change.updates)
    return (
        texts
        or any(isinstance(record, Invitation) for record in rows_of_addresses)
        or any(isinstance(fact, facts.PositionAddressed) for fact in change.facts)
    )


async def _kept(connection: AsyncConnection, session: Session) -> Columns | None:
    columns = [meeting.c[name] for name in Columns.__struct_fields__]
    query = select(*columns).where(meeting.c.centre == session.centre, meeting.c.session == session.id)
    found = (await connection.execute(query)).mappings().first()
    if found is None:
        return None
    return msgspec.convert({name: found[name] for name in Columns.__struct_fields__}, Columns)


async def _keep(
    connection: AsyncConnection,
    numbers: Numbers,
    session: Session,
    traces: int,
    tail: str,
    kept: Columns | None,
) -> None:
    became = ending(session, traces)
    words = f"{head_of(session, became)} {tail}".rstrip()  # PostgreSQL takes no empty word
    made = Columns(became, session.debrief, traces, words, numbers.mark)
    if kept is None:
        await _add(connection, session, msgspec.structs.asdict(made))
    elif made != kept:
        changed = {
            name: value
            for name, value in msgspec.structs.asdict(made).items()
            if value != getattr(kept, name)
        }
        own = (meeting.c.centre == session.centre, meeting.c.session == session.id)
        await connection.execute(update(meeting).where(*own).values(changed))


async def _add(connection: AsyncConnection, session: Session, values: dict[str, Any]) -> None:
    place = place_of(session.id, session.started_at)
    while (await connection.execute(select(meeting.c.place).where(meeting.c.place == place))).first():
        place += 1  # two sessions of one ms whose random parts begin alike
    owner = {"centre": session.centre, "session": session.id, "started_by": session.started_by}
    await connection.execute(insert(meeting).values(place=place, **owner, **values))


async def _tail(connection: AsyncConnection, numbers: Numbers, session: Session) -> str:
    own = (invitation_table.c.centre == session.centre, invitation_table.c.session == session.id)
    query = select(invitation_table.c.address).where(*own, invitation_table.c.guest == "")
    addresses = [row.address for row in await connection.execute(query)]
    own = (position.c.centre == session.centre, position.c.session == session.id)
    found = select(position.c.address).where(*own, position.c.address.is_not(None)).distinct()
    places = sorted(row.address for row in await connection.execute(found))
    return tail_of(session, [session.address, *addresses], places, numbers)


async def unmarked(
    connection: AsyncConnection, mark: str, above: str, limit: int
) -> tuple[list[str], str | None]:
    """Sessions whose words were made with another key or not yet, in the order of ids; and up to which id it
    looked, None when that is the last one."""
    near = (
        select(session_table.c.id)
        .where(session_table.c.id > above)
        .order_by(session_table.c.id)
        .limit(limit)
        .subquery()
    )
    query = (
        select(near.c.id, meeting.c.mark)
        .outerjoin(meeting, meeting.c.session == near.c.id)
        .order_by(near.c.id)
    )
    found = (await connection.execute(query)).all()
    wanting = [row.id for row in found if row.mark != mark]
    return wanting, found[-1].id if len(found) == limit else None
