"""Finds and deletes the rows of files that are no longer to be kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.records import Capture, Document, Record, Upload
from signaling.store import rows
from signaling.store.database import Database
from signaling.store.tables import TABLE_OF
from signaling.store.tables import session as session_table

KINDS: Final[tuple[type[Record], ...]] = (Capture, Document, Upload)


class Retention:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def outdated(self, ended_before: int, limit: int) -> Sequence[Record]:
        async def work(connection: AsyncConnection) -> Sequence[Record]:
            found: list[Record] = []
            for kind in KINDS:
                query = _of_ended(kind, ended_before).limit(limit - len(found))
                found += await rows.fetch(connection, kind, query)
            return found

        return await self._database.read(work)

    async def forget(self, records: Sequence[Record]) -> None:
        async def work(connection: AsyncConnection) -> None:
            for record in records:
                table = TABLE_OF[type(record)]
                statement = delete(table).where(table.c.centre == record.centre, table.c.id == record.id)
                await connection.execute(statement)

        await self._database.write(work)


def _of_ended(kind: type[Record], before: int) -> Select[Any]:
    table, session = TABLE_OF[kind], session_table.c
    ended = select(session.id).where(
        session.centre == table.c.centre, session.id == table.c.session, session.ended_at < before
    )
    return select(table).where(ended.exists()).order_by(table.c.id)
