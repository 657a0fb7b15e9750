"""Peers that send and count frames encoded before: as strict as a browser, and as forgiving."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.payloads import join
from media.relay import EmbeddedRelay
from media.rtp import Packet
from media.simulator.cutting import CUT, LARGEST
from media.simulator.receiving import ReceivingPeer
from media.simulator.sending import HISTORY, SendingPeer
from tests.media.encoding import encoded
from tests.media.peers import LOOPBACK, until

FRAMES = 40

Send = Callable[[], None]


class Pair:
    """A phone that sends `film` over and over, and a viewer that keeps what it could show."""

    def __init__(self, codec: str) -> None:
        film = encoded(codec, [40 + 4 * at for at in range(8)])
        self.film = [join(codec, CUT[codec](frame, 0))[0] for frame in film]  # start codes of one size
        self.phone = SendingPeer((codec,), self._restart, addresses=(LOOPBACK,))
        self.viewer = ReceivingPeer((codec,), self._keep, addresses=(LOOPBACK,))
        self.shown: list[bytes] = []
        self.sent: list[bytes] = []
        self._next = 0

    async def connect_through(self, relay: EmbeddedRelay) -> None:
        await self.viewer.answered(await relay.view("visio", "console", await self.viewer.offer()))
        await self.phone.answered(await relay.publish("visio", "phone", await self.phone.offer()))
        await self._connected()

    async def connect(self) -> None:
        await self.phone.answered(await self.viewer.accept(await self.phone.offer()))
        await self._connected()

    async def send(self, frames: int = FRAMES) -> None:
        for _ in range(frames):
            frame, self._next = self.film[self._next], (self._next + 1) % len(self.film)
            self.phone.send(frame, asyncio.get_running_loop().time())
            self.sent.append(frame)
            await asyncio.sleep(1 / 100)

    async def close(self) -> None:
        await self.phone.close()
        await self.viewer.close()

    async def _connected(self) -> None:
        await self.phone.connected()
        await self.viewer.connected()

    def _keep(self, packets: list[Packet], _now: float) -> None:
        payloads = [packet.data[packet.start : packet.end] for packet in packets]
        self.shown.append(join(self.phone.codec, payloads)[0])

    def _restart(self) -> None:
        self._next = 0


@pytest.fixture(params=["VP8", "H264"])
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    made = Pair(request.param)
    yield made
    await made.close()


async def test_frames_come_through_the_relay_as_they_were(pair: Pair, relay: EmbeddedRelay) -> None:
    await pair.connect_through(relay)
    await pair.send()
    await until(lambda: len(pair.shown) == FRAMES, "all frames")
    assert pair.shown == pair.sent
    assert (pair.viewer.seen.missed, pair.viewer.seen.foreign) == (0, 0)


async def test_what_a_line_loses_is_sent_again(pair: Pair) -> None:
    await pair.connect()
    await pair.send(1)
    await until(lambda: pair.shown, "a keyframe")
    pair.phone.path.loss = 0.1
    await pair.send()
    pair.phone.path.loss = 0.0
    await pair.send(1)  # shows what was lost of the last
    await until(lambda: len(pair.shown) == FRAMES + 2, "all frames, in their order")
    assert pair.shown == pair.sent
    assert pair.phone.feedback.repeated > 0
    assert pair.viewer.seen.recovered > 0


async def test_a_viewer_that_lost_too_much_shows_nothing_before_a_keyframe(pair: Pair) -> None:
    await pair.connect()
    await pair.send(2)
    await until(lambda: len(pair.shown) == 2, "the first frames")
    pair.phone.path.loss = 1.0
    await pair.send(2)
    pair.phone.path.loss = 0.0
    pair.phone._history[:] = [None] * HISTORY  # nobody has it any more
    pair.shown.clear()
    while not pair.shown:
        await pair.send(1)
    assert pair.shown[0] == pair.film[0]
    assert pair.viewer.seen.lost > 0


async def test_a_viewer_tells_when_packets_came(pair: Pair) -> None:
    await pair.connect()
    await pair.send(1)
    await until(lambda: pair.phone.feedback.transport_reports, "transport-wide feedback")


async def test_a_viewer_tells_its_limit_where_transport_wide_feedback_was_not_agreed_on(pair: Pair) -> None:
    offer = await pair.phone.offer()
    pair.viewer.limit = 700_000
    await pair.phone.answered(await pair.viewer.accept(offer.replace("draft-holmer", "draft-nobody")))
    await pair.phone.connected()
    await pair.send(1)
    await until(lambda: pair.phone.feedback.limit == 700_000, "REMB")


async def test_an_answer_without_a_common_codec_is_an_error() -> None:
    phone = SendingPeer(("VP8",), addresses=(LOOPBACK,))
    await phone.offer()
    with pytest.raises(ConnectionError):
        await phone.answered("v=0\r\nm=video 0 UDP/TLS/RTP/SAVPF 0\r\n")
    await phone.close()


@given(st.binary(min_size=1, max_size=5000))
def test_vp8_is_cut_into_pieces_that_fit_and_join_again(frame: bytes) -> None:
    payloads = CUT["VP8"](frame, 40_000)
    assert max(map(len, payloads)) <= LARGEST + 4
    assert join("VP8", payloads)[0] == frame


@given(st.lists(st.tuples(st.sampled_from([0x67, 0x68, 0x65, 0x41]), st.integers(1, 3000)), min_size=1))
def test_h264_is_cut_into_pieces_that_fit_and_join_again(units: list[tuple[int, int]]) -> None:
    frame = b"".join(b"\0\0\0\1" + bytes([kind]) + b"\x80" * size for kind, size in units)
    payloads = CUT["H264"](frame, 0)
    assert max(map(len, payloads)) <= LARGEST
    assert join("H264", payloads)[0] == frame
