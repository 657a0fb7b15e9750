"""The history of a supervisor of several centres: listed together, opened as each centre knows them."""

from __future__ import annotations

import csv
import io
import re
from zipfile import ZipFile

import httpx2
import pypdfium2
import pytest
from msgspec.structs import replace
from PIL import Image

from signaling.domain import facts
from signaling.domain.policy import Policy, with_policy
from signaling.domain.records import Capture, User
from signaling.domain.room import Change
from signaling.service.history import PAGE
from tests import cast
from tests.app.office import SUPERVISOR, Office
from tests.app.test_history import found
from tests.app.test_oversight import also_in_paris
from tests.cast import ALICE, CHARLIE, NOW, SAMU_54, SAMU_75

TOLD = "06 12 34 56 78"


async def begun(office: Office, by: User, at: int = NOW, *, over: bool = True) -> str:
    session = cast.session(by, at, note=f"Note de {by.name}")
    ended = (facts.SessionEnded(by=by.id),) if over else ()
    await office.store.start(session, Change(records=(cast.invitation(session),), facts=ended))
    return session.id


async def told(office: Office, centre: str, action: str) -> list[tuple[str, str]]:
    """(actor, subject) of each such line in the audit of that centre."""
    await office.audit.settle()
    entries = await office.store.audit_entries(centre, 0, 1_000)
    return [(one.actor, one.subject) for one in entries if one.action == action]


async def captured(office: Office, session: str) -> Capture:
    """In Paris, with its bytes."""
    room = await office.store.room(SAMU_75.id, session)
    capture = cast.capture(room.session, CHARLIE, media_type="image/jpeg")
    picture = io.BytesIO()
    Image.new("RGB", (64, 36), "teal").save(picture, "JPEG")
    await office.files.put(SAMU_75.id, capture.id, picture.getvalue())
    await office.store.change(SAMU_75.id, session, lambda _: Change(records=(capture,)))
    return capture


# ---------------------------------------------------------------- the list
async def test_all_centres_stand_in_one_list_with_their_names_and_a_filter(office: Office) -> None:
    nancy, paris = await begun(office, ALICE), await begun(office, CHARLIE, NOW + 1)
    async with office.desk(SUPERVISOR) as browser:
        assert await found(browser) == [nancy]
        assert 'name="centre"' not in (await browser.get("/history")).text
        await also_in_paris(office, "supervisor")
        assert await found(browser) == [paris, nancy]
        page = (await browser.get("/history")).text
        assert re.findall(r'class="meeting-centre">([^<]*)<', page) == ["SAMU 75", "SAMU 54"]
        assert re.findall(r'<optgroup label="([^"]*)"', page) == ["SAMU 54", "SAMU 75"]
        for query, sessions in (
            (f"centre={SAMU_75.id}", [paris]), (f"centre={SAMU_54.id}", [nancy]), ("q=charlie", [paris]),
            (f"regulator={CHARLIE.id}", [paris]), (f"regulator={CHARLIE.id}&centre={SAMU_54.id}", [nancy]),
            ("q=0612345678", [paris, nancy]), ("q=5678", [paris, nancy]), ("q=note", [paris, nancy]),
            (f"q=5678&centre={SAMU_54.id}", [nancy]), ("q=note+charlie", [paris]), ("q=0699", []),
        ):  # fmt: skip
            assert await found(browser, query) == sessions, query


@pytest.mark.parametrize(
    "forged",
    ["none", "%00", "' OR 1=1 --", SAMU_75.id, f"{SAMU_54.id},{SAMU_75.id}"],
    ids=["none", "nul", "sql", "another's", "both"],
)
async def test_a_forged_centre_has_no_meetings(office: Office, forged: str) -> None:
    await begun(office, ALICE)
    paris = await begun(office, CHARLIE)
    async with office.desk(SUPERVISOR) as browser:
        answer = await browser.get("/history", params={"centre": forged})
        assert answer.status_code == 200
        assert "data-row" not in answer.text
        for kind in ("csv", "pdf"):
            taken = await browser.get(f"/history/export.{kind}", params={"centre": forged})
            assert taken.status_code == 200
            assert paris.encode() not in taken.content
    assert await told(office, SAMU_75.id, "history.viewed") == []
    assert await told(office, SAMU_54.id, "history.viewed") == [(SUPERVISOR.id, "")]


async def test_pages_go_through_all_centres_and_back(office: Office) -> None:
    sessions = [await begun(office, (ALICE, CHARLIE)[n % 2], NOW + n) for n in range(PAGE + 2)][::-1]
    async with office.desk(SUPERVISOR) as browser:
        await also_in_paris(office, "supervisor")
        page = (await browser.get("/history")).text
        older = page.split('rel="next" href="')[1].split('"')[0].partition("?")[2]
        assert await found(browser, older) == sessions[PAGE:]
        newer = (await browser.get(f"/history?{older}")).text.split('rel="prev" href="')[1].split('"')[0]
        assert await found(browser, newer.partition("?")[2]) == sessions[:PAGE]


async def test_what_runs_in_any_of_them_stands_above_and_leads_to_its_room(office: Office) -> None:
    here, there = await begun(office, ALICE, over=False), await begun(office, CHARLIE, NOW + 1, over=False)
    async with office.desk(SUPERVISOR) as browser:
        await also_in_paris(office, "supervisor")

        async def running(query: str = "") -> list[str]:
            page = (await browser.get(f"/history{query}")).text
            above = page.partition('class="running-meetings"')[2].partition("</ul>")[0]
            return re.findall(r'<a href="([^"]*)" data-row>', above)

        assert await running() == [f"/sessions/{there}", f"/sessions/{here}"]
        assert await running(f"?centre={SAMU_75.id}") == [f"/sessions/{there}"]
        assert await running(f"?centre={SAMU_54.id}") == [f"/sessions/{here}"]
        assert await running("?debrief=1") == []
        assert f'href="/sessions/{there}"' in (await browser.get(f"/history/{there}")).text


async def test_who_no_longer_supervises_a_centre_finds_nothing_of_it_at_once(office: Office) -> None:
    paris = await begun(office, CHARLIE)
    async with office.desk(SUPERVISOR) as browser:
        there = await also_in_paris(office, "supervisor")
        assert await found(browser) == [paris]
        await office.store.change_user(SAMU_75.id, there.id, lambda user: replace(user, disabled_at=NOW))
        assert await found(browser) == []
        assert (await browser.get(f"/history/{paris}")).status_code == 404


# ---------------------------------------------------------------- one meeting
async def test_a_meeting_of_another_centre_is_opened_as_that_centre_knows_who_looks(office: Office) -> None:
    session = await begun(office, CHARLIE)
    capture = await captured(office, session)
    async with office.desk(SUPERVISOR) as browser:
        there = await also_in_paris(office, "supervisor")  # whose pictures are blurred in Paris alone
        page = (await browser.get(f"/history/{session}")).text
        assert re.findall(r'class="header-centre"[^>]*>([^<]*)<', page) == ["SAMU 54"]
        assert "<dd>SAMU 75</dd>" in page
        assert TOLD in page
        assert "report.pdf?pictures=1" not in page
        assert (await browser.get(f"/captures/{capture.id}")).headers["content-type"] == "image/jpeg"
        report = await browser.get(f"/history/{session}/report.pdf?pictures=1")
        assert "SAMU 75" in text_of(report.content)
        kept = await browser.post(f"/sessions/{session}/closing", json={"assessment": "same"})
        assert kept.json()["assessment"] == "same"
        held = await browser.post(f"/history/{session}/hold", data={"held": "1", "reason": "inquiry"})
        assert held.status_code == 303
    assert await told(office, SAMU_75.id, "session.viewed") == [(there.id, session)]
    assert await told(office, SAMU_75.id, "capture.viewed") == [(there.id, capture.id)]
    assert await told(office, SAMU_75.id, "export.made") == [(there.id, session)]
    assert [actor for actor, _ in await told(office, SAMU_75.id, "session.held")] == [there.id]
    for action in ("session.viewed", "capture.viewed", "export.made", "session.held"):
        assert await told(office, SAMU_54.id, action) == []
    events = await office.store.events(SAMU_75.id, session, 0)
    assert [one.fact.by for one in events if isinstance(one.fact, facts.SessionAssessed)] == [there.id]


async def test_functions_that_a_centre_does_without_are_off_for_its_meetings(office: Office) -> None:
    session = await begun(office, CHARLIE)
    without = Policy(off=("captures",))
    await office.store.change_centre(SAMU_75.id, lambda centre: with_policy(centre, without))
    async with office.desk(SUPERVISOR) as browser:
        await also_in_paris(office, "supervisor")
        assert 'data-off="captures"' in (await browser.get(f"/history/{session}")).text
        assert "data-off" not in (await browser.get("/history")).text


# ---------------------------------------------------------------- taken along
async def test_exports_name_the_centre_and_both_audits_say_so(office: Office) -> None:
    nancy, paris = await begun(office, ALICE), await begun(office, CHARLIE, NOW + 1)
    async with office.desk(SUPERVISOR) as browser:
        [alone] = rows_of(await browser.get("/history/export.csv"))
        assert "Centre" not in alone
        there = await also_in_paris(office, "supervisor")
        rows = rows_of(await browser.get("/history/export.csv"))
        assert [(row["Réunion"], row["Centre"]) for row in rows] == [(paris, "SAMU 75"), (nancy, "SAMU 54")]
        assert [row["Numéro"] for row in rows] == [TOLD, TOLD]
        [row] = rows_of(await browser.get(f"/history/export.csv?centre={SAMU_75.id}"))
        assert (row["Réunion"], row["Centre"]) == (paris, "SAMU 75")
        book = ZipFile(io.BytesIO((await browser.get("/history/export.xlsx")).content))
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert [centre in sheet for centre in ("SAMU 75", "SAMU 54", paris, nancy)] == [True] * 4
        paper = text_of((await browser.get("/history/export.pdf")).content)
        assert "SAMU 54, SAMU 75" in paper
        assert paper.count("SAMU 75") == paper.count("SAMU 54") == 2
    assert await told(office, SAMU_54.id, "export.made") == [(SUPERVISOR.id, "")] * 4
    assert await told(office, SAMU_75.id, "export.made") == [(there.id, "")] * 4


async def test_a_list_of_several_is_in_the_audit_of_each_and_of_one_in_its_own(office: Office) -> None:
    async with office.desk(SUPERVISOR) as browser:
        there = await also_in_paris(office, "supervisor")
        await browser.get("/history")
        await browser.get(f"/history?centre={SAMU_75.id}")
    assert await told(office, SAMU_54.id, "history.viewed") == [(SUPERVISOR.id, "")]
    assert await told(office, SAMU_75.id, "history.viewed") == [(there.id, "")] * 2


def rows_of(answer: httpx2.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def text_of(paper: bytes) -> str:
    with pypdfium2.PdfDocument(paper) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
