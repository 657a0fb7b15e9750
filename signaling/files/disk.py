"""Files in a folder of this machine, one subfolder a centre."""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import tempfile
from pathlib import Path
from typing import Final

from signaling.domain.errors import BadInput, NotFound, Unavailable

# Nothing that a file system could read as a path, a hidden file, or (by its case) as another name
CENTRE: Final = re.compile(r"[a-z0-9]{1,64}", re.ASCII)
NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}(\.[a-z0-9]{1,8})?", re.ASCII)


class DiskFiles:
    """Implements `signaling.ports.Files`. Folders are 0700, files 0600.

    A name takes lower-case letters, digits, `-` and `_`, then perhaps one extension. A file whose name begins
    with a dot was left by a crash and may be deleted.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, centre: str, name: str, data: bytes) -> None:
        """In place of what had that name; a reader sees the old bytes or the new ones, never a part.

        Raises BadInput for a name that is none of ours, Unavailable when the disk is full or read-only.
        """
        path = self._path(centre, name)
        if path is None:
            raise BadInput("not a name of a file")
        try:
            await asyncio.to_thread(_write, path, data)
        except OSError as error:
            raise Unavailable(f"the file can't be written: {error.strerror}") from error

    async def get(self, centre: str, name: str) -> bytes:
        """Raises NotFound, also for a name that is none of ours; Unavailable when the disk fails."""
        path = self._path(centre, name)
        if path is None:
            raise NotFound("no such file")
        try:
            return await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError:
            raise NotFound("no such file") from None
        except OSError as error:
            raise Unavailable(f"the file can't be read: {error.strerror}") from error

    async def append(self, centre: str, name: str, offset: int, data: bytes) -> int:
        """Also across processes of this machine. Raises BadInput for a name that is none of ours, Unavailable
        when the disk is full or fails; what was written of it then is not counted by anybody."""
        path = self._path(centre, name)
        if path is None:
            raise BadInput("not a name of a file")
        try:
            return await asyncio.to_thread(_append, path, offset, data)
        except OSError as error:
            raise Unavailable(f"the file can't be written: {error.strerror}") from error

    async def size(self, centre: str, name: str) -> int:
        """Raises Unavailable when the disk fails."""
        path = self._path(centre, name)
        try:
            return (await asyncio.to_thread(path.stat)).st_size if path is not None else 0
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise Unavailable(f"the file can't be read: {error.strerror}") from error

    async def remove(self, centre: str, name: str) -> None:
        """Raises Unavailable when the disk fails."""
        path = self._path(centre, name)
        if path is None:
            return
        try:
            await asyncio.to_thread(_remove, path)
        except OSError as error:
            raise Unavailable(f"the file can't be removed: {error.strerror}") from error

    def _path(self, centre: str, name: str) -> Path | None:
        if CENTRE.fullmatch(centre) and NAME.fullmatch(name):
            return self._folder / centre / name
        return None


def _write(path: Path, data: bytes) -> None:
    _make_folder(path.parent)
    handle, temporary = tempfile.mkstemp(prefix=".", dir=path.parent)  # 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _append(path: Path, offset: int, data: bytes) -> int:
    """The lock is the open file's: it ends with it, whatever happens."""
    if offset and not path.is_file():
        return 0
    _make_folder(path.parent)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        size = os.fstat(handle).st_size
        if size != offset:
            return size
        try:
            _write_all(handle, data, offset)
        except OSError:
            os.ftruncate(handle, offset)  # half a chunk on a full disk
            raise
        os.fsync(handle)
    finally:
        os.close(handle)
    if not offset:
        _sync_folder(path.parent)
    return offset + len(data)


def _write_all(handle: int, data: bytes, offset: int) -> None:
    left = memoryview(data)
    while left:
        written = os.pwrite(handle, left, offset)
        left, offset = left[written:], offset + written


def _remove(path: Path) -> None:
    """For good: a power cut brings nothing back."""
    if path.exists():
        path.unlink(missing_ok=True)
        _sync_folder(path.parent)


def _make_folder(folder: Path) -> None:
    """With every parent that is missing, each safe on disk."""
    if folder.is_dir():
        return
    if not folder.parent.is_dir():
        _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    """A new name is safe once its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
