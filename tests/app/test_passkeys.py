"""Passkeys: made on the account's page, shown as the second factor or alone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import httpx2
import pytest

from signaling.domain.throttle import DOOR_TRIES
from signaling.limits import Limits
from signaling.ports import Store
from signaling.service.passkeys import MOST, PATIENCE
from signaling.store.sql import SqlStore
from tests import cast
from tests.app.desk import SITE, WRONG, Desk, sign_in
from tests.authenticator import Authenticator
from tests.cast import ALICE, BOB, PASSWORD, Clock

OFFER: Final = "/account/passkeys/options"
ASK: Final = "/login/passkey/options"


@pytest.fixture
async def store(migrated_sqlite_url: str, clock: Clock) -> AsyncIterator[Store]:
    opened = SqlStore(migrated_sqlite_url, clock)
    await opened.open()
    await cast.settle(opened)
    yield opened
    await opened.close()


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    return Desk(store, clock, Limits())


async def options(browser: httpx2.AsyncClient, path: str, **form: str) -> dict[str, Any]:
    answer = await browser.post(path, data=form)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def register(browser: httpx2.AsyncClient, key: Authenticator, name: str = "YubiKey") -> httpx2.Response:
    """On a browser that has signed in."""
    made = key.make(await options(browser, OFFER, password=PASSWORD))
    return await browser.post("/account/passkeys", data={"credential": made, "name": name})


@pytest.fixture
async def key(desk: Desk) -> Authenticator:
    """Alice's, registered."""
    made = Authenticator(SITE)
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        assert (await register(browser, made)).status_code == 303
    return made


@pytest.fixture
async def browser(desk: Desk) -> AsyncIterator[httpx2.AsyncClient]:
    """Where nobody has signed in."""
    async with desk.browser() as opened:
        yield opened


async def show(browser: httpx2.AsyncClient, key: Authenticator, target: str = "/") -> httpx2.Response:
    shown = key.show(await options(browser, ASK))
    return await browser.post("/login/passkey", data={"credential": shown, "next": target})


async def is_refused(browser: httpx2.AsyncClient, answer: httpx2.Response) -> bool:
    outside = (await browser.get("/")).headers.get("location", "").startswith("/login")
    return answer.status_code == 403 and 'role="alert" >' in answer.text and outside


# ---------------------------------------------------------------- alone
async def test_a_passkey_opens_without_a_password(browser: httpx2.AsyncClient, key: Authenticator) -> None:
    answer = await show(browser, key, "/review")
    assert (answer.status_code, answer.headers["location"]) == (303, "/review")
    assert (await browser.get("/")).json()["user"] == ALICE.id


async def test_a_challenge_is_answered_once_and_within_five_minutes(
    desk: Desk, browser: httpx2.AsyncClient, key: Authenticator, clock: Clock
) -> None:
    key.counts = False
    shown = key.show(await options(browser, ASK))
    assert (await browser.post("/login/passkey", data={"credential": shown})).status_code == 303
    async with desk.browser() as other:
        assert await is_refused(other, await other.post("/login/passkey", data={"credential": shown}))
        late = key.show(await options(other, ASK))
        clock.advance(PATIENCE)
        assert await is_refused(other, await other.post("/login/passkey", data={"credential": late}))


async def test_a_count_that_goes_back_shows_a_copy(
    desk: Desk, browser: httpx2.AsyncClient, key: Authenticator
) -> None:
    key.count = 7
    assert (await show(browser, key)).status_code == 303
    async with desk.browser() as other:
        for count in (7, 3):
            key.count = count - 1
            assert await is_refused(other, await show(other, key))


def of_another_site(key: Authenticator) -> None:
    key.origin = "http://evil.test"


def for_another_site(key: Authenticator) -> None:
    key.rp_id = "evil.test"


def without_its_holder(key: Authenticator) -> None:
    key.verifies = False


def of_nobody(key: Authenticator) -> None:
    key.id = b"x" * 32


def of_somebody_else(key: Authenticator) -> None:
    key.user = BOB.id.encode()


def without_a_user(key: Authenticator) -> None:
    key.user = b""


def of_another_kind(key: Authenticator) -> None:
    key.shows = "webauthn.create"


def with_another_signature(key: Authenticator) -> None:
    key.key = Authenticator(SITE).key


@pytest.mark.parametrize(
    "spoil",
    [
        of_another_site,
        for_another_site,
        without_its_holder,
        of_nobody,
        of_somebody_else,
        without_a_user,
        of_another_kind,
        with_another_signature,
    ],
)
async def test_what_is_not_the_persons_key_opens_nothing(
    browser: httpx2.AsyncClient, key: Authenticator, spoil: Callable[[Authenticator], None]
) -> None:
    spoil(key)
    assert await is_refused(browser, await show(browser, key))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"id":1,"response":{"clientDataJSON":"e30"}}',
        "[" * 9_000,
        "é" * 9_000,
        "\x00",
    ],
    ids=["empty", "null", "list", "object", "other types", "deep", "accents", "NUL"],
)
async def test_garbage_is_no_passkey(browser: httpx2.AsyncClient, key: Authenticator, text: str) -> None:
    assert await is_refused(browser, await browser.post("/login/passkey", data={"credential": text}))


async def test_a_challenge_of_another_kind_opens_nothing(
    desk: Desk, browser: httpx2.AsyncClient, key: Authenticator
) -> None:
    async with desk.browser() as alice:
        await sign_in(alice, ALICE.email)
        shown = key.show(await options(alice, "/login/factor/passkey/options"))
    assert await is_refused(browser, await browser.post("/login/passkey", data={"credential": shown}))


async def test_tries_are_counted_by_address(browser: httpx2.AsyncClient, key: Authenticator) -> None:
    for _ in range(DOOR_TRIES.times):
        assert (await browser.post("/login/passkey", data={"credential": ""})).status_code == 403
    answers = [await browser.post(path, data={"credential": ""}) for path in ("/login/passkey", ASK)]
    assert [answer.status_code for answer in answers] == [429, 429]
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)


# ---------------------------------------------------------------- as the second factor
async def test_a_passkey_is_asked_for_after_the_password(
    desk: Desk, browser: httpx2.AsyncClient, key: Authenticator
) -> None:
    key.verifies = False  # the password said who it is
    answer = await sign_in(browser, ALICE.email)
    assert answer.headers["location"] == "/login/factor"
    assert 'action="/login/factor/passkey"' in (await browser.get("/login/factor")).text
    asked = await options(browser, "/login/factor/passkey/options")
    assert len(asked["allowCredentials"]) == 1
    answer = await browser.post(
        "/login/factor/passkey", data={"credential": key.show(asked), "next": "/review"}
    )
    assert answer.headers["location"] == "/review"
    assert (await browser.get("/")).json()["user"] == ALICE.id


async def test_a_key_of_somebody_else_is_no_second_factor(
    desk: Desk, browser: httpx2.AsyncClient, key: Authenticator
) -> None:
    async with desk.browser() as bob:
        await sign_in(bob, BOB.email)
        bobs = Authenticator(SITE)
        await register(bob, bobs)
    await sign_in(browser, ALICE.email)
    shown = bobs.show(await options(browser, "/login/factor/passkey/options"))
    answer = await browser.post("/login/factor/passkey", data={"credential": shown})
    assert await is_refused(browser, answer)


# ---------------------------------------------------------------- the account
async def test_keys_are_named_listed_and_removed(desk: Desk, key: Authenticator, store: Store) -> None:
    async with desk.browser() as browser, desk.browser() as bob:
        await show(browser, key)
        page = await browser.get("/account")
        assert "YubiKey" in page.text
        [passkey] = await store.passkeys(ALICE.id)
        path = f"/account/passkeys/{passkey.id}/remove"
        await sign_in(bob, BOB.email)
        assert (await bob.post(path, data={"password": PASSWORD})).status_code == 404
        assert (await browser.post(path, data={"password": WRONG})).status_code == 403
        assert len(await store.passkeys(ALICE.id)) == 1
        assert (await browser.post(path, data={"password": PASSWORD})).status_code == 303
        assert not await store.passkeys(ALICE.id)
        assert (await sign_in(bob, ALICE.email)).headers["location"] == "/"


async def test_a_key_is_made_with_the_password_and_a_challenge_of_this_login(
    desk: Desk, browser: httpx2.AsyncClient, store: Store
) -> None:
    await sign_in(browser, ALICE.email)
    refused = await browser.post(OFFER, data={"password": WRONG})
    assert (refused.status_code, bool(refused.json()["message"])) == (403, True)
    async with desk.browser() as bob:
        await sign_in(bob, BOB.email)
        made = Authenticator(SITE).make(await options(bob, OFFER, password=PASSWORD))
    form = {"credential": made, "name": "Bob's"}
    assert (await browser.post("/account/passkeys", data=form)).status_code == 403
    made = Authenticator(SITE, verifies=False).make(await options(browser, OFFER, password=PASSWORD))
    assert (await browser.post("/account/passkeys", data={**form, "credential": made})).status_code == 403
    made = Authenticator("http://evil.test").make(await options(browser, OFFER, password=PASSWORD))
    assert (await browser.post("/account/passkeys", data={**form, "credential": made})).status_code == 403
    assert (await register(browser, Authenticator(SITE), "")).status_code == 422
    assert not await store.passkeys(ALICE.id)


async def test_the_same_key_is_kept_once_and_ten_are_the_most(
    browser: httpx2.AsyncClient, store: Store
) -> None:
    await sign_in(browser, ALICE.email)
    first = Authenticator(SITE)
    assert (await register(browser, first)).status_code == 303
    assert (await register(browser, first)).status_code == 422
    for _ in range(MOST - 1):
        assert (await register(browser, Authenticator(SITE))).status_code == 303
    full = await browser.post(OFFER, data={"password": PASSWORD})
    assert (full.status_code, "Ten" in full.text or "Dix" in full.text) == (422, True)
    assert len(await store.passkeys(ALICE.id)) == MOST


async def test_who_lost_their_keys_is_let_in_again_by_the_administrator(
    desk: Desk, browser: httpx2.AsyncClient, key: Authenticator
) -> None:
    await desk.accounts.forget_factors(ALICE.email)
    assert (await sign_in(browser, ALICE.email)).headers["location"] == "/"
    assert json.loads((await browser.get("/")).text)["user"] == ALICE.id
