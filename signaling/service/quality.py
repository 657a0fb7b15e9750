"""Keeps how good the pictures were, out of the way of the calls."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from signaling.domain.errors import Unavailable
from signaling.domain.ids import new_id
from signaling.domain.quality import STRETCH, Measured, Quality, Stretches
from signaling.ports import Clock, Store

POLL_SECONDS: Final = 2.0
MOST_PHONES: Final = 20_000  # that send to this process at once
MOST_WAITING: Final = 20_000  # stretches, while the database is away; the oldest are let go

log = structlog.get_logger()


class QualityKeeper:
    """A crash loses the last ten seconds; what is waiting while the database is away is bounded."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._stretches = Stretches(MOST_PHONES)
        self._waiting: list[Quality] = []

    def add(self, centre: str, session: str, participant: str, measured: Measured) -> None:
        self._stretches.add((centre, session, participant), self._clock.now(), measured)

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await self.keep(self._clock.now())

    async def close(self) -> None:
        """Stores what is there, however little."""
        await self.keep(self._clock.now() + STRETCH)

    async def keep(self, until: int) -> None:
        """Stores the stretches that are over by then. Never raises: what can't be stored now waits."""
        for (centre, session, participant), at, measured in self._stretches.take(until):
            row = Quality(
                id=new_id(at),
                centre=centre,
                session=session,
                participant=participant,
                at=at,
                bitrate=measured.bitrate,
                frames=measured.frames,
                loss=measured.loss,
                round_trip=measured.round_trip,
            )
            self._waiting.append(row)
        if not self._waiting:
            return
        del self._waiting[:-MOST_WAITING]
        rows, self._waiting = self._waiting, []
        try:
            await self._store.add_quality(rows)
        except Unavailable:
            self._waiting = [*rows, *self._waiting]
        except Exception:
            log.exception("quality_not_kept", stretches=len(rows))
