"""Connections: where the database is, how transactions begin, what its errors mean.

SQLite has one connection that writes, so that writers queue here and not in SQLite's busy loop (p99 of
16 writers: 42 ms against 633 ms), and a few that read. PostgreSQL has one pool for both.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, Final, Literal, Protocol, TypeVar
from urllib.parse import quote

import structlog
from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from signaling.domain.errors import BadInput, NotFound, Unavailable, VisioError

log = structlog.get_logger()

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]


class Timed(Protocol):
    """Is told of every transaction. `failed`: the database is away, or the fault is ours."""

    def __call__(self, kind: Literal["read", "write"], seconds: float, *, failed: bool) -> None: ...


BUSY_SECONDS: Final = 5.0  # another process of this machine writes to the same SQLite file
READERS: Final = 4
# secure_delete: what was erased is overwritten, not only unlinked
PRAGMAS: Final = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
# A frozen process must not hold a session's lock for ever.
POSTGRES_SETTINGS: Final = {
    "application_name": "visioregul",
    "idle_in_transaction_session_timeout": "10s",
    "lock_timeout": "10s",
}
UNIQUE: Final = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
FOREIGN_KEY: Final = {"23503", "SQLITE_CONSTRAINT_FOREIGNKEY"}
DATA_EXCEPTION: Final = "22"  # SQLSTATE class: a number out of range, text that is no UTF-8


def async_url(database_url: str) -> URL:
    """`sqlite:///path`, `postgresql://...` or `postgres://...` with the driver that we use.

    Raises ValueError for any other database.
    """
    wrong = ValueError("DATABASE_URL takes sqlite:///path or postgresql://user:password@host/database")
    try:
        url = make_url(database_url)
    except ArgumentError:
        raise wrong from None
    match url.get_backend_name():
        case "sqlite" if url.database and url.database != ":memory:":
            return url.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres":
            # libpq's name for what asyncpg calls ssl
            query = {"ssl" if name == "sslmode" else name: value for name, value in url.query.items()}
            return url.set(drivername="postgresql+asyncpg", query=query)
        case _:
            raise wrong


class Database:
    """Runs transactions that read and transactions that write."""

    def __init__(self, database_url: str, timed: Timed | None = None) -> None:
        self._timed = timed
        self._under_way: set[asyncio.Task[Any]] = set()
        url = async_url(database_url)
        self.file = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
        if self.file is not None:
            self._writer = _sqlite_engine(url, connections=1, begin="BEGIN IMMEDIATE")
            self._reader = _sqlite_engine(url, connections=READERS, begin="BEGIN")
        else:
            self._writer = _postgres_engine(url)
            # One snapshot for all queries of a reading transaction, as SQLite has it
            self._reader = self._writer.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    async def close(self) -> None:
        """Once the transactions under way are over."""
        if self._under_way:
            await asyncio.wait(self._under_way)
        await self._reader.dispose()
        await self._writer.dispose()

    async def read(self, work: Work[T]) -> T:
        """The result of `work`, on one snapshot. Raises Unavailable."""
        return await self._wholly(self._measured("read", self._read(work)))

    async def write(self, work: Work[T]) -> T:
        """The result of `work`, whose writes are on disk, or none of them when it raises.

        Raises Unavailable, BadInput and NotFound too.
        """
        return await self._wholly(self._measured("write", self._write(work)))

    async def _wholly(self, transaction: Coroutine[Any, Any, T]) -> T:
        """Whoever waits may be cancelled, the transaction may not: an SQLite connection that is torn out of a
        statement keeps its lock until it is garbage, and no other could write."""
        task = asyncio.create_task(transaction)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_see_off)
            raise

    async def _measured(self, kind: Literal["read", "write"], transaction: Coroutine[Any, Any, T]) -> T:
        if self._timed is None:
            return await transaction
        began, failed = monotonic(), False
        try:
            return await transaction
        except Exception as error:
            failed = isinstance(error, Unavailable) or not isinstance(error, VisioError)
            raise
        finally:
            self._timed(kind, monotonic() - began, failed=failed)

    async def _read(self, work: Work[T]) -> T:
        with _translated_errors():
            async with self._reader.connect() as connection:
                return await work(connection)

    async def _write(self, work: Work[T]) -> T:
        with _translated_errors():
            async with self._writer.begin() as connection:
                return await work(connection)


def _see_off(task: asyncio.Task[Any]) -> None:
    """Nobody waits for it any more: what it refused is no news, what broke is."""
    if task.cancelled() or task.exception() is None or isinstance(task.exception(), VisioError):
        return
    log.error("transaction_failed", exc_info=task.exception())


def _postgres_engine(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=10,
        max_overflow=10,
        pool_timeout=10,
        pool_pre_ping=True,
        connect_args={"timeout": 5, "command_timeout": 30, "server_settings": POSTGRES_SETTINGS},
    )


def _sqlite_engine(url: URL, *, connections: int, begin: str) -> AsyncEngine:
    # rw: a file that is not there is no database; SQLite would make an empty one that all may read
    file = url.set(database=f"file:{quote(url.database or '')}", query={"mode": "rw", "uri": "true"})
    engine = create_async_engine(
        file,
        pool_size=connections,
        max_overflow=0,
        # None: sqlite3 begins no transaction by itself; we do, below
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise _broken_rule(error) from error
    except (OverflowError, UnicodeEncodeError) as error:
        raise BadInput("a number or text that can't be kept") from error
    except ProgrammingError:
        raise  # a fault of ours: trying again can't help
    except DBAPIError as error:
        raise _failure(error) from error
    except (OSError, PoolTimeoutError) as error:
        raise Unavailable("the database can't be reached") from error


def _broken_rule(error: IntegrityError) -> VisioError:
    rule = _reason(error)
    if rule in UNIQUE:
        return BadInput("already taken")
    if rule in FOREIGN_KEY:
        return NotFound("what the row belongs to is not in this centre")
    return BadInput(f"the row breaks a rule: {rule}")


def _failure(error: DBAPIError) -> VisioError:
    cause = error.orig.__cause__ if error.orig else None
    if isinstance(cause, ValueError) or _reason(error).startswith(DATA_EXCEPTION):
        return BadInput("a number or text that can't be kept")
    return Unavailable("the database can't be reached")


def _reason(error: DBAPIError) -> str:
    """SQLSTATE of PostgreSQL, or SQLite's name of the error."""
    if isinstance(error.orig, sqlite3.Error):
        return str(getattr(error.orig, "sqlite_errorname", ""))
    return str(getattr(error.orig, "sqlstate", None) or "")
