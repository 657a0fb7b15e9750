"""The console's pages and JSON routes, on a real store, with real logins."""

from __future__ import annotations

import json
import re
from html import unescape
from io import BytesIO
from typing import Any

import httpx2
import pytest
from PIL import Image

from signaling.domain import facts
from signaling.domain.ladder import NAMES
from signaling.domain.records import User
from signaling.domain.room import Change
from signaling.domain.visitor import Visitor
from tests import cast
from tests.app.office import ADMIN, PLACE, SITE, SUPERVISOR, Office
from tests.cast import ALICE, BOB, CHARLIE, MINUTE, NOW, SAMU_54, Clock


def page_data(page: httpx2.Response, name: str) -> Any:
    found = re.search(rf'id="{name}"[^>]*>(.*?)</script>', page.text, re.DOTALL)
    assert found, page.text
    return json.loads(found[1])


def picture(width: int = 64, height: int = 36) -> bytes:
    data = BytesIO()
    Image.new("RGB", (width, height), "teal").save(data, "PNG")
    return data.getvalue()


# ---------------------------------------------------------------- home
async def test_a_typed_number_opens_the_room_at_once(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        room = await browser.get(f"/sessions/{session}")
    assert room.status_code == 200
    assert "06 12 34 56 78" in room.text
    assert (await office.store.room(SAMU_54.id, session)).session.address == "+33612345678"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Saisissez un numéro"),
        ("06 12", "pas complet"),
        ("+999 12345678", "n’existe pas"),
        ("0899 70 00 00", "surtaxé"),
        ("name@", "adresse e-mail"),
    ],
)
async def test_a_bad_address_is_answered_beside_the_field_and_nothing_typed_is_lost(
    office: Office, typed: str, sentence: str
) -> None:
    async with office.desk(ALICE) as browser:
        page = await browser.post("/sessions", data={"address": typed})
    assert page.status_code == 422
    assert f'value="{typed}"' in page.text
    assert sentence in page.text
    assert not await office.store.running(SAMU_54.id)


async def test_what_was_typed_is_never_markup(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        page = await browser.post("/sessions", data={"address": '"><script>alert(1)</script>'})
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text


async def test_the_home_page_lists_what_runs_and_what_was(office: Office, clock: Clock) -> None:
    async with office.desk(ALICE) as browser:
        past = await office.call(browser, "06 11 11 11 11")
        await office.happen(past, facts.SessionEnded(by=ALICE.id))
        running = await office.call(browser, "06 22 22 22 22")
        clock.advance(65_000)
        page = await browser.get("/")
    assert f'href="/sessions/{running}"' in page.text
    assert f'href="/history/{past}"' in page.text
    assert f'href="/sessions/{past}"' not in page.text
    assert "depuis 1\u00a0min\u00a005\u00a0s" in page.text
    assert [row["id"] for row in page_data(page, "home-data")["running"]] == [running]


async def test_an_administrator_sees_neither_numbers_nor_callers(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        await office.phone(session)
        await browser.post(f"/sessions/{session}/captures", content=picture())
    async with office.desk(ADMIN) as browser:
        for path in ("/", "/history", f"/history/{session}"):
            page = await browser.get(path)
            assert page.status_code == 200
            assert "12 34 56" not in page.text
            assert "•• 78" not in page.text
            assert ALICE.name not in page.text
            assert "Safari" not in page.text
            assert str(PLACE[0]) not in page.text
            assert "/captures/" not in page.text
        assert (await browser.get(f"/sessions/{session}")).status_code == 403
        assert (await browser.post("/sessions", data={"address": "0612345678"})).status_code == 403


# ---------------------------------------------------------------- the room
async def test_the_room_brings_all_that_its_script_needs(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        data = page_data(await browser.get(f"/sessions/{session}"), "room-data")
    link = await office.inviting.link(_visitor(ALICE), session)
    assert data["link"]["url"] == link.url
    assert data["link"]["code_spaced"] == f"{link.code[:3]}\u00a0{link.code[3:]}"
    assert (data["session"], data["me"], data["version"]) == (session, ALICE.id, 3)
    assert data["users"] == {ALICE.id: "Alice"}
    assert data["rungs"] == list(NAMES)
    assert data["other_provider"] is False


async def test_the_room_shows_the_word_that_proves_the_link_to_be_ours(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        page = await browser.get(f"/sessions/{session}")
    signs = await office.inviting.signs(_visitor(ALICE), session)
    assert f'data-part="trust-word">{signs.word}<' in page.text


async def test_the_report_tells_photos_documents_and_second_phones(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        phone = await office.phone(session)
        of = (await office.store.room(SAMU_54.id, session)).session
        photo = cast.capture(of, participant=phone, taken_by=None, width=4032, height=3024)
        change = Change(
            records=(photo,),
            facts=(
                facts.PhotoStored(capture=photo.id, participant=phone, width=4032, height=3024, size=9),
                facts.PictureWay(participant=phone, way="stills"),
                facts.HandoverAsked(handover="h", browser="Firefox 140, Android"),
            ),
        )
        await office.journal.change(SAMU_54.id, session, lambda room: change)
        page = (await browser.get(f"/history/{session}")).text
    for words in ("Photo 4032 × 3024", "Images fixes à la place de la vidéo", "Firefox 140, Android"):
        assert words in page


async def test_the_link_is_read_anew_without_a_reload(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        first = (await browser.get(f"/sessions/{session}/link.json")).json()["link"]
        office.clock.advance(11 * MINUTE)
        second = (await browser.get(f"/sessions/{session}/link.json")).json()["link"]
        await office.happen(session, facts.SessionEnded(by=ALICE.id))
        assert (await browser.get(f"/sessions/{session}/link.json")).json() == {"link": None}
    assert second["url"] == first["url"]
    assert second["code_expires_at"] > office.clock.now()


async def test_a_room_that_is_over_leads_to_its_report(office: Office) -> None:
    async with office.desk(BOB) as browser:
        session = await office.call(browser)
        await office.happen(session, facts.SessionEnded(by=BOB.id))
        answer = await browser.get(f"/sessions/{session}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/history/{session}")


async def test_a_colleague_enters_the_same_room(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
    for colleague in (BOB, SUPERVISOR):
        async with office.desk(colleague) as browser:
            assert (await browser.get(f"/sessions/{session}")).status_code == 200


async def test_another_centre_finds_nothing_under_any_address(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        stored = await browser.post(f"/sessions/{session}/captures", content=picture())
    async with office.desk(CHARLIE) as browser:
        for path in (
            f"/sessions/{session}",
            f"/sessions/{session}/link.json",
            f"/history/{session}",
            f"/captures/{stored.json()['id']}",
        ):
            assert (await browser.get(path)).status_code == 404, path
        answer = await browser.post(f"/sessions/{session}/captures", content=picture())
        assert answer.status_code == 404
        assert session not in (await browser.get("/")).text
        assert session not in (await browser.get(f"/history?before={session}f")).text


async def test_without_a_login_every_page_leads_to_it(office: Office) -> None:
    transport = httpx2.ASGITransport(office.app)
    headers = {"Accept": "text/html"}
    async with httpx2.AsyncClient(base_url=SITE, headers=headers, transport=transport) as browser:
        for path in (
            "/",
            "/history",
            f"/history/{'0' * 32}",
            f"/sessions/{'0' * 32}",
            f"/captures/{'0' * 32}",
        ):
            answer = await browser.get(path)
            assert (answer.status_code, answer.headers["location"][:6]) == (303, "/login"), path


# ---------------------------------------------------------------- captures
async def test_a_capture_is_kept_and_given_back_as_a_file(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        stored = await browser.post(f"/sessions/{session}/captures", content=picture(64, 36))
        assert stored.status_code == 201
        assert (stored.json()["width"], stored.json()["height"]) == (64, 36)
        answer = await browser.get(stored.headers["location"])
    assert answer.headers["content-type"] == "image/png"
    assert re.match(
        r'attachment; filename="visio-20261118-110640Z-\w{6}\.png"', answer.headers["content-disposition"]
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert Image.open(BytesIO(answer.content)).size == (64, 36)


async def test_what_is_no_picture_is_refused_with_a_sentence(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        answer = await browser.post(
            f"/sessions/{session}/captures", content=b"<svg/>", headers={"Accept": "application/json"}
        )
    assert answer.status_code == 422
    assert answer.json() == {
        "code": "bad_file",
        "message": "Ce fichier n’est pas une image que l’on peut garder.",
        "permanent": True,
    }


async def test_a_file_beyond_the_limit_is_refused(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        answer = await browser.post(f"/sessions/{session}/captures", content=b"x" * (2**20 + 1))
    assert answer.status_code == 413


# ---------------------------------------------------------------- history
async def test_the_history_goes_back_page_by_page(office: Office) -> None:
    sessions = [cast.session(at=NOW - minutes * MINUTE, ended_at=NOW) for minutes in range(30)]
    for session in sessions:
        await office.store.start(session, Change(facts=(facts.SessionStarted(by=ALICE.id),)))
    async with office.desk(BOB) as browser:
        first = await browser.get("/history")
        older = re.search(r'href="(/history\?before=\w+)"', first.text)
        assert older
        second = await browser.get(older[1])
    assert _listed(first) == [session.id for session in sessions[:25]]
    assert _listed(second) == [session.id for session in sessions[25:]]
    assert 'rel="next"' not in second.text


def _listed(page: httpx2.Response) -> list[str]:
    return re.findall(r'class="number" href="/history/(\w+)"', page.text)


async def test_the_page_of_a_session_tells_the_whole_story(office: Office, clock: Clock) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        clock.advance(12_000)
        await office.phone(session)
        stored = await browser.post(f"/sessions/{session}/captures", content=picture())
        clock.advance(60_000)
        await office.happen(session, facts.SessionEnded(by=ALICE.id))
        page = await browser.get(f"/history/{session}")
    for part in (
        "06 12 34 56 78",
        "Image reçue",
        "1\u00a0min\u00a012\u00a0s",  # how long
        "12\u00a0s",  # to the first picture
        "Safari 18, iOS",
        "Alice a lancé la visio",
        "Alice a pris une capture (64 × 36)",
        "Alice a terminé la visio",
        f'src="/captures/{stored.json()["id"]}"',
        f"{PLACE[0]}, {PLACE[1]}",
        f"query={PLACE[0]},{PLACE[1]}",
        'datetime="2026-11-18T11:06:40.000Z"',
    ):
        assert part in unescape(page.text), part


async def test_documents_are_listed_for_who_may_see_them(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        phone = await office.phone(session)
        room = await office.store.room(SAMU_54.id, session)
        [caller] = [one for one in room.participants if one.id == phone]
        sent = cast.document(caller, name="<b>ordonnance</b>.pdf", size=41_200)
        await office.journal.change(SAMU_54.id, session, lambda room: Change(records=(sent,)))
        page = (await browser.get(f"/history/{session}")).text
    assert "&lt;b&gt;ordonnance&lt;/b&gt;.pdf" in page
    assert "41\u00a0ko" in unescape(page)
    async with office.desk(ADMIN) as browser:
        assert "ordonnance" not in (await browser.get(f"/history/{session}")).text


# ---------------------------------------------------------------- faults
async def test_a_page_that_does_not_exist_says_so_and_leads_back(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        page = await browser.get("/nothing")
        answer = await browser.get("/nothing", headers={"Accept": "application/json"})
    assert (page.status_code, answer.status_code) == (404, 404)
    assert "Cette page n’existe pas" in page.text
    assert 'href="/"' in page.text
    assert answer.json() == {"code": "http", "message": "Cette page n’existe pas", "permanent": True}


async def test_a_fault_of_ours_shows_a_page_and_no_trace(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        page = await browser.get("/broken")
    assert page.status_code == 500
    assert "Une erreur s’est produite de notre côté" in page.text
    assert "secret" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["cache-control"] == "no-store"


def _visitor(user: User) -> Visitor:
    return Visitor(
        user=user.id,
        person=user.person,
        name=user.name,
        email=user.email,
        role=user.role,
        centre=user.centre,
        centre_name="SAMU 54",
        login="",
    )
