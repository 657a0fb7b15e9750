"""Deletes what is no longer to be kept: pictures and documents, their bytes and their rows.

The events of a session stay, so that its timeline still reads.
"""

from __future__ import annotations

from typing import Final

import structlog

from signaling.domain.records import Record, Upload
from signaling.ports import Clock, Files, Store
from signaling.service.uploads import part_name

DAY: Final = 24 * 3_600_000  # ms
BATCH: Final = 100  # rows; what one transaction deletes

log = structlog.get_logger()


class Retention:
    """`keep_days`: after the end of a session; 0 keeps for ever."""

    def __init__(self, store: Store, files: Files, clock: Clock, keep_days: int) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._keep_days = keep_days

    async def sweep(self) -> int:
        """Returns how many were deleted. Two processes at it at once do no harm."""
        if self._keep_days == 0:
            return 0
        ended_before = self._clock.now() - self._keep_days * DAY
        deleted = 0
        while outdated := await self._store.outdated(ended_before, BATCH):
            for record in outdated:
                # The bytes go first: a crash then leaves a row, by which the next sweep finds them.
                await self._files.remove(record.centre, _file(record))
            await self._store.forget(outdated)
            deleted += len(outdated)
        if deleted:
            log.info("files_deleted", count=deleted)
        return deleted


def _file(record: Record) -> str:
    return part_name(record) if isinstance(record, Upload) else record.id
