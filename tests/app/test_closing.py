"""What is kept of a visio, by HTTP: after the end too, by who may watch, in their own centre."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from signaling.domain import facts
from tests.app.office import ADMIN, SUPERVISOR, Office
from tests.cast import ALICE, BOB, CHARLIE, SAMU_54

SCRIPT = {"Accept": "application/json"}


async def keep(browser: httpx2.AsyncClient, session: str, body: Any) -> httpx2.Response:
    return await browser.post(f"/sessions/{session}/closing", json=body, headers=SCRIPT)


async def assessments(office: Office, session: str) -> list[str]:
    events = await office.store.events(SAMU_54.id, session, 0)
    return [one.fact.assessment for one in events if isinstance(one.fact, facts.SessionAssessed)]


async def test_what_is_clicked_and_typed_after_the_end_is_kept_field_by_field(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        await office.happen(session, facts.SessionEnded(by=ALICE.id))
        assert (await keep(browser, session, {"assessment": "worse"})).status_code == 200
        await keep(browser, session, {"assessment": "worse", "reference": "54-1"})
        answer = await keep(browser, session, {"note": "VSAV"})
        assert answer.json() | {"version": 0} == {
            "assessment": "worse", "reference": "54-1", "note": "VSAV", "debrief": False, "version": 0,
        }  # fmt: skip
    async with office.desk(SUPERVISOR) as browser:
        found = await browser.get(f"/sessions/{session}/closing", headers=SCRIPT)
        assert found.json() == answer.json()
        report = (await browser.get(f"/history/{session}")).text
        assert "VSAV" in report
        assert 'data-assessment="worse" aria-pressed="true"' in report
    assert await assessments(office, session) == ["worse"]


async def test_a_mark_shows_in_the_lists_of_the_centre(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        assert (await keep(browser, session, {"debrief": True})).json()["debrief"] is True
        await office.happen(session, facts.SessionEnded(by=ALICE.id))
    async with office.desk(BOB) as browser:
        for path in ("/", "/history"):
            assert "À débriefer</span>" in (await browser.get(path)).text, path
        await keep(browser, session, {"debrief": False})
        assert "À débriefer</span>" not in (await browser.get("/history")).text


@pytest.mark.parametrize(
    "body",
    [
        {"assessment": "dead"}, {"assessment": 1}, {"reference": "9" * 65}, {"note": "n" * 2001},
        {"note": "\x00"}, {"debrief": "yes"}, {"ended_at": 1}, [], None,
    ],
)  # fmt: skip
async def test_garbage_is_refused_with_a_sentence_and_changes_nothing(office: Office, body: Any) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        before = (await browser.get(f"/sessions/{session}/closing", headers=SCRIPT)).json()
        answer = await keep(browser, session, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_closing")
        assert "64 caractères" in answer.json()["message"]
        assert (await browser.get(f"/sessions/{session}/closing", headers=SCRIPT)).json() == before


async def test_another_centre_and_an_administrator_neither_read_nor_write_it(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        await keep(browser, session, {"note": "VSAV"})
    for user, status in ((CHARLIE, 404), (ADMIN, 403)):
        async with office.desk(user) as stranger:
            assert (await keep(stranger, session, {"note": "mine"})).status_code == status
            read = await stranger.get(f"/sessions/{session}/closing", headers=SCRIPT)
            assert read.status_code == status
            assert "VSAV" not in (await stranger.get(f"/history/{session}")).text
    async with office.desk(ALICE) as browser:
        found = await browser.get(f"/sessions/{session}/closing", headers=SCRIPT)
        assert found.json()["note"] == "VSAV"


async def test_each_regulator_has_pictures_blurred_for_themselves(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        wrong = await browser.post("/preferences", json={"blurred": "yes"}, headers=SCRIPT)
        assert wrong.status_code == 422
        answer = await browser.post("/preferences", json={"blurred": True}, headers=SCRIPT)
        assert (answer.status_code, answer.json()) == (200, {"blurred": True})
        assert '"blurred": true' in (await browser.get(f"/sessions/{session}")).text
    async with office.desk(BOB) as browser:
        assert '"blurred": false' in (await browser.get(f"/sessions/{session}")).text
    async with office.desk(ADMIN) as browser:
        refused = await browser.post("/preferences", json={"blurred": True}, headers=SCRIPT)
        assert refused.status_code == 403
