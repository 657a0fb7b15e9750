"""People, where they work, their logins and their tickets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select, Update, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.records import Centre, Login, Person, Ticket, TicketKind, User
from signaling.store import rows
from signaling.store.database import Database
from signaling.store.tables import login as login_table
from signaling.store.tables import person as person_table
from signaling.store.tables import ticket as ticket_table
from signaling.store.tables import user_account


class People:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def person(self, person: str) -> Person:
        return await self._one(Person, select(person_table).where(person_table.c.id == person))

    async def person_by_email(self, email: str) -> Person:
        return await self._one(Person, select(person_table).where(person_table.c.email == email))

    async def person_by_rpps(self, rpps: str) -> Person:
        return await self._one(Person, select(person_table).where(person_table.c.rpps == rpps))

    async def change_person(self, person: str, change: Callable[[Person], Person]) -> Person:
        query = select(person_table).where(person_table.c.id == person).with_for_update()

        async def work(connection: AsyncConnection) -> Person:
            before = await rows.fetch_one(connection, Person, query)
            after = change(before)
            if (after.centre, after.id) != (before.centre, before.id):
                raise ValueError("a person keeps their id")
            await rows.replace_record(connection, after)
            if (after.email, after.name) != (before.email, before.name):
                named = update(user_account).where(user_account.c.person == person)
                await connection.execute(named.values(email=after.email, name=after.name))
            return after

        return await self._database.write(work)

    async def users_of(self, person: str) -> Sequence[tuple[User, Centre]]:
        query = select(user_account).where(user_account.c.person == person)

        async def work(connection: AsyncConnection) -> Sequence[tuple[User, Centre]]:
            users = await rows.fetch(connection, User, query)
            found = [(user, await rows.fetch_one(connection, Centre, _centre(user))) for user in users]
            return sorted(found, key=lambda pair: (pair[1].name, pair[0].id))

        return await self._database.read(work)

    # --- logins
    async def logins_of(self, person: str, now: int) -> Sequence[tuple[Login, Centre]]:
        query = (
            select(login_table)
            .where(login_table.c.user.in_(_users(person)), login_table.c.waits_for == "")
            .where(login_table.c.revoked_at.is_(None), login_table.c.expires_at > now)
            .order_by(login_table.c.created_at.desc(), login_table.c.id)
        )

        async def work(connection: AsyncConnection) -> Sequence[tuple[Login, Centre]]:
            logins = await rows.fetch(connection, Login, query)
            return [(login, await rows.fetch_one(connection, Centre, _centre(login))) for login in logins]

        return await self._database.read(work)

    async def revoke_logins_of(self, person: str, now: int, besides: str = "") -> None:
        """On every browser and in every centre, but for the login `besides`."""
        statement = update(login_table).where(
            login_table.c.user.in_(_users(person)),
            login_table.c.revoked_at.is_(None),
            login_table.c.id != besides,
        )
        await self._execute(statement.values(revoked_at=now))

    async def saw_login(self, login: str, now: int) -> None:
        await self._execute(update(login_table).where(login_table.c.id == login).values(seen_at=now))

    # --- tickets
    async def add_tickets(self, *tickets: Ticket) -> None:
        await self._database.write(lambda connection: rows.insert_records(connection, tickets))

    async def ticket(self, kind: TicketKind, secret_hash: str) -> Ticket:
        query = select(ticket_table).where(
            ticket_table.c.kind == kind, ticket_table.c.secret_hash == secret_hash
        )
        return await self._one(Ticket, query)

    async def tickets(self, person: str, kind: TicketKind, now: int) -> Sequence[Ticket]:
        query = _open(person, kind, now).order_by(ticket_table.c.id.desc())
        return await self._database.read(lambda connection: rows.fetch(connection, Ticket, query))

    async def change_ticket(self, ticket: str, change: Callable[[Ticket], Ticket]) -> Ticket:
        query = select(ticket_table).where(ticket_table.c.id == ticket).with_for_update()

        async def work(connection: AsyncConnection) -> Ticket:
            after = change(await rows.fetch_one(connection, Ticket, query))
            await rows.replace_record(connection, after)
            return after

        return await self._database.write(work)

    async def end_tickets(self, person: str, kind: TicketKind, now: int) -> None:
        statement = update(ticket_table).where(
            ticket_table.c.person == person, ticket_table.c.kind == kind, ticket_table.c.used_at.is_(None)
        )
        await self._execute(statement.values(used_at=now))

    async def forget_tickets(self, before: int) -> None:
        over = or_(ticket_table.c.expires_at < before, ticket_table.c.used_at < before)
        statement = delete(ticket_table).where(over)
        await self._database.write(lambda connection: connection.execute(statement))

    async def forget_logins(self, before: int) -> None:
        over = or_(login_table.c.expires_at < before, login_table.c.revoked_at < before)
        statement = delete(login_table).where(over)
        await self._database.write(lambda connection: connection.execute(statement))

    async def _one(self, kind: type[rows.R], query: Select[Any]) -> rows.R:
        return await self._database.read(lambda connection: rows.fetch_one(connection, kind, query))

    async def _execute(self, statement: Update) -> None:
        await self._database.write(lambda connection: connection.execute(statement))


def _users(person: str) -> Select[Any]:
    return select(user_account.c.id).where(user_account.c.person == person)


def _centre(of: User | Login) -> Select[Any]:
    return rows.owned(Centre, of.centre)


def _open(person: str, kind: TicketKind, now: int) -> Select[Any]:
    return select(ticket_table).where(
        ticket_table.c.person == person,
        ticket_table.c.kind == kind,
        ticket_table.c.used_at.is_(None),
        ticket_table.c.expires_at > now,
    )
