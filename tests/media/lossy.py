"""A bad line between a peer and the relay: a UDP proxy that loses, delays, reorders and caps the rate.

    async with Line() as line:
        answer = await relay.publish("visio", "phone", line.hidden(await phone.offer()))
        await phone.answer(line.through(answer))
        line.up.loss = 0.05

Chance is seeded: the same packets in the same order are lost again at the next run.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from collections.abc import Callable
from typing import cast

Address = tuple[str, int]
LOOPBACK = "127.0.0.1"


class Direction:
    """One way of a line. All can be changed while it is in use."""

    def __init__(self, seed: int) -> None:
        self.loss = 0.0  # share of the packets
        self.delay = 0.0  # seconds
        self.straggling = 0.0  # share of the packets that come `late` seconds after those around them
        self.late = 0.02  # seconds
        self.rate = 0  # bit/s, 0 for no limit
        self.patience = 0.3  # seconds that a packet waits for its turn at most, before it is dropped
        self.is_cut = False
        self.passed = self.lost = self.octets = 0
        self._chance = random.Random(seed)
        self._free_at = 0.0  # when all that waits has left

    def carry(self, datagram: bytes, send: Callable[[bytes], None]) -> None:
        """Lose it, or send it when its time has come."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        # Two throws for each datagram, whatever the settings: one change doesn't move all that follows.
        lost, straggles = self._chance.random() < self.loss, self._chance.random() < self.straggling
        waits = max(0.0, self._free_at - now) if self.rate else 0.0
        if self.is_cut or lost or waits > self.patience:
            self.lost += 1
            return
        if self.rate:
            waits += len(datagram) * 8 / self.rate
            self._free_at = now + waits
        self.passed += 1
        self.octets += len(datagram)
        wait = waits + self.delay + (self.late if straggles else 0.0)
        if wait:
            loop.call_later(wait, send, datagram)
        else:
            send(datagram)


class Line:
    """`up`: from the peer to the relay. `down`: from the relay to the peer."""

    def __init__(self, seed: int = 15) -> None:
        self.up, self.down = Direction(seed), Direction(seed + 1)
        self._doors: dict[Address, socket.socket] = {}  # by the relay's address: what the peer takes for it
        self._ways: dict[tuple[Address, Address], socket.socket] = {}  # what the relay takes for the peer

    async def __aenter__(self) -> Line:
        return self

    async def __aexit__(self, *_: object) -> None:
        for opened in (*self._doors.values(), *self._ways.values()):
            asyncio.get_running_loop().remove_reader(opened)
            opened.close()

    def cut(self, is_cut: bool = True) -> None:
        self.up.is_cut = self.down.is_cut = is_cut

    def hidden(self, offer: str) -> str:
        """An offer without the peer's addresses: the relay has to learn them from what comes."""
        lines = offer.splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith("a=candidate:"))

    def through(self, answer: str) -> str:
        """The relay's answer, with our addresses in place of its own."""
        lines = []
        for line in answer.splitlines(keepends=True):
            words = line.split(" ")
            if line.startswith("a=candidate:"):
                words[4:6] = map(str, self._door((words[4], int(words[5]))))
            lines.append(" ".join(words))
        return "".join(lines)

    # ------------------------------------------------------------ sockets
    def _door(self, relay: Address) -> Address:
        if relay not in self._doors:
            door = self._doors[relay] = self._open(lambda data, peer: self._from_peer(relay, peer, data))
            door.bind((LOOPBACK, 0))
        return cast(Address, self._doors[relay].getsockname())

    def _from_peer(self, relay: Address, peer: Address, data: bytes) -> None:
        if (relay, peer) not in self._ways:
            door = self._doors[relay]
            way = self._open(lambda data, _: self.down.carry(data, lambda late: _send(door, late, peer)))
            self._ways[relay, peer] = way
        way = self._ways[relay, peer]
        self.up.carry(data, lambda late: _send(way, late, relay))

    def _open(self, received: Callable[[bytes, Address], None]) -> socket.socket:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.setblocking(False)

        def read() -> None:
            # A relay that has closed its socket says so: as on any network, the datagram is gone.
            with contextlib.suppress(OSError):
                received(*opened.recvfrom(2048))

        asyncio.get_running_loop().add_reader(opened, read)
        return opened


def _send(way: socket.socket, datagram: bytes, address: Address) -> None:
    """Now or, when the line has been taken down meanwhile, never."""
    with contextlib.suppress(OSError):
        way.sendto(datagram, address)
