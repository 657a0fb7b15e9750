"""A kept file as an answer: always one to save, never a page of ours."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from starlette.responses import Response

# Whatever it holds (ASVS 5.0 5.4.2): no script, no frame.
FILE_HEADERS: Final = {
    "cache-control": "private, no-store",
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
}


def attachment(data: bytes, media_type: str, name: str) -> Response:
    """`name`: as a person sees it, in any alphabet (RFC 6266, 4.3; RFC 8187)."""
    plain = "".join(
        mark if mark.isascii() and mark.isprintable() and mark not in '"\\%' else "_" for mark in name
    )
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(data, media_type=media_type, headers={**FILE_HEADERS, "content-disposition": disposition})
