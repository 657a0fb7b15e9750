"""What encryption at rest costs: a photo's put and get with the vault, and on the same disk without."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from signaling.clock import SystemClock
from signaling.files.disk import DiskFiles
from signaling.ports import Files
from signaling.store.schema import upgrade
from signaling.store.sql import SqlStore
from tests import cast
from tests.bench.report import Report, Row, Sample
from tests.cast import SAMU_54
from tests.places import vault

TURNS: Final = 60
SIZE: Final = 2_000_000  # bytes, of a photo of a recent phone
CHUNK: Final = 64_000  # bytes, as a data channel brings them


async def run() -> Report:
    with TemporaryDirectory(prefix="visio-bench-") as folder:
        url = f"sqlite:///{folder}/visio.db"
        await asyncio.to_thread(upgrade, url)
        store = SqlStore(url, SystemClock())
        try:
            await cast.settle(store)
            plain = DiskFiles(Path(folder) / "plain")
            sealed = vault(DiskFiles(Path(folder) / "sealed"), store, SystemClock())
            found = [await _compared(what, does, plain, sealed) for what, does in _DONE.items()]
        finally:
            await store.close()
    return Report(
        [row for row, _ in found], {name: value for _, part in found for name, value in part.items()}
    )


async def _compared(
    what: str, does: Callable[[Files, str, bytes], Awaitable[float]], plain: Files, sealed: Files
) -> tuple[Row, dict[str, float]]:
    """They take turns, so that a busy moment falls on both."""
    data = secrets.token_bytes(SIZE)
    name = what.partition(" ")[0]
    times: dict[str, list[float]] = {"plain": [], "sealed": []}
    for number in range(TURNS):
        times["plain"].append(await does(plain, f"{name}{number}", data))
        times["sealed"].append(await does(sealed, f"{name}{number}", data))
    without, with_ = Sample.of(times["plain"]), Sample.of(times["sealed"])
    row = Row(
        what=what.format(turns=TURNS),
        here=f"{with_.median:.1f} / {with_.p95:.1f} ms",
        beside=f"{without.median:.1f} / {without.p95:.1f} ms (plain)",
        compared=f"{with_.median / without.median:.2f} times",
    )
    return row, {f"{name} plain ms": without.median, f"{name} sealed ms": with_.median}


async def _put(files: Files, name: str, data: bytes) -> float:
    begin = perf_counter()
    await files.put(SAMU_54.id, name, data)
    return perf_counter() - begin


async def _get(files: Files, name: str, data: bytes) -> float:
    await files.put(SAMU_54.id, name, data)
    begin = perf_counter()
    got = await files.get(SAMU_54.id, name)
    spent = perf_counter() - begin
    if got != data:
        raise RuntimeError("another file came back")
    return spent


async def _append(files: Files, name: str, data: bytes) -> float:
    begin = perf_counter()
    for offset in range(0, SIZE, CHUNK):
        await files.append(SAMU_54.id, name, offset, data[offset : offset + CHUNK])
    return perf_counter() - begin


_DONE: Final = {
    "put a file of 2 MB, median / p95 of {turns}": _put,
    "get it": _get,
    "append it in pieces of 64 KB, each safe on disk": _append,
}
