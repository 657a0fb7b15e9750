"""The demonstration: a centre with a regulator, a supervisor and an administrator, in an empty database."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from signaling import private_file
from signaling.domain.errors import NotFound
from signaling.domain.records import Centre, Role
from signaling.domain.ways_in import TERMS
from signaling.passwords import new_password
from signaling.ports import Store
from signaling.service.accounts import Accounts

CENTRE: Final = "SAMU de démonstration"
USERS: Final[tuple[tuple[str, str, Role], ...]] = (
    ("regulateur@demo.test", "Dr Démo Régulation", "regulator"),
    ("superviseur@demo.test", "Démo Supervision", "supervisor"),
    ("admin@demo.test", "Démo Administration", "administrator"),
)


class DemoLogin(msgspec.Struct, frozen=True):
    """How to get in. `password` only at the start that set it; afterwards `file` holds it."""

    emails: tuple[str, ...]
    file: Path
    password: str | None


async def prepare(store: Store, accounts: Accounts, data_dir: Path, wanted: str) -> DemoLogin | None:
    """Make the demonstration when the database has no centre, or complete one that was cut short.

    `wanted`: the password to set, `""` for a random one or the one that was set before. Returns None when the
    database holds other centres only.
    """
    centre = await _centre(store, accounts)
    if centre is None:
        return None
    file = data_dir / "demo-password.txt"
    kept = _kept(file)
    password = wanted or kept or new_password()
    for email, name, role in USERS:
        if not await _exists(store, email):
            user = await accounts.add_user(centre.id, email, name, role, password)
            # Nobody is there who could be asked: these people are invented
            await store.change_person(user.person, lambda person: replace(person, terms=TERMS))
        elif password != kept:
            await accounts.set_password(email, password)
    if password != kept:  # last: a start cut short before this line sets all passwords again
        private_file.write(file, f"{password}\n")
    return DemoLogin(tuple(email for email, _, _ in USERS), file, password if password != kept else None)


async def _centre(store: Store, accounts: Accounts) -> Centre | None:
    centres = await store.centres()
    if not centres:
        return await accounts.add_centre(CENTRE)
    return next((centre for centre in centres if centre.name == CENTRE), None)


async def _exists(store: Store, email: str) -> bool:
    try:
        await store.person_by_email(email)
    except NotFound:
        return False
    return True


def _kept(file: Path) -> str:
    with contextlib.suppress(OSError):
        return file.read_text().strip()
    return ""
