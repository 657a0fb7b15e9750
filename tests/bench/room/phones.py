"""A process of simulated phones in one visio: `python -m tests.bench.room.phones FOLDER`; speaks as
`tests.bench.children`.

The first takes the link; the others ask for it beside the first, and film on as second cameras.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from pathlib import Path
from typing import Any, Final

import httpx2

from media.simulator.archive import Archive
from media.simulator.door import AGENT, PATIENCE, Door, Link, Server
from media.simulator.lens import Shot
from media.simulator.manners import Manners
from media.simulator.phone import Phone
from tests.bench.children import serve
from tests.servers import LOOPBACK

CODECS: Final = ("H264", "VP8")
REQUESTS: Final = 8  # of second phones by one address: the product allows ten


class ElsewhereServer(Server):
    """The product, reached from another address of the loopback."""

    def __init__(self, origin: str, address: str) -> None:
        super().__init__(origin, ssl.create_default_context())
        self._from = address

    def _client(self) -> httpx2.AsyncClient:
        headers = {"Origin": self.origin, "User-Agent": AGENT, "Accept-Language": "fr"}
        transport = httpx2.AsyncHTTPTransport(local_address=self._from)
        return httpx2.AsyncClient(
            base_url=self.address, headers=headers, timeout=PATIENCE, transport=transport
        )


class SecondDoor(Door):
    """Asks until a regulator has let it in."""

    def __init__(self, server: Server, link: Link) -> None:
        super().__init__(server, link)
        self._link = link

    async def enter(self) -> None:
        while True:
            _, found = await self.server.post("/j/handover", token=self._link.token)
            if found.get("state") == "ready":
                return
            await asyncio.sleep(0.2)


class Phones:
    def __init__(self, folder: Path) -> None:
        self._archive = Archive(folder)
        self._working = asyncio.create_task(self._archive.work())
        self._first: list[Phone] = []
        self._others: list[Phone] = []
        self._lives: set[asyncio.Task[None]] = set()

    async def film(self, _: dict[str, Any]) -> dict[str, Any]:
        """Makes the films, which costs a processor some seconds. Whether they are there a second later."""
        films = [self._archive.film(Shot(small=small), codec) for codec in CODECS for small in (False, True)]
        await asyncio.sleep(1)
        return {"made": all(film.complete for film in films)}

    async def come(self, asked: dict[str, Any]) -> dict[str, Any]:
        link = Link.read(asked["link"])
        self._live(Door(Server(link.origin, ssl.create_default_context()), link), self._first)
        return {}

    async def join(self, asked: dict[str, Any]) -> dict[str, Any]:
        link = Link.read(asked["link"])
        for number in range(asked["count"]):
            server = ElsewhereServer(link.origin, f"127.0.0.{2 + number // REQUESTS}")
            self._live(SecondDoor(server, link), self._others)
        return {}

    async def leave(self, _: dict[str, Any]) -> dict[str, Any]:
        """All but the first."""
        for phone in self._others:
            phone.hang_up()
        return {}

    def _live(self, door: Door, among: list[Phone]) -> None:
        phone = Phone(door, self._archive, Manners(), (LOOPBACK,))
        among.append(phone)
        life = asyncio.create_task(phone.run())
        self._lives.add(life)
        life.add_done_callback(self._lives.discard)


async def main(folder: Path) -> None:
    phones = Phones(folder)
    await serve({"film": phones.film, "come": phones.come, "join": phones.join, "leave": phones.leave})


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
