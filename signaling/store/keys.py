"""The keys that centres' files are encrypted with, as the master key wraps them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.records import Centre, CentreKey
from signaling.store import rows
from signaling.store.database import Database
from signaling.store.tables import centre_key


class CentreKeys:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def centre_keys(self, centre: str) -> Sequence[CentreKey]:
        query = rows.owned(CentreKey, centre).order_by(centre_key.c.id)
        return await self._database.read(lambda connection: rows.fetch(connection, CentreKey, query))

    async def add_centre_key(self, key: CentreKey, *, if_none: bool = False) -> None:
        one_at_a_time = rows.owned(Centre, key.centre).with_for_update()
        in_use = rows.owned(CentreKey, key.centre).where(centre_key.c.retired_at.is_(None))

        async def work(connection: AsyncConnection) -> None:
            await rows.fetch_one(connection, Centre, one_at_a_time)
            if not (if_none and await rows.fetch(connection, CentreKey, in_use)):
                await rows.insert_records(connection, (key,))

        await self._database.write(work)

    async def change_centre_key(
        self, centre: str, key: str, change: Callable[[CentreKey], CentreKey]
    ) -> CentreKey:
        query = rows.owned(CentreKey, centre).where(centre_key.c.id == key).with_for_update()

        async def work(connection: AsyncConnection) -> CentreKey:
            before = await rows.fetch_one(connection, CentreKey, query)
            after = change(before)
            if (after.centre, after.id) != (before.centre, before.id):
                raise ValueError("a key keeps its id and its centre")
            await rows.replace_record(connection, after)
            return after

        return await self._database.write(work)
