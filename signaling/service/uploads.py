"""Files that a phone sends: announced, received piece by piece, resumed after any cut, checked, kept.

What was acknowledged is safe on disk, and the row says what it is a part of: a crash at any moment leaves a
file that its phone goes on with, or that is finished at its next word. The name under which a file is kept
follows from its row, so finishing twice is finishing once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import structlog
from msgspec.structs import replace

from signaling.domain import facts, uploads
from signaling.domain.errors import BadFile, BadInput, BadMessage, NotFound
from signaling.domain.records import Capture, Document, Upload
from signaling.domain.uploads import Checked, Fault, Phone
from signaling.messages import console, control
from signaling.ports import Bus, Change, Clock, Files, Relay, Room, Store
from signaling.service.command import send
from signaling.service.journal import Journal
from signaling.service.quotas import FileQuotas
from signaling.service.tasks import Tasks

log = structlog.get_logger()

PROGRESS_MILLISECONDS = 250  # between two words to the consoles about one file
PROGRESSES = 1_000  # files whose last word is remembered

Inspect = Callable[[Literal["photo", "document"], bytes], Awaitable[Checked]]


class Consoles(Protocol):
    """What passes by a room's consoles and is kept nowhere (`signaling.service.live`)."""

    async def tell(self, session: str, frame: console.FileProgress) -> None: ...


class PhoneKey(NamedTuple):
    """A phone as the relay's events name it."""

    centre: str
    session: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Lines:
    """By which both ends hear of a file."""

    relay: Relay
    bus: Bus
    consoles: Consoles

    async def phone(self, phone: Phone, frame: control.FileAt | control.FileDone) -> None:
        await send(self.relay, self.bus, phone, frame)


class Uploads:
    """`inspect` raises BadFile for what is neither a picture nor a PDF, Unavailable when it can't tell."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        files: Files,
        clock: Clock,
        tasks: Tasks,
        lines: Lines,
        inspect: Inspect,
        quotas: FileQuotas,
    ) -> None:
        self._store = store
        self._journal = journal
        self._files = files
        self._clock = clock
        self._tasks = tasks
        self._lines = lines
        self._inspect = inspect
        self._quotas = quotas
        self._finishing: set[str] = set()
        self._told: dict[str, int] = {}  # file -> when its consoles heard of it last

    # ------------------------------------------------------------ from the phone
    async def announce(self, phone: Phone, frame: control.File) -> None:
        """A new file, or one that is resumed. Answered by `file_at` or `file_done`. Raises BadMessage."""
        try:
            upload = await self._of(phone, frame.id)
        except NotFound:
            upload = uploads.announced(phone, frame, self._clock.now())
            if (fault := await self._begin(phone, upload)) is not None:
                await self._lines.phone(phone, control.FileDone(id=upload.id, error=fault))
                return
        if upload.finished_at is not None:
            await self._lines.phone(phone, control.FileDone(id=upload.id, error=await self._error_of(upload)))
            return
        at = await self._files.size(upload.centre, part_name(upload))
        await self._lines.phone(phone, control.FileAt(id=upload.id, offset=at))
        self._arrived(upload, at)

    async def chunk(self, phone: Phone, file: str, offset: int, data: bytes) -> None:
        """Some bytes from a data channel, answered by `file_at`. Raises BadMessage."""
        at = await self.receive(phone, file, offset, data)
        await self._lines.phone(phone, control.FileAt(id=file, offset=at))

    async def receive(self, phone: Phone, file: str, offset: int, data: bytes) -> int:
        """Some bytes. Returns how many of the file are here: where the phone goes on. Raises BadMessage."""
        try:
            upload = await self._of(phone, file)
        except NotFound:
            raise BadMessage("a file that was not announced") from None
        if upload.finished_at is not None:
            return upload.size
        if offset < 0 or offset + len(data) > upload.size:
            raise BadMessage("more of a file than was announced")
        at = await self._files.append(upload.centre, part_name(upload), offset, data)
        await self._progress(upload, at)
        self._arrived(upload, at)
        return at

    async def sweep(self, longest: int) -> int:
        """Forget files that did not come whole within `longest` ms. Returns how many."""
        stale = await self._store.stale_uploads(self._clock.now() - longest)
        for upload in stale:
            await self._fail(upload, "incomplete")
        return len(stale)

    # ------------------------------------------------------------ beginning
    async def _of(self, phone: Phone, file: str) -> Upload:
        """Raises NotFound; BadMessage when it is another phone's."""
        upload = await self._store.upload(phone.centre, file)
        if upload.participant != phone.id:
            raise BadMessage("another phone's file")
        return upload

    async def _begin(self, phone: Phone, upload: Upload) -> Fault | None:
        """Why it is refused, if it is; a row it has in any case. Raises BadMessage."""
        others = await self._store.uploads(phone.centre, phone.session)
        fault = uploads.fault(upload, others)
        room = await self._store.room(phone.centre, phone.session)
        if room.session.ended_at is not None:
            fault = "ended"
        if fault is None and not await self._quotas.take(phone.centre):
            fault = "day_quota"
        if fault is not None:
            refused = replace(upload, finished_at=self._clock.now())
            await self._change(refused, lambda room: _refusal(room, refused, fault, is_new=True))
            return fault
        for older in uploads.given_up(upload, others):
            await self._fail(older, "incomplete")
        await self._change(upload, lambda _: Change(records=(upload,)))
        return None

    async def _change(self, upload: Upload, decide: Callable[[Room], Change]) -> None:
        await self._journal.change(upload.centre, upload.session, decide)

    async def _progress(self, upload: Upload, at: int) -> None:
        now = self._clock.now()
        if now - self._told.get(upload.id, 0) < PROGRESS_MILLISECONDS:
            return
        self._told.pop(upload.id, None)
        self._told[upload.id] = now
        if len(self._told) > PROGRESSES:  # a phone that left may never be heard of again
            del self._told[next(iter(self._told))]
        frame = console.FileProgress(
            participant=upload.participant, file=upload.id, kind=upload.kind, at=at, size=upload.size
        )
        await self._lines.consoles.tell(upload.session, frame)

    # ------------------------------------------------------------ finishing
    def _arrived(self, upload: Upload, at: int) -> None:
        """The whole file is inspected beside what else the phone says, which does not wait for it."""
        if at >= upload.size and upload.id not in self._finishing:
            self._finishing.add(upload.id)
            self._tasks.start(self._finish(upload))

    async def _finish(self, upload: Upload) -> None:
        try:
            await self._keep(upload, await self._checked(upload))
        except BadFile as error:
            log.info("file_refused", session=upload.session, kind=upload.kind, reason=str(error))
            await self._fail(upload, "bad_file")
        finally:
            self._finishing.discard(upload.id)

    async def _checked(self, upload: Upload) -> Checked:
        """Raises BadFile."""
        data = await self._files.get(upload.centre, part_name(upload))
        if hashlib.sha256(data).hexdigest() != upload.sha256:
            raise BadFile("not what was announced: another hash")
        checked = await self._inspect(upload.kind, data)
        if not uploads.is_announced(upload, checked):
            raise BadFile(f"announced as {upload.media_type}, and is {checked.media_type}")
        return checked

    async def _keep(self, upload: Upload, checked: Checked) -> None:
        """First the bytes, then the row and its fact."""
        finished = replace(upload, finished_at=self._clock.now())
        await self._files.put(upload.centre, uploads.kept_id(upload), checked.data)
        asked_by = await self._asked_by(upload)

        def decide(room: Room) -> Change:
            if room.session.ended_at is not None:
                return Change(updates=(finished,))
            made = _photo if upload.kind == "photo" else _document
            return made(finished, checked, asked_by)

        try:
            await self._change(upload, decide)
        except BadInput:  # another process was faster
            log.info("file_kept_twice", session=upload.session)
        error = await self._error_of(finished)
        if error is not None:
            await self._files.remove(upload.centre, uploads.kept_id(upload))
        await self._end(finished, error)

    async def _asked_by(self, upload: Upload) -> str | None:
        """The user whose command this photo answers; None for one that the caller took."""
        if not upload.command:
            return None
        for event in await self._store.events(upload.centre, upload.session, 0):
            sent = event.fact
            if isinstance(sent, facts.CommandSent) and sent.command == upload.command:
                return sent.by if (sent.name, sent.participant) == ("photo", upload.participant) else None
        return None

    async def _fail(self, upload: Upload, fault: Fault) -> None:
        failed = replace(upload, finished_at=self._clock.now())
        await self._change(failed, lambda room: _refusal(room, failed, fault, is_new=False))
        await self._end(failed, fault)

    async def _end(self, upload: Upload, error: str | None) -> None:
        await self._files.remove(upload.centre, part_name(upload))
        self._told.pop(upload.id, None)
        phone = PhoneKey(upload.centre, upload.session, upload.participant)
        await self._lines.phone(phone, control.FileDone(id=upload.id, error=error))

    async def _error_of(self, upload: Upload) -> str | None:
        """Of a finished file: whether something came of it."""
        find = self._store.capture if upload.kind == "photo" else self._store.document
        try:
            await find(upload.centre, uploads.kept_id(upload))
        except NotFound:
            return BadFile.code
        return None


def part_name(upload: Upload) -> str:
    """Of the file that grows until it is whole."""
    return f"{upload.id}.part"


def _refusal(room: Room, upload: Upload, fault: Fault, *, is_new: bool) -> Change:
    failed = facts.FileFailed(
        participant=upload.participant,
        file=upload.id,
        kind=upload.kind,
        reason=fault,
        command=upload.command,
    )
    told = () if room.session.ended_at is not None else (failed,)
    return Change(records=(upload,), facts=told) if is_new else Change(updates=(upload,), facts=told)


def _photo(upload: Upload, checked: Checked, asked_by: str | None) -> Change:
    id_, size = uploads.kept_id(upload), len(checked.data)
    capture = Capture(
        id=id_,
        centre=upload.centre,
        session=upload.session,
        taken_by=asked_by,
        taken_at=upload.created_at,
        width=checked.width,
        height=checked.height,
        size=size,
        media_type=checked.media_type,
        participant=upload.participant,
    )
    fact = facts.PhotoStored(
        capture=id_,
        participant=upload.participant,
        width=checked.width,
        height=checked.height,
        size=size,
        command=upload.command if asked_by is not None else "",
    )
    return Change(records=(capture,), updates=(upload,), facts=(fact,))


def _document(upload: Upload, checked: Checked, _asked_by: str | None) -> Change:
    id_, size = uploads.kept_id(upload), len(checked.data)
    document = Document(
        id=id_,
        centre=upload.centre,
        session=upload.session,
        sent_by=upload.participant,
        created_at=upload.created_at,
        name=uploads.file_name(upload.name, checked.media_type),
        size=size,
        media_type=checked.media_type,
    )
    fact = facts.DocumentStored(
        document=id_, participant=upload.participant, media_type=checked.media_type, size=size
    )
    return Change(records=(document,), updates=(upload,), facts=(fact,))
