"""A file that a page loads: compressed once, and sent so that a browser asks for it as seldom as it can."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_FIRST: Final = "no-cache"  # keep it, and ask whether it has changed
_MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


class Asset(msgspec.Struct, frozen=True):
    media_type: str
    body: bytes
    compressed: bytes  # gzip
    tag: str  # the value of ETag

    @classmethod
    def of(cls, name: str, body: bytes) -> Asset:
        """`name`: its suffix says of what type it is."""
        tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        return cls(_MEDIA_TYPES[PurePosixPath(name).suffix], body, gzip.compress(body, 9, mtime=0), tag)


def send(request: Request, asset: Asset, cache: str, extra: Mapping[str, str] | None = None) -> Response:
    """`cache`: the value of Cache-Control. Answers 304 to who has it already."""
    headers = {"Cache-Control": cache, "ETag": asset.tag, "Vary": "Accept-Encoding", **(extra or {})}
    if asset.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = asset.media_type
    if not _takes_gzip(request):
        return Response(asset.body, headers=headers)
    return Response(asset.compressed, headers={**headers, "Content-Encoding": "gzip"})


def compressed(request: Request, answer: Response) -> Response:
    """The same answer, as gzip where the browser takes it. Not for what repeats a visitor's words beside
    a secret: its length would tell of it."""
    answer.headers.add_vary_header("Accept-Encoding")
    if _takes_gzip(request):
        answer.body = gzip.compress(bytes(answer.body), 6, mtime=0)
        answer.headers["content-length"] = str(len(answer.body))
        answer.headers["content-encoding"] = "gzip"
    return answer


def _takes_gzip(request: Request) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")
