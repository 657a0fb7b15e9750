"""The history from the outside: found, paged, taken along; by whom, and whatever is asked for."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from zipfile import ZipFile

import httpx2
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.report import pdf
from signaling.domain import facts
from signaling.domain.errors import Unavailable
from signaling.domain.policy import Policy, with_policy
from signaling.domain.records import User
from signaling.domain.room import Change
from signaling.domain.search import Search
from signaling.service.history import BATCH, PAGE, History
from tests import cast
from tests.app.office import ADMIN, SUPERVISOR, Office
from tests.app.test_use_cases import visitor
from tests.cast import ALICE, BOB, CHARLIE, NOW, SAMU_54

SCRIPT = {"Accept": "application/json"}


async def ended(office: Office, by: User = ALICE, typed: str = "06 98 76 54 32", note: str = "") -> str:
    async with office.desk(by) as browser:
        session = await office.call(browser, typed)
        await browser.post(f"/sessions/{session}/closing", json={"note": note}, headers=SCRIPT)
    await office.happen(session, facts.SessionEnded(by=by.id))
    office.clock.advance(60_000)
    return session


async def rule(office: Office, **policy: object) -> None:
    chosen = Policy(**policy)  # type: ignore[arg-type]
    await office.store.change_centre(SAMU_54.id, lambda centre: with_policy(centre, chosen))


async def found(browser: httpx2.AsyncClient, query: str = "") -> list[str]:
    """Ids in the order of the list."""
    answer = await browser.get(f"/history?{query}")
    assert answer.status_code == 200
    parts = answer.text.split('class="meetings"')[1:]
    return [one.split('"')[0] for part in parts for one in part.split('href="/history/')[1:]]


async def test_a_search_goes_into_the_address_and_finds_what_it_says(office: Office) -> None:
    first = await ended(office, note="Brûlure au bras")
    second = await ended(office, BOB, "06 11 22 33 44")
    async with office.desk(ALICE) as browser:
        for query, expected in (
            ("", [second, first]),
            ("q=brulure", [first]),
            ("q=54+32", [first]),
            ("q=0611", [second]),
            ("q=bob", [second]),
            (f"regulator={ALICE.id}", [first]),
            ("outcome=never_opened", [second, first]),
            ("outcome=picture", []),
            ("q=18/11", [second, first]),
            ("from=2026-11-19", []),
            ("from=2026-11-19&to=2026-11-01", []),
            ("running=1", []),
        ):
            assert await found(browser, query) == expected, query
        page = (await browser.get("/history?q=brulure")).text
        assert 'value="brulure"' in page
        assert "/history/export.csv?q=brulure" in page


async def test_running_ones_stand_first_with_the_way_back(office: Office) -> None:
    over = await ended(office)
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        page = (await browser.get("/history")).text
    assert page.index(f'href="/sessions/{session}"') < page.index(f'href="/history/{over}"')


async def test_pages_go_on_and_back(office: Office) -> None:
    sessions = []
    for number in range(PAGE + 2):
        session = cast.session(ALICE, NOW + number, ended_at=NOW + number)
        await office.store.start(session, Change())
        sessions.append(session.id)
    sessions.reverse()
    async with office.desk(BOB) as browser:
        page = (await browser.get("/history")).text
        older = page.split('rel="next" href="')[1].split('"')[0].partition("?")[2]
        assert await found(browser, older) == sessions[PAGE:]
        newer = (await browser.get(f"/history?{older}")).text.split('rel="prev" href="')[1].split('"')[0]
        assert await found(browser, newer.partition("?")[2]) == sessions[:PAGE]


# ---------------------------------------------------------------- rights
async def test_a_regulator_may_be_left_with_their_own_meetings(office: Office) -> None:
    await rule(office, history="own")
    mine, theirs = await ended(office, ALICE), await ended(office, BOB)
    async with office.desk(ALICE) as browser:
        assert await found(browser) == [mine]
        assert await found(browser, f"regulator={BOB.id}") == [mine]  # a forged filter counts for nothing
        assert await found(browser, "q=bob") == []
        assert (await browser.get(f"/history/{mine}")).status_code == 200
        assert (await browser.get(f"/history/{theirs}")).status_code == 404
        assert (await browser.get(f"/sessions/{theirs}/closing", headers=SCRIPT)).status_code == 404
        wanted = {"note": "mine"}
        kept = await browser.post(f"/sessions/{theirs}/closing", json=wanted, headers=SCRIPT)
        assert kept.status_code == 404
        text = (await browser.get("/history/export.csv")).text
        assert mine in text
        assert theirs not in text
    async with office.desk(SUPERVISOR) as browser:
        assert await found(browser) == [theirs, mine]
        assert (await browser.get(f"/history/{theirs}")).status_code == 200


async def test_whole_numbers_are_for_those_who_may_read_them(office: Office) -> None:
    session = await ended(office)
    for clear, reader, shown in (
        (True, ALICE, True), (False, ALICE, False), (False, SUPERVISOR, True), (True, ADMIN, False),
    ):  # fmt: skip
        await rule(office, numbers_in_clear=clear)
        async with office.desk(reader) as browser:
            for path in ("/history?numbers=1", f"/history/{session}"):
                page = (await browser.get(path)).text
                assert ("06 98 76 54 32" in page) == shown, (path, reader.name)


async def test_an_administrator_searches_no_texts_and_takes_nothing_along(office: Office) -> None:
    session = await ended(office, note="Brûlure")
    async with office.desk(ADMIN) as browser:
        assert await found(browser, "q=introuvable") == [session]
        assert (await browser.get("/history/export.csv")).status_code == 403
        assert "Brûlure" not in (await browser.get("/history")).text


# ---------------------------------------------------------------- taken along
async def test_an_export_holds_exactly_what_is_filtered(office: Office) -> None:
    wanted = await ended(office, note='=HYPERLINK("http://evil")')
    await ended(office, BOB, "06 11 22 33 44")
    async with office.desk(ALICE) as browser:
        answer = await browser.get("/history/export.csv?q=hyperlink")
        [row] = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
        assert (row["Réunion"], row["Numéro"], row["Régulateur"]) == (wanted, "06 98 76 54 32", "Alice")
        assert row["Note"] == '\'=HYPERLINK("http://evil")'
        book = ZipFile(io.BytesIO((await browser.get("/history/export.xlsx?q=hyperlink")).content))
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert sheet.count("<row ") == 2
        assert wanted in sheet
        assert "<f>" not in sheet
    await office.audit.settle()
    lines = await office.store.audit_entries(SAMU_54.id, 0, 100)
    details = [line.detail for line in lines if line.action == "export.made"]
    assert len(details) == 2
    assert "hyperlink" not in "".join(details)
    assert '"kind":"q"' in details[0]


async def test_a_meeting_is_reported_as_a_pdf_that_can_be_read(office: Office) -> None:
    session = await ended(office, note="Brûlure <b>au bras</b> — حرق")
    async with office.desk(ALICE) as browser:
        answer = await browser.get(f"/history/{session}/report.pdf")
        assert answer.headers["content-type"] == "application/pdf"
    with pypdfium2.PdfDocument(answer.content) as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
    told = ("Compte rendu", "SAMU 54", "06 98 76 54 32", "Alice", "Lien jamais ouvert", "<b>au bras</b>")
    assert [part for part in told if part not in text] == []
    async with office.desk(CHARLIE) as stranger:
        assert (await stranger.get(f"/history/{session}/report.pdf")).status_code == 404
    async with office.desk(SUPERVISOR) as browser:
        await browser.post(f"/history/{session}/erase", data={"sure": "yes"})
        assert (await browser.get(f"/history/{session}/report.pdf")).status_code == 404


@pytest.mark.parametrize("program", ["raise SystemExit(1)", "print(end='')"])
async def test_a_report_that_nothing_lays_out_is_refused_and_the_console_goes_on(program: str) -> None:
    with pytest.raises(Unavailable):
        await pdf("<p>", command=(sys.executable, "-c", program))


async def test_a_layout_that_crashes_is_tried_once_more(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await pdf("<p>", command=(sys.executable, "-c", "import os; os.abort()"))
    once = f"""
import os, pathlib
mark = pathlib.Path({str(tmp_path / "crashed")!r})
if not mark.exists():
    mark.touch()
    os.abort()
print("%PDF", end="")
"""
    assert await pdf("<p>", command=(sys.executable, "-c", once)) == b"%PDF"


async def test_an_export_reads_batch_after_batch_and_ends_with_its_client(office: Office) -> None:
    for number in range(BATCH + 1):
        await office.store.start(cast.session(ALICE, NOW + number), Change())
    history = History(office.store)
    alice = await history.reader(visitor(ALICE))
    batches = history.everything(alice, Search())
    assert len(await anext(batches)) == BATCH
    await batches.aclose()
    assert [len(one) async for one in history.everything(alice, Search())] == [BATCH, 1]


# ---------------------------------------------------------------- whatever is asked for
PARTS = ["q", "outcome", "regulator", "debrief", "running", "from", "to", "tz", "before", "after"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.dictionaries(st.sampled_from(PARTS), st.text(max_size=60), max_size=6))
async def test_nothing_in_an_address_is_too_much(office: Office, query: dict[str, str]) -> None:
    async with office.desk(CHARLIE) as browser:
        for path in ("/history", "/history/export.csv"):
            assert (await browser.get(path, params=query)).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["before=-1", "before=" + "9" * 19, "after=x", "before=1&after=2", "tz=../../etc/passwd",
     "tz=Europe", "from=2026-02-30", "from=9999-12-31", "q=%00", "q=%22*%22", "q=a%27%20OR%201",
     "q=" + "a" * 3000],
)  # fmt: skip
async def test_garbage_is_an_empty_list_or_the_first_page(office: Office, query: str) -> None:
    async with office.desk(CHARLIE) as browser:
        assert (await browser.get(f"/history?{query}")).status_code == 200
