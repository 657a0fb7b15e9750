"""Finds and deletes what is no longer to be kept, and finds what is held about one caller."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.erasing import blanked, class_of, file_names, must_be_erasable
from signaling.domain.ids import new_id
from signaling.domain.indexing import Numbers
from signaling.domain.phone_test import PhoneTest
from signaling.domain.policy import DataClass
from signaling.domain.records import AuditDue, Capture, Document, Recording, Removal, Session, Upload
from signaling.ports import Clock
from signaling.store import rows, tables
from signaling.store.database import Database
from signaling.store.meetings import rebuild
from signaling.store.sessions import read_session

Stored = Capture | Document | Upload | Recording
STORED: Final[tuple[type[Stored], ...]] = (Capture, Document, Upload, Recording)


class Retention:
    def __init__(self, database: Database, clock: Clock, numbers: Numbers) -> None:
        self._database = database
        self._clock = clock
        self._numbers = numbers

    # ------------------------------------------------------------ what goes
    async def overdue(
        self, centre: str, data_class: DataClass, ended_before: int, limit: int
    ) -> Sequence[str]:
        session = tables.session.c
        query = (
            select(session.id)
            .where(session.centre == centre, session.ended_at < ended_before)
            .where(session.held.is_(False), session.erased_at.is_(None), _has(data_class))
            .order_by(session.id)
            .limit(limit)
        )
        found = await self._database.read(lambda connection: connection.execute(query))
        return [row.id for row in found]

    async def clear(
        self, centre: str, session: str, going: tuple[DataClass, ...], line: AuditDue | None = None
    ) -> tuple[int, int]:
        now = self._clock.now()

        async def work(connection: AsyncConnection) -> tuple[int, int]:
            row = await read_session(connection, centre, session, lock=True)
            must_be_erasable(row)
            if row.erased_at is not None:
                return 0, 0
            counts = await _clear(connection, row, going, now)
            cleared = await read_session(connection, centre, session)
            await rebuild(connection, self._numbers, cleared)
            if line is not None:
                await rows.insert_records(connection, (line,))
            return counts

        return await self._database.write(work)

    async def removals(self, limit: int) -> Sequence[Removal]:
        query = select(tables.removal).order_by(tables.removal.c.id).limit(limit)
        return await self._database.read(lambda connection: rows.fetch(connection, Removal, query))

    async def removed(self, removals: Sequence[Removal]) -> None:
        statement = delete(tables.removal).where(tables.removal.c.id.in_([one.id for one in removals]))
        await self._database.write(lambda connection: connection.execute(statement))

    async def recordings(self, centre: str, session: str) -> Sequence[Recording]:
        query = rows.within(Recording, centre, session)
        return await self._database.read(lambda connection: rows.fetch(connection, Recording, query))

    async def recording(self, centre: str, recording: str) -> Recording:
        query = rows.owned(Recording, centre).where(tables.recording.c.id == recording)
        return await self._database.read(lambda connection: rows.fetch_one(connection, Recording, query))

    # ------------------------------------------------------------ one caller
    async def sessions_with(self, centre: str, address: str) -> Sequence[Session]:
        session = tables.session.c
        named = or_(
            session.address == address,
            *(
                session.id.in_(
                    select(table.c.session).where(table.c.centre == centre, table.c.address == address)
                )
                for table in (tables.invitation, tables.message)
            ),
        )
        query = rows.owned(Session, centre).where(named).order_by(session.id)
        return await self._database.read(lambda connection: rows.fetch(connection, Session, query))

    async def phone_tests_with(self, centre: str, address: str) -> Sequence[PhoneTest]:
        test = tables.phone_test.c
        query = rows.owned(PhoneTest, centre).where(test.address == address).order_by(test.id)
        return await self._database.read(lambda connection: rows.fetch(connection, PhoneTest, query))

    async def forget_phone_tests_with(self, centre: str, address: str) -> None:
        table = tables.phone_test
        statement = delete(table).where(table.c.centre == centre, table.c.address == address)
        await self._database.write(lambda connection: connection.execute(statement))

    # ------------------------------------------------------------ one process at a time
    async def take_duty(self, name: str, holder: str, until: int) -> bool:
        now = self._clock.now()

        async def work(connection: AsyncConnection) -> bool:
            values = {"name": name, "centre": "", "holder": holder, "until": until}
            statement = _lease(connection.dialect.name, values, now, holder)
            return (await connection.execute(statement)).first() is not None

        return await self._database.write(work)


def _lease(dialect: str, values: dict[str, Any], now: int, holder: str) -> Any:
    """One statement, so that of two processes that ask at once only one gets a row back."""
    table = tables.duty
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return (
        insert(table)
        .values(values)
        .on_conflict_do_update(
            index_elements=[table.c.name],
            set_={"holder": values["holder"], "until": values["until"]},
            where=or_(table.c.until <= now, table.c.holder == holder),
        )
        .returning(table.c.name)
    )


# ---------------------------------------------------------------- which sessions have some of a class
def _has(data_class: DataClass) -> ColumnElement[bool]:
    capture, upload = tables.capture, tables.upload
    match data_class:
        case "captures":
            return _any(capture, capture.c.participant.is_(None))
        case "photos":
            return or_(_any(capture, capture.c.participant.is_not(None)), _any(upload, _of_photo()))
        case "documents":
            return or_(_any(tables.document), _any(upload, ~_of_photo()))
        case "recordings":
            return _any(tables.recording)
        case "positions":
            return _any(tables.position)
        case "addresses":
            return tables.session.c.address != ""
        case "sessions":
            return tables.session.c.id != ""


def _of_photo() -> ColumnElement[bool]:
    return tables.upload.c.kind == "photo"


def _any(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    session = tables.session.c
    own = (table.c.centre == session.centre, table.c.session == session.id)
    return select(table.c.id).where(*own, *conditions).exists()


# ---------------------------------------------------------------- one session
async def _clear(
    connection: AsyncConnection, session: Session, going: tuple[DataClass, ...], now: int
) -> tuple[int, int]:
    """(rows, files)"""
    everything = "sessions" in going
    taken = await _take_files(connection, session, going, now)
    changed = len(taken)
    if everything or "positions" in going:
        changed += await _delete(connection, tables.position, session)
    if everything or "addresses" in going:
        changed += await _without_addresses(connection, session)
    if everything:
        changed += await _delete(connection, tables.quality, session)
        changed += await _without_people(connection, session)
        await _set(connection, tables.session, session, {"note": "", "reference": "", "erased_at": now})
    changed += await _blank_events(connection, session, going)
    return changed, sum(not isinstance(one, Upload) for one in taken)


async def _take_files(
    connection: AsyncConnection, session: Session, going: tuple[DataClass, ...], now: int
) -> Sequence[Stored]:
    """The rows go; their bytes are marked to go, because no transaction waits for a disk."""
    found: list[Stored] = []
    for kind in STORED:
        own = await rows.fetch(connection, kind, rows.within(kind, session.centre, session.id))
        found += [one for one in own if "sessions" in going or class_of(one) in going]
    for one in found:
        table = tables.TABLE_OF[type(one)]
        await connection.execute(delete(table).where(table.c.centre == one.centre, table.c.id == one.id))
    names = [name for one in found for name in file_names(one)]
    await rows.insert_records(
        connection, (Removal(id=new_id(now), centre=session.centre, name=name) for name in names)
    )
    return found


async def _without_addresses(connection: AsyncConnection, session: Session) -> int:
    """Messages that wait are not sent any more."""
    message = {"address": "", "reason": "", "provider_ref": "", "next_try_at": None}
    return (
        await _set(connection, tables.session, session, {"address": ""})
        + await _set(connection, tables.invitation, session, {"address": "", "name": ""})
        + await _set(connection, tables.message, session, message)
    )


async def _without_people(connection: AsyncConnection, session: Session) -> int:
    """What is left of a link or a cookie opens nothing and tells no phone from another."""
    invitation = tables.invitation
    return (
        await _delete(connection, tables.handover, session)
        + await _set(
            connection,
            invitation,
            session,
            {"token_hash": "erased:" + invitation.c.id, "code_hash": "", "code_salt": 0},
        )
        + await _set(
            connection,
            tables.participant,
            session,
            {"cookie_hash": None, "browser": "", "language": "", "page": ""},
        )
        + await _set(connection, tables.message, session, {"language": ""})
    )


async def _blank_events(connection: AsyncConnection, session: Session, going: tuple[DataClass, ...]) -> int:
    """Their versions stay, without a gap: who is behind reads the same chain."""
    table = tables.event
    changed = 0
    for event in await rows.fetch_events(connection, session.centre, session.id, since=0):
        if (fact := blanked(event.fact, going)) != event.fact:
            own = (table.c.centre == session.centre, table.c.session == session.id)
            statement = update(table).where(*own, table.c.version == event.version)
            await connection.execute(statement.values(fact=rows.encode_fact(fact).decode()))
            changed += 1
    return changed


def _own(table: Table, session: Session) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    named = table.c.id if table is tables.session else table.c.session
    return table.c.centre == session.centre, named == session.id


async def _set(connection: AsyncConnection, table: Table, session: Session, values: dict[str, Any]) -> int:
    result = await connection.execute(update(table).where(*_own(table, session)).values(values))
    return result.rowcount


async def _delete(connection: AsyncConnection, table: Table, session: Session) -> int:
    return (await connection.execute(delete(table).where(*_own(table, session)))).rowcount
