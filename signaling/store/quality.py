"""How good the pictures of a session were."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.quality import Quality
from signaling.domain.records import Session
from signaling.store import rows, tables
from signaling.store.database import Database
from signaling.store.figures import to_be_counted


class Qualities:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_quality(self, stretches: Sequence[Quality]) -> None:
        async def work(connection: AsyncConnection) -> None:
            session = tables.session.c
            ids = {one.session for one in stretches}
            query = select(tables.session).where(session.id.in_(ids), session.erased_at.is_(None))
            known = {(one.centre, one.id): one for one in await rows.fetch(connection, Session, query)}
            kept = [rows.values_of(one) for one in stretches if (one.centre, one.session) in known]
            if kept:
                await connection.execute(insert(tables.quality), kept)
            for one in known.values():
                await to_be_counted(connection, one)

        await self._database.write(work)

    async def quality(self, centre: str, session: str) -> Sequence[Quality]:
        query = rows.within(Quality, centre, session)
        return await self._database.read(lambda connection: rows.fetch(connection, Quality, query))
