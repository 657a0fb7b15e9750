"""A kept file as an answer: always one to save, never a page of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

# Whatever it holds (ASVS 5.0 5.4.2): no script, no frame.
FILE_HEADERS: Final = {
    "cache-control": "private, no-store",
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
}


def shown(pieces: AsyncIterator[bytes], size: int, media_type: str) -> Response:
    """For a page of ours to fetch and show. `size`: of all pieces together."""
    headers = {**FILE_HEADERS, "content-length": str(size)}
    return StreamingResponse(pieces, media_type=media_type, headers=headers)


def attachment(pieces: AsyncIterator[bytes], size: int, media_type: str, name: str) -> Response:
    """`size`: as of `shown`. `name`: as a person sees it, in any alphabet (RFC 6266, 4.3; RFC 8187)."""
    plain = "".join(
        mark if mark.isascii() and mark.isprintable() and mark not in '"\\%' else "_" for mark in name
    )
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    answer = shown(pieces, size, media_type)
    answer.headers["content-disposition"] = disposition
    return answer
