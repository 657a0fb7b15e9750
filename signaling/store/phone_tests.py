"""Technical tests of phones, sent by a centre or taken by anybody."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.phone_test import NOBODY, PhoneTest
from signaling.store import rows
from signaling.store.database import Database
from signaling.store.tables import phone_test


class PhoneTests:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_phone_test(self, test: PhoneTest) -> None:
        await self._database.write(lambda connection: rows.insert_records(connection, (test,)))

    async def change_phone_test(
        self, centre: str, test: str, change: Callable[[PhoneTest], PhoneTest]
    ) -> PhoneTest:
        query = rows.owned(PhoneTest, centre).where(phone_test.c.id == test).with_for_update()

        async def work(connection: AsyncConnection) -> PhoneTest:
            after = change(await rows.fetch_one(connection, PhoneTest, query))
            await rows.replace_record(connection, after)
            return after

        return await self._database.write(work)

    async def phone_tests(self, centre: str, limit: int) -> Sequence[PhoneTest]:
        query = rows.owned(PhoneTest, centre).order_by(phone_test.c.id.desc()).limit(limit)
        return await self._database.read(lambda connection: rows.fetch(connection, PhoneTest, query))

    async def phone_test_of_code(self, centre: str, code: str) -> PhoneTest:
        query = select(phone_test).where(
            phone_test.c.code == code,
            phone_test.c.centre.in_((centre, NOBODY)),
            phone_test.c.finished_at.is_not(None),
        )
        return await self._database.read(lambda connection: rows.fetch_one(connection, PhoneTest, query))

    async def phone_test_of_token(self, token_hash: str, now: int) -> PhoneTest:
        query = select(phone_test).where(phone_test.c.token_hash == token_hash, phone_test.c.expires_at > now)
        return await self._database.read(lambda connection: rows.fetch_one(connection, PhoneTest, query))

    async def forget_phone_tests(self, created_before: int) -> None:
        statement = delete(phone_test).where(phone_test.c.created_at < created_before)
        await self._database.write(lambda connection: connection.execute(statement))
