"""What `disk.DiskFiles` does in a thread: all of it safe on disk once it returns, whatever happens next.

A lock on a centre's folder is shared by all that change its files, and taken alone by what exchanges one, so
that an exchange loses no change (flock(2): it ends with the process).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

LEFT: Final = 24 * 3600  # seconds after which nobody writes to a temporary file any more


# ---------------------------------------------------------------- whole files
def write(path: Path, data: bytes) -> None:
    _make_folder(path.parent)
    file = temporary(path.parent)
    try:
        file.write(data)
        _settle(file)
        with _locked(path.parent, fcntl.LOCK_SH):
            Path(file.name).replace(path)
    finally:
        discard(file)


def remove(path: Path) -> None:
    """For good: a power cut brings nothing back."""
    if not path.exists():
        return
    with _locked(path.parent, fcntl.LOCK_SH):
        path.unlink(missing_ok=True)


# ---------------------------------------------------------------- growing files
def append(path: Path, offset: int, data: bytes) -> int:
    """The lock is the open file's: it ends with it, whatever happens."""
    if offset and not path.is_file():
        return 0
    _make_folder(path.parent)
    with _locked(path.parent, fcntl.LOCK_SH, sync=not offset), _grown(path, os.O_CREAT) as handle:
        size = os.fstat(handle).st_size
        if size != offset:
            return size
        try:
            _write_all(handle, data, offset)
        except OSError:
            os.ftruncate(handle, offset)  # half a chunk on a full disk
            raise
        os.fsync(handle)
    return offset + len(data)


def cut(path: Path, size: int, to: int) -> None:
    with _locked(path.parent, fcntl.LOCK_SH, sync=False), _grown(path) as handle:
        if os.fstat(handle).st_size == size:
            os.ftruncate(handle, to)
            os.fsync(handle)


@contextlib.contextmanager
def _grown(path: Path, flags: int = 0) -> Iterator[int]:
    handle = os.open(path, os.O_WRONLY | flags, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _write_all(handle: int, data: bytes, offset: int) -> None:
    left = memoryview(data)
    while left:
        written = os.pwrite(handle, left, offset)
        left, offset = left[written:], offset + written


# ---------------------------------------------------------------- another form of a file
def stamp(path: Path) -> str:
    found = path.stat()
    return f"{found.st_ino}.{found.st_mtime_ns}.{found.st_size}"


def exchange(path: Path, seen: str, file: IO[bytes]) -> bool:
    _settle(file)
    with _locked(path.parent, fcntl.LOCK_EX):
        try:
            if stamp(path) != seen:
                return False
        except FileNotFoundError:
            return False
        Path(file.name).replace(path)
    return True


# ---------------------------------------------------------------- temporary files
def temporary(folder: Path) -> IO[bytes]:
    """0600, with a name that begins with a dot; `discard` it in any case."""
    handle, name = tempfile.mkstemp(prefix=".", dir=folder)
    os.close(handle)
    return Path(name).open("wb")


def discard(file: IO[bytes]) -> None:
    """Nothing is left of one that was not renamed."""
    file.close()
    Path(file.name).unlink(missing_ok=True)


def sweep(folder: Path) -> int:
    """Delete what crashes left in the folders of all centres. Returns how many files."""
    gone = 0
    for path in folder.glob("*/.*"):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_mtime < time.time() - LEFT:
                path.unlink()
                gone += 1
    return gone


def _settle(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


# ---------------------------------------------------------------- folders
@contextlib.contextmanager
def _locked(folder: Path, how: int, *, sync: bool = True) -> Iterator[None]:
    """`sync`: what was named, renamed or removed within is safe on disk afterwards."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, how)
        yield
        if sync:
            os.fsync(handle)
    finally:
        os.close(handle)


def _make_folder(folder: Path) -> None:
    """With every parent that is missing, each safe on disk."""
    if folder.is_dir():
        return
    if not folder.parent.is_dir():
        _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    with _locked(folder.parent, fcntl.LOCK_SH):
        pass
