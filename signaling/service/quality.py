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
BATCH: Final = 500  # stretches of one transaction, so that calls wait for none of them for long

log = structlog.get_logger()


class QualityKeeper:
    """A crash loses the last ten seconds; what is waiting while the database is away is bounded."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._stretches = Stretches(MOST_PHONES)
        self._waiting: list[Quality] = []
        self._storing = asyncio.Lock()  # nothing is stored twice at once

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
        del self._waiting[:-MOST_WAITING]
        async with self._storing:
            while self._waiting and await self._stored(self._waiting[:BATCH]):
                pass

    async def _stored(self, rows: list[Quality]) -> bool:
        """False when there is no database: the rows wait on."""
        try:
            await self._store.add_quality(rows)
        except Unavailable:
            return False
        except Exception:
            log.exception("quality_not_kept", stretches=len(rows))
        gone = {row.id for row in rows}
        self._waiting = [row for row in self._waiting if row.id not in gone]
        return True
