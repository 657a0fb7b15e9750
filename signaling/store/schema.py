"""Bringing a database to the newest schema, at start-up or from the command line."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from signaling.domain.errors import Unavailable
from signaling.store.database import Database, async_url

MIGRATIONS: Final = Path(__file__).with_name("migrations")
LOCK: Final = 0x56495349  # any number that only we use, for processes that start at the same time


class NotMigrated(Exception):
    """The database is older than this program: `python -m signaling.store.migrate` brings it up."""


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the database to the newest schema, or to an earlier one; quick when it is there already. Makes an
    SQLite file.

    Blocks, and needs a thread without an event loop of its own (`asyncio.to_thread`). Processes that do
    this at the same time wait for each other. Raises Unavailable.
    """
    url = async_url(database_url)
    if url.get_backend_name() != "sqlite":
        asyncio.run(_upgrade(database_url, revision))
        return
    path = Path(str(url.database))
    _make_file(path)
    with _alone_in(path.parent):
        asyncio.run(_upgrade(database_url, revision))


async def check(database: Database) -> None:
    """Raises NotMigrated for a database that is older than this program; a newer one is fine, so that
    processes of the last release go on during a deployment. Raises Unavailable."""
    if database.file is not None and not database.file.is_file():
        raise Unavailable(f"there is no database at {database.file}")
    current = await database.read(lambda connection: connection.run_sync(_revision))
    newest, *older = _revisions()
    if current is None or current in older:
        raise NotMigrated(f"the database is at {current}, not at {newest}: python -m signaling.store.migrate")


async def _upgrade(database_url: str, revision: str) -> None:
    database = Database(database_url)
    try:
        await database.write(lambda connection: connection.run_sync(_run, revision))
    finally:
        await database.close()


def _run(connection: Connection, revision: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    command.upgrade(config, revision)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """SQLite waits for no lock while a file changes to a write-ahead log, nor while the last connection to it
    closes (sqlite.org/wal.html, 8). The lock is a folder's: closing the file would drop SQLite's own."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@cache
def _revisions() -> tuple[str, ...]:
    """Of this program's migrations, the newest first: read once a process."""
    return tuple(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _make_file(path: Path) -> None:
    """Readable by its owner only, as are the journals that SQLite lays beside it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
