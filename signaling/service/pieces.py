"""Bytes of a kept file on their way out, never whole in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator


async def started(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same, once its first piece is there: a file that is gone or damaged raises here, while there is
    still an answer to be chosen."""
    return _after(await anext(pieces, b""), pieces)


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
