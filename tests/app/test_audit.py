"""The audit from the outside: what gets into it, who reads it, and what happens when it can't be written."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import httpx2
import pytest
from msgspec.structs import replace
from sqlalchemy import text
from starlette.routing import Route

from config.application import Application
from config.asgi import create
from config.settings import read
from console.account import AUDITED
from console.pages import pages
from console.phrases_audit import details
from console.spreadsheet import lines as spreadsheet_lines
from signaling.auth import require
from signaling.domain.audit import Audited, Head, Sought, due, verify
from signaling.domain.errors import NotAllowed, Unavailable
from signaling.domain.records import AuditDue, AuditEntry, User
from signaling.domain.room import Change
from signaling.limits import Limits
from signaling.service.audit import EXPORT_EVERY, AuditReading
from signaling.store.database import Database
from signaling.store.heads import HeadsFile
from signaling.store.sql import SqlStore
from tests import cast
from tests.app.desk import Desk, sign_in
from tests.app.office import ADMIN, PLACE, SUPERVISOR, Office
from tests.app.test_login_steps import application
from tests.app.test_use_cases import begin, visitor
from tests.app.test_use_cases import made as made  # the fixture
from tests.cast import ALICE, BOB, CHARLIE, NOW, SAMU_54, SAMU_75, Clock
from tests.hostile_files import picture
from tests.media.peers import until
from tests.trail import trail

VIEWED: Final = Audited(SAMU_54.id, ALICE.id, "history.viewed")
BOSS: Final = cast.user("Zoe", SAMU_75, role="administrator")


async def kept(office: Office, centre: str = SAMU_54.id) -> Sequence[AuditEntry]:
    await office.audit.settle()
    return await office.store.audit_entries(centre, 0, 1_000)


async def told(office: Office, part: str = "") -> list[tuple[str, str, str]]:
    """(action, actor, subject) of all but logins, or of those whose action begins with `part`."""
    entries = [(one.action, one.actor, one.subject) for one in await kept(office)]
    return [one for one in entries if (one[0].startswith(part) if part else not one[0].startswith("login."))]


async def seat(office: Office, session: str) -> None:
    """Alice is in the room."""
    room = await office.store.room(SAMU_54.id, session)
    chair = cast.caller(
        room.invitations[0], role="regulator", user=ALICE.id, invitation=None, cookie_hash=None
    )
    await office.journal.change(SAMU_54.id, session, lambda _: Change(records=(chair,)))


# ---------------------------------------------------------------- what gets into it
async def test_what_is_looked_at_and_made_leaves_its_line(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        await seat(office, session)
        capture = (await browser.post(f"/sessions/{session}/captures", content=picture())).json()["id"]
        sent = await browser.post(f"/sessions/{session}/documents", content=picture())
        document = sent.json()["id"]
        await browser.get("/history")
        await browser.get(f"/history/{session}")
        await browser.get(f"/captures/{capture}")
        await browser.get(f"/documents/{document}")
        await browser.get("/captures/" + "0" * 32)  # there is none: nothing was seen
    assert sorted(await told(office)) == [
        ("capture.taken", ALICE.id, capture),
        ("capture.viewed", ALICE.id, capture),
        ("document.sent", ALICE.id, document),
        ("document.viewed", ALICE.id, document),
        ("history.viewed", ALICE.id, ""),
        ("session.viewed", ALICE.id, session),
    ]
    assert verify(await kept(office)) is None


async def test_who_enters_a_room_without_a_word_is_written_down_each_time(
    made: Application, clock: Clock
) -> None:
    session = await begin(made)
    for user in (ALICE, BOB, BOB):
        await made.use.reporting.joined(visitor(user), session)
        clock.advance(1)  # lines of one millisecond have no order
    await made.audit.settle()
    entries = await made.adapters.store.audit_entries(SAMU_54.id, 0, 10)
    assert [(one.action, one.actor, one.subject) for one in entries] == [
        ("session.joined", user.id, session) for user in (ALICE, BOB, BOB)
    ]


async def test_logins_that_succeed_are_refused_and_end(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        await browser.post("/logout")
        await browser.post("/login", data={"email": ALICE.email, "password": "wrong password"})
        await browser.post("/login", data={"email": "nobody@canary.test", "password": "wrong password"})
    logins = [(action, actor, bool(subject)) for action, actor, subject in await told(office, "login.")]
    assert logins == [
        ("login.succeeded", ALICE.id, True),
        ("login.ended", ALICE.id, True),
        ("login.refused", "", True),
    ]
    [unknown] = await kept(office, "")
    assert (unknown.action, unknown.actor, unknown.subject, unknown.detail) == ("login.refused", "", "", "{}")


async def test_a_whole_story_leaves_nothing_of_a_person_in_the_audit(office: Office) -> None:
    canaries = ["698765432", "6 98 76", "CANARI", "Alice", "nobody@", ALICE.email, *map(str, PLACE)]
    async with office.desk(ALICE) as browser:
        session = await office.call(browser, "06 98 76 54 32")
        link = (await browser.get(f"/sessions/{session}/link.json")).json()["link"]
        canaries += [link["code"], link["url"].rpartition("#")[2]]
        await office.phone(session)
        await seat(office, session)
        name = {"X-File-Name": "CANARI%20Martin.png"}
        await browser.post(f"/sessions/{session}/documents", content=picture(), headers=name)
        await browser.post(f"/sessions/{session}/captures", content=picture())
        await browser.post(f"/sessions/{session}/closing", json={"note": "CANARI", "reference": "CANARI"})
        for path in ("/", "/history", f"/history/{session}", f"/history/{session}?q=CANARI"):
            assert (await browser.get(path)).status_code == 200
        await browser.post("/login", data={"email": "nobody@canary.test", "password": "CANARI"})
        canaries += [value for _, value in browser.cookies.items() if len(value) > 10]
    rows = "\n".join(map(repr, (*await kept(office), *await kept(office, ""))))
    assert rows.count("AuditEntry") > 6
    assert [canary for canary in canaries if canary in rows] == []


async def test_a_change_of_the_own_account_leaves_its_line_and_a_refused_one_none(office: Office) -> None:
    desk = Desk(office.store, office.clock, Limits())
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        new = "sept fois au revoir"
        for old in ("wrong password", cast.PASSWORD):
            await browser.post("/account/password", data={"old": old, "new": new, "again": new})
    assert await told(office) == [("password.changed", ALICE.id, "")]


async def test_a_wrong_second_factor_and_a_password_replaced_by_letter_leave_their_lines(
    office: Office, clock: Clock
) -> None:
    desk = Desk(office.store, clock, Limits())
    await application(desk, clock)
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        await browser.post("/login/factor", data={"kind": "app", "code": "000000"})
        await browser.post("/login/forgotten", data={"email": ALICE.email})
        token = (await desk.delivered()).link.partition("#")[2]
        new = "sept fois au revoir"
        await browser.post("/login/reset", data={"token": token, "password": new, "again": new})
    assert [(one.action, one.actor, one.subject, one.detail) for one in await kept(office)] == [
        ("login.refused", "", ALICE.id, '{"reason":"factor"}'),
        ("password.changed", ALICE.id, ALICE.id, '{"reason":"reset"}'),
    ]
    await desk.tasks.close()


# ---------------------------------------------------------------- when it can't be written
class Shut:
    """An audit whose database is away."""

    async def record(self, *done: Audited) -> None:
        raise Unavailable("the database can't be reached")


async def test_what_must_be_audited_is_not_shown_without_it_and_the_emergency_goes_on(
    office: Office,
) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        capture = (await browser.post(f"/sessions/{session}/captures", content=picture())).json()["id"]
        office.app.state.audit = Shut()
        for path in ("/history", "/history?numbers=1", f"/history/{session}", f"/captures/{capture}"):
            answer = await browser.get(path)
            assert (answer.status_code, "06" in re.findall(r"\b0\d", answer.text)) == (503, False)
        another = await office.call(browser)
        assert (await browser.get(f"/sessions/{another}")).status_code == 200
        stored = await browser.post(f"/sessions/{another}/captures", content=picture())
        assert stored.status_code == 201
    assert ("capture.taken", ALICE.id, stored.json()["id"]) in await told(office)  # written with the capture


class Away(SqlStore):
    """A store that can't write the audit for a while."""

    away = True
    writes = 0

    async def append_audit(self, lines: Sequence[AuditDue]) -> Sequence[AuditEntry]:
        self.writes += 1
        if self.away:
            raise Unavailable("the database can't be reached")
        return await super().append_audit(lines)


async def test_lines_written_at_once_share_transactions_and_each_is_told_how_it_went(
    migrated_sqlite_url: str, clock: Clock
) -> None:
    store = Away(migrated_sqlite_url, clock)
    audit = trail(store, clock)
    with pytest.raises(Unavailable):
        await audit.record(VIEWED)
    store.away = False
    await asyncio.gather(*(audit.record(VIEWED) for _ in range(100)))
    assert len(await store.audit_entries(SAMU_54.id, 0, 1_000)) == 100
    assert store.writes <= 4
    await store.close()


async def test_heads_leave_the_house_at_every_hundredth_entry_and_when_they_changed(
    office: Office, tmp_path: Path
) -> None:
    heads = tmp_path / "heads"
    for _ in range(EXPORT_EVERY):
        await office.audit.record(VIEWED)
    [head] = office.heads.read()
    assert (head.centre, head.number) == (SAMU_54.id, EXPORT_EVERY)
    await office.audit.export_heads()  # nothing has changed
    await office.audit.record(VIEWED)
    await office.audit.export_heads()
    assert [one.number for one in office.heads.read()] == [EXPORT_EVERY, EXPORT_EVERY + 1]
    assert heads.stat().st_mode & 0o777 == 0o600


async def test_lines_that_wait_get_their_places_and_heads_leave_without_anybody_asking(
    made: Application, tmp_path: Path
) -> None:
    session = await begin(made)
    await made.use.reporting.joined(visitor(ALICE), session)
    heads = HeadsFile(tmp_path / "heads")
    working = asyncio.create_task(trail(made.adapters.store, made.clock, tmp_path / "heads").run())
    await until(lambda: bool(heads.read()))
    assert [(head.centre, head.number) for head in heads.read()] == [(SAMU_54.id, 1)]
    working.cancel()


# ---------------------------------------------------------------- the administrator's page
async def page(browser: httpx2.AsyncClient, path: str = "/audit") -> tuple[list[int], str]:
    """The numbers of the entries on it, and its text."""
    answer = await browser.get(path)
    assert answer.status_code == 200
    return [int(number) for number in re.findall(r'audit-number">(\d+)<', answer.text)], answer.text


@pytest.mark.parametrize("user", [ALICE, SUPERVISOR])
async def test_only_an_administrator_reads_it(office: Office, user: User) -> None:
    async with office.desk(user) as browser:
        statuses = [(await browser.get(path)).status_code for path in ("/audit", "/audit/export.csv")]
        statuses.append((await browser.post("/audit/verify")).status_code)
    assert statuses == [403, 403, 403]


async def test_whatever_leads_to_it_only_an_administrator_gets_there(office: Office) -> None:
    reading = AuditReading(office.store, office.audit, office.heads)
    alice = visitor(ALICE)
    with pytest.raises(NotAllowed):
        await reading.page(alice, Sought())
    with pytest.raises(NotAllowed):
        await reading.verify(alice)
    with pytest.raises(NotAllowed):
        await anext(reading.everything(alice, Sought()))


async def test_each_centre_reads_its_own(office: Office) -> None:
    await office.store.add_user(BOSS, cast.person(BOSS))
    await office.audit.record(VIEWED, replace(VIEWED, centre=SAMU_75.id, actor=CHARLIE.id))
    async with office.desk(BOSS) as browser:
        numbers, text = await page(browser)
        exported = (await browser.get("/audit/export.csv")).text
    assert (numbers, "Charlie" in text, "Alice" in text) == (
        [2, 1],
        True,
        False,
    )  # her own login is the second
    assert (CHARLIE.id in exported, ALICE.id in exported) == (True, False)


async def test_entries_are_told_in_words_filtered_and_turned_page_by_page(office: Office) -> None:
    lines = [due(VIEWED, "", NOW + number) for number in range(120)]
    await office.store.append_audit([*lines, due(replace(VIEWED, actor=BOB.id), "", NOW + 3 * 86_400_000)])
    async with office.desk(ADMIN) as browser:
        newest, text = await page(browser)
        assert newest == list(range(122, 72, -1))
        assert "A consulté l’historique" in text
        older, text = await page(browser, older_than(text))
        assert older == list(range(72, 22, -1))
        assert (await page(browser, newer_than(text)))[0] == newest
        assert (await page(browser, f"/audit?actor={BOB.id}"))[0] == [121]
        assert (await page(browser, "/audit?action=login.succeeded"))[0] == [122]
        assert (await page(browser, "/audit?from=2026-11-21&to=2026-11-21"))[0] == [121]
        for wrong in (
            "before=x",
            "after=-1",
            "before=" + "9" * 30,
            "from=2026-13-01",
            "to=1",
            "from=9999-12-31",
        ):
            assert (await browser.get(f"/audit?{wrong}")).status_code == 422
    async with office.desk(ADMIN, language="en") as browser:
        assert "Looked through the history" in (await page(browser))[1]


def test_what_a_line_says_besides_is_told_in_french() -> None:
    _ = pages().gettext("fr")
    assert details({"by": "command"}, _) == ""
    assert details({"kind": "captures", "rows": 3, "files": 2}, _) == "captures, lignes : 3, fichiers : 2"
    assert details({"held": 1, "reason": "inquiry"}, _).startswith("exclue de l’effacement, ")


def older_than(text: str) -> str:
    return linked(text, "next")


def newer_than(text: str) -> str:
    return linked(text, "prev")


def linked(text: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]*)"', text)
    assert found is not None
    return found[1].replace("&amp;", "&")


async def test_the_button_finds_what_was_changed_or_cut_off(office: Office, migrated_sqlite_url: str) -> None:
    for _ in range(3):
        await office.audit.record(VIEWED)
    office.heads.add(Head(SAMU_54.id, 4, (await kept(office))[-1].hash))  # one more was there
    async with office.desk(ADMIN) as browser:  # whose login becomes another fourth
        assert "La ligne 4 a été réécrite" in (await browser.post("/audit/verify")).text
        await tamper(migrated_sqlite_url, "UPDATE audit SET actor = '' WHERE number = 2")
        assert "La ligne 2 n’est pas celle qui a été écrite" in (await browser.post("/audit/verify")).text


async def test_the_button_says_that_all_is_well(office: Office) -> None:
    await office.audit.record(VIEWED)
    async with office.desk(ADMIN) as browser:
        answer = await browser.post("/audit/verify")
        assert "L’audit est intact : 2 lignes, aucune modifiée, aucune manquante." in answer.text
        assert (await kept(office))[-1].hash in answer.text


async def tamper(database_url: str, *statements: str) -> None:
    """As somebody who owns the database can."""
    database = Database(database_url)
    triggers = ("DROP TRIGGER audit_refuses_update", "DROP TRIGGER audit_refuses_delete")
    for statement in (*triggers, *statements):
        await database.write(lambda connection, one=statement: connection.execute(text(one)))  # type: ignore[misc]
    await database.close()


async def test_the_export_is_a_spreadsheet_without_formulas_and_leaves_its_line(office: Office) -> None:
    await office.store.change_person(ALICE.person, lambda row: replace(row, name='=HYPERLINK("http://evil")'))
    await office.audit.record(VIEWED)
    async with office.desk(ADMIN) as browser:
        answer = await browser.get("/audit/export.csv")
        assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["action"] for row in rows] == ["export.made", "login.succeeded", "history.viewed"]
    assert rows[-1]["name"] == '\'=HYPERLINK("http://evil")'
    assert spreadsheet_lines([["+1", "-1", "@a", "\tb", "a=b"]]) == "'+1,'-1,'@a,'\tb,a=b\r\n"
    assert ("export.made", ADMIN.id, "") in await told(office)


# ---------------------------------------------------------------- every route
ROUTES: Final[dict[str, str]] = {
    "/history": "history.viewed",
    "/history/{session}": "session.viewed",
    "/history/{session}/report.pdf": "export.made",
    "/history/export.csv": "export.made",
    "/history/export.xlsx": "export.made",
    "/history/export.pdf": "export.made",
    "/figures/{chart}.csv": "export.made",
    "/captures/{capture}": "capture.viewed",
    "/documents/{document}": "document.viewed",
    "/recordings/{recording}": "recording.viewed",
    "/audit/export.csv": "export.made",
    "/callers": "history.viewed",
    **{f"/account/{path}": action for path, action in AUDITED.items()},
}
# What opens to a login and shows a person, but leaves no line of its own
WITHOUT: Final[dict[str, str]] = {
    "/": "the way into every call must open whatever happens; its newest rows are those of running visios",
    "/sessions/{session}": "the room's socket writes session.joined beside its own change",
    "/sessions/{session}/link.json": "of the room",
    "/sessions/{session}/documents.json": "of the room; opening one is document.viewed",
    "/sessions/{session}/closing": "of the room, or of the report, which is session.viewed",
    "/sessions/{session}/still.jpg": "still.viewed, written beside the look at the session",
    "/wall": "its tiles come by the socket, as those of the home page",
    "/wall/{centre}/{session}/still.jpg": "still.viewed, for the first of each login",
    "/tests": "addresses of phones without a caller, and no picture",
    "/tests/{code}": "a phone without a person",
    "/audit": "holds ids and names of users only",
    "/account": "of who asks",
    "/callers": "an empty form",
    "/figures": "sums of a centre: no visio, no caller",
    "/centre": "settings, no person",
    "/centre/users": "colleagues: names and addresses of users, no caller",
}


@pytest.fixture(scope="module")
def behind_a_login(tmp_path_factory: pytest.TempPathFactory) -> list[Route]:
    """Every page, file and form of the product that asks for a login."""
    data = str(tmp_path_factory.mktemp("data"))
    product = create(read({"DATA_DIR": data, "SECRET_KEY": "k" * 32}))
    return [route for route in product.routes if isinstance(route, Route) and asks_for_login(route)]


def asks_for_login(route: Route) -> bool:
    code = getattr(route.endpoint, "__code__", None)
    return code is not None and code.co_qualname.startswith(f"{require.__name__}.")


def action_of(route: Route) -> str:
    return str(getattr(route.endpoint, "audited", ""))


def test_every_route_behind_a_login_is_audited_or_says_why_not(behind_a_login: list[Route]) -> None:
    assert {route.path: action_of(route) for route in behind_a_login if action_of(route)} == ROUTES
    silent = {one.path for one in behind_a_login if "GET" in (one.methods or ()) and not action_of(one)}
    assert silent == set(WITHOUT)
