"""Documents of a session: from a regulator to its phones, and those of phones to read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from signaling.domain import facts, uploads
from signaling.domain.audit import Audited, due
from signaling.domain.errors import BadFile, NotAllowed, NotFound
from signaling.domain.ids import new_id
from signaling.domain.records import Document, Participant
from signaling.domain.room import must_be_open
from signaling.domain.uploads import Checked
from signaling.domain.visitor import Visitor
from signaling.messages import caller
from signaling.ports import Change, Clock, Files, Room, Store
from signaling.service.journal import Journal
from signaling.service.pieces import started
from signaling.service.rights import must_find, must_have, must_watch
from signaling.service.uploads import Inspect


class Documents:
    def __init__(self, store: Store, journal: Journal, files: Files, clock: Clock, inspect: Inspect) -> None:
        self._store = store
        self._journal = journal
        self._files = files
        self._clock = clock
        self._inspect = inspect

    # ------------------------------------------------------------ for a regulator
    async def send(
        self, visitor: Visitor, session: str, name: str, data: bytes, *, drawing: bool = False
    ) -> Document:
        """To every phone of the session: those that are here learn it by its fact, others when they come.
        A `drawing` on a picture of the phone's own is shown there at once.

        Raises BadFile, also for a drawing that is no picture; FunctionOff; NotAllowed when the session is
        over or this regulator is not in its room.
        """
        must_watch(visitor)
        await must_have(self._store, visitor.centre, "drawing" if drawing else "documents")
        _sender(await self._store.room(visitor.centre, session), visitor)
        if len(data) > uploads.LARGEST["document"]:
            raise BadFile("the file is too large")
        checked = await self._inspect("document", data)
        if drawing and not checked.media_type.startswith("image/"):
            raise BadFile("a drawing is a picture")
        now = self._clock.now()
        id_ = new_id(now)
        await self._files.put(visitor.centre, id_, checked.data)
        sent: list[Document] = []

        def decide(room: Room) -> Change:
            document = _made(id_, _sender(room, visitor), now, name, checked, drawing=drawing)
            sent[:] = [document]
            line = due(Audited(visitor.centre, visitor.user, "document.sent", id_), session, now)
            return Change(records=(document, line), facts=(_stored(document, visitor.user),))

        await self._journal.change(visitor.centre, session, decide)
        return sent[0]

    async def read(self, visitor: Visitor, document: str) -> tuple[Document, AsyncIterator[bytes]]:
        """Raises NotFound, also for one of another centre."""
        must_watch(visitor)
        row = await self._store.document(visitor.centre, document)
        await must_find(self._store, visitor, row.session)
        return row, await started(self._files.open(visitor.centre, row.id))

    async def listed(self, visitor: Visitor, session: str) -> Sequence[tuple[Document, bool]]:
        """Those of a session, oldest first, each with whether a phone sent it."""
        must_watch(visitor)
        await must_find(self._store, visitor, session)
        room = await self._store.room(visitor.centre, session)
        phones = {one.id for one in room.participants if one.role != "regulator"}
        documents = await self._store.documents(visitor.centre, session)
        return [(document, document.sent_by in phones) for document in documents]

    # ------------------------------------------------------------ for a phone
    async def offered(self, phone: Participant) -> list[caller.Document]:
        """What this phone may open: what regulators sent in its session, oldest first."""
        room = await self._store.room(phone.centre, phone.session)
        return [_offered(one) for one in await self._sent_by_regulators(room)]

    async def open(self, phone: Participant, document: str) -> tuple[Document, AsyncIterator[bytes]]:
        """The first time is a fact. Raises NotFound for whatever was not sent to this phone, or is over."""
        room = await self._store.room(phone.centre, phone.session)
        if room.session.ended_at is not None:
            raise NotFound("the session has ended")
        row = next((one for one in await self._sent_by_regulators(room) if one.id == document), None)
        if row is None:
            raise NotFound("no such document")
        pieces = await started(self._files.open(phone.centre, row.id))
        await self._note_opened(phone, row)
        return row, pieces

    async def _sent_by_regulators(self, room: Room) -> Sequence[Document]:
        regulators = {one.id for one in room.participants if one.role == "regulator"}
        documents = await self._store.documents(room.session.centre, room.session.id)
        return [one for one in documents if one.sent_by in regulators]

    async def _note_opened(self, phone: Participant, document: Document) -> None:
        opened = facts.DocumentOpened(document=document.id, participant=phone.id)
        events = await self._store.events(phone.centre, phone.session, 0)
        if all(event.fact != opened for event in events):
            await self._journal.change(phone.centre, phone.session, lambda _: Change(facts=(opened,)))


def _sender(room: Room, visitor: Visitor) -> Participant:
    must_be_open(room)
    for one in room.participants:
        if one.user == visitor.user:
            return one
    raise NotAllowed("enter the room before sending a document")


def _made(id_: str, sender: Participant, now: int, name: str, checked: Checked, *, drawing: bool) -> Document:
    return Document(
        id=id_,
        centre=sender.centre,
        session=sender.session,
        sent_by=sender.id,
        created_at=now,
        name=uploads.file_name(name, checked.media_type),
        size=len(checked.data),
        media_type=checked.media_type,
        drawing=drawing,
    )


def _stored(document: Document, by: str) -> facts.DocumentStored:
    return facts.DocumentStored(
        document=document.id,
        participant=document.sent_by,
        media_type=document.media_type,
        size=document.size,
        by=by,
        drawing=document.drawing,
    )


def _offered(document: Document) -> caller.Document:
    return caller.Document(
        id=document.id,
        name=document.name,
        media_type=document.media_type,
        size=document.size,
        drawing=document.drawing,
    )
