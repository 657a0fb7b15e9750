"""What encrypted files stand on: a place for bytes where one file can be exchanged for another form of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final, Protocol

from signaling.ports import Files

PIECE: Final = 256 * 1024  # bytes that are read at once


class Shelf(Files, Protocol):
    """Implemented by `disk.DiskFiles` and `s3.S3Files`. Calls raise Unavailable when the place fails."""

    async def check(self) -> None: ...
    async def close(self) -> None: ...
    async def names(self, centre: str) -> Sequence[str]:
        """Of all files of a centre, sorted."""

    async def stamp(self, centre: str, name: str) -> str:
        """Another one after every change of the file. Raises NotFound."""

    async def exchange(self, centre: str, name: str, stamp: str, pieces: AsyncIterator[bytes]) -> bool:
        """In place of a file that still has that stamp, else nothing; at once for every reader, and nobody's
        change is lost. Returns whether it was done."""

    async def cut(self, centre: str, name: str, size: int, to: int) -> None:
        """Take off the end of a growing file that has exactly `size` bytes, else nothing."""
