"""Files that a phone sends: announced, in pieces, resumed, checked, kept; and those that are none."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from config.adapters import adapters
from config.application import Application, build, opened
from config.settings import read
from signaling.domain import facts
from signaling.domain.errors import BadFile, BadMessage, NotAllowed, NotFound
from signaling.domain.policy import Policy, Quotas, with_policy
from signaling.domain.records import Document, Participant
from signaling.domain.uploads import CHUNK, FILES, MEGABYTE, REFUSED
from signaling.files.disk import DiskFiles
from signaling.files.pdf import without_active_content
from signaling.messages import control, relay
from signaling.messages.codec import Decoder
from signaling.service.command import Commanding
from signaling.service.join import Phone
from signaling.service.journal import Journal, phone_topic
from signaling.service.live import live_topic, read_live
from signaling.service.negotiate import relay_key
from signaling.store.schema import upgrade
from tests import cast
from tests.app.test_use_cases import begin, said, token, until_said, visitor
from tests.cast import ALICE, BOB, CHARLIE, MINUTE, Clock
from tests.hostile_files import CLEANED, NAMES, PDF_SCRIPT, REFUSED_FILES, SCRIPT, SECRET, pdf, picture

HOUR = 60 * MINUTE

decode_down: Decoder[control.ControlDown] = Decoder(control.ControlDown)


@pytest.fixture
async def made(tmp_path: Path, clock: Clock) -> AsyncIterator[Application]:
    async with running(tmp_path, clock) as made:
        await cast.settle(made.adapters.store)
        yield made


@asynccontextmanager
async def running(folder: Path, clock: Clock) -> AsyncIterator[Application]:
    off = {"BAN_DOMAIN": "off", "NOMINATIM_DOMAIN": "off", "MEDIA_ADDRESSES": "127.0.0.1"}
    settings = read({"DATA_DIR": str(folder), "SECRET_KEY": "k" * 32, **off})
    await asyncio.to_thread(upgrade, settings.database_url)
    made = build(settings, adapters(settings, clock), clock)
    async with opened(made):
        yield made


class Sender:
    """A phone's page as far as files go, without media: answers come by its socket."""

    def __init__(self, made: Application, phone: Participant, answers: AsyncIterator[bytes]) -> None:
        self.made = made
        self.phone = phone
        self.session = phone.session
        self._answers = answers

    async def announce(self, data: bytes, **fields: Any) -> str:
        frame: dict[str, Any] = {"id": secrets.token_hex(16), "kind": "photo", "media_type": "image/jpeg"}
        frame |= {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), **fields}
        await self.made.use.reporting.control_frame(self.phone, control.File(**frame))
        return str(frame["id"])

    async def chunk(self, file: str, offset: int, data: bytes) -> None:
        """As from a data channel."""
        key = relay_key(self.phone.centre, self.session)
        event = relay.FileChunk(session=key, participant=self.phone.id, file=file, offset=offset, data=data)
        await self.made.use.reporting.relay_event(event)

    async def hear(self) -> control.ControlDown:
        async with asyncio.timeout(20):
            return decode_down(await anext(self._answers))

    async def done(self, file: str) -> str | None:
        """The error of the file's end, None when it is kept."""
        while True:
            frame = await self.hear()
            if isinstance(frame, control.FileDone):
                assert frame.id == file
                return frame.error

    async def send(self, data: bytes, **fields: Any) -> str | None:
        """All of it; the error, None when it is kept."""
        file = await self.announce(data, **fields)
        while (first := await self.hear()).id != file:  # type: ignore[union-attr]
            pass  # an answer about an earlier one
        if isinstance(first, control.FileDone):
            return first.error
        assert first == control.FileAt(id=file, offset=0)
        for offset in range(0, len(data), CHUNK):
            await self.chunk(file, offset, data[offset : offset + CHUNK])
        return await self.done(file)


async def whole(
    asked: Awaitable[tuple[Document, AsyncIterator[bytes]]],
) -> tuple[Document, bytes]:
    document, pieces = await asked
    return document, b"".join([piece async for piece in pieces])


async def joined(made: Application) -> Participant:
    """A phone in a room that Alice is in."""
    session = await begin(made)
    await made.use.reporting.joined(visitor(ALICE), session)
    cookie = await made.joining.claim(await token(made, session), Phone(browser="Safari 18, iOS"))
    return (await made.joining.seat(cookie, "first-load")).participant


@asynccontextmanager
async def sending(made: Application, phone: Participant) -> AsyncIterator[Sender]:
    async with made.adapters.bus.subscribe(phone_topic(phone.id)) as answers:
        yield Sender(made, phone, answers)


@pytest.fixture
async def sender(made: Application) -> AsyncIterator[Sender]:
    async with sending(made, await joined(made)) as sender:
        yield sender


def kept_files(made: Application) -> list[str]:
    folder = made.settings.data_dir / "files"
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


async def kept(made: Application, capture: str) -> bytes:
    return (await made.captures.read(visitor(ALICE), capture))[1]


# ---------------------------------------------------------------- photos and documents
async def test_rule_9_a_photo_comes_in_pieces_and_is_kept_with_the_session(sender: Sender) -> None:
    data = picture(size=(400, 300), place=True)
    await sender.made.use.commanding.command(visitor(ALICE), sender.session, "shot-1", "photo", True)
    assert isinstance(await sender.hear(), control.Command)

    assert len(data) > 2 * CHUNK
    assert await sender.send(data, command="shot-1") is None

    [stored] = await said(sender.made, sender.session, facts.PhotoStored)
    assert (stored.participant, stored.width, stored.height) == (sender.phone.id, 400, 300)
    assert stored.command == "shot-1"
    [capture] = (await sender.made.use.history.details(visitor(ALICE), sender.session)).captures
    assert (capture.id, capture.taken_by, capture.participant) == (stored.capture, ALICE.id, sender.phone.id)
    assert SECRET not in await kept(sender.made, capture.id)
    assert kept_files(sender.made) == [capture.id]  # no half file is left


async def test_a_photo_that_nobody_asked_for_is_the_callers_own(sender: Sender) -> None:
    assert await sender.send(picture(), command="never-sent") is None
    [stored] = await said(sender.made, sender.session, facts.PhotoStored)
    [capture] = (await sender.made.use.history.details(visitor(ALICE), sender.session)).captures
    assert (stored.command, capture.taken_by) == ("", None)


async def test_a_document_is_kept_with_its_pages_and_given_to_its_centre_only(sender: Sender) -> None:
    data = pdf(3)
    assert await sender.send(data, kind="document", media_type="application/pdf", name="bilan.pdf") is None
    [stored] = await said(sender.made, sender.session, facts.DocumentStored)
    document, read_back = await whole(sender.made.documents.read(visitor(BOB), stored.document))
    assert (document.name, document.media_type) == ("bilan.pdf", "application/pdf")
    assert read_back == without_active_content(data)
    assert stored.by is None
    with pytest.raises(NotFound):
        await sender.made.documents.read(visitor(CHARLIE), stored.document)


async def test_an_iphones_heic_becomes_a_jpeg_that_every_console_shows(sender: Sender) -> None:
    data = picture("HEIF", (120, 90))
    assert await sender.send(data, kind="document", media_type="image/heic", name="IMG_1.HEIC") is None
    [stored] = await said(sender.made, sender.session, facts.DocumentStored)
    document, jpeg = await whole(sender.made.documents.read(visitor(ALICE), stored.document))
    assert (document.name, document.media_type, jpeg[:2]) == ("IMG_1.jpg", "image/jpeg", b"\xff\xd8")


async def test_the_consoles_see_a_file_coming_and_not_each_of_its_pieces(
    sender: Sender, clock: Clock
) -> None:
    data = picture(size=(400, 300))
    async with sender.made.adapters.bus.subscribe(live_topic(sender.session)) as notes:
        file = await sender.announce(data)
        for offset in range(0, len(data) - CHUNK, CHUNK):
            await sender.chunk(file, offset, data[offset : offset + CHUNK])
        clock.advance(300)
        await sender.chunk(file, offset + CHUNK, data[offset + CHUNK :])
        frames = [read_live(await anext(notes))[1] for _ in range(2)]
    assert f'"at":{CHUNK},"size":{len(data)}'.encode() in frames[0]
    assert f'"at":{len(data)},"size":{len(data)}'.encode() in frames[1]


async def test_a_photo_has_longer_than_other_commands_before_its_silence_is_an_answer(
    sender: Sender,
) -> None:
    parts = sender.made.adapters
    quick = Commanding(
        parts.store,
        Journal(parts.store, parts.bus),
        parts.bus,
        parts.relay,
        parts.tasks,
        answer_seconds=0.01,
        photo_seconds=3600,
    )
    await quick.command(visitor(ALICE), sender.session, "shot-1", "photo", True)
    await quick.command(visitor(ALICE), sender.session, "light-1", "torch", True)
    answered = await until_said(sender.made, sender.session, facts.CommandAnswered)
    assert (answered.command, answered.error) == ("light-1", "unreachable")


# ---------------------------------------------------------------- cuts and crashes
async def test_rule_9_a_file_that_was_cut_off_goes_on_where_it_was(sender: Sender) -> None:
    data = picture(size=(400, 300))
    file = await sender.announce(data)
    await sender.chunk(file, 0, data[:CHUNK])
    await sender.announce(data, id=file)
    heard = [await sender.hear() for _ in range(3)]
    assert heard == [control.FileAt(id=file, offset=at) for at in (0, CHUNK, CHUNK)]
    await sender.made.uploads.receive(sender.phone, file, CHUNK, data[CHUNK:])  # now by POST
    assert await sender.done(file) is None


async def test_a_piece_that_does_not_fit_is_not_added_and_the_phone_hears_where_to_go_on(
    sender: Sender,
) -> None:
    data = picture(size=(400, 300))
    file = await sender.announce(data)
    for offset in (CHUNK, 0, 0, 5):  # one was lost on the way, one came twice, one is torn
        await sender.chunk(file, offset, data[offset : offset + CHUNK])
    heard = [await sender.hear() for _ in range(5)]
    assert [frame.offset for frame in heard if isinstance(frame, control.FileAt)] == [0, 0, *[CHUNK] * 3]


async def test_what_was_acknowledged_outlives_the_server(tmp_path: Path, clock: Clock) -> None:
    data = picture(size=(400, 300))
    async with running(tmp_path, clock) as first:
        await cast.settle(first.adapters.store)
        phone = await joined(first)
        async with sending(first, phone) as sender:
            file = await sender.announce(data)
            await sender.chunk(file, 0, data[:CHUNK])
    async with running(tmp_path, clock) as second, sending(second, phone) as sender:
        await sender.announce(data, id=file)
        assert await sender.hear() == control.FileAt(id=file, offset=CHUNK)
        await sender.chunk(file, CHUNK, data[CHUNK:])
        assert await sender.done(file) is None


async def test_a_crash_after_the_last_piece_loses_nothing(sender: Sender, clock: Clock) -> None:
    data = picture()
    file = await sender.announce(data)
    await sender.hear()
    # as it lies on the disk of a server that was killed between the last piece and the row
    files = DiskFiles(sender.made.settings.data_dir / "files")
    await files.append(ALICE.centre, f"{file}.part", 0, data)
    await sender.announce(data, id=file)
    assert await sender.done(file) is None
    await sender.announce(data, id=file)  # the phone did not hear it
    assert await sender.done(file) is None
    assert len(await said(sender.made, sender.session, facts.PhotoStored)) == 1


async def test_a_file_that_never_comes_whole_is_given_up_and_told(sender: Sender, clock: Clock) -> None:
    file = await sender.announce(picture(size=(400, 300)), command="shot-1")
    await sender.chunk(file, 0, bytes(CHUNK))
    assert await sender.made.uploads.sweep(HOUR) == 0
    clock.advance(2 * HOUR)
    assert await sender.made.uploads.sweep(HOUR) == 1
    failed = await until_said(sender.made, sender.session, facts.FileFailed)
    assert (failed.file, failed.reason, failed.command) == (file, "incomplete", "shot-1")
    assert kept_files(sender.made) == []


async def test_a_page_that_is_loaded_again_and_again_may_always_send(sender: Sender) -> None:
    """Each load leaves a half file behind: the oldest makes room."""
    for _ in range(4):
        await sender.announce(picture(size=(400, 300)))
    assert await sender.send(picture()) is None
    assert len(await said(sender.made, sender.session, facts.FileFailed)) == 3


# ---------------------------------------------------------------- too much, too late, somebody else's
async def test_a_file_that_is_too_large_is_refused_before_it_comes_and_the_room_is_told(
    sender: Sender,
) -> None:
    for kind, size in (("photo", 15 * MEGABYTE + 1), ("document", 20 * MEGABYTE + 1)):
        file = await sender.announce(b"", kind=kind, size=size)
        assert await sender.hear() == control.FileDone(id=file, error="too_large")
    failed = await said(sender.made, sender.session, facts.FileFailed)
    assert [fact.reason for fact in failed] == ["too_large"] * 2


async def test_a_session_takes_so_many_files_and_a_flood_of_them_leaves_no_trace(sender: Sender) -> None:
    for _ in range(FILES + REFUSED):
        await sender.announce(picture())
    with pytest.raises(BadMessage):
        await sender.announce(picture())
    failed = await said(sender.made, sender.session, facts.FileFailed)
    assert [fact.reason for fact in failed[-REFUSED:]] == ["quota"] * REFUSED
    assert len(await sender.made.adapters.store.uploads(ALICE.centre, sender.session)) == FILES + REFUSED


async def test_a_centre_takes_so_many_files_in_a_day_from_all_its_phones_and_a_resumed_one_counts_once(
    sender: Sender,
) -> None:
    made = sender.made
    tight = Policy(quotas=Quotas(files_per_centre_day=2))
    await made.adapters.store.change_centre(ALICE.centre, lambda row: with_policy(row, tight))
    begun = await sender.announce(picture(), id="a" * 32)
    assert await sender.announce(picture(), id=begun) == begun
    async with sending(made, await joined(made)) as other:
        assert await other.send(picture()) is None
        with capture_logs() as log:
            assert await other.send(picture()) == "day_quota"
        assert log[0] == {"event": "file_quota", "centre": ALICE.centre, "allowed": 2, "log_level": "warning"}
        [failed] = await said(made, other.session, facts.FileFailed)
        assert failed.reason == "day_quota"


async def test_after_the_end_nothing_more_is_kept(sender: Sender) -> None:
    data = picture()
    file = await sender.announce(data)
    await sender.hear()
    await sender.made.use.ending.end(visitor(ALICE), sender.session)
    assert isinstance(await sender.hear(), control.Ended)
    await sender.chunk(file, 0, data)
    assert await sender.done(file) == "bad_file"
    assert await sender.send(picture()) == "ended"
    assert await said(sender.made, sender.session, facts.PhotoStored) == []
    assert kept_files(sender.made) == []


async def test_a_phone_adds_nothing_to_another_phones_file(made: Application, sender: Sender) -> None:
    file = await sender.announce(picture())
    stranger = await joined(made)
    with pytest.raises(BadMessage):
        await made.uploads.receive(stranger, file, 0, b"x")
    with pytest.raises(BadMessage):
        await made.uploads.announce(stranger, control.File(
            id=file, kind="photo", media_type="", size=1, sha256="0" * 64
        ))  # fmt: skip


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "../../../etc/passwd"}, {"id": "A" * 32}, {"id": ""}, {"sha256": "x" * 64}, {"size": 0},
        {"size": -1}, {"size": 2**60}, {"media_type": "text/html; x"}, {"command": "../1"},
    ],
    ids=lambda fields: "-".join(fields) + f"-{str(next(iter(fields.values())))[:4]}",
)  # fmt: skip
async def test_an_impossible_announcement_is_refused_and_leaves_no_row(
    sender: Sender, fields: dict[str, Any]
) -> None:
    with pytest.raises(BadMessage):
        await sender.announce(picture(), **fields)
    assert await sender.made.adapters.store.uploads(ALICE.centre, sender.session) == ()


async def test_bytes_that_were_not_announced_are_refused(sender: Sender) -> None:
    file = await sender.announce(b"x" * 100)
    for id_, offset, data in (("f" * 32, 0, b"x"), (file, -1, b"x"), (file, 0, b"x" * 101)):
        with pytest.raises(BadMessage):
            await sender.made.uploads.receive(sender.phone, id_, offset, data)


# ---------------------------------------------------------------- hostile files
@pytest.mark.parametrize("name", REFUSED_FILES)
async def test_a_file_that_is_not_what_we_take_is_not_kept_whatever_it_is_called(
    sender: Sender, name: str
) -> None:
    data = REFUSED_FILES[name]
    assert await sender.send(data, kind="document", media_type="", name="photo.jpg") == "bad_file"
    [failed] = await said(sender.made, sender.session, facts.FileFailed)
    assert failed.reason == "bad_file"
    assert kept_files(sender.made) == []


async def test_a_file_of_another_kind_than_announced_is_not_kept(sender: Sender) -> None:
    assert await sender.send(pdf()) == "bad_file"  # as a photo
    assert await sender.send(pdf(), kind="document", media_type="image/png") == "bad_file"
    assert await sender.send(picture(), kind="document", media_type="application/pdf") == "bad_file"
    assert await sender.send(picture("PNG"), kind="document", media_type="image/jpeg") is None  # phones err


async def test_a_file_with_another_hash_than_announced_is_not_kept(sender: Sender) -> None:
    assert await sender.send(picture(), sha256="0" * 64) == "bad_file"


@pytest.mark.parametrize("name", CLEANED)
async def test_only_the_picture_is_kept_of_a_file_that_is_more(sender: Sender, name: str) -> None:
    assert await sender.send(CLEANED[name], media_type="") is None
    [stored] = await said(sender.made, sender.session, facts.PhotoStored)
    data = await kept(sender.made, stored.capture)
    assert all(hidden not in data for hidden in (SCRIPT, b"PK\x03\x04", SECRET, b"Exif"))


async def test_a_pdf_that_runs_scripts_is_kept_without_them(sender: Sender) -> None:
    data = pdf(extra=PDF_SCRIPT)
    assert await sender.send(data, kind="document", media_type="application/pdf") is None
    [stored] = await said(sender.made, sender.session, facts.DocumentStored)
    _, data = await whole(sender.made.documents.read(visitor(ALICE), stored.document))
    assert stored.media_type == "application/pdf"
    assert b"JavaScript" not in data


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
async def test_a_name_steers_nothing(sender: Sender, name: str) -> None:
    assert await sender.send(pdf(), kind="document", media_type="application/pdf", name=name) is None
    [stored] = await said(sender.made, sender.session, facts.DocumentStored)
    document, _ = await sender.made.documents.read(visitor(ALICE), stored.document)
    assert document.name == NAMES[name]


# ---------------------------------------------------------------- to the phone
async def test_a_regulators_document_is_for_the_phones_of_its_session_only(
    made: Application, sender: Sender
) -> None:
    sent = await made.documents.send(visitor(ALICE), sender.session, "consignes.pdf", pdf())
    [offered] = await made.documents.offered(sender.phone)
    assert (offered.id, offered.name, offered.media_type) == (sent.id, "consignes.pdf", "application/pdf")
    stranger = await joined(made)
    assert await made.documents.offered(stranger) == []
    with pytest.raises(NotFound):
        await made.documents.open(stranger, sent.id)


async def test_opening_a_document_is_told_once(made: Application, sender: Sender) -> None:
    sent = await made.documents.send(visitor(ALICE), sender.session, "consignes.pdf", pdf())
    for _ in range(3):
        _, data = await whole(made.documents.open(sender.phone, sent.id))
        assert data == without_active_content(pdf())
    assert await said(made, sender.session, facts.DocumentOpened) == [
        facts.DocumentOpened(document=sent.id, participant=sender.phone.id)
    ]


async def test_a_phone_does_not_open_what_phones_sent_nor_anything_after_the_end(
    made: Application, sender: Sender
) -> None:
    assert await sender.send(pdf(), kind="document", media_type="application/pdf") is None
    [stored] = await said(made, sender.session, facts.DocumentStored)
    sent = await made.documents.send(visitor(ALICE), sender.session, "consignes.pdf", pdf())
    with pytest.raises(NotFound):
        await made.documents.open(sender.phone, stored.document)
    await made.use.ending.end(visitor(ALICE), sender.session)
    with pytest.raises(NotFound):
        await made.documents.open(sender.phone, sent.id)
    with pytest.raises(NotAllowed):
        await made.documents.send(visitor(ALICE), sender.session, "consignes.pdf", pdf())


async def test_a_regulator_sends_from_inside_the_room_and_only_what_a_phone_may_open(
    made: Application, sender: Sender
) -> None:
    with pytest.raises(NotAllowed):
        await made.documents.send(visitor(BOB), sender.session, "consignes.pdf", pdf())
    with pytest.raises(NotFound):
        await made.documents.send(visitor(CHARLIE), sender.session, "consignes.pdf", pdf())
    with pytest.raises(BadFile):
        await made.documents.send(visitor(ALICE), sender.session, "a.pdf", REFUSED_FILES["html"])
