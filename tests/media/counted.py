"""Calls whose frames are counted: as many are sent as are to arrive, so that no clock decides a test."""

from __future__ import annotations

import asyncio
from struct import pack

from media import rtcp
from media.relay import EmbeddedRelay
from media.rtp import Packet
from media.simulator.peer import Peer
from media.simulator.receiving import ReceivingPeer
from media.simulator.sending import SendingPeer
from tests.media.attackers import Target, target
from tests.media.insiders import Insider
from tests.media.peers import LOOPBACK, until

RATE = 100  # frames a second: quicker than any camera, so that a test is short
FLUSH = 200  # frames after the last that counts, so that its loss is noticed and repaired; 2 s
KEYFRAME = b"\x10\2\0\x9d\1\x2a" + bytes(3_000)  # VP8 by its first bit; the relay looks no further
FRAME = b"\x11\2\0" + bytes(1_000)


class CountedCall:
    """A phone and a viewer that neither encode nor decode. `setup`: the DTLS role that both offer."""

    def __init__(self, relay: EmbeddedRelay, session: str, setup: str = "actpass") -> None:
        self.phone = SendingPeer(("VP8",), self._keyframe_wanted, addresses=(LOOPBACK,))
        self.viewer = ReceivingPeer(("VP8",), self._arrived, addresses=(LOOPBACK,))
        self._relay = relay
        self._session = session
        self._setup = setup
        self._answers = ("", "")
        self._wanted = True
        self._shown: set[int] = set()

    @property
    def peers(self) -> tuple[Peer, Peer]:
        return self.phone, self.viewer

    async def offer(self) -> tuple[Target, Target]:
        """The relay's ends, which now wait for this call's."""
        relay, session, setup = self._relay, self._session, self._setup
        to_phone = (await self.phone.offer()).replace("actpass", setup)
        to_viewer = (await self.viewer.offer()).replace("actpass", setup)
        self._answers = (
            await relay.publish(session, "phone", to_phone),
            await relay.view(session, "console", to_viewer),
        )
        return target(self._answers[0]), target(self._answers[1])

    async def connect(self) -> tuple[Insider, Insider]:
        """The two ends, should they turn bad. Returns once a picture has arrived."""
        for peer, answer in zip(self.peers, self._answers, strict=True):
            await peer.answered(answer)
        for peer in self.peers:
            await peer.connected()
        await until(lambda: self.phone.control.readyState == "open")
        await self.goes_on()
        self.viewer.path.send_rtcp(
            rtcp.receiver_report(1)
        )  # a sign of life, which the relay's DTLS server needs
        return Insider(self.phone, self._answers[0]), Insider(self.viewer, self._answers[1])

    async def goes_on(self) -> None:
        """Returns once a frame is shown that was sent from now on."""
        first = self._send()
        await until(lambda: self._send() and max(self._shown, default=-1) >= first)

    async def play(self, count: int) -> float:
        """Send that many frames. The share of them that a decoder could have shown."""
        start = asyncio.get_running_loop().time()
        sent: set[int] = set()
        for number in range(1, count + FLUSH + 1):
            if number <= count:
                sent.add(self._send())
            elif sent <= self._shown:
                break
            else:
                self._send()
            await asyncio.sleep(start + number / RATE - asyncio.get_running_loop().time())
        return len(sent & self._shown) / count

    async def close(self) -> None:
        for peer in self.peers:
            await peer.close()
        await self._relay.end(self._session)

    # ------------------------------------------------------------ parts
    def _keyframe_wanted(self) -> None:
        self._wanted = True

    def _send(self) -> int:
        """One frame, which ends with its number."""
        frame, self._wanted = KEYFRAME if self._wanted else FRAME, False
        number = self.phone.sent.frames
        self.phone.send(frame + pack("!I", number), number / RATE)
        return number

    def _arrived(self, packets: list[Packet], _now: float) -> None:
        last = packets[-1]
        self._shown.add(int.from_bytes(last.data[last.end - 4 : last.end], "big"))
