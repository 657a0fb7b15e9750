"""Files in a folder of this machine, one subfolder a centre."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import IO

from signaling.domain.errors import NotFound, Unavailable
from signaling.files import disk_io
from signaling.files.names import is_name, must_be_readable, must_be_writable
from signaling.files.shelf import PIECE


class DiskFiles:
    """Implements `signaling.ports.Files` and `shelf.Shelf`. Folders are 0700, files 0600.

    A name takes lower-case letters, digits, `-` and `_`, then perhaps one extension. A file whose name begins
    with a dot is being written, or was left by a crash: `tidy` deletes it a day later.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, centre: str, name: str, data: bytes) -> None:
        """In place of what had that name; a reader sees the old bytes or the new ones, never a part.

        Raises BadInput for a name that is none of ours, Unavailable when the disk is full or read-only.
        """
        must_be_writable(centre, name)
        try:
            await asyncio.to_thread(disk_io.write, self._path(centre, name), data)
        except OSError as error:
            raise _unwritable(error) from error

    async def get(self, centre: str, name: str) -> bytes:
        """Raises NotFound, also for a name that is none of ours; Unavailable when the disk fails."""
        must_be_readable(centre, name)
        try:
            return await asyncio.to_thread(self._path(centre, name).read_bytes)
        except OSError as error:
            raise _unreadable(error) from error

    async def open(self, centre: str, name: str, start: int = 0) -> AsyncIterator[bytes]:
        """As `get`. What replaces the file meanwhile is not seen."""
        must_be_readable(centre, name)
        try:
            with await _Opening(self._path(centre, name)).file() as file:
                file.seek(start)
                while piece := await asyncio.to_thread(file.read, PIECE):
                    yield piece
        except OSError as error:
            raise _unreadable(error) from error

    async def append(self, centre: str, name: str, offset: int, data: bytes) -> int:
        """Also across processes of this machine. Raises BadInput for a name that is none of ours, Unavailable
        when the disk is full or fails; what was written of it then is not counted by anybody."""
        must_be_writable(centre, name)
        try:
            return await asyncio.to_thread(disk_io.append, self._path(centre, name), offset, data)
        except OSError as error:
            raise _unwritable(error) from error

    async def size(self, centre: str, name: str) -> int:
        """Raises Unavailable when the disk fails."""
        if not is_name(centre, name):
            return 0
        try:
            return (await asyncio.to_thread(self._path(centre, name).stat)).st_size
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise _unreadable(error) from error

    async def remove(self, centre: str, name: str) -> None:
        """Raises Unavailable when the disk fails."""
        if not is_name(centre, name):
            return
        try:
            await asyncio.to_thread(disk_io.remove, self._path(centre, name))
        except OSError as error:
            raise Unavailable(f"the file can't be removed: {error.strerror}") from error

    async def tidy(self) -> int:
        """Raises Unavailable when the disk fails."""
        try:
            return await asyncio.to_thread(disk_io.sweep, self._folder)
        except OSError as error:
            raise Unavailable(f"the folder can't be read: {error.strerror}") from error

    # ------------------------------------------------------------ as a shelf
    async def check(self) -> None:
        """Nothing: the folder is made with its first file."""

    async def close(self) -> None:
        """Nothing is held between two calls."""

    async def names(self, centre: str) -> Sequence[str]:
        try:
            found = await asyncio.to_thread(os.listdir, self._folder / centre)
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise _unreadable(error) from error
        return sorted(name for name in found if is_name(centre, name))

    async def stamp(self, centre: str, name: str) -> str:
        try:
            return await asyncio.to_thread(disk_io.stamp, self._path(centre, name))
        except OSError as error:
            raise _unreadable(error) from error

    async def exchange(self, centre: str, name: str, stamp: str, pieces: AsyncIterator[bytes]) -> bool:
        path = self._path(centre, name)
        try:
            temporary = await asyncio.to_thread(disk_io.temporary, path.parent)
            try:
                async for piece in pieces:
                    await asyncio.to_thread(temporary.write, piece)
                return await asyncio.to_thread(disk_io.exchange, path, stamp, temporary)
            finally:
                await asyncio.to_thread(disk_io.discard, temporary)
        except OSError as error:
            raise _unwritable(error) from error

    async def cut(self, centre: str, name: str, size: int, to: int) -> None:
        try:
            await asyncio.to_thread(disk_io.cut, self._path(centre, name), size, to)
        except OSError as error:
            raise _unwritable(error) from error

    def _path(self, centre: str, name: str) -> Path:
        return self._folder / centre / name


class _Opening:
    """A file that a thread opens to read: whoever stops waiting for it leaves none open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Lock()
        self._file: IO[bytes] | None = None
        self._given_up = False

    async def file(self) -> IO[bytes]:
        """Raises OSError."""
        try:
            return await asyncio.to_thread(self._open)
        except asyncio.CancelledError:
            with self._turn:
                self._given_up = True
                if self._file is not None:
                    self._file.close()
            raise

    def _open(self) -> IO[bytes]:
        file = self._path.open("rb", 0)
        with self._turn:
            self._file = file
            if self._given_up:
                file.close()
        return file


def _unwritable(error: OSError) -> Unavailable:
    return Unavailable(f"the file can't be written: {error.strerror}")


def _unreadable(error: OSError) -> NotFound | Unavailable:
    if isinstance(error, FileNotFoundError):
        return NotFound("no such file")
    return Unavailable(f"the file can't be read: {error.strerror}")
