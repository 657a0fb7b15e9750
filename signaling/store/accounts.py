"""Centres, their users, and the browsers where those are signed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Update, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.records import Centre, Login, Person, Record, User
from signaling.store import rows
from signaling.store.database import Database
from signaling.store.tables import centre as centre_table
from signaling.store.tables import login as login_table
from signaling.store.tables import user_account


class Accounts:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def centre(self, centre: str) -> Centre:
        return await self._database.read(
            lambda connection: rows.fetch_one(connection, Centre, rows.owned(Centre, centre))
        )

    async def centres(self) -> Sequence[Centre]:
        """By name."""
        return await self._database.read(
            lambda connection: rows.fetch(
                connection, Centre, select(centre_table).order_by(centre_table.c.name)
            )
        )

    async def add_centre(self, centre: Centre) -> None:
        """Raises BadInput when the id is taken."""
        await self._insert(centre)

    async def change_centre(self, centre: str, change: Callable[[Centre], Centre]) -> Centre:
        """Raises NotFound."""
        query = rows.owned(Centre, centre).with_for_update()

        async def work(connection: AsyncConnection) -> Centre:
            before = await rows.fetch_one(connection, Centre, query)
            after = change(before)
            if (after.centre, after.id) != (before.centre, before.id):
                raise ValueError("a centre keeps its id")
            await rows.replace_record(connection, after)
            return after

        return await self._database.write(work)

    async def users(self, centre: str) -> Sequence[User]:
        """By name, the disabled ones too."""
        query = rows.owned(User, centre).order_by(user_account.c.name, user_account.c.id)
        return await self._database.read(lambda connection: rows.fetch(connection, User, query))

    async def user(self, centre: str, user: str) -> User:
        query = rows.owned(User, centre).where(user_account.c.id == user)
        return await self._database.read(lambda connection: rows.fetch_one(connection, User, query))

    async def add_user(self, user: User, person: Person | None = None) -> None:
        """Raises BadInput when the e-mail address is taken, NotFound when the centre is unknown."""
        await self._insert(user, *(() if person is None else (person,)))

    async def change_user(self, centre: str, user: str, change: Callable[[User], User]) -> User:
        """Raises NotFound."""
        query = rows.owned(User, centre).where(user_account.c.id == user).with_for_update()

        async def work(connection: AsyncConnection) -> User:
            before = await rows.fetch_one(connection, User, query)
            after = change(before)
            if _of_person(after) != _of_person(before):
                raise ValueError("a user keeps their id, their centre and what is the person's")
            await rows.replace_record(connection, after)
            return after

        return await self._database.write(work)

    async def add_login(self, login: Login) -> None:
        """Raises NotFound when the user is unknown in that centre."""
        await self._insert(login)

    async def revoke_login(self, login: str, now: int) -> None:
        """An unknown or revoked one is no error."""
        await self._execute(_revoke(now).where(login_table.c.id == login))

    async def revoke_logins(self, user: str, now: int) -> None:
        """All of one user, on every browser; the person's in other centres go on."""
        await self._execute(_revoke(now).where(login_table.c.user == user))

    async def _insert(self, *records: Record) -> None:
        await self._database.write(lambda connection: rows.insert_records(connection, records))

    async def _execute(self, statement: Update) -> None:
        await self._database.write(lambda connection: connection.execute(statement))


def _of_person(user: User) -> tuple[str, ...]:
    return (user.centre, user.id, user.person, user.email, user.name)


def _revoke(now: int) -> Update:
    """Keeps the time of the first revocation."""
    return update(login_table).where(login_table.c.revoked_at.is_(None)).values(revoked_at=now)
