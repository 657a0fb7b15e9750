"""Many sessions at once: those that run, those that were, and everything that one of them left behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Select, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.facts import Event
from signaling.domain.records import Capture, Document, Position, Session
from signaling.ports import Details, Listed
from signaling.store import rows
from signaling.store.database import Database
from signaling.store.sessions import read_room
from signaling.store.tables import capture as capture_table
from signaling.store.tables import session as session_table
from signaling.store.tables import user_account

RUNNING: Final = 200
STALE: Final = 100


class History:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def running(self, centre: str) -> Sequence[Listed]:
        query = _listing(centre).where(session_table.c.ended_at.is_(None)).limit(RUNNING)
        return await self._database.read(lambda connection: _fetch_listed(connection, query))

    async def history(self, centre: str, before: str | None, limit: int) -> Sequence[Listed]:
        query = _listing(centre).limit(limit)
        if before is not None:
            query = query.where(session_table.c.id < before)
        return await self._database.read(lambda connection: _fetch_listed(connection, query))

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
