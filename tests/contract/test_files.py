"""Bytes of a centre are kept whole, private, and under names that can't leave their folder."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from signaling.domain.errors import BadInput, NotFound, Unavailable
from signaling.domain.ids import new_id
from signaling.files.disk import DiskFiles
from signaling.ports import Files
from tests.cast import NOW, SAMU_54, SAMU_75

OURS, THEIRS = SAMU_54.id, SAMU_75.id


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "files"


@pytest.fixture
def files(folder: Path) -> Files:
    return DiskFiles(folder)


def everything_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("data", [b"", b"\x00\xff\r\n", b"x" * 3_000_000])
async def test_what_was_put_is_got(files: Files, data: bytes) -> None:
    name = new_id(NOW)
    await files.put(OURS, name, data)
    assert await files.get(OURS, name) == data


async def test_a_file_outlives_the_process_that_put_it(files: Files, folder: Path) -> None:
    await files.put(OURS, "photo.jpg", b"picture")
    assert await DiskFiles(folder).get(OURS, "photo.jpg") == b"picture"


async def test_another_centre_finds_nothing(files: Files) -> None:
    await files.put(OURS, "photo.jpg", b"picture")
    with pytest.raises(NotFound):
        await files.get(THEIRS, "photo.jpg")


async def test_two_centres_may_use_the_same_name(files: Files) -> None:
    await files.put(OURS, "photo.jpg", b"ours")
    await files.put(THEIRS, "photo.jpg", b"theirs")
    assert await files.get(OURS, "photo.jpg") == b"ours"


async def test_a_file_replaces_the_one_of_its_name(files: Files, folder: Path) -> None:
    await files.put(OURS, "photo.jpg", b"old")
    await files.put(OURS, "photo.jpg", b"new")
    assert await files.get(OURS, "photo.jpg") == b"new"
    assert everything_in(folder) == [folder / OURS / "photo.jpg"]


async def test_a_reader_never_sees_half_a_file(files: Files) -> None:
    old, new = b"o" * 500_000, b"n" * 500_000
    await files.put(OURS, "photo.jpg", old)
    writing = asyncio.gather(*(files.put(OURS, "photo.jpg", new) for _ in range(10)))
    seen = {await files.get(OURS, "photo.jpg") for _ in range(50)}
    await writing
    assert seen <= {old, new}
    assert await files.get(OURS, "photo.jpg") == new


async def test_nobody_else_on_the_machine_may_read_it(files: Files, folder: Path) -> None:
    open_to_all = os.umask(0)
    try:
        await files.put(OURS, "photo.jpg", b"picture")
    finally:
        os.umask(open_to_all)
    assert (folder / OURS / "photo.jpg").stat().st_mode & 0o777 == 0o600
    for made in (folder / OURS, folder, folder.parent):
        assert made.stat().st_mode & 0o777 == 0o700


NO_NAMES = [
    "", ".", "..", "../photo.jpg", "a/b", "/etc/passwd", "a\\b", "a\0b", ".hidden", "photo.jpg\n",
    "photo.JPG", "a b", "a..b", "é", "１", "x" * 65, "photo.", "-rf", "con:", "%2e%2e%2fphoto.jpg",
    "\u202egpj.exe",
]  # fmt: skip


@pytest.mark.parametrize("name", NO_NAMES)
async def test_a_name_that_is_none_of_ours_is_refused(files: Files, folder: Path, name: str) -> None:
    for centre, of in ((OURS, name), (name, "photo.jpg")):
        with pytest.raises(BadInput):
            await files.put(centre, of, b"data")
        with pytest.raises(NotFound):
            await files.get(centre, of)
    assert not folder.parent.exists()


async def test_an_unknown_name_is_not_found(files: Files) -> None:
    with pytest.raises(NotFound):
        await files.get(OURS, "photo.jpg")


async def test_a_disk_that_can_not_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file where the folder should be")
    with pytest.raises(Unavailable):
        await DiskFiles(tmp_path / "files").put(OURS, "photo.jpg", b"picture")


async def test_a_write_that_fails_leaves_nothing(files: Files, folder: Path) -> None:
    (folder / OURS / "photo.jpg").mkdir(parents=True)  # can't be replaced by a file
    with pytest.raises(Unavailable):
        await files.put(OURS, "photo.jpg", b"picture")
    assert everything_in(folder) == []


async def test_a_file_grows_piece_by_piece_and_outlives_its_process(files: Files, folder: Path) -> None:
    assert await files.size(OURS, "photo.part") == 0
    assert await files.append(OURS, "photo.part", 0, b"half") == 4
    assert await DiskFiles(folder).append(OURS, "photo.part", 4, b" and half") == 13
    assert await files.size(OURS, "photo.part") == 13
    assert await files.get(OURS, "photo.part") == b"half and half"
    assert (folder / OURS / "photo.part").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("offset", [0, 3, 5, 10_000])
async def test_a_piece_that_does_not_follow_is_not_added(files: Files, offset: int) -> None:
    await files.append(OURS, "photo.part", 0, b"half")
    assert await files.append(OURS, "photo.part", offset, b"more") == 4
    assert await files.get(OURS, "photo.part") == b"half"


async def test_a_piece_of_a_file_that_is_gone_begins_none(files: Files, folder: Path) -> None:
    assert await files.append(OURS, "photo.part", 4, b"more") == 0
    assert everything_in(folder) == []


async def test_of_pieces_that_come_at_once_one_is_added(folder: Path) -> None:
    """From several processes, each with an adapter of its own."""
    pieces = [bytes([number]) * 50_000 for number in range(8)]
    await asyncio.gather(*(DiskFiles(folder).append(OURS, "photo.part", 0, piece) for piece in pieces))
    assert await DiskFiles(folder).get(OURS, "photo.part") in pieces


async def test_a_file_that_is_removed_is_gone_and_one_that_there_is_none_of_is_no_error(
    files: Files, folder: Path
) -> None:
    await files.append(OURS, "photo.part", 0, b"half")
    for _ in range(2):
        await files.remove(OURS, "photo.part")
    assert everything_in(folder) == []


@pytest.mark.parametrize("name", NO_NAMES)
async def test_a_name_that_is_none_of_ours_neither_grows_nor_is_removed(
    files: Files, folder: Path, name: str
) -> None:
    with pytest.raises(BadInput):
        await files.append(OURS, name, 0, b"data")
    assert await files.size(OURS, name) == 0
    await files.remove(OURS, name)
    assert not folder.parent.exists()


async def test_a_disk_that_can_not_be_appended_to_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file where the folder should be")
    with pytest.raises(Unavailable):
        await DiskFiles(tmp_path / "files").append(OURS, "photo.part", 0, b"picture")
