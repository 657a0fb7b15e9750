"""Calls over bad lines, whose camera paints each frame's number: who sees them knows what was lost."""

from __future__ import annotations

import contextlib
from typing import cast

import av
import numpy as np
from aiortc.mediastreams import MediaStreamError

from media.relay import EmbeddedRelay
from tests.media.lossy import Line
from tests.media.peers import HEIGHT, WIDTH, Camera, Phone, Viewer, until

BITS = 10
BLOCK = 16  # pixels, of each bit's square


class NumberedCamera(Camera):
    """Noise, so that a frame takes several packets, under a row of squares: white is one, black is zero."""

    async def recv(self) -> av.VideoFrame:
        frame = await super().recv()
        luma = frame.to_ndarray(format="gray8").astype(np.uint8)
        for bit in range(BITS):
            luma[:BLOCK, bit * BLOCK : (bit + 1) * BLOCK] = 255 * (self.painted >> bit & 1)
        chroma = np.full((HEIGHT // 2, WIDTH), 128, np.uint8)
        numbered = av.VideoFrame.from_ndarray(np.concatenate([luma, chroma]), format="yuv420p")
        numbered.pts, numbered.time_base = frame.pts, frame.time_base
        return numbered


def number(frame: av.VideoFrame) -> int:
    luma = frame.to_ndarray(format="gray8")
    squares = [luma[4 : BLOCK - 4, bit * BLOCK + 4 : (bit + 1) * BLOCK - 4] for bit in range(BITS)]
    return sum(int(square.mean() > 127) << bit for bit, square in enumerate(squares))


class NumberedPhone(Phone):
    def __init__(self, codec: str) -> None:
        super().__init__(codecs=[codec])
        self.camera = NumberedCamera(200, detail=True)
        self.video.sender.replaceTrack(self.camera)


class Reader(Viewer):
    """Knows which frames it saw."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[int] = set()

    async def __aenter__(self) -> Reader:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _watch(self) -> None:
        with contextlib.suppress(MediaStreamError):  # the relay hung up
            while True:
                frame = cast(av.VideoFrame, await self.video.receiver.track.recv())
                self.frames += 1
                self.seen.add(number(frame))


def unmeasured(offer: str) -> str:
    """Without send times there is no estimate: a slow machine must not be taken for a slow line."""
    return "".join(line for line in offer.splitlines(keepends=True) if "abs-send-time" not in line)


class Call:
    """A phone that is seen by a console, each behind a line of its own."""

    def __init__(self, relay: EmbeddedRelay, session: str, codec: str) -> None:
        self.phone, self.console = NumberedPhone(codec), Reader()
        self.phones_line, self.consoles_line = Line(seed=15), Line(seed=18)
        self._relay = relay
        self._session = session

    async def __aenter__(self) -> Call:
        offer = self.consoles_line.hidden(unmeasured(await self.console.offer()))
        answer = await self._relay.view(self._session, "console", offer)
        await self.console.answer(self.consoles_line.through(answer))
        self.console.watch()
        offer = self.phones_line.hidden(await self.phone.offer())
        answer = await self._relay.publish(self._session, "phone", offer)
        await self.phone.answer(self.phones_line.through(answer))
        await until(lambda: self.console.frames > 5)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.phone.close()
        await self.console.close()
        for line in (self.phones_line, self.consoles_line):
            await line.__aexit__()

    async def paint(self, frames: int) -> range:
        """The numbers of the frames that were painted meanwhile."""
        first = self.phone.camera.painted + 1
        await until(lambda: self.phone.camera.painted >= first + frames)
        return range(first, first + frames)

    async def sees(self, frames: range, share: float) -> None:
        """Returns once that share of them was decoded. The camera goes on: else nobody misses the last."""
        await until(lambda: len(self.console.seen.intersection(frames)) >= share * len(frames))
