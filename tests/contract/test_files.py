"""Bytes of a centre are kept whole and under names that can't leave their place, wherever that is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from signaling.domain.errors import BadInput, NotFound
from signaling.domain.ids import new_id
from signaling.files.disk import DiskFiles
from signaling.files.s3 import S3Files
from signaling.files.shelf import Shelf
from signaling.ports import Files
from signaling.store.sql import SqlStore
from tests import cast
from tests.cast import NOW, SAMU_54, SAMU_75, Clock
from tests.places import Place, new_bucket, vault
from tests.servers import S3Server, s3_server

OURS, THEIRS = SAMU_54.id, SAMU_75.id


@pytest.fixture
async def store(migrated_sqlite_url: str, clock: Clock) -> AsyncIterator[SqlStore]:
    opened = SqlStore(migrated_sqlite_url, clock)
    await cast.settle(opened)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def storage() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture(params=["disk", "s3"])
async def shelves(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[list[Shelf]]:
    """One place, as three processes see it."""
    if request.param == "disk":
        yield [DiskFiles(tmp_path / "data" / "files") for _ in range(3)]
        return
    bucket = await new_bucket(request.getfixturevalue("storage"))
    made: list[Shelf] = [S3Files(bucket) for _ in range(3)]
    yield made
    for one in made:
        await one.close()


@pytest.fixture(params=["plain", "encrypted"])
def place(request: pytest.FixtureRequest, shelves: list[Shelf], store: SqlStore, clock: Clock) -> Place:
    shelf, *others = shelves
    if request.param == "plain":
        return Place(shelf=shelf, another=others.pop)
    return Place(shelf=shelf, another=lambda: vault(others.pop(), store, clock))


@pytest.fixture
def files(place: Place) -> Files:
    return place.another()


@pytest.mark.parametrize("data", [b"", b"\x00\xff\r\n", b"x" * 3_000_000])
async def test_what_was_put_is_got(files: Files, data: bytes) -> None:
    name = new_id(NOW)
    await files.put(OURS, name, data)
    assert await files.get(OURS, name) == data
    assert await files.size(OURS, name) == len(data)


async def test_a_file_is_read_from_any_place_on(files: Files) -> None:
    data = bytes(number % 251 for number in range(700_000))
    await files.put(OURS, "film.webm", data)
    for begin, end in ((0, 300_000), (300_000, 500_001), (500_001, 700_000)):
        await files.append(OURS, "film.part", begin, data[begin:end])
    for name in ("film.webm", "film.part"):
        for start in (0, 1, 262_144, 600_001, 699_999, 700_000, 900_000):
            pieces = [piece async for piece in files.open(OURS, name, start)]
            assert b"".join(pieces) == data[start:]
            assert max(map(len, pieces), default=0) <= 262_144


async def test_a_file_outlives_the_process_that_put_it(place: Place) -> None:
    await place.another().put(OURS, "photo.jpg", b"picture")
    assert await place.another().get(OURS, "photo.jpg") == b"picture"


async def test_another_centre_finds_nothing(files: Files) -> None:
    await files.put(OURS, "photo.jpg", b"picture")
    with pytest.raises(NotFound):
        await files.get(THEIRS, "photo.jpg")


async def test_two_centres_may_use_the_same_name(files: Files) -> None:
    await files.put(OURS, "photo.jpg", b"ours")
    await files.put(THEIRS, "photo.jpg", b"theirs")
    assert await files.get(OURS, "photo.jpg") == b"ours"


async def test_a_file_replaces_the_one_of_its_name(files: Files, place: Place) -> None:
    await files.put(OURS, "photo.jpg", b"old")
    await files.put(OURS, "photo.jpg", b"new")
    assert await files.get(OURS, "photo.jpg") == b"new"
    assert await place.names() == ["photo.jpg"]


async def test_a_reader_never_sees_half_a_file(files: Files) -> None:
    old, new = b"o" * 500_000, b"n" * 500_000
    await files.put(OURS, "photo.jpg", old)
    writing = asyncio.gather(*(files.put(OURS, "photo.jpg", new) for _ in range(10)))
    seen = {await files.get(OURS, "photo.jpg") for _ in range(50)}
    await writing
    assert seen <= {old, new}
    assert await files.get(OURS, "photo.jpg") == new


NO_NAMES = [
    "", ".", "..", "../photo.jpg", "a/b", "/etc/passwd", "a\\b", "a\0b", ".hidden", "photo.jpg\n",
    "photo.JPG", "a b", "a..b", "é", "１", "x" * 65, "photo.", "-rf", "con:", "%2e%2e%2fphoto.jpg",
    "\u202egpj.exe",
]  # fmt: skip


async def test_a_name_that_is_none_of_ours_is_refused(files: Files, place: Place) -> None:
    for centre, name in [*((OURS, name) for name in NO_NAMES), *((name, "photo.jpg") for name in NO_NAMES)]:
        with pytest.raises(BadInput):
            await files.put(centre, name, b"data")
        with pytest.raises(BadInput):
            await files.append(centre, name, 0, b"data")
        with pytest.raises(NotFound):
            await files.get(centre, name)
        assert await files.size(centre, name) == 0
        await files.remove(centre, name)
    assert await place.names() == []


async def test_an_unknown_name_is_not_found(files: Files) -> None:
    with pytest.raises(NotFound):
        await files.get(OURS, "photo.jpg")


async def test_a_file_grows_piece_by_piece_and_outlives_its_process(files: Files, place: Place) -> None:
    assert await files.size(OURS, "photo.part") == 0
    assert await files.append(OURS, "photo.part", 0, b"half") == 4
    assert await place.another().append(OURS, "photo.part", 4, b" and half") == 13
    assert await files.size(OURS, "photo.part") == 13
    assert await files.get(OURS, "photo.part") == b"half and half"


@pytest.mark.parametrize("offset", [0, 3, 5, 10_000])
async def test_a_piece_that_does_not_follow_is_not_added(files: Files, offset: int) -> None:
    await files.append(OURS, "photo.part", 0, b"half")
    assert await files.append(OURS, "photo.part", offset, b"more") == 4
    assert await files.get(OURS, "photo.part") == b"half"


async def test_a_piece_of_a_file_that_is_gone_begins_none(files: Files, place: Place) -> None:
    assert await files.append(OURS, "photo.part", 4, b"more") == 0
    assert await place.names() == []


async def test_of_pieces_that_come_at_once_one_is_added(place: Place) -> None:
    """From two processes."""
    pieces = [bytes([number]) * 50_000 for number in range(8)]
    processes = [place.another(), place.another()]
    adding = (
        processes[number % 2].append(OURS, "photo.part", 0, piece) for number, piece in enumerate(pieces)
    )
    assert set(await asyncio.gather(*adding)) == {50_000}
    assert await processes[0].get(OURS, "photo.part") in pieces


async def test_a_file_that_is_removed_is_gone_and_one_that_there_is_none_of_is_no_error(
    files: Files, place: Place
) -> None:
    await files.put(OURS, "photo.jpg", b"picture")
    await files.append(OURS, "photo.part", 0, b"half")
    await files.append(OURS, "photo.part", 4, b"half")
    for _ in range(2):
        await files.remove(OURS, "photo.part")
        await files.remove(OURS, "photo.jpg")
    assert await place.names() == []
    assert await files.size(OURS, "photo.part") == 0


# ---------------------------------------------------------------- as a shelf
async def pieces_of(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def test_a_file_is_exchanged_unless_it_changed_meanwhile(shelves: list[Shelf]) -> None:
    shelf, other, _ = shelves
    await shelf.put(OURS, "photo.jpg", b"plain")
    before = await shelf.stamp(OURS, "photo.jpg")
    assert await other.exchange(OURS, "photo.jpg", before, pieces_of(b"sea", b"led"))
    assert await shelf.get(OURS, "photo.jpg") == b"sealed"
    assert not await other.exchange(OURS, "photo.jpg", before, pieces_of(b"twice"))
    assert await shelf.get(OURS, "photo.jpg") == b"sealed"
    assert await shelf.names(OURS) == ["photo.jpg"]


async def test_a_file_that_is_gone_does_not_come_back_by_an_exchange(shelves: list[Shelf]) -> None:
    shelf, other, _ = shelves
    await shelf.append(OURS, "photo.part", 0, b"half")
    before = await shelf.stamp(OURS, "photo.part")
    await other.remove(OURS, "photo.part")
    assert not await shelf.exchange(OURS, "photo.part", before, pieces_of(b"sealed"))
    assert await shelf.names(OURS) == []
    with pytest.raises(NotFound):
        await shelf.stamp(OURS, "photo.part")


async def test_a_growing_file_that_was_exchanged_grows_on(shelves: list[Shelf]) -> None:
    shelf, other, _ = shelves
    await shelf.append(OURS, "photo.part", 0, b"half")
    await shelf.append(OURS, "photo.part", 4, b"more")
    stamp = await shelf.stamp(OURS, "photo.part")
    assert await shelf.exchange(OURS, "photo.part", stamp, pieces_of(b"HALFMORE"))
    assert await other.append(OURS, "photo.part", 8, b"rest") == 12
    assert await shelf.get(OURS, "photo.part") == b"HALFMORErest"
    assert b"".join([piece async for piece in other.open(OURS, "photo.part", 6)]) == b"RErest"


async def test_the_end_of_a_growing_file_is_cut_off_unless_it_grew_meanwhile(shelves: list[Shelf]) -> None:
    shelf, *_ = shelves
    await shelf.append(OURS, "photo.part", 0, b"half")
    await shelf.append(OURS, "photo.part", 4, b"torn")
    await shelf.cut(OURS, "photo.part", 7, 4)
    assert await shelf.size(OURS, "photo.part") == 8
    await shelf.cut(OURS, "photo.part", 8, 4)
    assert await shelf.get(OURS, "photo.part") == b"half"
