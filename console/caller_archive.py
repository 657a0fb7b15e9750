"""All that a centre holds about one caller as a ZIP archive: pages to read, data for a program, the files.

It is made while it is sent, session by session and file by file. Addresses and names of other people and of
the centre's users are left out: an export tells a person about themselves (GDPR, article 15.4).
"""

from __future__ import annotations

import io
import mimetypes
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import msgspec

from console.pages import Pages
from console.rows import moment
from console.timeline import timeline
from signaling.domain.addresses import display
from signaling.domain.errors import NotFound
from signaling.domain.records import Capture, Document, Record, Recording
from signaling.ports import Details
from signaling.service.erasure import Caller, Callers

Stored = Capture | Document | Recording
_STYLE: Final = Path(__file__).parent / "static/css/archive.css"
_SECRET: Final = ("token_hash", "code_hash", "code_salt", "cookie_hash", "mark_hash", "page")
_ABOUT_OTHERS: Final = ("address", "name")


class Archive:
    """`now`: ms since the epoch."""

    def __init__(self, callers: Callers, centre: str, pages: Pages, language: str, now: int) -> None:
        self._callers = callers
        self._centre = centre
        self._pages = pages
        self._language = language
        self._now = now

    async def stream(self, caller: Caller) -> AsyncIterator[bytes]:
        """The archive's bytes, in small pieces."""
        sink = _Sink()
        with ZipFile(sink, "w", ZIP_STORED) as archive:
            for number, kept in enumerate(caller.sessions, 1):
                async for piece in self._session(archive, sink, f"visio-{number}", caller, kept.session.id):
                    yield piece
            archive.writestr(self._entry("index.html"), self._index(caller))
            yield sink.take()
            async for piece in self._data(archive, sink, caller):
                yield piece
        yield sink.take()

    async def _session(
        self, archive: ZipFile, sink: _Sink, folder: str, caller: Caller, session: str
    ) -> AsyncIterator[bytes]:
        details, recordings = await self._callers.details(self._centre, session)
        shown: list[dict[str, str]] = []
        stored: list[Stored] = [*details.captures, *details.documents, *recordings]
        for record in stored:
            name = file_name(record)
            pieces = self._callers.file(self._centre, record.id)
            try:
                first = await anext(pieces, b"")
            except NotFound:
                continue  # erased since
            shown.append({"name": name, "called": getattr(record, "name", "") or name})
            entry, film = self._entry(f"{folder}/{name}"), isinstance(record, Recording)
            with archive.open(entry, "w", force_zip64=film) as file:  # its size is not known yet
                file.write(first)
                async for piece in pieces:
                    yield sink.take()
                    file.write(piece)
            yield sink.take()
        archive.writestr(self._entry(f"{folder}/index.html"), self._meeting(caller, details, shown))
        yield sink.take()

    async def _data(self, archive: ZipFile, sink: _Sink, caller: Caller) -> AsyncIterator[bytes]:
        tests = [_plain(one) for one in await self._callers.tests(self._centre, caller.address)]
        head = {"address": caller.address, "exported_at": self._now, "phone_tests": tests}
        with archive.open(self._entry("data.json"), "w") as file:
            file.write(msgspec.json.encode(head)[:-1] + b',"sessions":[')
            for number, kept in enumerate(caller.sessions):
                details, recordings = await self._callers.details(self._centre, kept.session.id)
                quality = await self._callers.quality(self._centre, kept.session.id)
                told = _data_of(details, recordings, caller.address) | {
                    "quality": [_plain(one) for one in quality]
                }
                text = msgspec.json.encode(told)
                file.write((b"," if number else b"") + text)
                yield sink.take()
            file.write(b"]}")

    # ------------------------------------------------------------ pages
    def _index(self, caller: Caller) -> str:
        return self._pages.render(
            "archive.html",
            self._language,
            style=_STYLE.read_text(encoding="utf-8"),
            address=display(caller.address),
            at=moment(self._now, self._language),
            meetings=[moment(one.session.started_at, self._language) for one in caller.sessions],
        )

    def _meeting(self, caller: Caller, details: Details, files: Sequence[dict[str, str]]) -> str:
        gettext = self._pages.gettext(self._language)
        session = details.room.session
        return self._pages.render(
            "archive_meeting.html",
            self._language,
            style=_STYLE.read_text(encoding="utf-8"),
            address=display(caller.address),
            at=moment(session.started_at, self._language),
            session=session,
            timeline=timeline(details.events, {}, self._language, gettext, whole=True),
            places=details.positions,
            files=files,
        )

    def _entry(self, name: str) -> ZipInfo:
        at = datetime.fromtimestamp(self._now / 1000, UTC)
        entry = ZipInfo(name, at.timetuple()[:6])
        entry.external_attr = 0o600 << 16
        return entry


class _Sink(io.RawIOBase):
    """Where the archive is written to, and taken from; without a way back, so that it needs none."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        return len(piece)

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def file_name(record: Stored) -> str:
    """Of our own making: what the phone called a file could lead out of the folder."""
    ending = mimetypes.guess_extension(record.media_type.partition(";")[0]) or ".bin"
    return f"{type(record).__name__.lower()}-{record.id[-8:]}{ending}"


# ---------------------------------------------------------------- data
def _data_of(details: Details, recordings: Sequence[Recording], address: str) -> dict[str, Any]:
    room = details.room
    return {
        "session": _of_caller(room.session, address),
        "invitations": [_of_caller(one, address) for one in room.invitations],
        "participants": [_plain(one) for one in room.participants],
        "messages": [_of_caller(one, address) for one in details.messages],
        "positions": [_plain(one) for one in details.positions],
        "captures": [_plain(one) for one in details.captures],
        "documents": [_plain(one) for one in details.documents],
        "recordings": [_plain(one) for one in recordings],
        "quality": [_plain(one) for one in details.quality],
        "events": [msgspec.to_builtins(one) for one in details.events],
    }


def _plain(record: Record) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(record).items() if name not in _SECRET}


def _of_caller(record: Record, address: str) -> dict[str, Any]:
    plain = _plain(record)
    if plain["address"] != address:
        plain |= {name: "" for name in _ABOUT_OTHERS if name in plain}
    return plain
