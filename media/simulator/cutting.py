"""Encoded frames cut into RTP payloads, the other way round of `media.payloads`. RFC 7741, RFC 6184."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

LARGEST: Final = 1150  # bytes of a payload; with headers and SRTP what browsers send

_START_CODE = re.compile(rb"\x00\x00+\x01")
_STAP_A, _FU_A = 24, 28


def vp8(frame: bytes, picture: int) -> list[bytes]:
    """Pieces of about one size. `picture`: counts frames; its lower 15 bits are told."""
    count = -(-len(frame) // LARGEST)
    size = -(-len(frame) // count)
    identity = (0x8000 | picture & 0x7FFF).to_bytes(2, "big")
    heads = [b"\x90\x80" + identity] + [b"\x80\x80" + identity] * (count - 1)  # X, and S on the first; I
    return [head + frame[place * size : (place + 1) * size] for place, head in enumerate(heads)]


def h264(frame: bytes, _picture: int) -> list[bytes]:
    """An access unit in Annex B: small units together, large ones in fragments."""
    payloads: list[bytes] = []
    small: list[bytes] = []
    for unit in filter(None, _START_CODE.split(frame)):
        room = LARGEST - 1 - sum(2 + len(other) for other in small)
        if small and 2 + len(unit) > room:
            payloads.append(_aggregated(small))
            small = []
        if len(unit) > LARGEST:
            payloads += _fragments(unit)
        else:
            small.append(unit)
    if small:
        payloads.append(_aggregated(small))
    return payloads


def _aggregated(units: list[bytes]) -> bytes:
    if len(units) == 1:
        return units[0]
    importance = max(unit[0] & 0x60 for unit in units)
    body = b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)
    return bytes([importance | _STAP_A]) + body


def _fragments(unit: bytes) -> list[bytes]:
    indicator, kind = unit[0] & 0xE0 | _FU_A, unit[0] & 31
    body = unit[1:]
    count = -(-len(body) // (LARGEST - 2))
    size = -(-len(body) // count)
    flags = [0x80] + [0] * (count - 2) + [0x40]
    return [
        bytes([indicator, flag | kind]) + body[place * size : (place + 1) * size]
        for place, flag in enumerate(flags)
    ]


CUT: Final[Mapping[str, Callable[[bytes, int], list[bytes]]]] = {"H264": h264, "VP8": vp8}
