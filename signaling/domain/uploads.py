"""Files on their way from a phone: what may come, when it is too much, and under which name it is kept.

Decisions only. An announcement that no page of ours would make is a BadMessage; one that is merely too much
is a fault, which both ends are told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, Literal, Protocol

import msgspec

from signaling.domain.errors import BadMessage
from signaling.domain.phone import check_command_id
from signaling.domain.records import Upload
from signaling.messages import control

Fault = Literal["too_large", "quota", "day_quota", "bad_file", "incomplete", "ended"]

MEGABYTE: Final = 1024 * 1024
LARGEST: Final = {"photo": 15 * MEGABYTE, "document": 20 * MEGABYTE}  # bytes
CHUNK: Final = 16 * 1024  # bytes of one message of a data channel
POSTED: Final = 60_000  # bytes of one POST
FILES: Final = 100  # a session
SESSION_BYTES: Final = 300 * MEGABYTE  # a session
OPEN: Final = 2  # at a time, a phone
REFUSED: Final = 20  # refusals of a session that are worth a row and a fact; more are a flood

_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9.+/-]{0,100}", re.ASCII)
_NAME: Final = 100  # characters
_EXTENSIONS: Final = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "application/pdf": (".pdf",),
}


class Phone(Protocol):
    """Whose file it is, and where the answers go. A Participant is one."""

    @property
    def centre(self) -> str: ...
    @property
    def session(self) -> str: ...
    @property
    def id(self) -> str: ...


class Checked(msgspec.Struct, frozen=True):
    """What a file is, whatever its name and its phone say."""

    data: bytes  # written anew: a picture without metadata, a PDF without active content
    media_type: str  # image/jpeg, image/png or application/pdf
    width: int = 0  # pixels, upright; of a PDF 0
    height: int = 0


def announced(phone: Phone, frame: control.File, now: int) -> Upload:
    """The row of a new file. Raises BadMessage."""
    if not _ID.fullmatch(frame.id) or not _SHA256.fullmatch(frame.sha256):
        raise BadMessage("a file takes an id of 32 and a hash of 64 hex digits")
    if not 0 < frame.size < 2**53 or not _MEDIA_TYPE.fullmatch(frame.media_type):
        raise BadMessage("impossible size or type of a file")
    if frame.command:
        check_command_id(frame.command)
    return Upload(
        id=frame.id,
        centre=phone.centre,
        session=phone.session,
        participant=phone.id,
        kind=frame.kind,
        created_at=now,
        name=clean_name(frame.name),
        media_type=frame.media_type,
        size=frame.size,
        sha256=frame.sha256,
        command=frame.command,
    )


def fault(upload: Upload, others: Sequence[Upload]) -> Fault | None:
    """Why this one is not taken beside the session's `others`. Raises BadMessage for a flood of them."""
    if len(others) >= FILES + REFUSED:
        raise BadMessage("no more files in this session")
    if upload.size > LARGEST[upload.kind]:
        return "too_large"
    taken = [other.size for other in others if other.size <= LARGEST[other.kind]]
    if len(taken) >= FILES or sum(taken) + upload.size > SESSION_BYTES:
        return "quota"
    return None


def given_up(upload: Upload, others: Sequence[Upload]) -> Sequence[Upload]:
    """Files of the same phone that a new one takes the place of: it begins none before it has ended or
    forgotten the last, as a page does that is loaded again."""
    begun = [
        other for other in others if other.participant == upload.participant and other.finished_at is None
    ]
    return begun[: max(0, len(begun) - OPEN + 1)]


def kept_id(upload: Upload) -> str:
    """Of the capture or document that comes of it: the same at every try, and it sorts by time."""
    return f"{upload.created_at:012x}{upload.id[12:]}"


def is_announced(upload: Upload, checked: Checked) -> bool:
    """Whether the content is what was announced. Which kind of picture it is, phones often don't know."""
    says = upload.media_type
    is_picture = checked.media_type.startswith("image/")
    if upload.kind == "photo" or says.startswith("image/"):
        return is_picture
    return says != "application/pdf" or not is_picture


def clean_name(name: str) -> str:
    """A name as a person may see it: nothing that steers a terminal, a path or the direction of writing."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(mark for mark in last if unicodedata.category(mark)[0] not in "CZ" or mark == " ")
    return shown.strip(" .")[-_NAME:]


def file_name(name: str, media_type: str) -> str:
    """The name to save a document under: its own, with the extension of what it is."""
    extensions = _EXTENSIONS[media_type]
    clean = clean_name(name) or "document"
    if clean.lower().endswith(extensions):
        return clean
    stem, dot, end = clean.rpartition(".")
    known = dot and stem and len(end) <= 5 and end.isalnum()
    return f"{stem if known else clean}{extensions[0]}"
