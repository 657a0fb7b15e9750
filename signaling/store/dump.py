"""The whole database as one file, of one moment, while others write to it; and back again.

SQLite: its online back-up in one step, which copies what was committed when it began and holds up no writer
(sqlite.org/backup.html). PostgreSQL: `pg_dump` on a snapshot that another connection exported
(postgresql.org/docs/current/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION), and `pg_restore`.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final, Literal, TypeVar
from urllib.parse import quote

from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from signaling.domain.errors import NotAllowed, Unavailable
from signaling.store import snapshot
from signaling.store.database import async_url
from signaling.store.snapshot import Snapshot

Kind = Literal["sqlite", "postgresql"]
T = TypeVar("T")

_PUBLIC: Final = ("--no-owner", "--no-privileges")  # roles of the one server need not be on the other
_FORM: Final = "--format=custom"
_WHOLE: Final = ("--exit-on-error", "--single-transaction")
_OURS: Final = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"


def kind_of(database_url: str) -> Kind:
    return "sqlite" if async_url(database_url).get_backend_name() == "sqlite" else "postgresql"


async def dump(database_url: str, to: Path) -> Snapshot:
    """Raises Unavailable, also when `pg_dump` is missing or older than the server."""
    try:
        if kind_of(database_url) == "sqlite":
            return await asyncio.to_thread(_copy_sqlite, _file(database_url), to)
        return await _dump_postgres(database_url, to)
    except (OSError, sqlite3.Error, DBAPIError) as error:
        raise Unavailable(f"the database can't be backed up ({error})") from error


async def load(database_url: str, source: Path, tables: Iterable[str]) -> dict[str, int]:
    """Into a database that `must_be_empty`. Returns how many rows these tables have. Raises Unavailable."""
    try:
        if kind_of(database_url) == "sqlite":
            return await asyncio.to_thread(_load_sqlite, source, _file(database_url), tables)
        return await _load_postgres(database_url, source, tables)
    except (OSError, sqlite3.Error, DBAPIError) as error:
        raise Unavailable(f"the database can't be restored ({error})") from error


async def must_be_empty(database_url: str) -> None:
    """Raises NotAllowed for a database that holds anything, Unavailable."""
    if kind_of(database_url) == "sqlite":
        if _file(database_url).exists():
            raise NotAllowed(f"there is a database at {_file(database_url)} already: move it away first")
        return
    engine = _engine(database_url)
    try:
        async with engine.connect() as connection:
            count = (await connection.execute(text(_OURS))).scalar_one()
    except (OSError, DBAPIError) as error:
        raise Unavailable("the database can't be reached") from error
    finally:
        await engine.dispose()
    if count:
        raise NotAllowed("the database is not empty: give one without tables")


# ---------------------------------------------------------------- SQLite
def _file(database_url: str) -> Path:
    return Path(async_url(database_url).database or "")


def _copy_sqlite(source: Path, to: Path) -> Snapshot:
    with (
        closing(sqlite3.connect(_read_only(source), uri=True)) as read,
        closing(sqlite3.connect(to)) as written,
    ):
        read.backup(written, pages=-1)
        written.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        faults = [row[0] for row in written.execute("PRAGMA quick_check(1)") if row[0] != "ok"]
        if faults:
            raise Unavailable(f"the database is damaged: {faults[0]}")
    to.chmod(0o600)
    return _read_sqlite(to, snapshot.of)


def _load_sqlite(source: Path, to: Path, tables: Iterable[str]) -> dict[str, int]:
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = to.with_name(f".{to.name}.restored")
    with half.open("wb") as file:
        half.chmod(0o600)
        with source.open("rb") as read:
            shutil.copyfileobj(read, file)
        file.flush()
        os.fsync(file.fileno())
    half.rename(to)
    return _read_sqlite(to, lambda connection: snapshot.counts(connection, tables))


def _read_sqlite(path: Path, read: Callable[[Connection], T]) -> T:
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(_read_only(path), uri=True))
    try:
        with engine.connect() as connection:
            return read(connection)
    finally:
        engine.dispose()


def _read_only(path: Path) -> str:
    return f"file:{quote(str(path))}?mode=ro"


# ---------------------------------------------------------------- PostgreSQL
async def _dump_postgres(database_url: str, to: Path) -> Snapshot:
    engine = _engine(database_url)
    try:
        async with engine.connect() as connection:
            # The snapshot lasts as long as this transaction, which waits for pg_dump
            await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            exported = (await connection.execute(text("SELECT pg_export_snapshot()"))).scalar_one()
            found = await connection.run_sync(snapshot.of)
            options = (*_PUBLIC, _FORM, f"--snapshot={exported}", f"--file={to}")
            await _run(database_url, "pg_dump", *options)
    finally:
        await engine.dispose()
    await asyncio.to_thread(to.chmod, 0o600)
    return found


async def _load_postgres(database_url: str, source: Path, tables: Iterable[str]) -> dict[str, int]:
    database = f"--dbname={make_url(database_url).database}"
    await _run(database_url, "pg_restore", *_PUBLIC, *_WHOLE, database, str(source))
    engine = _engine(database_url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(snapshot.counts, tables)
    finally:
        await engine.dispose()


def _engine(database_url: str) -> AsyncEngine:
    url = async_url(database_url)
    return create_async_engine(url, isolation_level="REPEATABLE READ", connect_args={"timeout": 10})


async def _run(database_url: str, program: str, *options: str) -> None:
    """The password goes by the environment: arguments are for all to read. Raises Unavailable."""
    try:
        process = await asyncio.create_subprocess_exec(
            program,
            "--no-password",
            *options,
            env=_environment(make_url(database_url)),
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except FileNotFoundError:
        raise Unavailable(f"{program} is not installed: the Debian package postgresql-client") from None
    _, told = await process.communicate()
    if process.returncode != 0:
        raise Unavailable(f"{program} refused: {' '.join(told.decode(errors='replace').split())}")


def _environment(url: URL) -> Mapping[str, str]:
    """As libpq takes it (postgresql.org/docs/current/libpq-envars.html)."""
    given = {
        "PGHOST": url.host or url.query.get("host"),
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("sslmode"),
    }
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        **{name: str(value) for name, value in given.items() if value},
    }
