"""Guessing links, preview robots, and many phones that claim one link at once."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter

import httpx2
import pytest
from starlette.applications import Starlette

from config.application import Application
from patient_pwa.routes import routes
from signaling.domain.errors import LinkUnusable, Throttled
from signaling.domain.throttle import UNKNOWN_LINKS
from signaling.service.join import Phone
from signaling.web import guarded
from tests.app.office import SITE
from tests.app.test_uploads import made as made  # the fixture
from tests.app.test_use_cases import begin, token

GUESSES = 1_500


async def test_guesses_hit_nothing_and_are_sent_away(made: Application) -> None:
    await begin(made)
    said: Counter[str] = Counter()
    for number in range(GUESSES):
        phone = Phone(source=f"2001:db8::{number:x}")  # one subscriber, however many addresses
        try:
            said[(await made.joining.look(secrets.token_urlsafe(16), phone)).state] += 1
        except Throttled:
            said["throttled"] += 1
    assert said == {"unknown": UNKNOWN_LINKS.times, "throttled": GUESSES - UNKNOWN_LINKS.times}


async def test_behind_an_address_that_guesses_a_link_that_exists_still_opens(made: Application) -> None:
    good = await token(made, await begin(made))
    phone = Phone(source="192.0.2.7")
    for _ in range(UNKNOWN_LINKS.times):
        with pytest.raises(LinkUnusable):
            await made.joining.claim("never sent", phone)
    with pytest.raises(Throttled):
        await made.joining.claim("never sent", phone)
    with pytest.raises(Throttled):
        await made.use.guests.look("never sent", phone.source)
    assert (await made.joining.look(good, phone)).state == "ready"
    assert await made.joining.claim(good, phone)


async def test_a_guesser_is_told_when_to_come_back(made: Application) -> None:
    app = Starlette(
        routes=routes(made.joining, made.use.handing, secure=False, origin=SITE),
        middleware=guarded([SITE], secure=False),
    )
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(base_url=SITE, headers={"Origin": SITE}, transport=transport) as page:
        for _ in range(UNKNOWN_LINKS.times):
            assert (await page.post("/j/claim", json={"token": "guess"})).status_code == 409
        for path in ("/j/open", "/j/claim"):
            answer = await page.post(path, json={"token": "guess"})
            assert (answer.status_code, answer.json()) == (429, {"code": "throttled"})
            assert 0 < int(answer.headers["retry-after"]) <= UNKNOWN_LINKS.seconds


async def test_twenty_preview_robots_spend_nothing_and_then_the_person_succeeds(made: Application) -> None:
    good = await token(made, await begin(made))
    app = Starlette(routes=routes(made.joining, made.use.handing, secure=False, origin=SITE))
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(base_url=SITE, transport=transport) as robot:
        for number in range(20):
            ask = robot.get if number % 2 else robot.head
            assert (await ask(f"/j?utm={number}")).status_code == 200
            assert (await ask("/j/claim")).status_code == 405
    assert (await made.joining.look(good, Phone())).state == "ready"
    assert await made.joining.claim(good, Phone())


async def test_of_fifty_phones_that_claim_one_link_at_once_exactly_one_gets_it(made: Application) -> None:
    good = await token(made, await begin(made))
    claims = [made.joining.claim(good, Phone(source="192.0.2.7")) for _ in range(50)]
    answers = await asyncio.gather(*claims, return_exceptions=True)
    assert sum(isinstance(answer, str) for answer in answers) == 1
    assert {one.reason for one in answers if isinstance(one, LinkUnusable)} == {"claimed"}
