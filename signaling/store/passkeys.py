"""Keys that open instead of a password."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.records import Passkey
from signaling.store import rows
from signaling.store.database import Database
from signaling.store.tables import passkey as passkey_table


class Passkeys:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_passkey(self, passkey: Passkey) -> None:
        await self._database.write(lambda connection: rows.insert_records(connection, [passkey]))

    async def passkey(self, credential: str) -> Passkey:
        query = select(passkey_table).where(passkey_table.c.credential == credential)
        return await self._database.read(lambda connection: rows.fetch_one(connection, Passkey, query))

    async def passkeys(self, person: str) -> Sequence[Passkey]:
        query = select(passkey_table).where(passkey_table.c.person == person).order_by(passkey_table.c.id)
        return await self._database.read(lambda connection: rows.fetch(connection, Passkey, query))

    async def change_passkey(self, passkey: str, change: Callable[[Passkey], Passkey]) -> Passkey:
        query = select(passkey_table).where(passkey_table.c.id == passkey).with_for_update()

        async def work(connection: AsyncConnection) -> Passkey:
            after = change(await rows.fetch_one(connection, Passkey, query))
            await rows.replace_record(connection, after)
            return after

        return await self._database.write(work)

    async def remove_passkeys(self, person: str, passkey: str = "") -> None:
        statement = delete(passkey_table).where(passkey_table.c.person == person)
        if passkey:
            statement = statement.where(passkey_table.c.id == passkey)
        await self._database.write(lambda connection: connection.execute(statement))
