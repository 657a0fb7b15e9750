"""Sending the messages that wait: at once when woken, again after a failure, also after a crash.

A message is stored before anything is sent and leased while it is being sent. So a crash delays it, and a
crash between the carrier's yes and our note of it sends it twice: a caller is better off with two SMS than
with none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from signaling.domain import delivery
from signaling.domain.errors import CarrierError, NotFound
from signaling.domain.joining import find_invitation
from signaling.domain.records import Centre, Invitation, Message
from signaling.ports import Clock, Notifier, Outgoing, Store
from signaling.service.journal import Journal
from signaling.service.tasks import Tasks

log = structlog.get_logger()

POLL_SECONDS = 1.0  # for retries, and for messages that another process queued before it died
LEASE_MILLISECONDS = 30_000  # longer than any carrier's time-out
BATCH = 20

Compose = Callable[[Message, Invitation, Centre], Outgoing]


class Courier:
    """`compose(message, its invitation, centre)` makes the text at the last moment, so that no link is
    stored."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        clock: Clock,
        notifier: Notifier,
        compose: Compose,
        tasks: Tasks,
    ) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._notifier = notifier
        self._compose = compose
        self._tasks = tasks
        self._waiting = asyncio.Event()

    def wake(self) -> None:
        """A message was just stored: send it now."""
        self._waiting.set()

    async def run(self) -> None:
        """For ever; a store that is away for a while is asked again."""
        while True:
            try:
                busy = await self._round()
            except Exception:
                log.exception("courier_round_failed")
                busy = False
            if not busy:
                await self._wait()

    async def report(self, message: str, report: delivery.StatusReport) -> None:
        """A carrier's call-back. Raises NotFound."""
        row = await self._store.message(message)
        await self._journal.change(
            row.centre, row.session, lambda room: delivery.reported(room, message, report)
        )

    async def _round(self) -> bool:
        self._waiting.clear()
        now = self._clock.now()
        due = await self._store.due_messages(now, BATCH, now + LEASE_MILLISECONDS)
        for message in due:
            self._tasks.start(self._send(message))
        return len(due) == BATCH

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._waiting.wait()
        except TimeoutError:
            return

    async def _send(self, message: Message) -> None:
        try:
            centre = await self._store.centre(message.centre)
            room = await self._store.room(message.centre, message.session)
            if not delivery.is_wanted(room, message.id):
                await self._withdraw(message)
                return
            invitation = find_invitation(room, message.invitation)
            receipt = await self._notifier.send(self._compose(message, invitation, centre))
        except CarrierError as error:
            log.warning("message_failed", message=message.id, reason=error.reason, permanent=error.permanent)
            await self._failed(message, error.reason, error.permanent)
        except NotFound:
            log.error("message_without_centre", message=message.id)
        except Exception:
            log.exception("message_could_not_be_made", message=message.id)
            await self._failed(message, "other", False)
        else:
            await self._journal.change(
                message.centre,
                message.session,
                lambda room: delivery.accepted(room, message.id, receipt.ref, receipt.delivered),
            )

    async def _withdraw(self, message: Message) -> None:
        log.info("message_withdrawn", message=message.id)
        await self._journal.change(
            message.centre, message.session, lambda room: delivery.withdrawn(room, message.id)
        )

    async def _failed(self, message: Message, reason: str, permanent: bool) -> None:
        now = self._clock.now()
        await self._journal.change(
            message.centre,
            message.session,
            lambda room: delivery.failed(room, message.id, reason, permanent, now),
        )
