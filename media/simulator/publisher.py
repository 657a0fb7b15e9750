"""The simulated phone's picture on its way to the relay: a connection that fails is replaced, for ever."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Final

from media.simulator.backoff import delay
from media.simulator.line import NoAnswer
from media.simulator.sending import SendingPeer
from media.tasks import pause

GIVE_UP: Final = 15.0  # seconds from the offer to a connection
PATIENCE: Final = 3.0  # seconds without a word of a relay that we send to
PAUSE: Final = 1.0  # seconds without a frame: what the relay says meanwhile tells nothing
LOOK_EVERY: Final = 0.25  # seconds
SMALL_BELOW: Final = 400_000  # bit/s: browsers then send a smaller picture rather than a poor one

log = logging.getLogger(__name__)


class _Leg(SendingPeer):
    """A connection that knows when it was last heard of."""

    def __init__(self, keyframe_wanted: Callable[[], None], addresses: Sequence[str]) -> None:
        super().__init__(keyframe_wanted=keyframe_wanted, addresses=addresses)
        self._sent_at = self._heard_at = 0.0

    @property
    def is_dead(self) -> bool:
        """The relay hung up, or it says nothing although we send: it is gone, or the network is."""
        gone = self.pc.connectionState in {"failed", "closed"} or self.control.readyState == "closed"
        return gone or self._sent_at - self._heard_at > PATIENCE

    def send(self, frame: bytes, at: float) -> None:
        now = monotonic()
        if now - self._sent_at > PAUSE:
            self._heard_at = now
        self._sent_at = now
        super().send(frame, at)

    def heard(self, compound: bytes, now: float) -> None:
        self._heard_at = now
        super().heard(compound, now)


class Publisher:
    """`negotiate`: from an offer to its answer, raises NoAnswer. `opened` is called at each opening of the
    channel `control`, `receive` with its messages. `loss`: share of the media's datagrams. `addresses`: local
    ones to offer, all but the loopback when empty."""

    def __init__(
        self,
        negotiate: Callable[[str], Awaitable[str]],
        opened: Callable[[], None],
        receive: Callable[[str], None],
        keyframe_wanted: Callable[[], None],
        *,
        loss: float = 0.0,
        addresses: Sequence[str] = (),
    ) -> None:
        self._negotiate = negotiate
        self._opened = opened
        self._receive = receive
        self._keyframe_wanted = keyframe_wanted
        self._loss = loss
        self._addresses = addresses
        self._leg: _Leg | None = None  # None between two connections
        self._attempt = 0
        self._woken = asyncio.Event()

    @property
    def codec(self) -> str:
        """Of the connection; empty while none is up."""
        return self._leg.codec if self._leg and self._leg.path.is_up else ""

    @property
    def is_limited(self) -> bool:
        """Whether the relay takes no more than a small picture."""
        limit = self._leg.feedback.limit if self._leg else None
        return limit is not None and limit < SMALL_BELOW

    async def run(self) -> None:
        while True:
            try:
                await self._once()
            except (
                NoAnswer,
                OSError,
                ValueError,
            ) as error:  # ValueError: aiortc's, for an answer it can't read
                log.info("no connection to the relay: %r", error)
            else:
                log.info("the connection to the relay is lost")
            await pause(self._woken, delay(self._attempt))
            self._woken.clear()
            self._attempt += 1

    def wake(self) -> None:
        """The server is back: try now."""
        self._attempt = 0
        self._woken.set()

    def send(self, frame: bytes, at: float) -> None:
        """`at`: seconds since any moment, rising."""
        if self._leg is not None:
            self._leg.send(frame, at)

    def say(self, text: str) -> bool:
        """Whether it left by the data channel."""
        if self._leg is None or self._leg.control.readyState != "open":
            return False
        self._leg.control.send(text)
        return True

    async def _once(self) -> None:
        """One connection, from its offer to its end. Raises NoAnswer, OSError, ValueError."""
        leg = self._leg = _Leg(self._keyframe_wanted, self._addresses)
        leg.path.loss = self._loss
        leg.control.on("open", self._opened)
        leg.control.on("message", self._receive)
        try:
            async with asyncio.timeout(GIVE_UP):
                await leg.answered(await self._negotiate(await leg.offer()))
                await leg.connected()
            log.info("connected, sending %s", leg.codec)
            self._attempt = 0
            self._keyframe_wanted()
            while not leg.is_dead:  # noqa: ASYNC110 - what is not heard makes no event
                await asyncio.sleep(LOOK_EVERY)
        finally:
            self._leg = None
            await leg.close()
