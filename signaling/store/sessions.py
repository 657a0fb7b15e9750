"""One session at a time: its room, its events, and the one way to change it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.errors import NotAllowed
from signaling.domain.facts import Event
from signaling.domain.guests import guest_ids
from signaling.domain.indexing import Numbers
from signaling.domain.records import Handover, Invitation, Message, Participant, Record, Session
from signaling.domain.room import Change, Room
from signaling.ports import Clock, Decide
from signaling.store import projection, rows
from signaling.store.database import Database
from signaling.store.figures import to_be_counted
from signaling.store.meetings import follow
from signaling.store.tables import TABLE_OF


class Sessions:
    def __init__(self, database: Database, clock: Clock, numbers: Numbers) -> None:
        self._database = database
        self._clock = clock
        self._numbers = numbers

    async def start(self, session: Session, change: Change) -> Sequence[Event]:
        """Raises BadInput when the id is taken, NotFound when the centre or the user is unknown."""
        if session.version != 0:
            raise ValueError("a new session has version 0")

        async def work(connection: AsyncConnection) -> Sequence[Event]:
            await rows.insert_records(connection, (session,))
            return await self._apply(connection, Room(session, (), ()), change)

        return await self._database.write(work)

    async def change(self, centre: str, session: str, decide: Decide) -> Sequence[Event]:
        """Raises what `decide` raises; NotFound; BadInput when a message's intent was used before."""

        async def work(connection: AsyncConnection) -> Sequence[Event]:
            room = await read_room(connection, centre, session, lock=True)
            return await self._apply(connection, room, decide(room))

        return await self._database.write(work)

    async def room(self, centre: str, session: str) -> Room:
        return await self._database.read(lambda connection: read_room(connection, centre, session))

    async def events(self, centre: str, session: str, since: int) -> Sequence[Event]:
        async def work(connection: AsyncConnection) -> Sequence[Event]:
            found = await rows.fetch_events(connection, centre, session, since)
            if not found:  # nothing new, or no such session: only the second is an error
                await read_session(connection, centre, session)
            return found

        return await self._database.read(work)

    async def _apply(self, connection: AsyncConnection, room: Room, change: Change) -> Sequence[Event]:
        before = room.session
        if before.erased_at is not None and change != Change():
            raise NotAllowed("this session was erased")
        for record in (*change.records, *change.updates):
            _check_owner(before, record)
        await rows.insert_records(connection, change.records)
        for record in change.updates:
            if not isinstance(record, Session):
                await rows.replace_record(connection, record)
        events = projection.number(before, change.facts, self._clock.now())
        await rows.insert_events(connection, before.centre, before.id, events)
        for event in events:
            await _apply_to_row(connection, before.centre, event)
        guests = guest_ids(room, change)
        after = projection.session_after(_updated(before, change), events, guests)
        if after != before:
            await rows.replace_record(connection, after)
        if after != before or after.version == 0:
            await follow(connection, self._numbers, change, events, guests, before, after)
            await to_be_counted(connection, after)
        return events


async def read_session(
    connection: AsyncConnection, centre: str, session: str, *, lock: bool = False
) -> Session:
    """Raises NotFound. `lock`: nobody else changes the session until the transaction ends (on SQLite the
    transaction itself is that lock)."""
    query = rows.owned(Session, centre).where(TABLE_OF[Session].c.id == session)
    return await rows.fetch_one(connection, Session, query.with_for_update() if lock else query)


async def read_room(connection: AsyncConnection, centre: str, session: str, *, lock: bool = False) -> Room:
    row = await read_session(connection, centre, session, lock=lock)
    return Room(
        session=row,
        invitations=await rows.fetch(connection, Invitation, rows.within(Invitation, centre, session)),
        participants=await rows.fetch(connection, Participant, rows.within(Participant, centre, session)),
        messages=await rows.fetch(connection, Message, rows.within(Message, centre, session)),
        handovers=await rows.fetch(connection, Handover, rows.within(Handover, centre, session)),
    )


async def _apply_to_row(connection: AsyncConnection, centre: str, event: Event) -> None:
    for change in projection.row_changes(event):
        await rows.change_row(connection, change.kind, centre, change.id, change.values)


def _updated(before: Session, change: Change) -> Session:
    """The session's row as the change puts it; its version is the store's own business."""
    for record in change.updates:
        if isinstance(record, Session):
            return replace(record, version=before.version)
    return before


def _check_owner(session: Session, record: Record) -> None:
    """A decision about one session that writes into another is a fault of ours, not of a visitor."""
    owner = record.id if isinstance(record, Session) else getattr(record, "session", None)
    if record.centre != session.centre or owner != session.id:
        raise ValueError(f"a {type(record).__name__} of another session")
