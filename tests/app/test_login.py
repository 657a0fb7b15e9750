"""Signing in and out, what a login opens, and what guessing costs."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import AsyncIterator

import msgspec
import pytest

from signaling.domain.errors import NotFound, NotSignedIn, Throttled
from signaling.domain.ids import fingerprint
from signaling.domain.records import User
from signaling.domain.throttle import ACCOUNT, ACCOUNT_FROM_SOURCE, KNOWN_BROWSER, SOURCE
from signaling.limits import Limits
from signaling.passwords import STRANGERS_WAITING, Argon2Passwords
from signaling.ports import Store
from signaling.service.logins import Arrival
from signaling.store.sql import SqlStore
from tests import cast, servers
from tests.app.desk import HOURS, SECURE_SITE, WRONG, Desk, sign_in
from tests.cast import ALICE, BOB, CHARLIE, PASSWORD, PASSWORD_HASH, SAMU_54, Clock


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


# ---------------------------------------------------------------- a login
async def test_alice_signs_in_and_is_herself_in_her_own_centre(desk: Desk) -> None:
    async with desk.browser() as browser:
        answer = await sign_in(browser, ALICE.email)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        visitor = (await browser.get("/")).json()
    assert visitor["user"] == ALICE.id
    assert (visitor["centre"], visitor["centre_name"]) == (SAMU_54.id, "SAMU 54")
    assert visitor["role"] == "regulator"


async def test_an_address_is_the_same_in_capitals_and_with_spaces_around_it(desk: Desk) -> None:
    async with desk.browser() as browser:
        assert (await sign_in(browser, f" {ALICE.email.upper()} ")).status_code == 303


async def test_a_password_is_the_same_however_the_keyboard_composes_its_accents(desk: Desk) -> None:
    await desk.accounts.set_password(ALICE.email, "été à Nançy")
    async with desk.browser() as browser:
        assert (await sign_in(browser, ALICE.email, "e\u0301te\u0301 a\u0300 Nanc\u0327y")).status_code == 303


async def test_the_cookie_opens_and_the_row_in_the_store_does_not(
    desk: Desk, store: Store, clock: Clock
) -> None:
    signed_in = await desk.logins.sign_in(ALICE.email, PASSWORD, Arrival("192.0.2.7"))
    login = (await store.signed_in(fingerprint(signed_in.cookie), clock.now())).login
    assert login.id != signed_in.cookie
    assert len(signed_in.cookie) == 43  # 256 bits
    with pytest.raises(NotSignedIn):
        await desk.logins.visitor(login.id)


async def test_every_login_is_new_and_replaces_the_one_of_this_browser(desk: Desk) -> None:
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        first = browser.cookies["visio"]
        await sign_in(browser, BOB.email)
        assert browser.cookies["visio"] != first
        assert (await browser.get("/")).json()["user"] == BOB.id
    with pytest.raises(NotSignedIn):
        await desk.logins.visitor(first)


async def test_a_cookie_that_was_planted_before_the_login_is_worth_nothing_after_it(desk: Desk) -> None:
    async with desk.browser() as browser:
        browser.cookies.set("visio", "planted" * 6, domain="visio.test")
        await sign_in(browser, ALICE.email)
    with pytest.raises(NotSignedIn):
        await desk.logins.visitor("planted" * 6)


async def test_a_login_ends_after_its_hours(desk: Desk, clock: Clock) -> None:
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        cookie = browser.cookies["visio"]
    clock.advance(HOURS * 3_600_000 - 1)
    assert (await desk.logins.visitor(cookie)).user == ALICE.id
    clock.advance(1)
    with pytest.raises(NotSignedIn):
        await desk.logins.visitor(cookie)


async def test_signing_out_ends_this_login_and_leaves_the_others(desk: Desk) -> None:
    async with desk.browser() as here, desk.browser() as there:
        await sign_in(here, ALICE.email)
        await sign_in(there, ALICE.email)
        kept = here.cookies["visio"]
        answer = await here.post("/logout")
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert "visio" not in here.cookies
        assert (await there.get("/")).status_code == 200
    with pytest.raises(NotSignedIn):
        await desk.logins.visitor(kept)


async def test_signing_out_twice_is_no_error(desk: Desk) -> None:
    async with desk.browser() as browser:
        assert (await browser.post("/logout")).status_code == 303


@pytest.mark.parametrize("end", ["set_password", "disable", "revoke_logins"])
async def test_what_the_administrator_ends_is_over_on_every_browser(desk: Desk, end: str) -> None:
    async with desk.browser() as here, desk.browser() as there, desk.browser() as bob:
        for browser, user in ((here, ALICE), (there, ALICE), (bob, BOB)):
            await sign_in(browser, user.email)
        more = ["another password"] if end == "set_password" else []
        await getattr(desk.accounts, end)(ALICE.email, *more)
        assert [(await browser.get("/")).status_code for browser in (here, there, bob)] == [303, 303, 200]


async def test_an_account_opened_again_lets_its_user_in_but_revives_no_login(desk: Desk) -> None:
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        await desk.accounts.disable(ALICE.email)
        assert (await sign_in(browser, ALICE.email)).status_code == 403
        await desk.accounts.enable(ALICE.email)
        assert (await browser.get("/")).status_code == 303
        assert (await sign_in(browser, ALICE.email)).status_code == 303


async def test_a_password_changed_while_the_old_one_is_being_checked_leaves_no_login(
    desk: Desk, store: Store, clock: Clock
) -> None:
    class SlowPasswords(Argon2Passwords):
        """Lets the administrator act in the middle of a check."""

        async def verify(self, password_hash: str | None, password: str, *, first: bool = False) -> bool:
            right = await super().verify(password_hash, password, first=first)
            await desk.accounts.set_password(ALICE.email, "another password")
            return right

        def outdated(self, password_hash: str) -> bool:
            return False

    desk.logins._passwords = SlowPasswords(memory_kib=8)
    async with desk.browser() as browser:
        assert (await sign_in(browser, ALICE.email)).status_code == 403
        assert "visio" not in browser.cookies


async def test_a_hash_made_when_computers_were_slower_is_made_anew_at_the_next_login(
    desk: Desk, store: Store
) -> None:
    desk.logins._passwords = Argon2Passwords(memory_kib=64)
    async with desk.browser() as browser:
        assert (await sign_in(browser, ALICE.email)).status_code == 303
        stronger = (await store.person_by_email(ALICE.email)).password_hash
        assert stronger != PASSWORD_HASH
        assert "m=64," in stronger
        assert (await sign_in(browser, ALICE.email)).status_code == 303
    assert (await store.person_by_email(ALICE.email)).password_hash == stronger


# ---------------------------------------------------------------- refusals
async def test_unknown_address_wrong_password_and_shut_account_get_the_same_page(desk: Desk) -> None:
    await desk.accounts.disable(BOB.email)
    pages = []
    for email, password in ((ALICE.email, WRONG), ("nobody@samu54.test", WRONG), (BOB.email, PASSWORD)):
        async with desk.browser() as browser:
            answer = await sign_in(browser, email, password)
        assert answer.status_code == 403
        assert "visio" not in answer.cookies
        pages.append(re.sub(r'nonce="[^"]*"', "", answer.text.replace(email, "E-MAIL")))
    assert pages[0] == pages[1] == pages[2]


async def test_a_refused_form_keeps_the_address_and_the_way_on_but_not_the_password(desk: Desk) -> None:
    async with desk.browser() as browser:
        answer = await sign_in(browser, ALICE.email, WRONG, next="/history/7")
    assert ALICE.email in answer.text
    assert 'value="/history/7"' in answer.text
    assert WRONG not in answer.text


async def test_the_refusal_is_in_the_language_of_the_browser(desk: Desk) -> None:
    async with desk.browser() as browser:
        english = await browser.post("/login", headers={"Accept-Language": "en"})
    assert "The e-mail address or the password is wrong." in english.text


async def test_an_unknown_address_costs_the_same_hashing_as_a_known_one(desk: Desk) -> None:
    hashed = []

    class CountedPasswords(Argon2Passwords):
        def _matches(self, password_hash: str, password: str) -> bool:
            hashed.append(password_hash.split("$")[1:4])
            return super()._matches(password_hash, password)

    desk.logins._passwords = CountedPasswords(memory_kib=8)
    await desk.accounts.set_password(ALICE.email, PASSWORD)
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email, WRONG)
        await sign_in(browser, "nobody@samu54.test", WRONG)
        await sign_in(browser, "no address at all", WRONG)
    assert len(hashed) == 3
    assert hashed[0] == hashed[1] == hashed[2]


@pytest.mark.parametrize("email", ["", "alice", "\x00@\x00", "a" * 300 + "@x", "é@é", "' or 1=1 --@x"])
@pytest.mark.parametrize("password", ["", "\x00", "é" * 2000])
async def test_garbage_is_refused_like_any_wrong_pair(desk: Desk, email: str, password: str) -> None:
    async with desk.browser() as browser:
        assert (await sign_in(browser, email, password)).status_code == 403


@pytest.mark.parametrize("body", [b"", b"%ff%fe=%00", b"email=%ff&password=%ff", b"\xff\xfe", b"email"])
async def test_a_form_that_is_none_is_refused(desk: Desk, body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with desk.browser() as browser:
        assert (await browser.post("/login", content=body, headers=headers)).status_code in {400, 403}


# ---------------------------------------------------------------- what needs a login
async def test_a_page_without_a_login_leads_to_the_login_page_and_back(desk: Desk) -> None:
    async with desk.browser() as browser:
        answer = await browser.get("/history/7?page=2&sort=date")
        assert answer.status_code == 303
        form = await browser.get(answer.headers["location"])
        assert 'value="/history/7?page=2&amp;sort=date"' in form.text
        back = await sign_in(browser, ALICE.email, next="/history/7?page=2&sort=date")
        assert back.headers["location"] == "/history/7?page=2&sort=date"


async def test_a_script_without_a_login_gets_401_and_no_page(desk: Desk) -> None:
    async with desk.browser() as browser:
        answer = await browser.get("/", headers={"Accept": "*/*"})
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"


async def test_whoever_is_signed_in_skips_the_login_page(desk: Desk) -> None:
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        answer = await browser.get("/login?next=/review")
    assert (answer.status_code, answer.headers["location"]) == (303, "/review")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/login",
        "/logout",
        "/login?next=/login",
        "/" + "a" * 2000,
        "",
    ],
)
async def test_a_login_never_leads_to_another_site_or_round_in_circles(desk: Desk, elsewhere: str) -> None:
    async with desk.browser() as browser:
        assert (await sign_in(browser, ALICE.email, next=elsewhere)).headers["location"] == "/"
        shown = await browser.get("/login", params={"next": elsewhere})
        assert shown.headers["location"] == "/"


@pytest.mark.parametrize(("user", "status"), [(ALICE, 403), (CHARLIE, 200)])
async def test_a_role_opens_what_is_meant_for_it_and_nothing_else(
    desk: Desk, store: Store, user: User, status: int
) -> None:
    await store.change_user(
        CHARLIE.centre, CHARLIE.id, lambda charlie: msgspec.structs.replace(charlie, role="supervisor")
    )
    async with desk.browser() as browser:
        await sign_in(browser, user.email)
        assert (await browser.get("/review")).status_code == status


# ---------------------------------------------------------------- cookies
async def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(desk: Desk) -> None:
    async with desk.browser() as browser:
        answer = await sign_in(browser, ALICE.email)
    cookies = answer.headers.get_list("set-cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["visio", "visio-browser"]
    assert all("httponly" in cookie.lower() and "samesite=lax" in cookie.lower() for cookie in cookies)
    assert f"Max-Age={HOURS * 3600};" in cookies[0]


async def test_over_tls_the_cookies_are_bound_to_the_host(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, Limits(), SECURE_SITE)
    async with desk.browser() as browser:
        answer = await sign_in(browser, ALICE.email)
        assert (await browser.get("/")).status_code == 200
    cookies = answer.headers.get_list("set-cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["__Host-visio", "__Host-visio-browser"]
    assert all("Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie for cookie in cookies)


# ---------------------------------------------------------------- guessing
async def fail(desk: Desk, times: int, email: str, *, from_network: int | None = None) -> set[int]:
    """Wrong passwords for one account, each from an address of its own or all from one network's address."""
    statuses = set()
    for number in range(times):
        address = (
            f"198.51.{number // 250}.{number % 250}" if from_network is None else f"203.0.113.{from_network}"
        )
        async with desk.browser(address) as attacker:
            statuses.add((await sign_in(attacker, email, WRONG)).status_code)
    return statuses


async def test_a_thousand_failures_from_elsewhere_do_not_stop_alice_at_her_own_browser(desk: Desk) -> None:
    async with desk.browser() as hers:
        await sign_in(hers, ALICE.email)
        await hers.post("/logout")
        assert await fail(desk, 1000, ALICE.email) == {403, 429}
        assert (await sign_in(hers, ALICE.email)).status_code == 303


async def test_under_attack_an_unknown_browser_is_told_when_to_come_back(desk: Desk) -> None:
    await fail(desk, ACCOUNT.times, ALICE.email)
    async with desk.browser() as unknown:
        answer = await sign_in(unknown, ALICE.email)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= ACCOUNT.seconds
    assert "visio" not in answer.cookies


async def test_an_attack_on_alice_does_not_stop_bob_anywhere(desk: Desk) -> None:
    await fail(desk, ACCOUNT.times + 1, ALICE.email)
    async with desk.browser() as unknown:
        assert (await sign_in(unknown, BOB.email)).status_code == 303


async def test_one_address_gets_a_handful_of_guesses_at_one_account(desk: Desk) -> None:
    assert await fail(desk, ACCOUNT_FROM_SOURCE.times, ALICE.email, from_network=1) == {403}
    assert await fail(desk, 1, ALICE.email, from_network=1) == {429}
    assert await fail(desk, 1, ALICE.email, from_network=2) == {403}


async def test_one_address_cannot_try_account_after_account(desk: Desk) -> None:
    async with desk.browser("203.0.113.1") as attacker:
        statuses = [
            (await sign_in(attacker, f"user{number}@samu54.test", WRONG)).status_code
            for number in range(SOURCE.times + 1)
        ]
    assert statuses == [403] * SOURCE.times + [429]


async def test_a_known_browser_has_a_limit_too_and_it_stops_no_other(desk: Desk) -> None:
    async with desk.browser() as stolen, desk.browser() as other:
        await sign_in(stolen, ALICE.email)
        await sign_in(other, ALICE.email)
        statuses = [
            (await sign_in(stolen, ALICE.email, WRONG)).status_code for _ in range(KNOWN_BROWSER.times + 1)
        ]
        assert statuses == [403] * KNOWN_BROWSER.times + [429]
        assert (await sign_in(other, ALICE.email)).status_code == 303


async def test_only_failures_count(desk: Desk) -> None:
    for _ in range(ACCOUNT.times + 1):
        async with desk.browser() as unknown:
            assert (await sign_in(unknown, ALICE.email)).status_code == 303


async def test_a_full_queue_before_the_hashing_sends_strangers_away_and_known_browsers_not(
    desk: Desk,
) -> None:
    passwords = Argon2Passwords(memory_kib=8, at_once=1)
    await passwords._slots.acquire()
    strangers = [asyncio.create_task(passwords.verify(None, WRONG)) for _ in range(STRANGERS_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Throttled):
        await passwords.verify(None, WRONG)
    known = asyncio.create_task(passwords.verify(PASSWORD_HASH, PASSWORD, first=True))
    passwords._slots.release()
    assert await known
    assert not any(await asyncio.gather(*strangers))


async def test_a_flood_of_strangers_does_not_keep_alice_out_of_her_own_browser(desk: Desk) -> None:
    asked = asyncio.Event()

    class WatchedPasswords(Argon2Passwords):
        async def verify(self, password_hash: str | None, password: str, *, first: bool = False) -> bool:
            asked.set()
            return await super().verify(password_hash, password, first=first)

    async with desk.browser() as hers, desk.browser("203.0.113.1") as stranger:
        await sign_in(hers, ALICE.email)
        desk.logins._passwords = passwords = WatchedPasswords(memory_kib=8, at_once=1)
        await passwords._slots.acquire()
        flood = [asyncio.create_task(passwords.verify(None, WRONG)) for _ in range(STRANGERS_WAITING)]
        await asyncio.sleep(0)
        turned_away = await sign_in(stranger, BOB.email)
        assert (turned_away.status_code, turned_away.headers["retry-after"]) == (429, "2")
        asked.clear()
        coming = asyncio.create_task(sign_in(hers, ALICE.email))
        await asked.wait()
        passwords._slots.release()
        assert (await coming).status_code == 303
        await asyncio.gather(*flood)


async def test_a_visitor_who_leaves_the_queue_gives_their_place_back() -> None:
    passwords = Argon2Passwords(memory_kib=8, at_once=1)
    await passwords._slots.acquire()
    waiting = [asyncio.create_task(passwords.verify(None, WRONG)) for _ in range(STRANGERS_WAITING)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    passwords._slots.release()
    assert not await passwords.verify(None, WRONG)


# ---------------------------------------------------------------- limits that processes share
async def test_processes_that_share_redis_share_the_count(store: Store, clock: Clock, redis_url: str) -> None:
    limits = [Limits(redis_url), Limits(redis_url)]
    one, two = (Desk(store, clock, each) for each in limits)
    assert await fail(one, ACCOUNT_FROM_SOURCE.times, ALICE.email, from_network=1) == {403}
    assert await fail(two, 1, ALICE.email, from_network=1) == {429}
    for each in limits:
        await each.close()


async def test_when_redis_goes_away_each_process_goes_on_with_its_own_count(
    store: Store, clock: Clock
) -> None:
    with servers.redis_server() as redis:
        limits = Limits(redis.url)
        desk = Desk(store, clock, limits)
        await fail(desk, ACCOUNT_FROM_SOURCE.times - 1, ALICE.email, from_network=1)
        redis.kill()
        assert await fail(desk, 1, ALICE.email, from_network=1) == {403}
        assert await fail(desk, 1, ALICE.email, from_network=1) == {429}
        async with desk.browser() as hers:
            assert (await sign_in(hers, ALICE.email)).status_code == 303
        await limits.close()


async def test_a_redis_that_never_was_there_stops_nobody_who_knows_the_password(
    store: Store, clock: Clock
) -> None:
    limits = Limits(f"redis://127.0.0.1:{servers.free_port()}/0")
    desk = Desk(store, clock, limits)
    async with desk.browser() as browser:
        assert (await sign_in(browser, ALICE.email)).status_code == 303
    await limits.close()


async def test_the_wait_ends_when_the_window_does(redis_url: str) -> None:
    limits = Limits(redis_url)
    limiter = limits.limiter(ACCOUNT)
    for _ in range(ACCOUNT.times):
        assert await limiter.wait(ALICE.email) == 0.0
        await limiter.hit(ALICE.email)
    assert math.ceil(await limiter.wait(ALICE.email)) in range(ACCOUNT.seconds - 60, ACCOUNT.seconds + 1)
    assert await limiter.wait(BOB.email) == 0.0
    await limits.close()


# ---------------------------------------------------------------- accounts
async def test_nobody_is_changed_who_does_not_exist(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.accounts.set_password("nobody@samu54.test", "a new password")
