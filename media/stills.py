"""Single pictures of what is forwarded: the next keyframe of a phone, as JPEG."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from media.codecs import Codec
from media.decoding import Decoder, Undecodable
from media.encoded_frames import EncodedFrame, FrameAssembler, Timeline
from media.rtp import Packet
from media.stream import Stream
from media.tasks import end
from signaling.domain.errors import NoPicture, RelayUnavailable

WITHIN = 3.0  # seconds for a keyframe that we asked for
AGAIN = 2.0  # seconds in which a stream's still comes again: each costs the phone a keyframe
REFUSAL = 60.0  # seconds without one after a keyframe that no decoder takes: others want theirs


class Stills:
    """One at a time of each stream; whoever asks meanwhile gets the same."""

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._taken: dict[Stream, asyncio.Task[bytes]] = {}  # being taken, or not older than AGAIN

    async def take(self, stream: Stream) -> bytes:
        """JPEG without metadata, 1280 pixels at most. Raises NoPicture."""
        taken = self._taken.get(stream)
        if taken is None:
            taken = self._taken[stream] = asyncio.create_task(self._take(stream), name="media still")
        try:
            return await asyncio.shield(taken)
        except asyncio.CancelledError:
            if taken.cancelled():
                raise RelayUnavailable("the relay is closed") from None
            raise

    async def close(self) -> None:
        await end(self._taken.values())
        await self._decoder.close()

    async def _take(self, stream: Stream) -> bytes:
        kept = AGAIN
        try:
            return await self._decoder.jpeg(await _next_keyframe(stream))
        except Undecodable:
            kept = REFUSAL
            raise
        finally:
            asyncio.get_running_loop().call_later(kept, self._taken.pop, stream, None)


async def _next_keyframe(stream: Stream) -> EncodedFrame:
    """Asks the phone for one. Raises NoPicture."""
    if stream.publisher is None or not stream.flowing:
        raise NoPicture("the phone sends nothing")
    tap = _KeyframeTap(stream.publisher.codec)
    stream.tap(tap)
    try:
        async with asyncio.timeout(WITHIN):
            return await tap.found
    except TimeoutError:
        raise NoPicture("no keyframe came") from None
    finally:
        stream.untap(tap)


class _KeyframeTap:
    def __init__(self, codec: Codec) -> None:
        self.found: asyncio.Future[EncodedFrame] = asyncio.get_running_loop().create_future()
        self._assembler = FrameAssembler(codec.name, Timeline())

    @property
    def wants_keyframe(self) -> bool:
        return self._assembler.waiting

    def forward(self, packets: Sequence[Packet], now: float) -> None:
        for item in self._assembler.take(packets, now):
            if isinstance(item, EncodedFrame) and not self.found.done():  # the first is always a keyframe
                self.found.set_result(item)

    def restarted(self, codec: Codec, _now: float) -> None:
        self._assembler = FrameAssembler(codec.name, Timeline())

    def ended(self) -> None:
        if not self.found.done():
            self.found.set_exception(NoPicture("the phone is gone"))
