"""The only look-ups without a centre: a secret finds it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Exists, Select, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.errors import NotFound
from signaling.domain.records import Centre, Login, Participant, Person, User
from signaling.ports import Bearer
from signaling.store import rows
from signaling.store.database import Database
from signaling.store.tables import invitation, login, participant, person, session, user_account


class Doors:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def centre_of_token(self, token_hash: str) -> tuple[str, str, str]:
        return await self._invitation(_place().where(invitation.c.token_hash == token_hash))

    async def centre_of_code(self, code_hash: str, now: int) -> tuple[str, str, str]:
        """A code that fits two open invitations opens neither: a caller must never meet another's call."""
        query = _place().where(
            invitation.c.code_hash == code_hash,
            invitation.c.code_expires_at > now,
            invitation.c.claimed_at.is_(None),
            invitation.c.revoked_at.is_(None),
            exists().where(session.c.id == invitation.c.session, session.c.ended_at.is_(None)),
        )
        return await self._invitation(query)

    async def caller(self, cookie_hash: str) -> Participant:
        return await self._participant(cookie_hash, "caller")

    async def guest(self, cookie_hash: str) -> Participant:
        return await self._participant(cookie_hash, "guest")

    async def _participant(self, cookie_hash: str, role: str) -> Participant:
        removed = exists().where(
            invitation.c.id == participant.c.invitation,
            invitation.c.guest != "",
            invitation.c.revoked_at.is_not(None),
        )
        query = select(participant).where(
            participant.c.cookie_hash == cookie_hash, participant.c.role == role, ~removed
        )
        return await self._database.read(lambda connection: rows.fetch_one(connection, Participant, query))

    async def signed_in(self, login: str, now: int) -> Bearer:
        return await self._database.read(lambda connection: _read_login(connection, login, now))

    async def _invitation(self, query: Select[Any]) -> tuple[str, str, str]:
        found = (await self._database.read(lambda connection: connection.execute(query.limit(2)))).all()
        if len(found) != 1:
            raise NotFound("no such invitation")
        return found[0].centre, found[0].session, found[0].id


def _place() -> Select[Any]:
    return select(invitation.c.centre, invitation.c.session, invitation.c.id)


async def _read_login(connection: AsyncConnection, login: str, now: int) -> Bearer:
    row = await rows.fetch_one(connection, Login, _valid_login(login, now))
    user = await rows.fetch_one(connection, User, _enabled_user(row))
    centre = await rows.fetch_one(connection, Centre, rows.owned(Centre, row.centre))
    holder = await rows.fetch_one(connection, Person, _enabled_person(user))
    several = (await connection.execute(select(_elsewhere(user)))).scalar_one()
    return Bearer(row, user, centre, holder, several)


def _valid_login(id_: str, now: int) -> Select[Any]:
    return select(login).where(login.c.id == id_, login.c.expires_at > now, login.c.revoked_at.is_(None))


def _enabled_user(of: Login) -> Select[Any]:
    user = user_account.c
    return rows.owned(User, of.centre).where(user.id == of.user, user.disabled_at.is_(None))


def _enabled_person(of: User) -> Select[Any]:
    return select(person).where(person.c.id == of.person, person.c.disabled_at.is_(None))


def _elsewhere(user: User) -> Exists:
    other = user_account.c
    return exists().where(
        other.person == user.person, other.centre != user.centre, other.disabled_at.is_(None)
    )
