"""`python -m console.admin key`, while the product runs and writes."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from base64 import b64encode
from pathlib import Path

import pytest

from config.settings import read
from signaling.clock import SystemClock
from signaling.files.choice import sealed_files
from signaling.files.disk import DiskFiles
from signaling.files.frames import MAGIC
from signaling.files.vault import Vault
from signaling.ports import Files, Store
from signaling.service import keys as rotation
from tests.app.test_admin import Printed, Terminal
from tests.app.test_admin import empty as empty  # the fixtures
from tests.app.test_admin import terminal as terminal
from tests.cast import SAMU_54, SAMU_75, Clock
from tests.servers import READY_WITHIN
from tests.trail import trail

OURS = SAMU_54.id
KEEP = {f"photo{number}.jpg": secrets.token_bytes(5_000) for number in range(20)}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every process looks for new keys at every file: nobody waits for them."""
    monkeypatch.setattr(rotation, "SETTLED", 0)
    monkeypatch.setattr("signaling.files.keyring.FRESH", 0.0)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))


def product(store: Store) -> Files:
    """The files as another process of this installation sees them."""
    return sealed_files(read(os.environ), store, SystemClock())


async def kept(store: Store) -> None:
    files = product(store)
    for name, data in KEEP.items():
        await files.put(OURS, name, data)


async def all_open(store: Store) -> None:
    files = product(store)
    for name, data in KEEP.items():
        assert await files.get(OURS, name) == data


@pytest.fixture
def filled(terminal: Terminal) -> Terminal:
    terminal.look(kept)
    return terminal


def states(terminal: Terminal, capsys: Printed) -> list[str]:
    """Of the keys of our centre, oldest first, as `key list` prints them."""
    capsys.readouterr()
    assert terminal.run("key", "list") == 0
    return [line.split("  ")[2] for line in capsys.readouterr().out.splitlines() if line.startswith(OURS)]


async def without_old_keys(store: Store) -> None:
    """Nothing is encrypted with a retired key any more: all opens without them."""
    keys = await store.centre_keys(OURS)

    async def only_newest(centre: str) -> list[object]:
        return list(keys[-1:])

    store.centre_keys = only_newest  # type: ignore[method-assign, assignment]
    await all_open(store)


# ---------------------------------------------------------------- rotation
def test_a_rotation_encrypts_every_file_anew_and_retires_the_old_key(
    filled: Terminal, capsys: Printed
) -> None:
    assert states(filled, capsys) == ["in use"]
    assert filled.run("key", "rotate", "--centre", OURS) == 0
    assert capsys.readouterr().out == f"{len(KEEP)} files are encrypted anew.\n"
    assert states(filled, capsys) == ["retired", "in use"]
    filled.look(without_old_keys)


def test_a_rotation_encrypts_files_from_before_there_was_a_vault(
    filled: Terminal, capsys: Printed, tmp_path: Path
) -> None:
    async def plain(store: Store) -> None:
        files = DiskFiles(tmp_path / "files")
        for name, data in KEEP.items():
            await files.put(OURS, name, data)

    filled.look(plain)
    assert filled.run("key", "rotate", "--centre", OURS) == 0
    filled.look(without_old_keys)
    assert {path.read_bytes()[: len(MAGIC)] for path in (tmp_path / "files" / OURS).iterdir()} == {MAGIC}


def test_a_rotation_is_in_the_audit(filled: Terminal, capsys: Printed) -> None:
    assert filled.run("key", "rotate", "--centre", OURS) == 0
    capsys.readouterr()
    assert filled.run("audit", "export", "--centre", OURS) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "key.rotated" in line]
    details = [json.loads(json.loads(line)["detail"]) for line in told]
    assert details == [
        {"by": "command", "kind": "made", "files": 0},
        {"by": "command", "kind": "rotated", "files": len(KEEP)},
    ]


def test_a_rotation_that_was_killed_goes_on_with_the_key_that_it_made(
    filled: Terminal, capsys: Printed, tmp_path: Path
) -> None:
    first = tmp_path / "files" / OURS / min(KEEP)
    before = first.stat().st_ino
    command = [sys.executable, "-m", "console.admin", "key", "rotate", "--centre", OURS]
    process = subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + READY_WITHIN
    while first.stat().st_ino == before and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    filled.look(all_open)
    assert states(filled, capsys) == ["being replaced", "in use"]
    assert filled.run("key", "rotate", "--centre", OURS) == 0
    assert states(filled, capsys) == ["retired", "in use"]
    filled.look(without_old_keys)


def test_a_file_that_grows_all_the_time_keeps_its_old_key_in_use(
    filled: Terminal, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "PAUSE", 0.0)
    renew = Vault.renew

    async def grows(files: Vault, centre: str, name: str) -> str:
        return "busy" if name == min(KEEP) else await renew(files, centre, name)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Vault, "renew", grows)
        assert filled.run("key", "rotate", "--centre", OURS) == 0
    assert "1 are growing: the old key stays" in capsys.readouterr().out
    assert states(filled, capsys) == ["being replaced", "in use"]
    assert filled.run("key", "rotate", "--centre", OURS) == 0
    assert states(filled, capsys) == ["retired", "in use"]


def test_a_new_key_is_the_newest_even_after_the_clock_went_back(filled: Terminal, capsys: Printed) -> None:
    async def an_hour_ago(store: Store) -> None:
        clock = Clock(SystemClock().now() - 3_600_000)
        files = sealed_files(read(os.environ), store, clock)
        await rotation.Keys(store, files, clock, trail(store, clock)).rotate(OURS)

    filled.look(an_hour_ago)
    assert states(filled, capsys) == ["retired", "in use"]
    filled.look(without_old_keys)


def test_a_damaged_file_is_counted_and_holds_nothing_up(
    filled: Terminal, capsys: Printed, tmp_path: Path
) -> None:
    harmed = tmp_path / "files" / OURS / min(KEEP)
    harmed.write_bytes(harmed.read_bytes()[:-1])
    assert filled.run("key", "rotate", "--centre", OURS) == 0
    assert "1 are damaged, and left" in capsys.readouterr().out
    assert states(filled, capsys) == ["retired", "in use"]


async def written(store: Store, done: asyncio.Event) -> bytes:
    """Another process puts files and adds to one until it is done. Returns what that one must be."""
    files, number, grown = product(store), 0, b""
    while not done.is_set():
        piece, name = secrets.token_bytes(3_000), f"new{number % 10}.jpg"
        await files.put(OURS, name, piece)
        assert await files.get(OURS, name) == piece
        grown += piece
        assert await files.append(OURS, "film.webm", len(grown) - len(piece), piece) == len(grown)
        number += 1
    return grown


def test_nothing_is_lost_of_what_is_written_during_a_rotation(
    filled: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "PAUSE", 0.0)

    async def rotated_while_written(store: Store) -> None:
        done = asyncio.Event()
        writing = asyncio.create_task(written(store, done))
        files = sealed_files(read(os.environ), store, SystemClock())
        keys = rotation.Keys(store, files, SystemClock(), trail(store, SystemClock()))
        for _ in range(2):
            await keys.rotate(OURS)
        done.set()
        film = await writing
        await keys.rotate(OURS)  # the end of one that a growing file kept open
        assert await product(store).get(OURS, "film.webm") == film
        await without_old_keys(store)

    filled.look(rotated_while_written)


# ---------------------------------------------------------------- the master key
ANOTHER = b64encode(b"another".zfill(32)).decode()


def test_a_new_master_key_takes_over_and_the_old_one_may_go(
    filled: Terminal, capsys: Printed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = (tmp_path / "master.key").read_text().strip()
    monkeypatch.setenv("MASTER_KEY", ANOTHER)
    monkeypatch.setenv("MASTER_KEY_OLD", old)
    filled.look(all_open)
    assert filled.run("key", "rewrap") == 0
    assert capsys.readouterr().out == "1 keys are under the new master key; MASTER_KEY_OLD may go.\n"
    monkeypatch.delenv("MASTER_KEY_OLD")
    filled.look(all_open)
    assert filled.run("key", "rewrap") == 0
    assert capsys.readouterr().out.startswith("0 keys")


def test_without_the_right_master_key_a_command_says_so(
    filled: Terminal, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASTER_KEY", ANOTHER)
    assert filled.run("key", "rewrap") == 1
    assert "MASTER_KEY_OLD" in capsys.readouterr().err


def test_an_unknown_centre_has_no_keys_to_rotate(filled: Terminal, capsys: Printed) -> None:
    assert filled.run("key", "rotate", "--centre", "0" * 32) == 1
    assert filled.run("key", "rotate", "--centre", SAMU_75.id) == 0
    assert capsys.readouterr().out == "0 files are encrypted anew.\n"
