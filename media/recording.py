"""The hook for a recorder: a phone's encoded frames, complete and in order, as they are forwarded.

Nothing is decoded, and nothing is copied as long as nobody records. A recorder that is slower than its phone
gets fewer frames; forwarding never waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from media.codecs import Codec
from media.encoded_frames import EncodedFrame, FrameAssembler, Gap, Timeline
from media.rtp import Packet
from media.stream import Stream
from media.tasks import finish

LIMIT = 8 << 20  # bytes that wait for a slow recorder: 50 s at 1.2 Mbit/s
OVERHEAD = 200  # bytes that an object takes beside its data; frames of a byte must be bounded too

log = logging.getLogger(__name__)


class Segment(msgspec.Struct, frozen=True):
    """What follows is of one codec, and begins with a keyframe. A phone that reloads its page or changes its
    codec begins another segment, as a pause of the line may; timestamps go on."""

    codec: str


class End(msgspec.Struct, frozen=True):
    """Nothing follows: the participant left, the session ended, or the recording was stopped."""


Recorded = Segment | EncodedFrame | Gap | End
Sink = Callable[[Recorded], Awaitable[None]]  # called for one at a time; one that raises is called no more


class Recordings:
    """All of a relay."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, stream: Stream, sink: Sink) -> Recording:
        recording = Recording(stream, sink)
        self._tasks.add(recording.task)
        recording.task.add_done_callback(self._tasks.discard)
        return recording

    async def close(self) -> None:
        """Those that ended get a moment to write what waits."""
        await finish(self._tasks)


class Recording:
    """One stream into one sink, until `stop`, or until the stream ends. A tap of the stream."""

    def __init__(self, stream: Stream, sink: Sink) -> None:
        self._stream = stream
        self._sink = sink
        self._timeline = Timeline()
        self._assembler: FrameAssembler | None = None  # None before the phone's first packet
        self._waiting: asyncio.Queue[Recorded] = asyncio.Queue()
        self._size = 0  # bytes in `_waiting`
        self._break: Segment | Gap | None = None  # to be told before the next frame
        self._lagging = False  # frames are left out until a keyframe
        self.task = asyncio.create_task(self._deliver(), name="media recording")
        if stream.publisher is not None:
            self.restarted(stream.publisher.codec, 0)
        stream.tap(self)

    async def stop(self) -> None:
        """Returns once the sink has had everything, its end included."""
        self.finish()
        await asyncio.wait([self.task])

    def finish(self) -> None:
        """No further frame; the sink gets what waits, and its end."""
        self._stream.untap(self)
        self.ended()

    @property
    def over(self) -> bool:
        """It was stopped, its participant is gone, or its sink failed."""
        return self.task.done()

    # ------------------------------------------------------------ from the stream
    @property
    def wants_keyframe(self) -> bool:
        if self._lagging:
            return self._size < LIMIT // 2
        return self._assembler is not None and self._assembler.waiting

    def forward(self, packets: Sequence[Packet], now: float) -> None:
        if self._assembler is not None:
            for item in self._assembler.take(packets, now):
                self._put(item)

    def restarted(self, codec: Codec, _now: float) -> None:
        self._timeline.restart()
        self._assembler = FrameAssembler(codec.name, self._timeline)
        self._break = Segment(codec.name)

    def ended(self) -> None:
        self._waiting.put_nowait(End())

    # ------------------------------------------------------------ to the sink
    def _put(self, item: EncodedFrame | Gap) -> None:
        if isinstance(item, Gap):
            self._break = self._break or item
        elif (self._lagging and not item.keyframe) or self._size + len(item.data) > LIMIT:
            self._lag()
        else:
            self._lagging = False
            if self._break is not None:
                self._waiting.put_nowait(self._break)
                self._break = None
            self._size += len(item.data) + OVERHEAD
            self._waiting.put_nowait(item)

    def _lag(self) -> None:
        if not self._lagging:
            log.warning("recorder_too_slow")
        self._lagging = True
        self._break = self._break or Gap()

    async def _deliver(self) -> None:
        try:
            item: Recorded | None = None
            while not isinstance(item, End):
                item = await self._waiting.get()
                if isinstance(item, EncodedFrame):
                    self._size -= len(item.data) + OVERHEAD
                await self._sink(item)
        except Exception:
            log.exception("recorder_failed")
            self._stream.untap(self)
