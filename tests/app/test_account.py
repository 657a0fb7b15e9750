"""A person's own account, and a password that was forgotten."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape

import httpx2
import pyotp
import pytest
from msgspec.structs import replace

from signaling.domain.errors import NotSignedIn
from signaling.domain.throttle import CODES_SENT, FACTOR_TRIES
from signaling.limits import Limits
from signaling.ports import Store
from signaling.service.factors import RECOVERY_CODES
from signaling.store.sql import SqlStore
from tests import cast
from tests.app.desk import WRONG, Desk, sign_in
from tests.cast import ALICE, BOB, MINUTE, PASSWORD, SAMU_75, Clock

NEW = "un mot de passe tout neuf"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
async def store(migrated_sqlite_url: str, clock: Clock) -> AsyncIterator[Store]:
    opened = SqlStore(migrated_sqlite_url, clock)
    await opened.open()
    await cast.settle(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def desk(store: Store, clock: Clock) -> AsyncIterator[Desk]:
    made = Desk(store, clock, Limits())
    yield made
    await made.tasks.close()


@pytest.fixture
async def browser(desk: Desk) -> AsyncIterator[httpx2.AsyncClient]:
    """Alice's, signed in."""
    async with desk.browser() as opened:
        await sign_in(opened, ALICE.email)
        yield opened


def hidden(page: httpx2.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    assert found
    return unescape(found[1])


# ---------------------------------------------------------------- name and password
async def test_a_name_is_changed_for_all_centres(browser: httpx2.AsyncClient, store: Store) -> None:
    elsewhere = cast.user("Alice", SAMU_75, person=ALICE.id, email=ALICE.email)
    await store.add_user(elsewhere)
    assert (await browser.post("/account/name", data={"name": "  Dr   Alice "})).status_code == 303
    assert {user.name for user, _ in await store.users_of(ALICE.id)} == {"Dr Alice"}
    for name in ("", "x" * 81, "\x07"):
        assert (await browser.post("/account/name", data={"name": name})).status_code == 422


async def test_a_password_is_changed_by_who_knows_the_old_one_and_ends_all_other_logins(
    desk: Desk, browser: httpx2.AsyncClient
) -> None:
    async with desk.browser() as other:
        await sign_in(other, ALICE.email)
        form = {"old": WRONG, "new": NEW, "again": NEW}
        assert (await browser.post("/account/password", data=form)).status_code == 403
        for new, again in ((NEW, "another"), ("short", "short")):
            form = {"old": PASSWORD, "new": new, "again": again}
            assert (await browser.post("/account/password", data=form)).status_code == 422
        assert (await other.get("/")).status_code == 200
        form = {"old": PASSWORD, "new": NEW, "again": NEW}
        assert (await browser.post("/account/password", data=form)).status_code == 303
        assert (await browser.get("/")).status_code == 200
        assert (await other.get("/")).status_code == 303
        assert (await sign_in(other, ALICE.email)).status_code == 403
        assert (await sign_in(other, ALICE.email, NEW)).status_code == 303


async def test_an_open_console_does_not_let_its_password_be_guessed(browser: httpx2.AsyncClient) -> None:
    form = {"old": WRONG, "new": NEW, "again": NEW}
    statuses = [
        (await browser.post("/account/password", data=form)).status_code
        for _ in range(FACTOR_TRIES.times + 1)
    ]
    assert statuses == [403] * FACTOR_TRIES.times + [429]


@pytest.mark.parametrize("path", ["app", "app/remove", "recovery", "phone"])
async def test_what_protects_the_account_is_changed_with_the_password_only(
    browser: httpx2.AsyncClient, store: Store, path: str
) -> None:
    before = await store.person(ALICE.id)
    form = {"password": WRONG, "phone": "06 12 34 56 78"}
    answer = await browser.post(f"/account/{path}", data=form)
    assert answer.status_code == 403
    assert 'name="sealed"' not in answer.text
    assert await store.person(ALICE.id) == before


async def test_a_number_for_codes_is_a_telephone_number(browser: httpx2.AsyncClient, store: Store) -> None:
    for phone, status, kept in (("06 12 34 56 78", 303, "+33612345678"), ("a@b.test", 422, "+33612345678")):
        form = {"password": PASSWORD, "phone": phone}
        assert (await browser.post("/account/phone", data=form)).status_code == status
        assert (await store.person(ALICE.id)).phone == kept
    await browser.post("/account/phone", data={"password": PASSWORD, "phone": ""})
    assert (await store.person(ALICE.id)).phone == ""


# ---------------------------------------------------------------- second factor
async def test_an_application_is_set_up_replaced_and_removed(
    desk: Desk, browser: httpx2.AsyncClient, store: Store, clock: Clock
) -> None:
    offer = await browser.post("/account/app", data={"password": PASSWORD})
    sealed = hidden(offer, "sealed")
    person = await store.person(ALICE.id)
    app = pyotp.parse_uri(desk.identity.authenticators.offer(person, sealed).address)
    assert isinstance(app, pyotp.TOTP)
    form = {"sealed": sealed, "code": "000000"}
    assert (await browser.post("/account/app/confirm", data=form)).status_code == 403
    assert (await store.person(ALICE.id)).totp == ""
    form["code"] = app.generate_otp(clock.now() // 30_000)
    shown = await browser.post("/account/app/confirm", data=form)
    codes = re.findall(r"<li>(\w{4}-\w{4}-\w{4})</li>", shown.text)
    assert len(codes) == RECOVERY_CODES
    assert (await store.person(ALICE.id)).totp == sealed
    again = await browser.post("/account/recovery", data={"password": PASSWORD})
    assert len(re.findall(r"<li>\w{4}-\w{4}-\w{4}</li>", again.text)) == RECOVERY_CODES
    assert codes[0] not in again.text
    assert f"{RECOVERY_CODES}." in (await browser.get("/account")).text
    await browser.post("/account/app/remove", data={"password": PASSWORD})
    assert (await store.person(ALICE.id)).totp == ""
    assert await desk.identity.authenticators.recovery_left(person) == 0


async def test_another_persons_secret_is_not_taken(
    desk: Desk, browser: httpx2.AsyncClient, store: Store
) -> None:
    bobs = desk.identity.authenticators.offer(await store.person(BOB.id))
    for sealed in (bobs.sealed, "", "é", "AAAA"):
        form = {"sealed": sealed, "code": "000000"}
        assert (await browser.post("/account/app/confirm", data=form)).status_code == 403


# ---------------------------------------------------------------- logins
async def test_logins_are_listed_and_each_is_ended_by_its_person_only(
    desk: Desk, browser: httpx2.AsyncClient, clock: Clock
) -> None:
    async with desk.browser() as other, desk.browser() as bob:
        other.headers["User-Agent"] = FIREFOX
        await sign_in(other, ALICE.email)
        await sign_in(bob, BOB.email)
        page = await browser.get("/account")
        assert "Firefox 140, Windows" in page.text
        [path] = re.findall(r"/account/logins/[0-9a-f]{64}/end", page.text)
        assert (await bob.post(path)).status_code == 404
        assert (await other.get("/")).status_code == 200
        assert (await browser.post(path)).status_code == 303
        assert (await other.get("/")).status_code == 303
        await sign_in(other, ALICE.email)
        await browser.post("/account/logins/others")
        assert [(await one.get("/")).status_code for one in (other, browser, bob)] == [303, 200, 200]


async def test_when_a_login_was_last_seen_is_noted_to_the_minute(
    desk: Desk, browser: httpx2.AsyncClient, store: Store, clock: Clock
) -> None:
    clock.advance(MINUTE - 1)
    await browser.get("/")
    [(login, _)] = await store.logins_of(ALICE.id, clock.now())
    assert login.seen_at is None
    clock.advance(1)
    await browser.get("/")
    [(login, _)] = await store.logins_of(ALICE.id, clock.now())
    assert login.seen_at == clock.now()


# ---------------------------------------------------------------- a forgotten password
async def link(desk: Desk, browser: httpx2.AsyncClient) -> str:
    await browser.post("/login/forgotten", data={"email": f" {ALICE.email.upper()} "})
    message = await desk.delivered()
    assert (message.channel, message.to) == ("email", ALICE.email)
    assert message.link in message.body
    return message.link


async def test_a_forgotten_password_is_replaced_by_a_link_that_opens_once(
    desk: Desk, browser: httpx2.AsyncClient
) -> None:
    async with desk.browser() as stranger:
        path, _, token = (await link(desk, stranger)).partition("#")
        page = await stranger.get(path)
        assert page.status_code == 200
        assert token not in page.text
        form = {"token": token, "password": NEW, "again": NEW}
        assert (await stranger.post("/login/reset", data={**form, "again": WRONG})).status_code == 422
        assert (await stranger.post("/login/reset", data={**form, "password": "short"})).status_code == 422
        assert (await stranger.post("/login/reset", data={**form, "token": token[1:]})).status_code == 403
        assert (await stranger.post("/login/reset", data=form)).status_code == 200
        assert (await browser.get("/")).status_code == 303
        assert (await stranger.get("/")).status_code == 303  # the link signs nobody in
        assert (await stranger.post("/login/reset", data=form)).status_code == 403
        assert (await sign_in(stranger, ALICE.email, NEW)).status_code == 303
    with pytest.raises(NotSignedIn):
        await desk.logins.visitor(browser.cookies["visio"])


async def test_a_link_to_a_new_password_expires_and_the_next_one_ends_it(desk: Desk, clock: Clock) -> None:
    async with desk.browser() as browser:
        first = (await link(desk, browser)).partition("#")[2]
        second = (await link(desk, browser)).partition("#")[2]
        form = {"token": first, "password": NEW, "again": NEW}
        assert (await browser.post("/login/reset", data=form)).status_code == 403
        clock.advance(30 * MINUTE)
        form["token"] = second
        assert (await browser.post("/login/reset", data=form)).status_code == 403


async def test_nothing_tells_whether_an_address_is_known(desk: Desk, store: Store) -> None:
    await store.change_person(BOB.id, lambda person: replace(person, disabled_at=1))
    pages = []
    async with desk.browser() as browser:
        for email in ("nobody@samu54.test", BOB.email, "no address", ALICE.email):
            answer = await browser.post("/login/forgotten", data={"email": email})
            pages.append((answer.status_code, re.sub(r'nonce="[^"]*"', "", answer.text)))
    assert len(set(pages)) == 1
    await desk.settled()
    assert desk.sent.qsize() == 1
    assert (await desk.delivered()).to == ALICE.email


async def test_links_to_a_new_password_are_sent_now_and_then_only(desk: Desk) -> None:
    async with desk.browser() as browser:
        statuses = [
            (await browser.post("/login/forgotten", data={"email": ALICE.email})).status_code
            for _ in range(CODES_SENT.times + 1)
        ]
    assert statuses == [200] * CODES_SENT.times + [429]
