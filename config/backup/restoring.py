"""Restoring a back-up into an empty machine, before the product starts there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, get_args

import msgspec
from alembic.script import ScriptDirectory

from config.backup import manifest
from config.backup.keys import Keys
from config.backup.manifest import PIECE, Manifest
from config.backup.telling import tell
from config.settings import Settings
from console import admin_audit, admin_keeping
from signaling.clock import SystemClock
from signaling.domain import delivery
from signaling.domain.errors import Damaged, NotAllowed
from signaling.domain.ids import Secrets
from signaling.domain.records import TicketKind
from signaling.files.choice import sealed_files, shelf
from signaling.files.shelf import Shelf
from signaling.service.audit import AuditTrail
from signaling.service.tasks import Tasks
from signaling.store import dump, schema
from signaling.store.heads import HeadsFile
from signaling.store.sql import SqlStore

WHOLE: Final = 8 << 20  # bytes up to which a file is put whole
BATCH: Final = 100
NEVER: Final = 1 << 53  # ms since the epoch: later than any message is due


class Asked(msgspec.Struct, frozen=True):
    """`erasures`: JSON lines of what was erased since; None when there are none. `other_secret`: to go on
    with another SECRET_KEY."""

    folder: Path
    erasures: Path | None
    other_secret: bool = False


def check(settings: Settings, folder: Path) -> Manifest:
    """Reads all of it. Raises NotAllowed for a missing key, Damaged."""
    return _checked(Keys(settings), folder)


async def restore(settings: Settings, asked: Asked) -> Sequence[str]:
    """A line for each thing that was done. Raises NotAllowed, Damaged, Unavailable, admin_audit.Broken; after
    these two what is there is half a restore, to be taken away."""
    keys = Keys(settings)
    found = _checked(keys, asked.folder)
    _must_fit(settings, keys, found, asked)
    files = shelf(settings)
    try:
        await dump.must_be_empty(settings.database_url)
        await _must_have_no_files(files, found)
        await _put_files(files, asked.folder, found)
    finally:
        await files.close()
    counts = await dump.load(settings.database_url, asked.folder / found.database.path, list(found.counts))
    if counts != found.counts:
        raise Damaged("the database does not hold as many rows as the back-up says")
    await asyncio.to_thread(schema.upgrade, settings.database_url)
    rows = sum(counts.values())
    return [
        f"{rows} rows and {len(found.files)} files of {found.taken_at} are restored.",
        *await _put_right(settings, keys, asked, found),
    ]


# ---------------------------------------------------------------- before anything is written
def _checked(keys: Keys, folder: Path) -> Manifest:
    found = manifest.read(folder, keys)
    if missing := sorted({*found.masters} - {*keys.master_marks}):
        marks = ", ".join(missing)
        raise NotAllowed(f"files are under the master key {marks}, which is not here: give it as MASTER_KEY")
    if faults := list(manifest.faults(folder, found)):
        raise Damaged("\n".join(faults))
    return found


def _must_fit(settings: Settings, keys: Keys, found: Manifest, asked: Asked) -> None:
    kind = dump.kind_of(settings.database_url)
    if found.kind != kind:
        raise NotAllowed(f"the back-up is of {found.kind}, and DATABASE_URL names {kind}")
    if found.schema not in _known_schemas():
        raise NotAllowed("the back-up was made by a newer release: install that one, or a later one")
    if found.secret != keys.secret_mark and not asked.other_secret:
        raise NotAllowed(
            "SECRET_KEY is not the one of the back-up; with --other-secret-key, authenticator applications"
            " have to be set up anew"
        )
    if asked.erasures is not None and not asked.erasures.is_file():
        raise NotAllowed(f"there is no file {asked.erasures}")


def _known_schemas() -> Iterator[str]:
    return (script.revision for script in ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions())


async def _must_have_no_files(files: Shelf, found: Manifest) -> None:
    for centre in sorted({one.centre for one in found.files}):
        if await files.names(centre):
            raise NotAllowed(f"there are files of centre {centre} already: move them away first")


# ---------------------------------------------------------------- bytes
async def _put_files(files: Shelf, folder: Path, found: Manifest) -> None:
    for one in found.files:
        path = folder / one.item.path
        if one.item.size <= WHOLE:
            await files.put(one.centre, one.name, await asyncio.to_thread(path.read_bytes))
            continue
        reached = 0
        with await asyncio.to_thread(path.open, "rb") as file:
            while piece := await asyncio.to_thread(file.read, PIECE * 8):
                reached = await files.append(one.centre, one.name, reached, piece)


# ---------------------------------------------------------------- what has become untrue
async def _put_right(settings: Settings, keys: Keys, asked: Asked, found: Manifest) -> Sequence[str]:
    clock = SystemClock()
    store = SqlStore(settings.database_url, clock, Secrets(keys.secret.encode()).search_key())
    files = sealed_files(settings, store, clock)
    audit = AuditTrail(store, clock, Tasks(), HeadsFile(None))
    try:
        await store.open()
        await files.check()
        lines = [await _verified(store, found)]
        now = clock.now()
        await _end_ways_in(store, now)
        lines.append("All logins are ended, with the links and codes that were on their way to users.")
        lines.append(f"{await _unsent(store, now)} messages that waited are not sent any more.")
        if asked.erasures is not None:
            keeper = admin_keeping.Keeper(store, files, audit, clock)
            lines.append(await admin_keeping.replayed(keeper, asked.erasures))
        await audit.settle()
        await tell(store, "backup.restored", found)
        return lines
    finally:
        await files.close()
        await store.close()


async def _verified(store: SqlStore, found: Manifest) -> str:
    """Raises Broken."""
    heads = await store.audit_heads()
    if missing := {one.centre for one in found.heads} - {one.centre for one in heads}:
        raise admin_audit.Broken(f"the audit has no chain of {', '.join(sorted(missing))}")
    for head in found.heads:
        await admin_audit.verified(store, HeadsFile(None), head.centre, (head.number, head.hash))
    return f"The audit is whole: {sum(one.number for one in heads)} entries."


async def _end_ways_in(store: SqlStore, now: int) -> None:
    """Some of them were ended or used after the back-up was taken, for good reasons. Recovery codes stay:
    they are all that is left to who lost the rest."""
    for centre in await store.centres():
        for user in await store.users(centre.id):
            await store.revoke_logins_of(user.person, now)
            for kind in set(get_args(TicketKind)) - {"recovery"}:
                await store.end_tickets(user.person, kind, now)


async def _unsent(store: SqlStore, now: int) -> int:
    """They may have left after the back-up was taken. The regulator reads that they failed, and may send
    again."""
    unsent = 0
    while due := await store.due_messages(NEVER, BATCH, NEVER):
        for one in due:
            failed = partial(delivery.failed, message=one.id, reason="other", permanent=True, now=now)
            await store.change(one.centre, one.session, failed)
            unsent += 1
    return unsent
