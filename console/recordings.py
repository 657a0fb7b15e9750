"""Films: to watch in the page, and to save. Whole, or the part that a player asks for."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from console.audited import audited
from console.overseen import overseen
from console.rows import moment
from console.words import Gettext, duration
from signaling.attachments import FILE_HEADERS
from signaling.auth import require
from signaling.domain.records import Recording
from signaling.service.recordings import Recordings

_ENDINGS: Final = {"video/webm": "webm", "video/mp4": "mp4"}
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class Films:
    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings

    def routes(self) -> list[Route]:
        entrance = require("regulator", "supervisor")
        shown = entrance(overseen(audited("recording.viewed", "recording")(self.read)))
        return [Route("/recordings/{recording}", shown)]

    async def read(self, request: Request) -> Response:
        """Players ask for ranges (RFC 9110, 14), and Safari plays nothing without."""
        visitor, recording = request.state.visitor, request.path_params["recording"]
        row, size = await self._recordings.find(visitor, recording)
        headers = {
            **FILE_HEADERS,
            "accept-ranges": "bytes",
            "content-disposition": f'attachment; filename="{file_name(row)}"',
        }
        asked = _RANGE.fullmatch(request.headers.get("range", ""))
        if asked is None or not any(asked.groups()):  # none, several, or of another unit: all of it
            body = _part(self._recordings.bytes_of(row), size)
            headers["content-length"] = str(size)
            return StreamingResponse(body, media_type=row.media_type, headers=headers)
        start, stop = _span(asked[1], asked[2], size)
        if start >= stop:
            headers["content-range"] = f"bytes */{size}"
            return Response(status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
        headers |= {
            "content-length": str(stop - start),
            "content-range": f"bytes {start}-{stop - 1}/{size}",
        }
        body = _part(self._recordings.bytes_of(row, start), stop - start)
        return StreamingResponse(body, HTTPStatus.PARTIAL_CONTENT, headers, row.media_type)


def file_name(film: Recording) -> str:
    """Sorts by time and names nobody: `visio-20261118-110640Z-1a2b3c.webm`."""
    began = datetime.fromtimestamp(film.started_at / 1000, UTC)
    return f"visio-{began:%Y%m%d-%H%M%S}Z-{film.id[-6:]}.{_ENDINGS.get(film.media_type, 'bin')}"


def films(recordings: Sequence[Recording], language: str, _: Gettext) -> list[dict[str, Any]]:
    """As the page of a meeting lists them."""
    return [
        {
            "id": film.id,
            "at": moment(film.started_at, language),
            "media_type": film.media_type,
            "length": "" if film.ended_at is None else duration(film.ended_at - film.started_at),
            "size": _megabytes(film.size, language),
        }
        for film in recordings
    ]


def _megabytes(size: int, language: str) -> str:
    number = f"{max(0.1, size / 1_000_000):.1f}"
    return f"{number.replace('.', ',')}\u00a0Mo" if language == "fr" else f"{number}\u00a0MB"


def _span(first: str, last: str, size: int) -> tuple[int, int]:
    """(from, up to and without); `-500` are the last 500 bytes."""
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size


async def _part(pieces: AsyncIterator[bytes], length: int) -> AsyncIterator[bytes]:
    """A film that is still written has no more than was promised."""
    async for piece in pieces:
        yield piece[:length]
        length -= len(piece)
        if length <= 0:
            return
