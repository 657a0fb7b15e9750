"""Phones that send a clip, and consoles that count: each kind in a process of its own.

`python -m tests.bench.relay.peers CLIP` answers on its standard input (`children.py`). The peers are those of
`media.simulator`: real connections with the feedback of a browser, without encoder and decoder.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from struct import Struct
from time import monotonic
from typing import Any, Final

import msgspec
import uvloop

from media.rtp import Packet
from media.simulator.receiving import ReceivingPeer, Seen
from media.simulator.sending import SendingPeer
from media.tasks import end
from tests.bench import clip
from tests.bench.children import ANSWER_WITHIN, serve
from tests.bench.relay.place import ADDRESS

# Behind each frame: the clock when it left, the same for all processes of Linux, and the number of the frame.
STAMP: Final = Struct("!dI")
CODECS: Final = ("VP8",)
ADDRESSES: Final = (ADDRESS,)


class Phone:
    """Sends the clip at its pace once it is connected, and begins it anew when a keyframe is asked for."""

    def __init__(self, frames: list[bytes]) -> None:
        self.peer = SendingPeer(CODECS, self._restart, addresses=ADDRESSES)
        self._frames = frames
        self._next = 0
        self._sending: asyncio.Task[None] | None = None

    async def answered(self, text: str) -> None:
        await self.peer.answered(text)
        await self.peer.connected()
        self._sending = asyncio.create_task(self._send())

    async def close(self) -> None:
        if self._sending is not None:
            await end([self._sending])
        await self.peer.close()

    async def _send(self) -> None:
        start, count = monotonic(), 0
        while True:
            frame, self._next = self._frames[self._next], (self._next + 1) % len(self._frames)
            now = monotonic()
            self.peer.send(frame + STAMP.pack(now, self.peer.sent.frames), now)
            count = max(count + 1, int((now - start) * clip.RATE))  # what is late is left out
            await asyncio.sleep(start + count / clip.RATE - monotonic())

    def _restart(self) -> None:
        self._next = 0


class Console:
    """`first`: when the first frame came that a decoder could show."""

    def __init__(self) -> None:
        self.peer = ReceivingPeer(CODECS, self._frame, addresses=ADDRESSES)
        self.first: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.delays: list[float] = []  # seconds, from the stamp to the last packet
        self._skipped = 0  # frames that did not come whole, or without a keyframe before them
        self._last: int | None = None  # number of the last frame
        self._before = Seen()

    def forget(self) -> None:
        self.delays.clear()
        self._skipped = 0
        self._before = msgspec.structs.replace(self.peer.seen)

    def seen(self) -> dict[str, int]:
        """Since the last `forget`."""
        before, seen = msgspec.structs.asdict(self._before), msgspec.structs.asdict(self.peer.seen)
        return {"skipped": self._skipped, **{name: seen[name] - before[name] for name in seen}}

    async def close(self) -> None:
        await self.peer.close()

    def _frame(self, packets: list[Packet], now: float) -> None:
        if not self.first.done():
            self.first.set_result(now)
        last = packets[-1]
        stamp, number = STAMP.unpack_from(last.data, last.end - STAMP.size)
        self.delays.append(now - stamp)
        if self._last is not None:
            self._skipped += number - self._last - 1
        self._last = number


class Peers:
    def __init__(self, frames: list[bytes]) -> None:
        self._frames = frames
        self._phones: dict[str, Phone] = {}
        self._consoles: dict[str, Console] = {}
        self._nacked = 0  # at the last `forget`, by the phones

    async def phone(self, request: dict[str, Any]) -> dict[str, Any]:
        phone = self._phones[request["name"]] = Phone(self._frames)
        return {"sdp": await phone.peer.offer()}

    async def phone_answered(self, request: dict[str, Any]) -> dict[str, Any]:
        await self._phones[request["name"]].answered(request["sdp"])
        return {}

    async def console(self, request: dict[str, Any]) -> dict[str, Any]:
        """It offers, or answers when there is an offer."""
        console = self._consoles[request["name"]] = Console()
        offer = request.get("sdp")
        return {"sdp": await (console.peer.accept(offer) if offer else console.peer.offer())}

    async def console_answered(self, request: dict[str, Any]) -> dict[str, Any]:
        await self._consoles[request["name"]].peer.answered(request["sdp"])
        return {}

    async def console_connected(self, request: dict[str, Any]) -> dict[str, Any]:
        await self._consoles[request["name"]].peer.connected()
        return {}

    async def pictured(self, request: dict[str, Any]) -> dict[str, Any]:
        """When a console had its first picture."""
        async with asyncio.timeout(ANSWER_WITHIN):
            return {"at": await asyncio.shield(self._consoles[request["name"]].first)}

    async def lose(self, request: dict[str, Any]) -> dict[str, Any]:
        """From now on, this share of the media of all peers here, both ways."""
        peers: list[Phone | Console] = [*self._phones.values(), *self._consoles.values()]
        for one in peers:
            one.peer.path.loss = request["share"]
        return {}

    async def forget(self, _request: dict[str, Any]) -> dict[str, Any]:
        for console in self._consoles.values():
            console.forget()
        self._nacked = self._asked_again()
        return {}

    async def seen(self, _request: dict[str, Any]) -> dict[str, Any]:
        """Of all consoles, since the last `forget`."""
        consoles = self._consoles.values()
        counts = [console.seen() for console in consoles]
        total = {name: sum(count[name] for count in counts) for name in counts[0]}
        return {**total, "delays": [delay for console in consoles for delay in console.delays]}

    async def asked_again(self, _request: dict[str, Any]) -> dict[str, Any]:
        """How many packets the phones were asked for again, since the last `forget`."""
        return {"packets": self._asked_again() - self._nacked}

    async def close(self, request: dict[str, Any]) -> dict[str, Any]:
        """One peer, or all of them."""
        names = [request["name"]] if "name" in request else [*self._phones, *self._consoles]
        found = [kind.pop(name) for name in names for kind in (self._phones, self._consoles) if name in kind]
        await asyncio.gather(*(peer.close() for peer in found))
        return {}

    def _asked_again(self) -> int:
        return sum(phone.peer.feedback.nacked for phone in self._phones.values())


async def main(path: Path) -> None:
    peers = Peers(clip.read(path))
    await serve(
        {
            "phone": peers.phone,
            "phone_answered": peers.phone_answered,
            "console": peers.console,
            "console_answered": peers.console_answered,
            "console_connected": peers.console_connected,
            "pictured": peers.pictured,
            "lose": peers.lose,
            "forget": peers.forget,
            "seen": peers.seen,
            "asked_again": peers.asked_again,
            "close": peers.close,
        }
    )


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))
