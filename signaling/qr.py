"""A QR code as the path of one SVG shape."""

from __future__ import annotations

from itertools import groupby

import msgspec
import segno


class Qr(msgspec.Struct, frozen=True):
    """`size`: modules a side, without a quiet zone (the page's padding is one)."""

    size: int
    path: str


def qr(text: str) -> Qr:
    """Each run of dark modules in a row is one rectangle. Error correction M: read off a screen."""
    matrix = segno.make(text, error="m", micro=False).matrix
    path = "".join(_row(y, bytes(row)) for y, row in enumerate(matrix))
    return Qr(len(matrix), path)


def _row(y: int, row: bytes) -> str:
    path, x = "", 0
    for dark, run in groupby(row):
        length = len(list(run))
        if dark:
            path += f"M{x} {y}h{length}v1h-{length}z"
        x += length
    return path
