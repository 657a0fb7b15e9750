"""Many sessions at once: those that run, those that were, and everything that one of them left behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Select, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.facts import Event
from signaling.domain.indexing import Numbers
from signaling.domain.quality import Quality
from signaling.domain.records import Capture, Document, Position, Recording, Session
from signaling.domain.search import Search
from signaling.ports import Details, Listed, Meeting
from signaling.store import rows
from signaling.store.database import Database
from signaling.store.meetings import rebuild, unmarked
from signaling.store.searching import empty, find_meetings
from signaling.store.sessions import read_room
from signaling.store.tables import capture as capture_table
from signaling.store.tables import session as session_table
from signaling.store.tables import user_account

RUNNING: Final = 200
STALE: Final = 100


class History:
    def __init__(self, database: Database, numbers: Numbers) -> None:
        self._database = database
        self._numbers = numbers

    async def running(self, centre: str) -> Sequence[Listed]:
        query = _listing(centre).where(session_table.c.ended_at.is_(None)).limit(RUNNING)
        return await self._database.read(lambda connection: _fetch_listed(connection, query))

    async def search(self, centres: tuple[str, ...], search: Search, limit: int) -> Sequence[Meeting]:
        if not centres or empty(search):
            return ()

        async def work(connection: AsyncConnection) -> Sequence[Meeting]:
            rows_found = await find_meetings(connection, self._numbers, centres, search, limit)
            found = [_meeting(row) for row in rows_found]
            return found if search.after is None else found[::-1]

        return await self._database.read(work)

    async def index(self, above: str, limit: int) -> str | None:
        async def work(connection: AsyncConnection) -> str | None:
            wanting, next_ = await unmarked(connection, self._numbers.mark, above, limit)
            query = select(session_table).where(session_table.c.id.in_(wanting)).with_for_update()
            for session in await rows.fetch(connection, Session, query):
                await rebuild(connection, self._numbers, session)
            return next_

        return await self._database.write(work)

    async def details(self, centre: str, session: str) -> Details:
        return await self._database.read(lambda connection: _read_details(connection, centre, session))

    async def capture(self, centre: str, capture: str) -> Capture:
        query = rows.owned(Capture, centre).where(capture_table.c.id == capture)
        return await self._database.read(lambda connection: rows.fetch_one(connection, Capture, query))

    async def stale(self, started_before: int) -> Sequence[tuple[str, str]]:
        query = (
            select(session_table.c.centre, session_table.c.id)
            .where(session_table.c.ended_at.is_(None), session_table.c.started_at < started_before)
            .order_by(session_table.c.started_at)
            .limit(STALE)
        )
        found = await self._database.read(lambda connection: connection.execute(query))
        return [(row.centre, row.id) for row in found]


async def _read_details(connection: AsyncConnection, centre: str, session: str) -> Details:
    room = await read_room(connection, centre, session)
    events = await rows.fetch_events(connection, centre, session, since=0)
    names = await _names(connection, centre, {room.session.started_by, *_users_of(events)})
    return Details(
        room=room,
        regulator=names[room.session.started_by],
        users=names,
        events=events,
        captures=await rows.fetch(connection, Capture, rows.within(Capture, centre, session)),
        positions=await rows.fetch(connection, Position, rows.within(Position, centre, session)),
        messages=room.messages,
        documents=await rows.fetch(connection, Document, rows.within(Document, centre, session)),
        recordings=await rows.fetch(connection, Recording, rows.within(Recording, centre, session)),
        quality=await rows.fetch(connection, Quality, rows.within(Quality, centre, session)),
    )


def _listing(centre: str) -> Select[Any]:
    """Sessions of a centre, newest first, each with the name of the user who started it."""
    starter = and_(
        user_account.c.centre == session_table.c.centre, user_account.c.id == session_table.c.started_by
    )
    return (
        select(session_table, user_account.c.name.label("regulator"))
        .join(user_account, starter)
        .where(session_table.c.centre == centre)
        .order_by(session_table.c.id.desc())
    )


async def _fetch_listed(connection: AsyncConnection, query: Select[Any]) -> Sequence[Listed]:
    found = (await connection.execute(query)).mappings()
    return [Listed(rows.record_of(Session, row), row["regulator"]) for row in found]


def _meeting(row: Mapping[Any, Any]) -> Meeting:
    return Meeting(
        session=rows.record_of(Session, row),
        regulator=row["regulator"],
        place=row["place"],
        ending=row["ending"],
        cover=row["cover"],
    )


async def _names(connection: AsyncConnection, centre: str, users: Iterable[str]) -> dict[str, str]:
    account = user_account.c
    query = select(account.id, account.name).where(account.centre == centre, account.id.in_(users))
    return {row.id: row.name for row in await connection.execute(query)}


def _users_of(events: Iterable[Event]) -> Iterable[str]:
    """Facts name a user as `by` (who did it), `user` (who it is) or `to` (whom it was given to)."""
    for event in events:
        for field in ("by", "user", "to"):
            if user := getattr(event.fact, field, None):
                yield user
