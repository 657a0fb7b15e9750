"""Taking a back-up while the product runs and writes.

The records first, as of one moment, then the files that these records name: a file is there before its row
is, so each of them is found, but for those that were deleted in between.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from config.backup import manifest
from config.backup.keys import Keys
from config.backup.manifest import Item, Manifest, Stored
from config.backup.telling import tell
from config.settings import Settings
from signaling.clock import SystemClock
from signaling.domain.errors import NotAllowed, NotFound, Unavailable
from signaling.files.choice import shelf
from signaling.files.shelf import Shelf
from signaling.store import dump
from signaling.store.sql import SqlStore


class Taken(msgspec.Struct, frozen=True):
    """`gone`: names of files that were deleted meanwhile, or that the store has lost."""

    manifest: Manifest
    gone: Sequence[str]


async def take(settings: Settings, folder: Path) -> Taken:
    """Raises NotAllowed for a folder that holds anything; Unavailable, also when the keys of a centre were
    rotated meanwhile; NotMigrated. Nothing is left of a back-up that failed."""
    keys = Keys(settings)
    _make_empty(folder)
    store = SqlStore(settings.database_url, SystemClock())
    files = shelf(settings)
    try:
        await store.open()
        return await _take(settings, folder, keys, store, files)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        await files.close()
        await store.close()


async def _take(settings: Settings, folder: Path, keys: Keys, store: SqlStore, files: Shelf) -> Taken:
    used = await _used_keys(store)
    kind = dump.kind_of(settings.database_url)
    began = datetime.now(UTC)
    database = folder / manifest.DATABASE[kind]
    snapshot = await dump.dump(settings.database_url, database)
    stored, gone = [], []
    for centre, name in snapshot.files:
        try:
            stored.append(Stored(centre, name, await _copy(files, folder, centre, name)))
        except NotFound:
            gone.append(name)
    now_used = await _used_keys(store)
    if any(now_used.get(centre) != key for centre, key in used.items()):
        raise Unavailable("a centre's key was rotated meanwhile: take the back-up again once that is over")
    made = Manifest(
        taken_at=began.isoformat(timespec="seconds"),
        kind=kind,
        schema=snapshot.schema,
        secret=keys.secret_mark,
        masters=snapshot.masters,
        counts=snapshot.counts,
        heads=snapshot.heads,
        database=manifest.item(folder, database),
        files=stored,
    )
    os.sync()  # a seal tells that all before it is safe on disk
    manifest.write(folder, made, keys)
    await tell(store, "backup.taken", made)
    return Taken(made, gone)


async def _copy(files: Shelf, folder: Path, centre: str, name: str) -> Item:
    """Raises NotFound before anything is written."""
    path = folder / "files" / centre / name
    pieces: AsyncIterator[bytes] = files.open(centre, name)
    first = await anext(pieces, b"")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(first), len(first)
    with path.open("xb") as file:
        path.chmod(0o600)
        file.write(first)
        async for piece in pieces:
            file.write(piece)
            digest.update(piece)
            size += len(piece)
    return Item(str(path.relative_to(folder)), size, digest.hexdigest())


async def _used_keys(store: SqlStore) -> Mapping[str, str]:
    """The newest key of each centre that has one."""
    newest = {}
    for centre in await store.centres():
        if own := await store.centre_keys(centre.id):
            newest[centre.id] = own[-1].id
    return newest


def _make_empty(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise NotAllowed(f"{folder} is not empty: each back-up takes a folder of its own")
    except OSError as error:
        raise NotAllowed(f"{folder} can't be used: {error.strerror}") from error
