"""Technical tests of phones: the page's HTTP, what the home page sends and finds, on a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

import patient_pwa.test_page
from config.asgi import create
from config.settings import read
from console import login
from console.pages import pages
from console.phone_tests import PhoneTestRoutes
from console.routes import exception_handlers
from signaling.domain.errors import CarrierError, NotAllowed
from signaling.domain.ids import Secrets
from signaling.domain.phone_test import KEPT, LINK_LIFETIME
from signaling.domain.records import User
from signaling.domain.visitor import Visitor
from signaling.limits import Limits
from signaling.ports import Outgoing, Receipt
from signaling.service import phone_test
from signaling.service.phone_test import PhoneTests, Sending
from signaling.service.quotas import SmsQuotas
from signaling.service.tasks import Tasks
from signaling.web import guarded
from tests.app.office import ADMIN, SITE, Office
from tests.cast import ALICE, BOB, CHARLIE, MINUTE, PASSWORD

ANDROID = "Mozilla/5.0 (Linux; Android 15) Chrome/156.0.0.0 Mobile Safari/537.36"
ECHO = {"way": "turn_tls", "bitrate": 900, "loss": 0.5, "round_trip": 40, "frames": 280, "width": 1280}
GOOD: dict[str, Any] = {
    "cameras": 2,
    "camera": "granted",
    "missing": ["vibration"],
    "socket": "open",
    "udp": False,
    "turn": [{"transport": "tls", "answered": True}],
    "echo": {**ECHO, "height": 720},
}


class Carrier:
    """Refuses as often as it is told to, then takes what comes."""

    name = "carrier"

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.refusals: list[CarrierError] = []

    async def open(self) -> None: ...
    async def close(self) -> None: ...

    async def send(self, message: Outgoing) -> Receipt:
        if self.refusals:
            raise self.refusals.pop(0)
        self.sent.append(message)
        return Receipt(ref="1")


class Ward:
    """The test page and the home page's part of it, with a carrier that a test can break."""

    def __init__(self, office: Office) -> None:
        self.carrier = Carrier()
        self.tasks = Tasks()
        self.clock = office.clock
        quotas = SmsQuotas(office.store, Limits().limiter, lambda channel, address: (self.carrier.name,))
        ways = Sending(public_url=SITE, language="fr", notifier=self.carrier, quotas=quotas, tasks=self.tasks)
        self.tests = PhoneTests(office.store, office.clock, Secrets(b"k" * 32), Limits().limiter, ways)
        self.app = Starlette(
            routes=[
                *login.routes(),
                *PhoneTestRoutes(self.tests, office.clock, pages()).routes(),
                *patient_pwa.test_page.routes(self.tests),
            ],
            middleware=guarded([SITE], secure=False),
            exception_handlers=exception_handlers(),
        )
        self.app.state.gate = office.app.state.gate
        self.app.state.audit = office.audit

    def browser(self, address: str = "192.0.2.7", **headers: str) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(self.app, client=(address, 50_000))
        given = {"Origin": SITE, "User-Agent": ANDROID, "Accept-Language": "fr", **headers}
        return httpx2.AsyncClient(base_url=SITE, headers=given, transport=transport)

    async def desk(self, user: User) -> httpx2.AsyncClient:
        browser = self.browser()
        answer = await browser.post("/login", data={"email": user.email, "password": PASSWORD})
        assert answer.status_code == 303
        return browser

    async def until_delivered(self) -> None:
        """Every message has left, or is given up."""
        while self.tasks._running:
            await next(iter(self.tasks._running))

    async def link(self, desk: httpx2.AsyncClient, to: str = "06 12 34 56 78") -> str:
        """Sends a test. Returns the token of its link."""
        assert (await desk.post("/tests", json={"to": to})).status_code == 201
        await self.until_delivered()
        return self.carrier.sent[-1].link.partition("#")[2]


@pytest.fixture
async def ward(office: Office, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ward]:
    monkeypatch.setattr(phone_test, "WAITS", (0.0, 0.0))
    made = Ward(office)
    yield made
    await made.tasks.close()


async def take(ward: Ward, token: str = "", **changed: Any) -> dict[str, str]:
    async with ward.browser() as phone:
        answer = await phone.post("/test/result", json={"token": token, "report": {**GOOD, **changed}})
    assert answer.status_code == 200
    found: dict[str, str] = answer.json()
    return found


async def test_the_page_is_open_to_everybody_in_their_language(ward: Ward) -> None:
    async with ward.browser() as phone:
        page = await phone.get("/test")
        english = await phone.get("/test", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert '<html lang="fr" dir="ltr">' in page.text
    assert "Chrome 156, Android" in page.text
    assert "Start the test" in english.text
    assert page.headers["cache-control"] == "no-store"
    assert "unsafe-inline" not in page.headers["content-security-policy"]


async def test_a_test_that_nobody_sent_has_a_code_that_every_centre_can_look_up(ward: Ward) -> None:
    found = await take(ward)
    assert found["verdict"] == "ready"
    for user in (ALICE, CHARLIE):
        desk = await ward.desk(user)
        assert (await desk.get("/tests")).json() == []
        result = (await desk.get(f"/tests/{found['code'].lower()}")).json()
        assert result["browser"] == "Chrome 156, Android"
        assert result["standing"] == {"words": "Prêt", "tone": "ok"}
        assert {"label": "TURN par TLS", "words": "Fonctionne", "tone": "ok"} in result["lines"]
        assert {"label": "Navigateur", "words": "Manque : le vibreur", "tone": "warn"} in result["lines"]


async def test_what_a_sent_test_found_is_shown_to_the_centre_that_sent_it_and_to_no_other(ward: Ward) -> None:
    desk, other = await ward.desk(ALICE), await ward.desk(CHARLIE)
    token = await ward.link(desk)
    [waiting] = (await desk.get("/tests")).json()
    assert (waiting["address"], waiting["standing"]["words"]) == ("06 12 34 56 78", "En attente du téléphone")
    found = await take(ward, token, camera="denied", echo=None)
    [row] = (await (await ward.desk(BOB)).get("/tests")).json()
    assert row["standing"] == {"words": "Caméra bloquée", "tone": "alert"}
    assert row["code"] == found["code"]
    assert (await desk.get(f"/tests/{found['code']}")).status_code == 200
    assert (await other.get("/tests")).json() == []
    assert (await other.get(f"/tests/{found['code']}")).status_code == 404


async def test_the_newest_result_of_a_link_counts_under_the_same_code(ward: Ward) -> None:
    desk = await ward.desk(ALICE)
    token = await ward.link(desk)
    first, second = await take(ward, token, camera="denied"), await take(ward, token)
    assert first["code"] == second["code"]
    [row] = (await desk.get("/tests")).json()
    assert row["standing"]["words"] == "Prêt"


async def test_a_link_that_is_too_old_still_tests_and_tells_its_sender_nothing(ward: Ward) -> None:
    desk = await ward.desk(ALICE)
    token = await ward.link(desk)
    ward.clock.advance(LINK_LIFETIME)
    assert (await take(ward, token))["verdict"] == "ready"
    assert (await take(ward, "no token of ours"))["verdict"] == "ready"
    ward.clock.advance(MINUTE)
    [row] = (await (await ward.desk(ALICE)).get("/tests")).json()
    assert row["standing"]["words"] == "Non effectué sous 48 heures"


async def test_the_message_asks_in_plain_words_and_holds_no_more_than_the_link(ward: Ward) -> None:
    desk = await ward.desk(ALICE)
    token = await ward.link(desk)
    sms = ward.carrier.sent[0]
    assert (sms.channel, sms.to) == ("sms", "+33612345678")
    assert sms.body == f"SAMU 54 : testez votre téléphone pour la vidéo d'urgence : {SITE}/test#{token}"
    await ward.link(desk, "charge@example.org")
    assert ward.carrier.sent[1].subject == "SAMU 54 : testez votre téléphone pour la vidéo d’urgence"


async def test_a_message_that_fails_for_a_moment_is_tried_again(ward: Ward) -> None:
    ward.carrier.refusals = [CarrierError("503", permanent=False), CarrierError("503", permanent=False)]
    desk = await ward.desk(ALICE)
    await ward.link(desk)
    assert len(ward.carrier.sent) == 1


@pytest.mark.parametrize("permanent", [True, False])
async def test_a_message_that_does_not_leave_is_said_to_have_failed(ward: Ward, permanent: bool) -> None:
    ward.carrier.refusals = [CarrierError("30003", permanent=permanent)] * 3
    desk = await ward.desk(ALICE)
    assert (await desk.post("/tests", json={"to": "06 12 34 56 78"})).status_code == 201
    await ward.until_delivered()
    [row] = (await desk.get("/tests")).json()
    assert row["standing"]["tone"] == "alert"
    assert row["standing"]["words"].startswith("Message non envoyé.")
    assert ward.carrier.sent == []


async def test_a_message_whose_process_died_is_no_longer_said_to_be_leaving(ward: Ward) -> None:
    desk = await ward.desk(ALICE)
    assert (await desk.post("/tests", json={"to": "06 12 34 56 78"})).status_code == 201
    await ward.tasks.close()
    ward.clock.advance(11 * MINUTE)
    [row] = (await desk.get("/tests")).json()
    assert row["standing"]["words"] == "Message non envoyé. Renvoyez le test."


async def test_a_number_that_can_not_be_used_is_named_and_nothing_is_sent(ward: Ward) -> None:
    desk = await ward.desk(ALICE)
    answer = await desk.post("/tests", json={"to": "12"})
    assert answer.status_code == 422
    assert "numéro" in answer.json()["error"]
    for body in (b"", b"[]", b'{"to": 1}', b"\xff"):
        assert (await desk.post("/tests", content=body)).status_code == 400
    assert (await desk.get("/tests")).json() == []


async def test_the_use_cases_refuse_an_administrator_by_themselves(ward: Ward) -> None:
    dora = Visitor(
        user=ADMIN.id,
        person=ADMIN.person,
        name=ADMIN.name,
        email=ADMIN.email,
        login="1",
        role="administrator",
        centre=ADMIN.centre,
        centre_name="SAMU 54",
    )
    tests = ward.tests
    for question in (tests.sent(dora), tests.find(dora, "AAAAAA"), tests.send(dora, "06 12 34 56 78")):
        with pytest.raises(NotAllowed):
            await question


async def test_an_administrator_and_a_stranger_see_no_tests(ward: Ward) -> None:
    code = (await take(ward))["code"]
    admin = await ward.desk(ADMIN)
    for path in ("/tests", f"/tests/{code}"):
        assert (await admin.get(path)).status_code == 403
        async with ward.browser() as stranger:
            assert (await stranger.get(path)).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{}",
        b"[" * 4000,
        b'{"report": {}}',
        b"\xff\xfe",
        b'{"token": "' + b"x" * 201 + b'", "report": {"cameras": 1, "camera": "granted", "socket": "open"}}',
        b'{"report": {"cameras": 1, "camera": "granted", "socket": "open"}}' + b" " * 5000,
    ],
    ids=lambda body: repr(body[:16]),
)
async def test_what_is_no_report_is_refused_and_not_kept(ward: Ward, body: bytes) -> None:
    async with ward.browser() as phone:
        assert (await phone.post("/test/result", content=body)).status_code == 400


async def test_one_network_hands_in_so_many_results_and_others_still_can(ward: Ward) -> None:
    async with ward.browser("2001:db8::1") as flood:
        answers = [await flood.post("/test/result", json={"report": GOOD}) for _ in range(41)]
    assert [answer.status_code for answer in answers] == [200] * 40 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    async with ward.browser("2001:db8::2") as same_house, ward.browser("192.0.2.9") as other:
        assert (await same_house.post("/test/result", json={"report": GOOD})).status_code == 429
        assert (await other.post("/test/result", json={"report": GOOD})).status_code == 200


async def test_after_thirty_days_a_result_is_gone(ward: Ward) -> None:
    code = (await take(ward))["code"]
    ward.clock.advance(KEPT)
    await ward.tests.sweep()
    desk = await ward.desk(ALICE)
    assert (await desk.get(f"/tests/{code}")).status_code == 200
    ward.clock.advance(1)
    await ward.tests.sweep()
    assert (await desk.get(f"/tests/{code}")).status_code == 404


@pytest.mark.parametrize(("calls", "status"), [("0", 404), ("1", 200)])
async def test_the_page_can_be_switched_off(
    migrated_sqlite_url: str, tmp_path: Path, calls: str, status: int
) -> None:
    environ = {"DATABASE_URL": migrated_sqlite_url, "DATA_DIR": str(tmp_path), "SECRET_KEY": "k" * 32}
    app = create(read({**environ, "PUBLIC_URL": SITE, "TEST_PAGE_CALLS": calls}))
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(base_url=SITE, transport=transport) as phone:
        assert (await phone.get("/test")).status_code == status
