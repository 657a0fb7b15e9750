"""What lies on a disk tells nothing, and opens as what was written there or not at all."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from signaling.domain.errors import Damaged, Unavailable, WrongMasterKey
from signaling.files.disk import DiskFiles
from signaling.files.frames import FRAME, HEADER, OVERHEAD
from signaling.files.master_keys import MasterKeys, kept_in
from signaling.files.vault import Vault
from signaling.store.sql import SqlStore
from tests import cast
from tests.cast import NOW, SAMU_54, SAMU_75, Clock
from tests.places import MASTER, vault

OURS, THEIRS = SAMU_54.id, SAMU_75.id
CANARY = b"CANARI de la photo"


@pytest.fixture
async def store(migrated_sqlite_url: str, clock: Clock) -> AsyncIterator[SqlStore]:
    opened = SqlStore(migrated_sqlite_url, clock)
    await cast.settle(opened)
    yield opened
    await opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def files(folder: Path, store: SqlStore, clock: Clock) -> Vault:
    return vault(DiskFiles(folder), store, clock)


# ---------------------------------------------------------------- what lies there
async def test_what_lies_on_the_disk_tells_nothing(files: Vault, folder: Path) -> None:
    await files.put(OURS, "photo.jpg", CANARY * 100)
    await files.append(OURS, "photo.part", 0, CANARY)
    for path in (folder / OURS).iterdir():
        assert b"CANARI" not in path.read_bytes()


async def test_the_same_file_is_never_encrypted_alike(files: Vault, folder: Path) -> None:
    await files.put(OURS, "photo.jpg", CANARY)
    once = (folder / OURS / "photo.jpg").read_bytes()
    await files.put(OURS, "photo.jpg", CANARY)
    assert (folder / OURS / "photo.jpg").read_bytes()[HEADER:] != once[HEADER:]


@pytest.mark.parametrize(
    ("centre", "name"), [(OURS, "other.jpg"), (THEIRS, "photo.jpg")], ids=["name", "centre"]
)
async def test_a_file_that_is_moved_does_not_open(files: Vault, folder: Path, centre: str, name: str) -> None:
    """Not even where both centres have keys."""
    await files.put(THEIRS, "theirs.jpg", CANARY)
    await files.put(OURS, "photo.jpg", CANARY)
    (folder / OURS / "photo.jpg").rename(folder / centre / name)
    with pytest.raises(Unavailable):
        await files.get(centre, name)


def changed_anywhere(path: Path, after: int) -> Iterator[None]:
    """One byte after another, each put right again."""
    whole = path.read_bytes()
    for place in range(after, len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        yield
    path.write_bytes(whole)


async def test_a_whole_file_of_which_any_byte_was_changed_does_not_open(files: Vault, folder: Path) -> None:
    await files.put(OURS, "photo.jpg", CANARY)
    for _ in changed_anywhere(folder / OURS / "photo.jpg", after=6):
        with pytest.raises(Unavailable):
            await files.get(OURS, "photo.jpg")


async def test_a_growing_file_of_which_any_byte_was_changed_is_at_most_shorter(
    files: Vault, folder: Path
) -> None:
    """It has no end that could be missing: a crash may have torn it."""
    await files.append(OURS, "photo.part", 0, CANARY)
    await files.append(OURS, "photo.part", len(CANARY), b"the end")
    for _ in changed_anywhere(folder / OURS / "photo.part", after=6):
        with suppress(Unavailable):
            assert await files.get(OURS, "photo.part") in {b"", CANARY}


async def test_a_whole_file_that_was_cut_off_or_put_together_anew_does_not_open(
    files: Vault, folder: Path
) -> None:
    data = bytes(FRAME) + b"x" * FRAME + b"the end"
    await files.put(OURS, "film.webm", data)
    path = folder / OURS / "film.webm"
    text = path.read_bytes()
    step = FRAME + OVERHEAD
    header, first, second, last = text[:HEADER], *(text[HEADER + n * step :][:step] for n in range(3))
    path.write_bytes(header + first + second + last)
    assert await files.get(OURS, "film.webm") == data
    for other in (
        b"",
        first,
        first + second,
        second + first + last,
        first + last,
        first + second + last[:-1],
    ):
        path.write_bytes(header + other)
        with pytest.raises(Damaged):
            await files.get(OURS, "film.webm")


async def test_a_frame_of_what_had_the_name_before_does_not_open(files: Vault, folder: Path) -> None:
    path = folder / OURS / "film.webm"
    await files.put(OURS, "film.webm", b"a" * FRAME + b"old end")
    old = path.read_bytes()
    await files.put(OURS, "film.webm", b"a" * FRAME + b"new end")
    path.write_bytes(path.read_bytes()[: HEADER + FRAME + OVERHEAD] + old[HEADER + FRAME + OVERHEAD :])
    with pytest.raises(Damaged):
        await files.get(OURS, "film.webm")


# ---------------------------------------------------------------- after a crash
async def test_a_growing_file_goes_on_wherever_a_crash_tore_it(
    files: Vault, folder: Path, store: SqlStore, clock: Clock
) -> None:
    await files.append(OURS, "photo.part", 0, b"first ")
    one = (folder / OURS / "photo.part").stat().st_size
    await files.append(OURS, "photo.part", 6, b"second")
    path = folder / OURS / "photo.part"
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        again = vault(DiskFiles(folder), store, clock)
        kept = 6 if length >= one else 0
        assert await again.size(OURS, "photo.part") == kept
        assert await again.get(OURS, "photo.part") == b"first "[:kept]
        assert await again.append(OURS, "photo.part", kept, b"other") == kept + 5
        assert await again.get(OURS, "photo.part") == b"first "[:kept] + b"other"


async def test_what_a_power_cut_left_of_the_last_frame_is_no_part_of_the_file(
    files: Vault, folder: Path, store: SqlStore, clock: Clock
) -> None:
    """Zeros where the length was written and the bytes were not."""
    await files.append(OURS, "photo.part", 0, b"first ")
    path = folder / OURS / "photo.part"
    one = path.stat().st_size
    await files.append(OURS, "photo.part", 6, b"second")
    whole = path.read_bytes()
    for sound in (one, len(whole) - 20):
        path.write_bytes(whole[:sound] + bytes(len(whole) - sound))
        again = vault(DiskFiles(folder), store, clock)
        assert await again.get(OURS, "photo.part") == b"first "
        assert await again.size(OURS, "photo.part") == 6
        assert await again.append(OURS, "photo.part", 6, b"third") == 11
        assert await again.get(OURS, "photo.part") == b"first third"


async def test_a_film_is_never_whole_in_memory(files: Vault) -> None:
    for number in range(40):
        await files.append(OURS, "film.webm", number * FRAME, bytes(FRAME))
    tracemalloc.start()
    read = 0
    async for piece in files.open(OURS, "film.webm"):
        read += len(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read == 40 * FRAME
    assert peak < 10 * FRAME


# ---------------------------------------------------------------- encrypted anew
class Meanwhile(DiskFiles):
    """Another process comes in just before a file is exchanged."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.writes: Callable[[], Awaitable[object]] | None = None

    async def exchange(self, centre: str, name: str, stamp: str, pieces: AsyncIterator[bytes]) -> bool:
        text = [piece async for piece in pieces]
        if self.writes is not None:
            await self.writes()

        async def again() -> AsyncIterator[bytes]:
            for piece in text:
                yield piece

        return await super().exchange(centre, name, stamp, again())


@pytest.mark.parametrize("kept", ["plain", "encrypted"])
async def test_a_file_that_changes_while_it_is_renewed_keeps_the_change(
    files: Vault, folder: Path, store: SqlStore, clock: Clock, kept: str
) -> None:
    before = files if kept == "encrypted" else DiskFiles(folder)
    await before.put(OURS, "photo.jpg", b"old")
    await before.append(OURS, "photo.part", 0, b"half")
    await before.put(OURS, "gone.jpg", b"erased")
    shelf = Meanwhile(folder)
    renewing = vault(shelf, store, clock)
    await store.add_centre_key(renewing.new_key(OURS, NOW))
    changes: dict[str, Callable[[], Awaitable[object]]] = {
        "photo.jpg": lambda: files.put(OURS, "photo.jpg", b"new"),
        "photo.part": lambda: files.append(OURS, "photo.part", 4, b" and half"),
        "gone.jpg": lambda: files.remove(OURS, "gone.jpg"),
    }
    for name, shelf.writes in changes.items():
        assert await renewing.renew(OURS, name) == "busy"
    shelf.writes = None
    assert "busy" not in [await renewing.renew(OURS, name) for name in ("photo.jpg", "photo.part")]
    assert [await renewing.renew(OURS, name) for name in ("photo.jpg", "photo.part")] == ["current"] * 2
    assert await files.get(OURS, "photo.jpg") == b"new"
    assert await files.append(OURS, "photo.part", 13, b"!") == 14
    assert await files.get(OURS, "photo.part") == b"half and half!"
    assert await renewing.names(OURS) == ["photo.jpg", "photo.part"]


# ---------------------------------------------------------------- from before there was a vault
async def test_a_plain_file_opens_and_grows_on(files: Vault, folder: Path) -> None:
    await DiskFiles(folder).put(OURS, "photo.jpg", CANARY * 50_000)
    await DiskFiles(folder).append(OURS, "photo.part", 0, b"half")
    assert await files.get(OURS, "photo.jpg") == CANARY * 50_000
    assert await files.size(OURS, "photo.part") == 4
    assert await files.append(OURS, "photo.part", 4, b" and half") == 13
    assert await files.get(OURS, "photo.part") == b"half and half"


async def test_a_plain_file_of_many_frames_is_encrypted_as_it_is(files: Vault, folder: Path) -> None:
    data = bytes(range(256)) * 4_000 + CANARY
    await DiskFiles(folder).put(OURS, "film.webm", data)
    assert await files.renew(OURS, "film.webm") == "renewed"
    assert b"CANARI" not in (folder / OURS / "film.webm").read_bytes()
    assert await files.get(OURS, "film.webm") == data
    assert await files.append(OURS, "film.webm", len(data), b"!") == len(data) + 1


# ---------------------------------------------------------------- keys
async def test_two_processes_make_one_first_key(store: SqlStore, clock: Clock, folder: Path) -> None:
    processes = [vault(DiskFiles(folder), store, clock) for _ in range(4)]
    await asyncio.gather(*(one.put(OURS, f"photo{n}.jpg", CANARY) for n, one in enumerate(processes)))
    assert len(await store.centre_keys(OURS)) == 1
    assert await processes[0].get(OURS, "photo3.jpg") == CANARY


async def test_with_another_master_key_nothing_opens_and_the_start_says_which_is_missing(
    files: Vault, store: SqlStore, clock: Clock, folder: Path
) -> None:
    await files.put(OURS, "photo.jpg", CANARY)
    other = vault(DiskFiles(folder), store, clock, b"o" * 32)
    with pytest.raises(WrongMasterKey, match=rf"{OURS}.*{MasterKeys([MASTER]).mark}.*MASTER_KEY_OLD"):
        await other.check()
    with pytest.raises(Unavailable):
        await other.get(OURS, "photo.jpg")
    both = vault(DiskFiles(folder), store, clock, b"o" * 32, MASTER)
    await both.check()
    assert await both.get(OURS, "photo.jpg") == CANARY


async def test_a_key_that_is_moved_to_another_centre_does_not_open(
    files: Vault, store: SqlStore, clock: Clock
) -> None:
    await files.put(OURS, "photo.jpg", CANARY)
    (key,) = await store.centre_keys(OURS)
    with pytest.raises(WrongMasterKey):
        MasterKeys([MASTER]).unwrap(replace(key, centre=THEIRS))


async def test_files_open_while_the_database_is_away(
    files: Vault, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await files.put(OURS, "photo.jpg", CANARY)

    async def away(centre: str) -> None:
        raise Unavailable("the database can't be reached")

    monkeypatch.setattr(store, "centre_keys", away)
    monkeypatch.setattr("signaling.files.keyring.FRESH", 0.0)
    assert await files.get(OURS, "photo.jpg") == CANARY
    await files.put(OURS, "photo.jpg", b"another")
    assert await files.get(OURS, "photo.jpg") == b"another"


def test_a_master_key_is_made_once(tmp_path: Path) -> None:
    first = kept_in(tmp_path / "master.key")
    assert kept_in(tmp_path / "master.key") == first
    assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["master.key"]
