"""Phones and viewers for the relay's tests: stock aiortc on the loopback, with real encoders and decoders."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Protocol, cast

import aioice.ice
import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)

from signaling.messages.relay import Moved, RelayEvent

LOOPBACK = "127.0.0.1"
WIDTH, HEIGHT, RATE = 160, 96, 30
WITHIN = 15.0  # seconds; how long a condition may take on a busy machine before the test fails


class Answering(Protocol):
    async def publish(self, session: str, participant: str, offer: str) -> str: ...
    async def view(
        self, session: str, participant: str, offer: str, thumbnail_of: str = "", *, large: bool = False
    ) -> str: ...


async def until(condition: Callable[[], object], what: str = "") -> None:
    """Returns as soon as the condition holds; fails when it never does."""
    async with asyncio.timeout(WITHIN):
        while not condition():  # noqa: ASYNC110 - the peers have no event for most of what tests wait for
            await asyncio.sleep(0.01)


def brightness(frame: av.VideoFrame) -> int:
    """The mean luma of a frame, as a test's camera painted it."""
    return int(frame.to_ndarray(format="gray8").mean())


class Camera(MediaStreamTrack):
    """A grey picture, 30 a second. `shade` is its luma, so that a viewer recognises whose picture it sees.

    With `detail` it is noise instead, and a frame takes several packets.
    """

    kind = "video"

    def __init__(self, shade: int, *, detail: bool = False) -> None:
        super().__init__()
        self.shade = shade
        self.painted = 0
        self._noise = np.random.default_rng(15) if detail else None
        self.running = asyncio.Event()
        self.running.set()
        self._count = 0
        self._start = asyncio.get_running_loop().time()

    async def recv(self) -> av.VideoFrame:
        await self.running.wait()
        loop = asyncio.get_running_loop()
        self._count = max(self._count + 1, int((loop.time() - self._start) * RATE))
        self.painted += 1
        await asyncio.sleep(self._start + self._count / RATE - loop.time())
        luma = np.full((HEIGHT, WIDTH), self.shade, np.uint8)
        luma[::8, (self._count * 4) % WIDTH] = 255 - self.shade  # something moves
        if self._noise is not None:
            luma[:] = self._noise.integers(0, 255, luma.shape)  # a frame of several packets
        chroma = np.full((HEIGHT // 2, WIDTH), 128, np.uint8)
        frame = av.VideoFrame.from_ndarray(np.concatenate([luma, chroma]), format="yuv420p")
        frame.pts, frame.time_base = self._count * 90_000 // RATE, Fraction(1, 90_000)
        return frame


class _Nowhere:
    """A datagram transport that swallows."""

    def __init__(self, transport: asyncio.DatagramTransport) -> None:
        self.close = transport.close

    def sendto(self, *_: object) -> None:
        pass


class Peer:
    """One peer connection that offers, as browsers do."""

    unheard = 0

    def __init__(self) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))

    async def offer(self) -> str:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return self.pc.localDescription.sdp

    async def answer(self, text: str) -> None:
        await self.pc.setRemoteDescription(RTCSessionDescription(text, "answer"))

    async def close(self) -> None:
        await self.pc.close()

    def vanish(self) -> None:
        """Neither send nor receive anything from now on, and tell nobody."""
        for socket in self._agent._protocols:
            socket.datagram_received = self._ignore  # type: ignore[method-assign,assignment]
            socket.transport = cast(asyncio.DatagramTransport, _Nowhere(socket.transport))

    @contextlib.contextmanager
    def deaf(self) -> Iterator[None]:
        """Receives nothing for as long as the `with` lasts; `unheard` counts what came."""
        sockets = self._agent._protocols
        for socket in sockets:
            socket.datagram_received = self._ignore  # type: ignore[method-assign,assignment]
        yield
        for socket in sockets:
            del socket.datagram_received

    def _ignore(self, _data: bytes | str, _address: tuple[object, ...]) -> None:
        self.unheard += 1

    def send_raw(self, datagram: bytes) -> None:
        """Send any bytes to the other end, from the address it knows."""
        pair = self._agent._nominated[1]
        pair.protocol.transport.sendto(datagram, pair.remote_addr)

    @property
    def _agent(self) -> aioice.ice.Connection:
        return self.pc.getTransceivers()[0].receiver.transport.transport._connection

    def prefer(self, transceiver: RTCRtpTransceiver, codecs: Sequence[str]) -> None:
        """Offer these codecs only, in that order; H264 is constrained baseline."""
        wanted = []
        for name in (*codecs, "rtx"):
            for codec in RTCRtpSender.getCapabilities("video").codecs:
                level = codec.parameters.get("profile-level-id", "42e01f")
                if codec.name == name and level == "42e01f":
                    wanted.append(codec)
        transceiver.setCodecPreferences(wanted)


class Phone(Peer):
    """Sends its camera, and has the control channel."""

    def __init__(
        self, shade: int = 200, codecs: Sequence[str] = ("H264", "VP8"), *, detail: bool = False
    ) -> None:
        super().__init__()
        self.camera = Camera(shade, detail=detail)
        self.video = self.pc.addTransceiver(self.camera, direction="sendonly")
        self.prefer(self.video, codecs)
        self.control = self.pc.createDataChannel("control")
        self.told: list[str] = []
        self.control.on("message", self.told.append)

    def lift_message_limit(self) -> None:
        """Send what the relay said it does not take, as a browser would not."""
        self.control.transport._remote_max_message_size = 0

    def change_source(self) -> None:
        """Go on under another SSRC, and not with a keyframe."""
        sender = self.video.sender
        router = sender.transport._rtp_router
        del router.senders[sender._ssrc]
        sender._ssrc += 2
        router.register_sender(sender, sender._ssrc)

    async def publish(self, relay: Answering, session: str = "visio", participant: str = "phone") -> Phone:
        await self.answer(await relay.publish(session, participant, await self.offer()))
        return self


class Viewer(Peer):
    """Decodes what it receives."""

    def __init__(self, codecs: Sequence[str] = ("VP8", "H264")) -> None:
        super().__init__()
        self.video = self.pc.addTransceiver("video", direction="recvonly")
        self.prefer(self.video, codecs)
        self.frames = 0
        self.shade = -1  # of the last frame
        self._watching: asyncio.Task[None] | None = None

    async def view(
        self,
        relay: Answering,
        session: str = "visio",
        participant: str = "console",
        thumbnail_of: str = "",
        *,
        large: bool = False,
    ) -> Viewer:
        offer = await self.offer()
        await self.answer(await relay.view(session, participant, offer, thumbnail_of, large=large))
        self.watch()
        return self

    def watch(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    @property
    def track_id(self) -> str:
        return str(self.video.receiver.track.id)

    async def close(self) -> None:
        await super().close()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])

    async def sees(self, shade: int) -> None:
        """Returns once it decodes a picture of that shade, within what a codec changes."""
        await until(lambda: abs(self.shade - shade) < 15, f"shade {shade}")

    async def _watch(self) -> None:
        while True:
            frame = cast(av.VideoFrame, await self.video.receiver.track.recv())
            self.frames += 1
            self.shade = brightness(frame)


class Ear:
    """Takes a relay's events down."""

    def __init__(self) -> None:
        self.events: list[RelayEvent] = []

    async def __call__(self, event: RelayEvent) -> None:
        self.events.append(event)

    def count(self, kind: type) -> int:
        return sum(isinstance(event, kind) for event in self.events)

    @property
    def moved(self) -> list[str]:
        """The sessions whose node went, in that order."""
        return [event.session for event in self.events if isinstance(event, Moved)]

    async def hears(self, kind: type, times: int = 1) -> None:
        await until(lambda: self.count(kind) >= times, kind.__name__)
