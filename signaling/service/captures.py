"""Screen captures: checked, kept with the session, given back to its centre only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from signaling.domain import facts
from signaling.domain.audit import Audited, due
from signaling.domain.ids import new_id
from signaling.domain.records import Capture
from signaling.domain.room import must_be_open
from signaling.domain.visitor import Visitor
from signaling.ports import Change, Clock, Files, Store
from signaling.service.journal import Journal
from signaling.service.pieces import started
from signaling.service.rights import must_find, must_have, must_watch


class CheckedImage(Protocol):
    """A picture that was decoded and written anew, without metadata."""

    @property
    def data(self) -> bytes: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def media_type(self) -> str: ...


Check = Callable[[bytes], CheckedImage]


class Captures:
    """`check` re-encodes an upload without its metadata, or raises BadFile; it may take its time."""

    def __init__(self, store: Store, journal: Journal, files: Files, clock: Clock, check: Check) -> None:
        self._store = store
        self._journal = journal
        self._files = files
        self._clock = clock
        self._check = check
        self._decoding = asyncio.Semaphore(2)  # a decoded picture weighs up to 160 MB

    async def store(self, visitor: Visitor, session: str, data: bytes) -> Capture:
        """Raises BadFile, FunctionOff. The bytes are on disk before the event says so."""
        must_watch(visitor)
        await must_have(self._store, visitor.centre, "captures")
        must_be_open(await self._store.room(visitor.centre, session))
        async with self._decoding:
            image = await asyncio.to_thread(self._check, data)
        now = self._clock.now()
        capture = Capture(
            id=new_id(now),
            centre=visitor.centre,
            session=session,
            taken_by=visitor.user,
            taken_at=now,
            width=image.width,
            height=image.height,
            size=len(image.data),
            media_type=image.media_type,
        )
        await self._files.put(visitor.centre, capture.id, image.data)
        await self._journal.change(visitor.centre, session, lambda _: _kept(capture, visitor))
        return capture

    async def read(self, visitor: Visitor, capture: str) -> tuple[Capture, bytes]:
        """Whole, for whoever decodes it."""
        row = await self._found(visitor, capture)
        return row, await self._files.get(visitor.centre, row.id)

    async def open(self, visitor: Visitor, capture: str) -> tuple[Capture, AsyncIterator[bytes]]:
        row = await self._found(visitor, capture)
        return row, await started(self._files.open(visitor.centre, row.id))

    async def _found(self, visitor: Visitor, capture: str) -> Capture:
        must_watch(visitor)
        row = await self._store.capture(visitor.centre, capture)
        await must_find(self._store, visitor, row.session)
        return row


def _kept(capture: Capture, visitor: Visitor) -> Change:
    fact = facts.CaptureStored(
        capture=capture.id,
        by=visitor.user,
        width=capture.width,
        height=capture.height,
        size=capture.size,
    )
    taken = Audited(visitor.centre, visitor.user, "capture.taken", capture.id)
    return Change(records=(capture, due(taken, capture.session, capture.taken_at)), facts=(fact,))
