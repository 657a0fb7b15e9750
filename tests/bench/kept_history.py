"""The made histories that `history` and `figures` ask, on SQLite and PostgreSQL, their visios counted.

A million sessions take an hour to make: HISTORY_FOLDER names a folder that keeps them for the next run. What
was interrupted while it was made is made anew.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

import msgspec

from signaling.clock import SystemClock
from signaling.domain.ids import Secrets
from signaling.store.schema import upgrade
from signaling.store.sql import SqlStore
from tests.bench.made_history import EVENTS, Maker, fill
from tests.bench.report import Row
from tests.servers import PostgresServer, postgres_server

Backend = Literal["SQLite", "PostgreSQL"]
BACKENDS: Final[tuple[Backend, ...]] = get_args(Backend)
SIZES: Final = "10000,100000"
SEED: Final = 1
KEY: Final = b"k" * 32
ZONE: Final = ZoneInfo("Europe/Paris")
AT_ONCE: Final = 2_000  # sessions of one transaction: a live product counts a few as they end


class Made(msgspec.Struct, frozen=True):
    """`rows`: how long it took, if it was made in this run."""

    backend: Backend
    size: int
    url: str
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        return f"{self.backend} {self.size:,}"

    def maker(self) -> Maker:
        return Maker(self.size, SEED, KEY)

    def store(self) -> SqlStore:
        return SqlStore(self.url, SystemClock(), Secrets(KEY).search_key())


@contextmanager
def made_histories() -> Iterator[list[Made]]:
    """One for each backend and each of HISTORY_SESSIONS, smaller ones first. Not from an event loop."""
    sizes = sorted(int(size) for size in os.environ.get("HISTORY_SESSIONS", SIZES).split(","))
    kept = os.environ.get("HISTORY_FOLDER")
    with nullcontext(kept) if kept else TemporaryDirectory(prefix="visio-history-") as name:
        folder = Path(name).resolve()
        (folder / "postgres").mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # PostgreSQL is another user
        with postgres_server(folder / "postgres") as server:
            yield [_made(folder, server, backend, size) for backend in BACKENDS for size in sizes]


def _made(folder: Path, server: PostgresServer, backend: Backend, size: int) -> Made:
    if backend == "SQLite":
        file = folder / f"{size}.db"
        url = f"sqlite:///{file}"
        done = file.with_suffix(".made")
    else:
        url = server.url(f"made_{size}")
        done = folder / f"postgres-{size}.made"
    if done.exists():
        upgrade(url)
        return Made(backend, size, url, ())
    if backend == "SQLite":
        for rest in folder.glob(f"{size}.db*"):
            rest.unlink()
    else:
        server.run_sql(f"DROP DATABASE IF EXISTS made_{size}")
        server.create_database(f"made_{size}")
    made = Made(backend, size, url, ())
    rows = (_filled(made), asyncio.run(_counted(made)))
    if backend == "PostgreSQL":  # as autovacuum does, which the tests' servers go without
        server.run_sql("VACUUM ANALYZE", f"made_{size}")
    done.touch()
    return msgspec.structs.replace(made, rows=rows)


def _filled(made: Made) -> Row:
    began = perf_counter()
    fill(made.url, made.size, SEED, KEY)
    took = perf_counter() - began
    return Row(what=f"{made.name}: made, {EVENTS} events each", here=f"{took:.0f} s")


async def _counted(made: Made) -> Row:
    store = made.store()
    await store.open()
    try:
        began = perf_counter()
        while await store.count_sessions(ZONE, AT_ONCE):
            pass
        took = perf_counter() - began
    finally:
        await store.close()
    return Row(what=f"{made.name}: counted", here=f"{took:.0f} s, {made.size / took:.0f} sessions a second")
