"""Deletes what was kept long enough, by class of data and centre, and the bytes of all that was deleted.

The rows of a session go in one transaction, in which a legal hold is looked at; its bytes follow, by a list
that the same transaction wrote. So a crash at any moment leaves nothing that the next run doesn't find.
"""

from __future__ import annotations

from typing import Final

import structlog

from signaling.domain.audit import Audited
from signaling.domain.erasing import CLASSES, DAY, days_of
from signaling.domain.errors import NotAllowed
from signaling.domain.ids import new_id
from signaling.domain.policy import DataClass, policy_of
from signaling.domain.records import Centre
from signaling.ports import Audit, Clock, Files, Store

DUTY: Final = "retention"
BATCH: Final = 100  # sessions, or files
LEASE: Final = 120_000  # ms; a process that was killed is replaced after it
PAUSE: Final = 3_600_000  # ms between two runs, whoever makes them

log = structlog.get_logger()


class Removals:
    """Deletes the bytes of files whose rows are gone."""

    def __init__(self, store: Store, files: Files) -> None:
        self._store = store
        self._files = files

    async def run(self) -> int:
        """Returns how many. Two processes at it at once do no harm. Raises Unavailable."""
        count = 0
        while waiting := await self._store.removals(BATCH):
            for one in waiting:
                await self._files.remove(one.centre, one.name)
            await self._store.removed(waiting)
            count += len(waiting)
        return count

    async def tidy(self) -> None:
        """What crashes left of files that were being written. Raises Unavailable."""
        if count := await self._files.tidy():
            log.info("files_tidied", files=count)


class Retention:
    """`keep_days`: what the installation says for classes of which a centre says nothing; 0: for ever."""

    def __init__(self, store: Store, removals: Removals, clock: Clock, audit: Audit, keep_days: int) -> None:
        self._store = store
        self._removals = removals
        self._clock = clock
        self._audit = audit
        self._keep_days = keep_days
        self._holder = ""  # of the duty: another one at each run, so that its end keeps this process out too

    async def sweep(self) -> bool:
        """One run for all processes of the cluster. Returns whether this one made it: it doesn't when
        another has the duty, or had it less than an hour ago, or took it over."""
        self._holder = new_id(self._clock.now())
        if not await self._renew(LEASE):
            return False
        await self._removals.run()
        await self._removals.tidy()
        for centre in await self._store.centres():
            days = days_of(policy_of(centre), self._keep_days)
            for data_class in CLASSES:
                if days[data_class] and not await self._clear(centre, data_class, days[data_class]):
                    return False
        return await self._renew(PAUSE)

    async def _renew(self, milliseconds: int) -> bool:
        return await self._store.take_duty(DUTY, self._holder, self._clock.now() + milliseconds)

    async def _clear(self, centre: Centre, data_class: DataClass, days: int) -> bool:
        """Whether this process still has the duty."""
        ended_before = self._clock.now() - days * DAY
        while due := await self._store.overdue(centre.id, data_class, ended_before, BATCH):
            sessions = rows = files = 0
            for session in due:
                try:
                    counts = await self._store.clear(centre.id, session, (data_class,))
                except NotAllowed:  # held since
                    continue
                sessions, rows, files = sessions + 1, rows + counts[0], files + counts[1]
            await self._removals.run()
            if sessions:
                await self._told(centre.id, data_class, sessions, rows, files)
            if not await self._renew(LEASE):
                return False
        return True

    async def _told(self, centre: str, data_class: DataClass, sessions: int, rows: int, files: int) -> None:
        counts = {"sessions": sessions, "rows": rows, "files": files}
        log.info("retention_run", centre=centre, kind=data_class, **counts)
        detail: dict[str, str | int] = {"kind": data_class, **counts}
        await self._audit.record(Audited(centre, "", "retention.run", "", detail))
