"""The files that a guest is shown: regulators' documents, the photo of a phone that sends nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator

from signaling.domain.errors import NotFound
from signaling.domain.records import Capture, Document, Participant
from signaling.domain.scene import Backstage, Scene
from signaling.ports import Files, Store
from signaling.service.pieces import started


class GuestFiles:
    def __init__(self, store: Store, files: Files) -> None:
        self._store = store
        self._files = files

    async def photo(self, guest: Participant, photo: str) -> tuple[Capture, AsyncIterator[bytes]]:
        """Raises NotFound for any but the one in the scene."""
        if photo == "" or (await self._scene(guest)).photo != photo:
            raise NotFound("a guest is not shown this photo")
        capture = await self._store.capture(guest.centre, photo)
        return capture, await started(self._files.open(guest.centre, capture.id))

    async def document(self, guest: Participant, document: str) -> tuple[Document, AsyncIterator[bytes]]:
        """Raises NotFound for any that is not in the scene. That a guest opened it is no fact: what consoles
        are told is whether the caller did."""
        if document not in {paper.id for paper in (await self._scene(guest)).papers}:
            raise NotFound("a guest is not shown this document")
        row = await self._store.document(guest.centre, document)
        return row, await started(self._files.open(guest.centre, row.id))

    async def _scene(self, guest: Participant) -> Scene:
        """Empty once the session is over."""
        room = await self._store.room(guest.centre, guest.session)
        backstage = Backstage()
        if room.session.ended_at is None:
            for event in await self._store.events(guest.centre, guest.session, 0):
                backstage = backstage.after(event.fact)
        return backstage.scene_of(guest.id)
