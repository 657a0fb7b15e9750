"""The pictures of a meeting for its report: few enough, and small enough to be laid out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from signaling.domain.errors import BadFile, NotFound
from signaling.domain.records import Capture
from signaling.domain.visitor import Visitor
from signaling.images import scaled
from signaling.service.captures import Captures

MOST: Final = 30
SIDE: Final = 1600  # pixels


class Picture(msgspec.Struct, frozen=True):
    capture: Capture
    data: bytes  # JPEG


async def pictures(captures: Captures, visitor: Visitor, wanted: Sequence[Capture]) -> list[Picture]:
    """One after the other, so that one alone is decoded. What is gone meanwhile, or is no
    picture any more, is left out."""
    found = []
    for one in wanted[:MOST]:
        try:
            capture, data = await captures.read(visitor, one.id)
            small = await asyncio.to_thread(scaled, data, SIDE)
        except (NotFound, BadFile):
            continue
        found.append(Picture(capture, small))
    return found
