"""What only a folder of this machine can do wrong: rights, a full disk, what a crash leaves."""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from signaling.domain.errors import BadInput, Unavailable
from signaling.files import disk_io
from signaling.files.disk import DiskFiles
from tests.cast import SAMU_54
from tests.media.peers import until

OURS = SAMU_54.id


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "files"


@pytest.fixture
def files(folder: Path) -> DiskFiles:
    return DiskFiles(folder)


def everything_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_nobody_else_on_the_machine_may_read_it(files: DiskFiles, folder: Path) -> None:
    open_to_all = os.umask(0)
    try:
        await files.put(OURS, "photo.jpg", b"picture")
        await files.append(OURS, "photo.part", 0, b"half")
    finally:
        os.umask(open_to_all)
    for name in ("photo.jpg", "photo.part"):
        assert (folder / OURS / name).stat().st_mode & 0o777 == 0o600
    for made in (folder / OURS, folder, folder.parent):
        assert made.stat().st_mode & 0o777 == 0o700


async def test_a_disk_that_can_not_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file where the folder should be")
    with pytest.raises(Unavailable):
        await DiskFiles(tmp_path / "files").put(OURS, "photo.jpg", b"picture")
    with pytest.raises(Unavailable):
        await DiskFiles(tmp_path / "files").append(OURS, "photo.part", 0, b"picture")


@pytest.mark.parametrize(
    ("centre", "name"), [(OURS, "../photo.jpg"), ("..", "photo.jpg")], ids=["name", "centre"]
)
async def test_a_name_that_is_none_of_ours_makes_no_folder(
    files: DiskFiles, folder: Path, centre: str, name: str
) -> None:
    for change in (files.put(centre, name, b"data"), files.append(centre, name, 0, b"data")):
        with pytest.raises(BadInput):
            await change
    await files.remove(centre, name)
    assert not folder.parent.exists()


async def test_a_write_that_fails_leaves_nothing(files: DiskFiles, folder: Path) -> None:
    (folder / OURS / "photo.jpg").mkdir(parents=True)  # can't be replaced by a file
    with pytest.raises(Unavailable):
        await files.put(OURS, "photo.jpg", b"picture")
    assert everything_in(folder) == []


@pytest.mark.parametrize(("within", "how"), [("stamp", fcntl.LOCK_SH), ("_write_all", fcntl.LOCK_EX)])
async def test_nobody_changes_a_file_while_one_is_exchanged_and_the_other_way_round(
    files: DiskFiles, folder: Path, monkeypatch: pytest.MonkeyPatch, within: str, how: int
) -> None:
    """What would wait is tried, in the middle of it, without waiting."""
    await files.append(OURS, "photo.part", 0, b"half")
    stamp, met = await files.stamp(OURS, "photo.part"), []
    does = getattr(disk_io, within)

    def tried(*arguments: object) -> object:
        handle = os.open(folder / OURS, os.O_RDONLY)
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            met.append("waits")
        finally:
            os.close(handle)
        return does(*arguments)

    monkeypatch.setattr(disk_io, within, tried)
    await files.append(OURS, "photo.part", 4, b"more")
    await files.exchange(OURS, "photo.part", stamp, pieces())
    assert met == ["waits"]


async def pieces() -> AsyncIterator[bytes]:
    yield b"sealed"


async def test_what_a_crash_left_is_deleted_a_day_later(files: DiskFiles, folder: Path) -> None:
    await files.put(OURS, "photo.jpg", b"picture")
    left, written = folder / OURS / ".left", folder / OURS / ".written"
    left.touch()
    written.touch()
    yesterday = time.time() - 25 * 3600
    for path in (left, folder / OURS / "photo.jpg"):
        os.utime(path, (yesterday, yesterday))
    assert await files.tidy() == 1
    assert sorted(everything_in(folder)) == [written, folder / OURS / "photo.jpg"]


async def test_who_stops_waiting_for_a_file_leaves_none_open(files: DiskFiles, folder: Path) -> None:
    """A FIFO is a file that takes its time: it opens once somebody writes to it. A file that is left open is
    an error of this test by its ResourceWarning."""
    (folder / OURS).mkdir(parents=True)
    slow = folder / OURS / "slow.jpg"
    os.mkfifo(slow)
    reading = asyncio.ensure_future(anext(aiter(files.open(OURS, "slow.jpg"))))
    writer = None
    while writer is None:
        with suppress(OSError):  # ENXIO until somebody is about to read
            writer = os.open(slow, os.O_WRONLY | os.O_NONBLOCK)
        if writer is None:
            await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await until(lambda: opened(slow) == 1)
    os.close(writer)


def opened(path: Path) -> int:
    """How many of this process's descriptors are that file's."""
    links = [link for link in Path("/proc/self/fd").iterdir() if link.exists()]
    return sum(link.samefile(path) for link in links)
