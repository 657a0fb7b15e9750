"""Simulated phones side by side in one process, on the same films."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

from aioice.ice import get_host_addresses

from media.simulator.archive import Archive
from media.simulator.door import Door, Link, LinkRefused, Server
from media.simulator.manners import Manners
from media.simulator.phone import Phone

GOODBYE_WITHIN: Final = 4.0  # seconds
_LOOPBACK: Final = "127.0.0.1"

number: ContextVar[int] = ContextVar("number", default=0)  # of the phone whose task this is, from 1 on
log = logging.getLogger(__name__)


class Crowd:
    """`address`: where the links' server is, if not at its origin. `trust`: what certificates are checked
    by."""

    def __init__(self, archive: Archive, manners: Manners, trust: ssl.SSLContext, address: str = "") -> None:
        self.refused = 0  # links that could not be taken
        self.broken = 0  # phones that met a fault of ours
        self.emptied: Callable[[], None] = lambda: None  # called whenever the last phone has left
        self._archive = archive
        self._manners = manners
        self._trust = trust
        self._address = address
        self._phones: dict[asyncio.Task[None], Phone] = {}
        self._count = 0

    def server(self, origin: str) -> Server:
        return Server(origin, self._trust, self._address)

    def add(self, link: Link) -> None:
        """One more phone; it begins at once."""
        self._count += 1
        server = self.server(link.origin)
        addresses = _with_loopback() if server.is_on_this_machine else ()
        phone = Phone(Door(server, link), self._archive, self._manners, addresses)
        task = asyncio.create_task(self._live(phone, self._count))
        self._phones[task] = phone
        task.add_done_callback(self._left)

    def hang_up(self) -> None:
        for phone in self._phones.values():
            phone.hang_up()
        asyncio.get_running_loop().call_later(GOODBYE_WITHIN, self._cut)

    async def over(self) -> None:
        """Returns once no phone is left."""
        while self._phones:
            await asyncio.wait(self._phones)

    def _left(self, task: asyncio.Task[None]) -> None:
        del self._phones[task]
        if not self._phones:
            self.emptied()

    def _cut(self) -> None:
        """Those that still wait for a server that does not answer."""
        for task in self._phones:
            task.cancel()

    async def _live(self, phone: Phone, count: int) -> None:
        number.set(count)
        try:
            await phone.run()
        except LinkRefused as refusal:
            self.refused += 1
            log.error("%s", refusal)
        except Exception:
            self.broken += 1
            log.exception("the simulated phone broke")


def _with_loopback() -> tuple[str, ...]:
    """aioice leaves the loopback out; a relay of this machine may have nothing else."""
    return _LOOPBACK, *get_host_addresses(use_ipv4=True, use_ipv6=True)
