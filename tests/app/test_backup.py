"""What a back-up refuses, finds out and puts right, without a server around it."""

from __future__ import annotations

import json
import secrets
import shutil
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

import pytest

from config.backup import restoring
from config.backup.__main__ import main
from config.backup.restoring import Asked, check, restore
from config.backup.taking import take
from config.settings import read
from signaling.clock import SystemClock
from signaling.domain import facts
from signaling.domain.audit import Audited, due, verify
from signaling.domain.errors import Damaged, NotAllowed, NotFound, Unavailable
from signaling.files.choice import sealed_files
from signaling.ports import Change, Room
from signaling.store.dump import dump
from signaling.store.snapshot import Snapshot
from signaling.store.sql import SqlStore
from tests import cast
from tests.cast import ALICE, NOW, SAMU_54
from tests.conftest import migrate
from tests.places import new_bucket
from tests.servers import s3_server

MASTER: Final = b64encode(secrets.token_bytes(32)).decode()
KEYS: Final = {"MASTER_KEY": MASTER, "SECRET_KEY": secrets.token_hex(32)}
PICTURE: Final = secrets.token_bytes(300_000)
FOR_EVER: Final = 1 << 50  # ms since the epoch

SESSION: Final = cast.session(ALICE)
INVITATION: Final = cast.invitation(SESSION)
MESSAGE: Final = cast.message(INVITATION)
CAPTURE: Final = cast.capture(SESSION)
LOGIN: Final = cast.login(ALICE, expires_at=FOR_EVER)


class Machine:
    def __init__(self, folder: Path, **environ: str) -> None:
        folder.mkdir(exist_ok=True)
        self.settings = read({"DATA_DIR": str(folder), **KEYS, **environ})
        self.store = SqlStore(self.settings.database_url, SystemClock())
        self.files = sealed_files(self.settings, self.store, SystemClock())

    async def fill(self) -> None:
        migrate(self.settings.database_url)
        await cast.settle(self.store)
        await self.store.start(SESSION, Change(records=(INVITATION, MESSAGE, CAPTURE)))
        await self.files.put(SAMU_54.id, CAPTURE.id, PICTURE)
        await self.store.add_login(LOGIN)
        line = due(Audited(SAMU_54.id, ALICE.id, "history.viewed"), "", NOW)
        await self.store.append_audit((line, due(Audited(SAMU_54.id, ALICE.id, "export.made"), "", NOW)))

    async def close(self) -> None:
        await self.files.close()
        await self.store.close()


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Machine]:
    made = Machine(tmp_path / "running")
    await made.fill()
    yield made
    await made.close()


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Machine]:
    made = Machine(tmp_path / "empty")
    yield made
    await made.close()


@pytest.fixture
async def backup(running: Machine, tmp_path: Path) -> Path:
    folder = tmp_path / "backup"
    assert (await take(running.settings, folder)).gone == []
    return folder


def _ended(room: Room) -> Change:
    return Change(facts=(facts.SessionEnded(by=ALICE.id),))


# ---------------------------------------------------------------- what is there afterwards
async def test_a_restored_machine_has_the_files_and_lets_nobody_in_or_out(
    backup: Path, empty: Machine
) -> None:
    await restore(empty.settings, Asked(backup, None))
    assert await empty.files.get(SAMU_54.id, CAPTURE.id) == PICTURE
    with pytest.raises(NotFound):  # the login may have been revoked since
        await empty.store.signed_in(LOGIN.id, NOW)
    assert await empty.store.due_messages(FOR_EVER, 10, FOR_EVER) == []  # the SMS may have left since
    assert (await empty.store.message(MESSAGE.id)).state == "failed"


async def test_both_audits_tell_of_it_and_the_restored_chain_goes_on_unbroken(
    running: Machine, backup: Path, empty: Machine
) -> None:
    await restore(empty.settings, Asked(backup, None))
    for machine, action in ((running, "backup.taken"), (empty, "backup.restored")):
        lines = await machine.store.audit_entries(SAMU_54.id, 0, 100)
        assert [line.action for line in lines] == ["history.viewed", "export.made", action]
        assert json.loads(lines[-1].detail) == {"files": 1}
        assert verify(lines) is None


async def test_what_was_erased_since_is_erased_again(running: Machine, tmp_path: Path) -> None:
    await running.store.change(SAMU_54.id, SESSION.id, _ended)
    folder, log = tmp_path / "backup", tmp_path / "log.jsonl"
    await take(running.settings, folder)
    log.write_text(json.dumps({"event": "session_erased", "centre": SAMU_54.id, "session": SESSION.id}))
    empty = Machine(tmp_path / "empty")
    told = await restore(empty.settings, Asked(folder, log))
    assert "1 erasures are told; 1 were done again, 0 go on or are held." in told
    with pytest.raises(NotFound):
        await empty.files.get(SAMU_54.id, CAPTURE.id)
    await empty.close()


async def test_files_go_from_a_bucket_to_a_disk_and_back(
    running: Machine, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "WHOLE", 100_000)  # ours is a large one
    with s3_server() as server:
        place = await new_bucket(server)
        bucket = {"FILES": "s3", "S3_ENDPOINT": place.endpoint, "S3_BUCKET": place.name}
        bucket |= {"S3_ACCESS_KEY": place.access_key, "S3_SECRET_KEY": place.secret_key}
        cloud = Machine(tmp_path / "cloud", **bucket)
        await restore(cloud.settings, Asked(backup, None))
        await take(cloud.settings, tmp_path / "again")
        await cloud.close()
    home = Machine(tmp_path / "home")
    await restore(home.settings, Asked(tmp_path / "again", None))
    assert await home.files.get(SAMU_54.id, CAPTURE.id) == PICTURE
    await home.close()


async def test_the_command_says_whether_one_is_whole(
    backup: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    assert main(["check", str(backup)]) == 0
    assert capsys.readouterr().out.startswith("Whole: ")
    (backup / "manifest.seal").unlink()
    assert main(["check", str(backup)]) == 1
    assert capsys.readouterr().err.startswith("Refused: ")
    monkeypatch.setenv("MASTER_KEY", "short")
    assert main(["check", str(backup)]) == 2


# ---------------------------------------------------------------- what is found out
def _change(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [_change, Path.unlink], ids=["changed", "missing"])
@pytest.mark.parametrize(
    "what",
    ["visio.db", f"files/{SAMU_54.id}/{CAPTURE.id}", "manifest.json"],
    ids=["records", "file", "manifest"],
)
async def test_what_was_changed_or_is_missing_is_found(
    backup: Path, empty: Machine, what: str, damage: Callable[[Path], None]
) -> None:
    check(empty.settings, backup)
    damage(backup / what)
    with pytest.raises(Damaged):
        await restore(empty.settings, Asked(backup, None))
    assert not list(empty.settings.data_dir.iterdir())


async def test_an_edited_manifest_is_found_though_its_sums_are_right(backup: Path, empty: Machine) -> None:
    listed = json.loads((backup / "manifest.json").read_text())
    listed["files"] = []
    (backup / "manifest.json").write_text(json.dumps(listed))
    with pytest.raises(Damaged, match="manifest was changed"):
        check(empty.settings, backup)


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"MASTER_KEY": ""}, "no MASTER_KEY"),
        ({"SECRET_KEY": ""}, "no SECRET_KEY"),
        ({"MASTER_KEY": b64encode(bytes(32)).decode()}, "another master key"),
        ({"MASTER_KEY": b64encode(bytes(32)).decode(), "MASTER_KEY_OLD": MASTER}, ""),
        ({"SECRET_KEY": "another one of thirty-two letters"}, "SECRET_KEY is not the one"),
        ({"DATABASE_URL": "postgresql://visio@localhost/visio"}, "of sqlite"),
    ],
)
async def test_without_the_keys_and_the_database_that_it_needs_it_is_refused(
    backup: Path, tmp_path: Path, environ: dict[str, str], says: str
) -> None:
    settings = read({"DATA_DIR": str(tmp_path / "other"), **KEYS, **environ})
    if not says:
        await restore(settings, Asked(backup, None))
        return
    with pytest.raises((NotAllowed, Damaged), match=says):
        await restore(settings, Asked(backup, None))
    assert not (tmp_path / "other").exists()


async def test_a_master_key_that_only_some_files_need_is_missed(running: Machine, tmp_path: Path) -> None:
    newer = b64encode(secrets.token_bytes(32)).decode()
    before_rewrap = {**KEYS, "MASTER_KEY": newer, "MASTER_KEY_OLD": MASTER}
    await take(read({"DATA_DIR": str(running.settings.data_dir), **before_rewrap}), tmp_path / "backup")
    settings = read({"DATA_DIR": str(tmp_path / "other"), **KEYS, "MASTER_KEY": newer})
    with pytest.raises(NotAllowed, match="which is not here"):
        await restore(settings, Asked(tmp_path / "backup", None))


async def test_only_an_empty_machine_takes_one(backup: Path, running: Machine, empty: Machine) -> None:
    with pytest.raises(NotAllowed, match="database"):
        await restore(running.settings, Asked(backup, None))
    shutil.copytree(backup / "files", empty.settings.data_dir / "files")
    with pytest.raises(NotAllowed, match="files of centre"):
        await restore(empty.settings, Asked(backup, None))


async def test_one_of_a_newer_release_is_refused(
    backup: Path, empty: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "_known_schemas", lambda: ["0001"])
    with pytest.raises(NotAllowed, match="newer release"):
        await restore(empty.settings, Asked(backup, None))


async def test_a_folder_that_holds_anything_takes_none(running: Machine, backup: Path) -> None:
    with pytest.raises(NotAllowed, match="not empty"):
        await take(running.settings, backup)
    check(running.settings, backup)


async def test_a_key_that_is_rotated_meanwhile_spoils_it(
    running: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dump_then_rotate(database_url: str, to: Path) -> Snapshot:
        found = await dump(database_url, to)
        await running.store.add_centre_key(running.files.new_key(SAMU_54.id))
        return found

    monkeypatch.setattr("signaling.store.dump.dump", dump_then_rotate)
    with pytest.raises(Unavailable, match="rotated"):
        await take(running.settings, tmp_path / "spoilt")
    assert not (tmp_path / "spoilt").exists()
