"""A still of what a caller's phone sees, as the console gets it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO

import aioice.ice
import httpx2
import pytest
from PIL import Image

from signaling.domain import facts
from signaling.domain.errors import NotAllowed
from signaling.domain.visitor import Visitor
from signaling.service.negotiate import relay_key
from signaling.service.stills import Stills
from tests.app.office import ADMIN, SUPERVISOR, Office
from tests.cast import ALICE, BOB, CHARLIE, SAMU_54
from tests.media.peers import LOOPBACK, Ear, Phone, until

SCRIPT = {"Accept": "application/json"}


@pytest.fixture
async def phone(office: Office, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Phone]:
    """One that can publish; the office's relay is open."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: [LOOPBACK])
    await office.relay.open(Ear())
    phone = Phone(codecs=["VP8"])
    yield phone
    await phone.close()
    await office.relay.close()


async def publish(office: Office, phone: Phone, session: str, participant: str) -> None:
    await phone.publish(office.relay, relay_key(SAMU_54.id, session), participant)
    await until(lambda: office.relay.stats().counters.packets_in > 5)


def size(answer: httpx2.Response) -> tuple[int, int]:
    with Image.open(BytesIO(answer.content), formats=["JPEG"]) as image:
        return image.size


async def test_those_who_may_watch_get_what_the_phone_sees(office: Office, phone: Phone) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        caller = await office.phone(session)
    await publish(office, phone, session, caller)
    for user in (ALICE, BOB, SUPERVISOR):
        async with office.desk(user) as browser:
            for path in (
                f"/sessions/{session}/still.jpg",
                f"/sessions/{session}/still.jpg?participant={caller}",
            ):
                answer = await browser.get(path)
                assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
                assert "no-store" in answer.headers["cache-control"]
                assert answer.headers["x-content-type-options"] == "nosniff"
                assert answer.headers["content-security-policy"].startswith("sandbox")
                assert size(answer) == (160, 96)


async def test_nobody_else_does(office: Office, phone: Phone) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
    await publish(office, phone, session, await office.phone(session))
    path = f"/sessions/{session}/still.jpg"
    for user, status in ((CHARLIE, 404), (ADMIN, 403)):
        async with office.desk(user) as browser:
            assert (await browser.get(path)).status_code == status
    transport = httpx2.ASGITransport(office.app)
    async with httpx2.AsyncClient(base_url="http://visio.test", transport=transport) as browser:
        assert (await browser.get(path, headers=SCRIPT)).status_code == 401


async def test_the_use_case_checks_it_too(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
    dora = Visitor(
        user=ADMIN.id,
        person=ADMIN.person,
        name="Dora",
        email="",
        role=ADMIN.role,
        centre=SAMU_54.id,
        centre_name="",
        login="",
    )
    with pytest.raises(NotAllowed):
        await Stills(office.store, office.relay, office.clock).take(dora, session)


async def test_while_nothing_flows_a_sentence_says_so(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        caller = await office.phone(session)
        for path in (f"/sessions/{session}/still.jpg", f"/sessions/{session}/still.jpg?participant={caller}"):
            answer = await browser.get(path, headers=SCRIPT)
            assert answer.status_code == 503
            assert answer.json() == {
                "code": "no_picture",
                "message": "Il n’y a pas d’image en ce moment.",
                "permanent": False,
            }


async def test_a_participant_of_another_session_is_not_found(office: Office, phone: Phone) -> None:
    async with office.desk(ALICE) as browser:
        session, other = await office.call(browser), await office.call(browser)
        caller = await office.phone(session)
        await publish(office, phone, session, caller)
        for path in (f"{other}/still.jpg?participant={caller}", f"{session}/still.jpg?participant=nobody"):
            assert (await browser.get(f"/sessions/{path}", headers=SCRIPT)).status_code == 404


async def test_a_visio_that_is_over_shows_nothing_more(office: Office, phone: Phone) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        await publish(office, phone, session, await office.phone(session))
        await office.happen(session, facts.SessionEnded(by=ALICE.id))
        answer = await browser.get(f"/sessions/{session}/still.jpg", headers=SCRIPT)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
