"""Writing the audit, letting its heads out of the house, and going through it again.

What happens in a call writes its line beside its own change (`signaling.domain.audit.due`) and waits for
nothing; `run` gives these lines their places. Everything else waits in `record` until its line is safe.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from typing import Final, Protocol

import structlog

from signaling.domain.audit import Audited, Examination, Head, Sought, due
from signaling.domain.errors import Unavailable
from signaling.domain.records import AuditDue, AuditEntry
from signaling.domain.visitor import Visitor
from signaling.ports import Clock, Observer, Store
from signaling.service.rights import must_administrate
from signaling.service.tasks import Tasks

log = structlog.get_logger()

EXPORT_EVERY: Final = 100  # entries of a chain
EXPORT_SECONDS: Final = 3600.0
SETTLE_SECONDS: Final = 2.0
BATCH: Final = 1_000  # entries read at once
PAGE: Final = 50


class Heads(Protocol):
    """Where heads are kept out of reach of who can write to the database."""

    def add(self, head: Head) -> None:
        """Raises OSError."""

    def read(self) -> list[Head]:
        """Raises OSError, ValueError."""


class AuditTrail:
    """Implements `signaling.ports.Audit`."""

    def __init__(
        self, store: Store, clock: Clock, tasks: Tasks, heads: Heads, observer: Observer | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._tasks = tasks
        self._heads = heads
        self._observer = observer
        self._waiting: list[tuple[list[AuditDue], asyncio.Future[None]]] = []
        self._writing = False
        self._exported: dict[str, int] = {}  # centre -> number of the head that was let out

    async def record(self, *done: Audited) -> None:
        """Lines that come while others are being written share the next transaction. Raises Unavailable;
        ValueError for what is not to be in the audit."""
        now = self._clock.now()
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(([due(one, "", now) for one in done], written))
        if not self._writing:
            self._writing = True
            self._tasks.start(self._write())
        await written

    async def settle(self) -> None:
        """Give the lines that wait their places. Raises Unavailable."""
        while entries := await self._store.settle_audit():
            await self._passed(entries)

    async def run(self) -> None:
        """For ever: settle; let the heads out, at once and each hour."""
        clock = asyncio.get_running_loop().time
        export_at = clock()
        while True:
            with suppress(Unavailable):  # the lines are safe, and the next round finds them
                await self.settle()
                if clock() >= export_at:
                    await self.export_heads()
                    export_at = clock() + EXPORT_SECONDS
            await asyncio.sleep(SETTLE_SECONDS)

    async def export_heads(self) -> None:
        """Those that are newer than what was let out before."""
        for head in await self._store.audit_heads():
            if head.number > self._exported.get(head.centre, 0):
                await self._export(head)

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                await self._append(batch)
        finally:
            self._writing = False

    async def _append(self, batch: Sequence[tuple[list[AuditDue], asyncio.Future[None]]]) -> None:
        error: Exception | None = None
        try:
            entries = await self._store.append_audit([line for lines, _ in batch for line in lines])
            await self._passed(entries)
        except asyncio.CancelledError:  # the product ends; who waits must not answer as if it were written
            error = Unavailable("the audit is closed")
        except Exception as fault:  # each of those who wait is told
            error = fault
        for _, written in batch:
            if written.done():
                continue  # who waited went away
            if error is None:
                written.set_result(None)
            else:
                written.set_exception(error)

    async def _passed(self, entries: Iterable[AuditEntry]) -> None:
        for entry in entries:
            if self._observer is not None:
                self._observer.audited(entry.action)
            if entry.number % EXPORT_EVERY == 0:
                await self._export(Head(entry.centre, entry.number, entry.hash))

    async def _export(self, head: Head) -> None:
        """The log is kept elsewhere than the database; a file that can't be written is no reason to stop."""
        self._exported[head.centre] = head.number
        log.info("audit_head", centre=head.centre, number=head.number, hash=head.hash)
        try:
            await asyncio.to_thread(self._heads.add, head)
        except OSError as error:
            log.error(
                "audit_head_not_kept", centre=head.centre, number=head.number, error=type(error).__name__
            )


class AuditReading:
    """For a centre's administrator, and for the command."""

    def __init__(self, store: Store, trail: AuditTrail, heads: Heads) -> None:
        self._store = store
        self._trail = trail
        self._heads = heads

    async def page(self, visitor: Visitor, sought: Sought) -> Sequence[AuditEntry]:
        """Newest first, one more than PAGE when there are more in that direction. Raises NotAllowed."""
        must_administrate(visitor)
        with suppress(Unavailable):  # a line that waits shows later
            await self._trail.settle()
        return await self._store.audit_page(visitor.centre, sought, PAGE + 1)

    async def everything(self, visitor: Visitor, sought: Sought) -> AsyncIterator[Sequence[AuditEntry]]:
        """All that fits, newest first, in batches. Raises NotAllowed."""
        must_administrate(visitor)
        while entries := await self._store.audit_page(visitor.centre, sought, BATCH):
            yield entries
            sought = Sought(
                action=sought.action,
                actor=sought.actor,
                since=sought.since,
                until=sought.until,
                before=entries[-1].number,
            )

    async def verify(self, visitor: Visitor) -> Examination:
        """Of the centre's chain, with the heads that were kept. Raises NotAllowed."""
        must_administrate(visitor)
        kept = await asyncio.to_thread(kept_heads, self._heads)
        return await examine(self._store, visitor.centre, kept)


async def examine(store: Store, centre: str, heads: Iterable[Head]) -> Examination:
    """Goes through a whole chain. `heads`: of any centre."""
    examination = Examination(head for head in heads if head.centre == centre)
    while entries := await store.audit_entries(centre, examination.number, BATCH):
        examination.take(entries)
    examination.end()
    return examination


def kept_heads(heads: Heads) -> list[Head]:
    """Raises Unavailable."""
    try:
        return heads.read()
    except (OSError, ValueError) as error:
        raise Unavailable("the file of the audit's heads can't be read") from error
