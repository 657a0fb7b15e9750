"""What goes wrong around the product while regulators write, and what is there afterwards.

Each returns its ledger; nothing that was acknowledged may be lost. `scripts/faults` runs the long form.
"""

from __future__ import annotations

import asyncio
import secrets
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import chain, repeat
from pathlib import Path
from typing import Final

from tests import servers
from tests.e2e.stage import Product, product
from tests.faults.load import Ledger, Load, signed_in

BETWEEN: Final = 20  # acknowledgements between two faults
DISK: Final = "24m"  # of the small disk: the database, and room for some thousand captures


async def web_killed(folder: Path, times: int) -> Ledger:
    """The process that does everything dies without a goodbye, again and again."""
    ledger = Ledger()
    with product(folder, {}) as made:
        async with Load(made, ledger) as load:
            for _ in range(times):
                await load.until_more(BETWEEN)
                await asyncio.to_thread(made.kill)
                await asyncio.to_thread(made.start)
            await load.until_more(BETWEEN)
        await _look_for_all(made, ledger)
    return ledger


async def media_killed(folder: Path, times: int) -> Ledger:
    """The relay dies; whoever writes does not notice."""
    ledger = Ledger()
    with servers.redis_server() as redis, product(folder, _apart(redis), media_process=True) as made:
        async with Load(made, ledger) as load:
            for _ in range(times):
                await load.until_more(BETWEEN)
                await asyncio.to_thread(made.replace_media)
            await load.until_more(BETWEEN)
        await _look_for_all(made, ledger)
    return ledger


async def redis_away(folder: Path, seconds: float) -> Ledger:
    """Nobody is refused: records do not need it, and limits go on in each process."""
    ledger = Ledger()
    with servers.redis_server() as redis, product(folder, _apart(redis), media_process=True) as made:
        async with Load(made, ledger) as load:
            await load.until_more(BETWEEN)
            redis.kill()
            await asyncio.sleep(seconds)
            await load.until_more(BETWEEN)
            await asyncio.to_thread(redis.start)
            await load.until_more(BETWEEN)
        await _look_for_all(made, ledger)
    return ledger


async def postgres_away(folder: Path, seconds: float) -> Ledger:
    """Writes are refused with 503, and go on by themselves when it is back."""
    ledger = Ledger()
    with servers.postgres_server() as postgres:
        url = postgres.url(postgres.create_database())
        with product(folder, {"DATABASE_URL": url}) as made:
            async with Load(made, ledger) as load:
                await load.until_more(BETWEEN)
                postgres.stop()
                await load.until_refused(503)
                await asyncio.sleep(seconds)
                await asyncio.to_thread(postgres.start)
                await load.until_more(BETWEEN)
            await _look_for_all(made, ledger)
    return ledger


async def disk_full(folder: Path, times: int) -> Ledger:
    """What can't be kept is refused with 503, and what was kept stays."""
    ledger = Ledger()
    with _small_disk(folder / "disk") as disk, product(folder, {"DATA_DIR": str(disk / "data")}) as made:
        async with Load(made, ledger) as load:
            for _ in range(times):
                await load.until_more(BETWEEN)
                _fill(disk / "ballast")
                await load.until_refused(503)
                (disk / "ballast").unlink()
            await load.until_more(BETWEEN)
        await _look_for_all(made, ledger)
    return ledger


async def slow_clients(folder: Path, count: int) -> Ledger:
    """So many connections whose request never ends, and as many that say nothing: nobody waits for them."""
    ledger = Ledger()
    with product(folder, {}) as made:
        async with _crowd(made, count), Load(made, ledger) as load:
            await load.until_more(4 * BETWEEN)
        await _look_for_all(made, ledger)
    return ledger


@asynccontextmanager
async def _crowd(made: Product, count: int) -> AsyncIterator[None]:
    """They come again when they are hung up on."""
    clients = [
        asyncio.create_task(_dawdle(made.port, head)) for head in (b"GET / HTTP/1.1\r\nX: ", b"") * count
    ]
    try:
        yield
    finally:
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)


async def _dawdle(port: int, head: bytes) -> None:
    """A byte a second of `head` and of what follows it; of none, nothing."""
    while True:
        with suppress(OSError):
            await _dawdle_once(port, head)


async def _dawdle_once(port: int, head: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    hung_up = asyncio.create_task(reader.read())
    try:
        for byte in chain(head, repeat(ord("x"))):
            if hung_up.done():
                return
            if head:
                writer.write(bytes((byte,)))
            await asyncio.wait([hung_up], timeout=1)
    finally:
        writer.close()
        await asyncio.gather(hung_up, writer.wait_closed(), return_exceptions=True)


async def _look_for_all(made: Product, ledger: Ledger) -> None:
    async with signed_in(made) as browser:
        await ledger.check(browser)


def _apart(redis: servers.RedisServer) -> dict[str, str]:
    return {"REDIS_URL": redis.url, "SECRET_KEY": secrets.token_hex(32)}


def _fill(file: Path) -> None:
    """To the last byte."""
    with file.open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError:
            return


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own, in memory; needs root, as the tests' network namespaces do."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=700", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
