"""Counting sessions that have ended, and answering what the figures are."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Final

import structlog

from signaling.domain.figures import DIMENSIONS, OF_ALL, OF_EACH, Dimension, Group, Step, groups, stretches
from signaling.ports import Bus, Clock, Store

BATCH: Final = 50  # sessions of one transaction, so that calls meanwhile wait for a tenth of a second
POLL_SECONDS: Final = 1.0  # so that a page follows at most once a second

log = structlog.get_logger()


def figures_topic(centre: str) -> str:
    """Empty notes: the centre's sums have changed; at most one a second from each process."""
    return f"figures:{centre}"


class Counting:
    """Every process counts; none counts what another one does at the moment. `zone`: where the centres are:
    in it, days are told."""

    def __init__(self, store: Store, bus: Bus, zone: tzinfo) -> None:
        self._store = store
        self._bus = bus
        self._zone = zone

    async def run(self) -> None:
        """For ever; a store that is away for a while is asked again."""
        while True:
            try:
                busy = await self.round() == BATCH
            except Exception:
                log.exception("figures_not_counted")
                busy = False
            if not busy:
                await asyncio.sleep(POLL_SECONDS)

    async def round(self) -> int:
        """Counts what is due. Returns how many sessions it looked at, at most BATCH. Raises Unavailable."""
        centres = await self._store.count_sessions(self._zone, BATCH)
        for centre in dict.fromkeys(centres):
            await self._bus.publish(figures_topic(centre), b"")
        return len(centres)


class Figures:
    """Reads sums; nothing in them leads back to a session. Who may see what is for the caller to decide."""

    def __init__(self, store: Store, clock: Clock, zone: tzinfo) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone

    def today(self) -> date:
        """Where the centres are."""
        return datetime.fromtimestamp(self._clock.now() / 1000, UTC).astimezone(self._zone).date()

    async def read(
        self, centres: Sequence[str], first: date, last: date, step: Step | None, split: str
    ) -> Sequence[Group]:
        """Of both days and those between, all these centres together. `step`: None for all of them at once.
        `split`: "centre" or a dimension; "" for none, as for what is neither. Groups without a session are
        left out. Of steps or groups the only times are those to the delivery and to the first picture; of
        both together there are no times, bit rates and losses. Raises Unavailable."""
        by_centre = split == "centre"
        dimension: Dimension = next((one for one in DIMENSIONS if one == split), "all")
        read = stretches(first, last, by_month=step in (None, "month"))
        finest = by_centre or dimension != "all"
        buckets = () if step and finest else OF_EACH if step or finest else OF_ALL
        group = None if by_centre else dimension
        sums = await self._store.figure_sums(centres, group, read, buckets, apart=step is not None)
        return groups(sums, step, first)
