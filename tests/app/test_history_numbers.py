"""Whole numbers in the history's list: for who may and asks for them, and with a line in the audit."""

from __future__ import annotations

import json
import re

import httpx2
import pytest

from signaling.domain import facts
from signaling.domain.policy import Policy, with_policy
from signaling.domain.records import User
from signaling.domain.room import Change
from signaling.service.history import PAGE
from tests import cast
from tests.app.office import ADMIN, SUPERVISOR, Office
from tests.app.test_history import rule
from tests.app.test_history_live import sue
from tests.app.test_oversight import also_in_paris
from tests.app.test_wire import alice, hear, running, say, socket, started
from tests.cast import ALICE, CHARLIE, NOW, SAMU_54, SAMU_75
from tests.e2e.stage import Product

__all__ = ["alice", "running", "sue"]  # fixtures

WHOLE = re.compile(
    r"06[ .]?12[ .]?34|6[ .]?12[ .]?34[ .]?56|612345678"
)  # any part that tells it, as anybody writes it
MASKED = "+33 6 •• •• •• 78"


async def begun(office: Office, count: int = 1, by: User = ALICE, *, over: bool = True) -> list[str]:
    """Their ids, the newest first."""
    ids = []
    for number in range(count):
        session = cast.session(by, NOW + number)
        ended = (facts.SessionEnded(by=by.id),) if over else ()
        await office.store.start(session, Change(records=(cast.invitation(session),), facts=ended))
        ids.append(session.id)
    return ids[::-1]


async def noted(
    office: Office, action: str = "history.numbers_shown", centre: str = SAMU_54.id
) -> list[object]:
    """Of each such line in that centre's audit: its details."""
    await office.audit.settle()
    lines = await office.store.audit_entries(centre, 0, 1_000)
    return [json.loads(one.detail) for one in lines if one.action == action]


def link(page: str, which: str) -> str:
    """Where a link of the list leads."""
    [found] = re.findall(rf'href="([^"]*)" {which}|{which} href="([^"]*)"', page)
    return "".join(found).replace("&amp;", "&")


@pytest.mark.parametrize("reader", [ALICE, SUPERVISOR], ids=["regulator", "supervisor"])
async def test_numbers_are_masked_until_they_are_asked_for(office: Office, reader: User) -> None:
    await begun(office)
    await begun(office, over=False)
    async with office.desk(reader) as browser:
        page = (await browser.get("/history")).text
        assert page.count(MASKED) == 3  # one runs, and stands in both lists
        assert not WHOLE.search(page)
        assert await noted(office) == []
        shown = (await browser.get(link(page, 'data-part="numbers"'))).text
        assert shown.count("06 12 34 56 78") == 3
        assert await noted(office) == [{"rows": 2}]
        again = (await browser.get(link(shown, 'data-part="numbers"'))).text
        assert not WHOLE.search(again)
    assert await noted(office) == [{"rows": 2}]


async def test_each_page_of_numbers_leaves_its_line_there_and_back(office: Office) -> None:
    await begun(office, PAGE + 2)
    async with office.desk(ALICE) as browser:
        first = (await browser.get("/history?numbers=1")).text
        older = (await browser.get(link(first, 'rel="next"'))).text
        assert older.count("06 12 34 56 78") == 2
        masked = (await browser.get(link(older, 'data-part="numbers"'))).text
        assert (masked.count(MASKED), bool(WHOLE.search(masked))) == (2, False)
        newer = (await browser.get(link(older, 'rel="prev"'))).text
        assert newer.count("06 12 34 56 78") == PAGE
    assert await noted(office) == [{"rows": PAGE}, {"rows": 2}, {"rows": PAGE}]
    assert len(await noted(office, "history.viewed")) == 4


async def test_searches_and_filters_go_on_showing_numbers_and_exports_hold_them_anyway(
    office: Office,
) -> None:
    await begun(office)
    async with office.desk(ALICE) as browser:
        page = (await browser.get("/history?q=alice&numbers=1")).text
    assert '<input type="hidden" name="numbers" value="1">' in page
    assert re.findall(r'class="chip" href="([^"]*)"', page) == [
        "/history?q=alice&amp;debrief=1&amp;numbers=1", "/history?q=alice&amp;running=1&amp;numbers=1",
        "/history?numbers=1",
    ]  # fmt: skip
    assert re.findall(r'href="(/history/export[^"]*)"', page) == [
        f"/history/export.{kind}?q=alice" for kind in ("csv", "xlsx", "pdf")
    ]
    assert "Avec les numéros entiers" in page


async def test_numbers_alone_are_no_filter(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        page = (await browser.get("/history?numbers=1")).text
    assert "Aucune réunion pour l’instant" in page
    assert await noted(office) == []  # nothing was shown


@pytest.mark.parametrize(
    "asked", ["numbers=1", "numbers=yes", "numbers=1&q=5678", "numbers=1&centre=" + "f" * 32]
)
@pytest.mark.parametrize("reader", [ALICE, ADMIN], ids=["regulator", "administrator"])
async def test_who_may_not_read_them_gets_neither_button_nor_number(
    office: Office, reader: User, asked: str
) -> None:
    await rule(office, numbers_in_clear=False)
    await begun(office)
    await begun(office, over=False)
    async with office.desk(reader) as browser:
        page = (await browser.get(f"/history?{asked}")).text
    assert 'data-part="numbers"' not in page
    assert not WHOLE.search(page)
    assert "numéros entiers" not in page
    assert await noted(office) == []


async def test_each_centre_is_told_of_its_own_numbers(office: Office) -> None:
    await begun(office, 2)
    await begun(office, 1, CHARLIE)
    async with office.desk(SUPERVISOR) as browser:
        await also_in_paris(office, "supervisor")
        page = (await browser.get("/history?numbers=1")).text
        assert page.count("06 12 34 56 78") == 3
        await browser.get(f"/history?numbers=1&centre={SAMU_75.id}")
    assert await noted(office) == [{"rows": 2}]
    assert await noted(office, centre=SAMU_75.id) == [{"rows": 1}, {"rows": 1}]


async def test_what_was_erased_has_no_number_to_tell_of(office: Office) -> None:
    [session, _] = await begun(office, 2)
    async with office.desk(SUPERVISOR) as browser:
        await browser.post(f"/history/{session}/erase", data={"sure": "yes"})
        await browser.get("/history?numbers=1")
    assert await noted(office) == [{"rows": 1}]


async def test_the_home_page_masks_what_is_over(office: Office) -> None:
    await begun(office)
    async with office.desk(ALICE) as browser:
        page = (await browser.get("/")).text
    assert page.count(MASKED) == 1
    assert not re.search(r"06 12 34 56 78(?!\")", page)  # but for the field's example


@pytest.mark.parametrize(("clear", "how"), [(True, "whole"), (False, "masked")])
async def test_an_export_says_how_its_numbers_are(office: Office, clear: bool, how: str) -> None:
    await office.store.change_centre(
        SAMU_54.id, lambda centre: with_policy(centre, Policy(numbers_in_clear=clear))
    )
    [session] = await begun(office)
    async with office.desk(ALICE) as browser:
        for path in ("export.csv", "export.xlsx", "export.pdf?q=alice", f"{session}/report.pdf"):
            assert (await browser.get(f"/history/{path}")).status_code == 200
        table = (await browser.get("/history/export.csv?numbers=1")).text
        assert (bool(WHOLE.search(table)), MASKED in table) == (clear, not clear)
    lines = await noted(office, "export.made")
    assert [one["numbers"] for one in lines if isinstance(one, dict)] == [how] * 5
    async with office.desk(ADMIN) as browser:
        assert {"whole": "numéros entiers", "masked": "numéros masqués"}[how] in (
            await browser.get("/audit")
        ).text


async def test_the_line_that_follows_the_list_tells_no_whole_number(
    running: Product, sue: httpx2.AsyncClient, alice: httpx2.AsyncClient
) -> None:
    await started(alice)
    async with socket(running, sue, "/ws/console") as listing, socket(running, sue, "/ws/console") as home:
        for line, asked in ((listing, {"centre": ""}), (home, {})):
            await say(line, {"type": "watch", **asked})
        assert {one["address"] for one in (await hear(listing, "running"))["sessions"]} == {MASKED}
        assert {one["address"] for one in (await hear(home, "running"))["sessions"]} == {"06 12 34 56 78"}
