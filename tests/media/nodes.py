"""Relay nodes in processes of their own, as `python -m media` starts them, and a web process's end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

from media import registry
from media.remote import RemoteRelay
from signaling.messages.relay import RelayEvent
from tests.media.peers import LOOPBACK, WITHIN, until

ANY_SPEED = {"MEDIA_MAX_CPU": "100000", "MEDIA_MAX_LAG": "100000"}  # however busy the tests' machine is


class NodeProcess:
    """One node; it is ready when Redis knows it. `stop` it as a supervisor would, or `kill` it.

    `settings` as in the environment, beside those that each node of the tests has.
    """

    def __init__(self, redis_url: str, **settings: str) -> None:
        environ = {"PATH": os.environ["PATH"], "REDIS_URL": redis_url, "SECRET_KEY": "k" * 32}
        environ |= {"MEDIA_ADDRESSES": LOOPBACK, "LOG_LEVEL": "error", **settings}
        argv = ["setpriv", "--pdeathsig=KILL", sys.executable, "-m", "media"]
        self._process = subprocess.Popen(argv, env=environ, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.id = self._process.stdout.readline().split()[-1]

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Its exit status, once it is gone."""
        self.send(by)
        return await self.ended()

    async def ended(self) -> int:
        """Its exit status, once it is gone by itself."""
        await until(lambda: self._process.poll() is not None)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return int(self._process.returncode)

    def __enter__(self) -> NodeProcess:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


@contextlib.asynccontextmanager
async def web(url: str, on_event: Callable[[RelayEvent], Awaitable[None]]) -> AsyncIterator[RemoteRelay]:
    """A web process's relay."""
    relay = RemoteRelay(url)
    await relay.open(on_event)
    try:
        yield relay
    finally:
        await relay.close()


async def placed(url: str, session: str) -> str:
    """The node of a session."""
    async with registry.connect(url) as redis:
        node = await registry.Registry(redis).find(session)
    assert node is not None
    return node


async def until_placed(url: str) -> set[str]:
    """The nodes of all sessions, once there is one."""
    async with registry.connect(url) as redis, asyncio.timeout(WITHIN):
        while not (keys := await redis.keys(f"{registry.PREFIX}session:*")):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        return {str(node, "ascii") for node in await redis.mget(keys) if isinstance(node, bytes)}


async def until_alive(url: str, node: str) -> None:
    """Returns once the node has a lease."""
    await _until_lease(url, node, True)


async def until_late(url: str, node: str) -> None:
    """Returns once the lease of a node has run out."""
    await _until_lease(url, node, False)


async def _until_lease(url: str, node: str, wanted: bool) -> None:
    async with registry.connect(url) as redis, asyncio.timeout(WITHIN):
        while (await registry.Registry(redis).nodes()).get(node) is not wanted:  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.01)
