"""Retention, legal hold, erasure and a caller's data from the outside: pages, commands, bytes on the disk."""

from __future__ import annotations

import asyncio
import io
import json
import struct
from pathlib import Path
from typing import Final, NamedTuple
from zipfile import ZipFile

import pytest

from console import admin
from signaling.domain import facts
from signaling.domain.audit import verify
from signaling.domain.policy import Policy, with_policy
from signaling.domain.records import AuditEntry, User
from signaling.domain.room import Change
from signaling.service.retention import LEASE, PAUSE
from signaling.store.retention import Retention as StoredRetention
from tests import cast
from tests.app.office import ADMIN, PLACE, SUPERVISOR, Office
from tests.cast import ALICE, CHARLIE, SAMU_54, SAMU_75

DAY: Final = 24 * 60 * cast.MINUTE
NUMBER: Final = "06 98 76 54 32"
CANARIES: Final = ("+33698765432", "54 32", "CANARI", str(PLACE[0]), str(PLACE[1]), "Safari 18")
SURE: Final = {"sure": "yes"}
BOSS: Final = cast.user("Zoe", SAMU_75, role="administrator")


class Call(NamedTuple):
    session: str
    capture: str


async def call(office: Office, *, ended: bool = True) -> Call:
    """Alice's call to NUMBER, with a picture, a position, a document, a text, a note and half a file."""
    async with office.desk(ALICE) as browser:
        session = await office.call(browser, NUMBER)
        phone = await office.phone(session)
        room = await office.store.room(SAMU_54.id, session)
        [caller] = [one for one in room.participants if one.id == phone]
        capture = cast.capture(room.session)
        document = cast.document(caller, name="CANARI ../../etc/passwd.pdf")
        part = cast.upload(caller, name="CANARI.jpg")
        text = facts.CommandSent(
            command="c", participant=phone, by=ALICE.id, name="message", value="CANARI text"
        )
        place = facts.PositionFixed(
            position="p", participant=phone, latitude=PLACE[0], longitude=PLACE[1], accuracy=9.0
        )
        rows = Change(records=(capture, document, part), facts=(text, place))
        await office.journal.change(SAMU_54.id, session, lambda _: rows)
        for name in (capture.id, document.id, f"{part.id}.part"):
            await office.files.put(SAMU_54.id, name, b"CANARI picture")
        closing = {"note": "CANARI note", "reference": "CANARI file"}
        await browser.post(f"/sessions/{session}/closing", json=closing)
        if ended:
            await office.happen(session, facts.SessionEnded(by=ALICE.id))
        return Call(session, capture.id)


def found_in(folder: Path) -> set[str]:
    """The canaries in all bytes below the folder."""
    data = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    latitude = {"latitude"} if struct.pack(">d", PLACE[0]) in data else set()  # as SQLite keeps it
    return latitude | {one for one in CANARIES if one.encode() in data}


async def told(office: Office, action: str) -> list[AuditEntry]:
    await office.audit.settle()
    entries = await office.store.audit_entries(SAMU_54.id, 0, 1_000)
    assert verify(entries) is None
    return [one for one in entries if one.action == action]


# ---------------------------------------------------------------- erasure
async def test_after_an_erasure_no_byte_of_the_caller_is_on_the_disk(office: Office, tmp_path: Path) -> None:
    made = await call(office)
    assert found_in(tmp_path) == {*CANARIES, "latitude"} - {"54 32"}
    async with office.desk(SUPERVISOR) as browser:
        page = (await browser.get(f"/history/{made.session}")).text
        assert "Effacer cette visio" in page
        answer = await browser.post(f"/history/{made.session}/erase", data=SURE)
        assert answer.status_code == 303
        after = (await browser.get(f"/history/{made.session}")).text
        assert "seuls ses chiffres restent" in after
        assert "Effacée" in (await browser.get("/history")).text
    assert [one for one in CANARIES if one in after] == []
    [erased] = await told(office, "session.erased")
    assert (erased.actor, erased.subject) == (SUPERVISOR.id, made.session)
    await office.store.close()  # its journal goes into the file
    assert found_in(tmp_path) == set()


async def test_an_erasure_is_confirmed_and_waits_for_the_end(office: Office) -> None:
    made = await call(office, ended=False)
    async with office.desk(SUPERVISOR) as browser:
        assert (await browser.post(f"/history/{made.session}/erase")).status_code == 422
        assert (await browser.post(f"/history/{made.session}/erase", data=SURE)).status_code == 403
    assert await office.files.get(SAMU_54.id, made.capture) == b"CANARI picture"


@pytest.mark.parametrize("path", ["hold", "erase"])
async def test_regulators_and_other_centres_decide_nothing(office: Office, path: str) -> None:
    await office.store.add_user(BOSS, cast.person(BOSS))
    made = await call(office)
    form = {**SURE, "held": "1", "reason": "inquiry"}
    for user, status in ((ALICE, 403), (CHARLIE, 403), (BOSS, 404)):
        async with office.desk(user) as browser:
            answer = await browser.post(f"/history/{made.session}/{path}", data=form)
            assert answer.status_code == status
    session = (await office.store.room(SAMU_54.id, made.session)).session
    assert (session.held, session.erased_at) == (False, None)


# ---------------------------------------------------------------- legal hold
async def test_a_held_visio_outlives_everything(office: Office) -> None:
    made = await call(office)
    async with office.desk(SUPERVISOR) as browser:
        path = f"/history/{made.session}/hold"
        assert (await browser.post(path, data={"held": "1", "reason": "because"})).status_code == 422
        await browser.post(path, data={"held": "1", "reason": "inquiry"})
        assert "Gel juridique" in (await browser.get(f"/history/{made.session}")).text
        assert (await browser.post(f"/history/{made.session}/erase", data=SURE)).status_code == 403
        await browser.post("/callers/erase", data={"address": NUMBER, **SURE})
    office.clock.advance(10_000 * DAY)
    assert await office.retention.sweep()
    assert await office.files.get(SAMU_54.id, made.capture) == b"CANARI picture"
    [held] = await told(office, "session.held")
    assert (held.actor, held.subject) == (SUPERVISOR.id, made.session)
    assert json.loads(held.detail) == {"held": 1, "reason": "inquiry"}


# ---------------------------------------------------------------- retention
async def test_each_class_is_kept_as_long_as_the_centre_says(office: Office) -> None:
    made = await call(office)
    policy = Policy(keep_days={"captures": 7, "documents": 0, "sessions": 60})
    await office.store.change_centre(SAMU_54.id, lambda centre: with_policy(centre, policy))
    office.clock.advance(7 * DAY + 1)
    assert await office.retention.sweep()
    details = await office.store.details(SAMU_54.id, made.session)
    assert (len(details.captures), len(details.documents)) == (0, 1)
    office.clock.advance(53 * DAY)
    assert await office.retention.sweep()
    assert (await office.store.room(SAMU_54.id, made.session)).session.erased_at == office.clock.at
    kinds = [json.loads(one.detail) for one in await told(office, "retention.run")]
    assert {"kind": "captures", "sessions": 1, "rows": 1, "files": 1} in kinds
    assert [one["kind"] for one in kinds] == ["captures", "photos", "sessions"]


async def test_one_process_sweeps_an_hour_and_a_killed_one_is_replaced(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await call(office)
    office.clock.advance(30 * DAY + 1)

    async def killed(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(StoredRetention, "removed", killed)  # the rows are gone, the list of files is not
        with pytest.raises(asyncio.CancelledError):
            await office.retention.sweep()
    assert not await office.retention.sweep()  # whoever had the duty may still be at it
    office.clock.advance(LEASE)
    await office.files.put(SAMU_54.id, made.capture, b"CANARI again")
    assert await office.retention.sweep()
    assert await office.files.size(SAMU_54.id, made.capture) == 0
    office.clock.advance(PAUSE - 1)
    assert not await office.retention.sweep()
    office.clock.advance(1)
    assert await office.retention.sweep()


# ---------------------------------------------------------------- a caller's data
async def test_a_caller_is_looked_up_without_being_looked_at(office: Office) -> None:
    made = await call(office)
    async with office.desk(ADMIN) as browser:
        assert (await browser.get("/callers")).status_code == 200
        page = (await browser.post("/callers", data={"address": "+33 (0)6 98 76 54 32"})).text
        assert made.session in page
        assert "CANARI" not in page
        wrong = await browser.post("/callers", data={"address": "hello"})
        assert (wrong.status_code, made.session in wrong.text) == (422, False)


@pytest.mark.parametrize("path", ["", "/export", "/erase"])
@pytest.mark.parametrize(("user", "status"), [(ALICE, 403), (BOSS, 200)])
async def test_nothing_is_found_by_regulators_and_other_centres(
    office: Office, path: str, user: User, status: int
) -> None:
    await office.store.add_user(BOSS, cast.person(BOSS))
    made = await call(office)
    async with office.desk(user) as browser:
        assert (await browser.get("/callers")).status_code == status
        answer = await browser.post(f"/callers{path}", data={"address": NUMBER, **SURE})
    assert answer.status_code == status
    assert made.session.encode() not in answer.content
    assert b"CANARI" not in answer.content
    assert (await office.store.room(SAMU_54.id, made.session)).session.erased_at is None


async def test_the_archive_holds_everything_and_nobody_else(office: Office) -> None:
    made = await call(office)
    async with office.desk(ALICE) as browser:
        other = await office.call(browser, "06 12 34 56 78")
    room = await office.store.room(SAMU_54.id, other)
    asked = cast.invitation(room.session, address="+33698765432", guest="watch", name="Voisine")
    await office.journal.change(SAMU_54.id, other, lambda _: Change(records=(asked,)))
    async with office.desk(SUPERVISOR) as browser:
        answer = await browser.post("/callers/export", data={"address": NUMBER})
    with ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        data = json.loads(archive.read("data.json"))
        pages = "".join(archive.read(name).decode() for name in names if name.endswith(".html"))
        pictures = [name for name in names if archive.read(name) == b"CANARI picture"]
    assert {one["session"]["id"] for one in data["sessions"]} == {made.session, other}
    assert (len(pictures), [name for name in names if ".." in name]) == (2, [])
    assert all(text in pages for text in ("CANARI note", "CANARI text", str(PLACE[0]), "06 98 76 54 32"))
    assert "+33612345678" not in json.dumps(data)  # who was called when this caller was the guest
    assert not any(one in answer.text for one in ("token_hash", "cookie_hash", "Alice"))
    [exported] = await told(office, "export.made")
    assert json.loads(exported.detail) == {"what": "caller", "format": "zip", "files": 2, "rows": 2}


async def test_all_of_a_caller_is_erased_at_once(office: Office, tmp_path: Path) -> None:
    for _ in range(2):
        await call(office)
    async with office.desk(ADMIN) as browser:
        page = await browser.post("/callers/erase", data={"address": NUMBER, **SURE})
        assert "Effacées : 2." in page.text
    await office.store.close()
    assert found_in(tmp_path) == set()


# ---------------------------------------------------------------- from a terminal
@pytest.fixture
def terminal(
    office: Office, migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", migrated_sqlite_url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))


async def run(*argv: str) -> int:
    return await asyncio.to_thread(admin.main, argv)


@pytest.mark.usefixtures("terminal")
async def test_commands_export_erase_and_erase_again_after_a_restore(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    running, first, second = await call(office, ended=False), await call(office), await call(office)
    to = tmp_path / "archive" / "caller.zip"
    to.parent.mkdir()
    export = ("caller", "export", NUMBER, "--centre", SAMU_54.id, "--to", str(to))
    assert await run(*export) == 0
    with ZipFile(to) as archive:
        assert "data.json" in archive.namelist()
    assert (await run(*export), to.stat().st_mode & 0o777) == (1, 0o600)  # overwrites nothing
    assert await run("session", "erase", first.session) == 0
    assert await run("session", "erase", "0" * 32) == 1
    lines = [
        json.dumps({"event": "session_erased", "centre": SAMU_54.id, "session": second.session}),
        json.dumps({"action": "session.erased", "centre": SAMU_54.id, "subject": first.session}),
        json.dumps({"event": "session_erased", "centre": SAMU_54.id, "session": "0" * 32}),
        json.dumps({"event": "session_erased", "centre": SAMU_54.id, "session": running.session}),
        "not a line of ours",
    ]
    log = tmp_path / "log"
    log.write_text("\n".join(lines))
    capsys.readouterr()
    assert await run("erasures", "replay", str(log)) == 0
    assert "4 erasures are told; 1 were done again, 1 go on or are held." in capsys.readouterr().out
    assert (await office.store.room(SAMU_54.id, second.session)).session.erased_at is not None
    third = await call(office)
    assert await run("caller", "erase", NUMBER, "--centre", SAMU_54.id) == 0
    assert (await office.store.room(SAMU_54.id, third.session)).session.erased_at is not None
