"""What is shown at once: a phone's stills and measurements, on their way to the consoles of its session.

A console that joins gets the phone's next still, a second or so later; what a slow console has not read yet
is replaced by what is newer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec

from signaling.domain import measures
from signaling.domain.errors import BadFile, BadMessage
from signaling.domain.quality import Measured
from signaling.domain.records import Participant
from signaling.messages import console, control
from signaling.messages.codec import encode
from signaling.ports import Bus, Clock, Observer
from signaling.service.quality import QualityKeeper

STILL_MILLISECONDS: Final = 150  # between two stills of a phone; ours leave 300 ms at the least
QUALITY_MILLISECONDS: Final = 1_000
PHONES: Final = 1_000  # whose last times are remembered


def live_topic(session: str) -> str:
    """Notes are a key, a line feed, and a frame for every console of the session (`read_live`)."""
    return f"live:{session}"


def read_live(note: bytes) -> tuple[str, bytes]:
    """`(key, frame)`: of the frames of one key only the newest matters; JSON or binary as in PROTOCOL.md."""
    key, _, frame = note.partition(b"\n")
    return key.decode(), frame


class Live:
    """`check_still` raises BadFile for what is no whole JPEG picture of a sane size; it may take some
    milliseconds."""

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        check_still: Callable[[bytes], None],
        observer: Observer | None = None,
        keeper: QualityKeeper | None = None,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._check_still = check_still
        self._observer = observer
        self._keeper = keeper
        self._times: dict[str, int] = {}  # key -> when the last one was let through

    async def still(self, phone: Participant, jpeg: bytes) -> None:
        """Show a JPEG still. Raises BadMessage for what is none, or comes too soon after the one before."""
        key = f"still:{phone.id}"
        if not self._is_due(key, STILL_MILLISECONDS):
            raise BadMessage("stills come too fast")
        try:
            await asyncio.to_thread(self._check_still, jpeg)
        except BadFile as error:
            raise BadMessage(f"a still that is none: {error}") from None
        now = self._clock.now().to_bytes(8, "big")
        await self._publish(phone.session, key, phone.id.encode() + now + jpeg)

    async def quality(self, centre: str, session: str, participant: str, frame: control.Quality) -> None:
        """Show and keep what a phone measures. Raises BadMessage; what comes too often is let go."""
        measures.check_quality(frame)
        if self._is_due(f"quality:{participant}", QUALITY_MILLISECONDS):
            if self._observer is not None:
                self._observer.measured(frame)
            if self._keeper is not None:
                measured = Measured(frame.bitrate, frame.frames, frame.loss, frame.round_trip)
                self._keeper.add(centre, session, participant, measured)
            told = console.Quality(participant=participant, **msgspec.structs.asdict(frame))
            await self.tell(session, told)

    async def tell(self, session: str, frame: console.Quality | console.FileProgress) -> None:
        """Send every console of the session a frame that the next one of its kind and phone replaces."""
        key = f"{frame.__struct_config__.tag}:{frame.participant}"
        await self._publish(session, key, encode(frame))

    async def _publish(self, session: str, key: str, frame: bytes) -> None:
        await self._bus.publish(live_topic(session), key.encode() + b"\n" + frame)

    def _is_due(self, key: str, pause: int) -> bool:
        """Whether `pause` milliseconds have passed since the last one; if so, it is the last one now."""
        now = self._clock.now()
        if now - self._times.get(key, 0) < pause:
            return False
        self._times.pop(key, None)
        self._times[key] = now
        if len(self._times) > PHONES:
            del self._times[next(iter(self._times))]
        return True
