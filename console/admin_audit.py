"""The audit on the command line: go through it again, print its heads, take it along; and what the other
commands write into it."""

from __future__ import annotations

import argparse
import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from typing import Final

import msgspec

from signaling.domain.audit import Action, Audited, Head
from signaling.ports import Audit, Store
from signaling.service.accounts import tidy_email
from signaling.service.audit import BATCH, Heads, examine, kept_heads

_HEAD: Final = re.compile(r"([0-9]{1,15}):([0-9a-f]{64})")


class Broken(Exception):
    """The audit is not what was written."""


def head(text: str) -> tuple[int, str]:
    """`NUMBER:HASH`, for argparse."""
    found = _HEAD.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError("a head is written NUMBER:HASH, as `audit head` prints it")
    return int(found[1]), found[2]


# ---------------------------------------------------------------- lines for a terminal
async def verified(
    store: Store, heads: Heads, centre: str | None, given: tuple[int, str] | None
) -> Sequence[str]:
    """A line for each chain, or that of one `centre`; `given`: a head of it. Raises Broken, which names each
    chain that has a fault."""
    kept = await asyncio.to_thread(kept_heads, heads)
    if given is not None:
        kept.append(Head(centre or "", *given))
    written = [one.centre for one in await store.audit_heads()]
    centres = sorted({*written, *(one.centre for one in kept)}) if centre is None else [centre]
    found = [(one, await examine(store, one, kept)) for one in centres]
    faults = [f"{_name(one)}  entry {it.fault.number}: {it.fault.kind}" for one, it in found if it.fault]
    if faults:
        raise Broken("\n".join(faults))
    return [f"{_name(one)}  {it.number} entries, whole" for one, it in found]


async def heads_of(store: Store) -> Sequence[str]:
    return [f"{_name(one.centre)}  {one.number}:{one.hash}" for one in await store.audit_heads()]


async def exported(audit: Audit, store: Store, centre: str) -> AsyncIterator[str]:
    """JSON lines of one chain, in its order; that it was exported is the last one."""
    await audit.record(Audited(centre, "", "export.made", centre, {"by": "command", "what": "audit"}))
    number = 0
    while entries := await store.audit_entries(centre, number, BATCH):
        for entry in entries:
            yield msgspec.json.encode(entry).decode()
        number = entries[-1].number


def _name(centre: str) -> str:
    return centre or "(no centre)"


# ---------------------------------------------------------------- what other commands write
async def centre_changed(audit: Audit, centre: str) -> None:
    await audit.record(Audited(centre, "", "centre.changed", centre, {"by": "command"}))


async def person_changed(audit: Audit, store: Store, email: str, action: Action) -> None:
    """In each centre that they work in."""
    person = await store.person_by_email(tidy_email(email))
    users = [user for user, _ in await store.users_of(person.id)]
    await audit.record(*(Audited(user.centre, "", action, user.id, {"by": "command"}) for user in users))
