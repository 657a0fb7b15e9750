"""The way from the password to a whole login: second factor, centre, terms of use."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape

import httpx2
import pyotp
import pytest
from msgspec.structs import replace

from signaling.domain.errors import NotAllowed, NotSignedIn
from signaling.domain.policy import Policy, policy_of, with_policy
from signaling.domain.throttle import CODES_SENT, FACTOR_TRIES
from signaling.domain.ways_in import TERMS
from signaling.limits import Limits
from signaling.ports import Store
from signaling.service.codes import TRIES
from signaling.service.factors import RECOVERY_CODES
from signaling.service.logins import UNFINISHED
from signaling.store.sql import SqlStore
from tests import cast
from tests.app.desk import Desk, sign_in
from tests.cast import ALICE, BOB, MINUTE, SAMU_54, SAMU_75, Clock

ELSEWHERE = cast.user("Alice", SAMU_75, person=ALICE.id, email=ALICE.email, role="supervisor")


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


async def decide(store: Store, **policy: object) -> None:
    """The policy of SAMU 54."""
    await store.change_centre(SAMU_54.id, lambda centre: with_policy(centre, Policy(**policy)))  # type: ignore[arg-type]


async def application(desk: Desk, clock: Clock) -> tuple[pyotp.TOTP, tuple[str, ...]]:
    """Alice's authenticator, set up, and her recovery codes."""
    person = await desk.store.person(ALICE.id)
    offer = desk.identity.authenticators.offer(person)
    app = pyotp.parse_uri(offer.address)
    assert isinstance(app, pyotp.TOTP)
    codes = await desk.identity.authenticators.confirm(person, offer.sealed, now(app, clock), "192.0.2.7")
    clock.advance(MINUTE)
    return app, codes


def now(app: pyotp.TOTP, clock: Clock) -> str:
    return app.generate_otp(clock.now() // 30_000)


async def prove(browser: httpx2.AsyncClient, kind: str, code: str) -> httpx2.Response:
    return await browser.post("/login/factor", data={"kind": kind, "code": code})


def is_inside(answer: httpx2.Response) -> bool:
    return (answer.status_code, answer.headers.get("location")) == (303, "/")


# ---------------------------------------------------------------- an authenticator application
async def test_who_has_an_application_is_asked_for_its_code_and_then_let_in(desk: Desk, clock: Clock) -> None:
    app, _ = await application(desk, clock)
    async with desk.browser() as browser:
        answer = await sign_in(browser, ALICE.email, next="/review")
        assert answer.headers["location"] == "/login/factor?next=/review"
        half = browser.cookies["visio"]
        assert (await browser.get("/")).headers["location"] == "/login"
        assert (await browser.get("/login")).headers["location"] == "/login/factor"
        page = await browser.get("/login/factor?next=/review")
        assert 'name="code"' in page.text
        assert page.headers["cache-control"] == "no-store"
        form = {"kind": "totp", "code": now(app, clock), "next": "/review"}
        answer = await browser.post("/login/factor", data=form)
        assert answer.headers["location"] == "/review"
        assert browser.cookies["visio"] != half
        assert (await browser.get("/")).json()["user"] == ALICE.id
    with pytest.raises(NotSignedIn):
        await desk.logins.pending(half)


async def test_a_code_opens_once_and_only_in_its_minute(desk: Desk, clock: Clock) -> None:
    app, _ = await application(desk, clock)
    old = now(app, clock)
    async with desk.browser() as first, desk.browser() as second:
        for browser in (first, second):
            await sign_in(browser, ALICE.email)
        assert is_inside(await prove(first, "totp", old))
        assert (await prove(second, "totp", old)).status_code == 403
        clock.advance(2 * MINUTE)
        assert (await prove(second, "totp", old)).status_code == 403
        for away in (-2, 2):
            unused = app.generate_otp(clock.now() // 30_000 + away)
            assert (await prove(second, "totp", unused)).status_code == 403
        late = app.generate_otp(clock.now() // 30_000 - 1)
        assert is_inside(await prove(second, "totp", f" {late[:3]} {late[3:]} "))


async def test_guesses_are_throttled_by_person_whatever_the_address(desk: Desk, clock: Clock) -> None:
    app, codes = await application(desk, clock)
    statuses = []
    for number in range(FACTOR_TRIES.times + 1):
        async with desk.browser(f"198.51.100.{number}") as browser:
            await sign_in(browser, ALICE.email)
            statuses.append((await prove(browser, "totp", "000000")).status_code)
    assert statuses == [403] * FACTOR_TRIES.times + [429]
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        assert (await prove(browser, "totp", now(app, clock))).status_code == 429
        assert (await prove(browser, "recovery", codes[0])).status_code == 429


@pytest.mark.parametrize("code", ["", "é", "1" * 5000, "\x00", "12345a"])
@pytest.mark.parametrize("kind", ["totp", "recovery", "code", "passkey", ""])
async def test_garbage_is_a_wrong_code(desk: Desk, clock: Clock, kind: str, code: str) -> None:
    await application(desk, clock)
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        assert (await prove(browser, kind, code)).status_code == 403


async def test_a_recovery_code_opens_once_however_it_is_typed(desk: Desk, clock: Clock) -> None:
    _, codes = await application(desk, clock)
    assert len(set(codes)) == RECOVERY_CODES
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        assert is_inside(await prove(browser, "recovery", codes[0].upper().replace("-", " ")))
        await sign_in(browser, ALICE.email)
        assert (await prove(browser, "recovery", codes[0])).status_code == 403
        assert (await prove(browser, "recovery", codes[1])).status_code == 303


async def test_a_secret_is_kept_sealed_and_opens_for_its_person_only(desk: Desk, clock: Clock) -> None:
    app, _ = await application(desk, clock)
    alice, bob = await desk.store.person(ALICE.id), await desk.store.person(BOB.id)
    assert app.secret not in alice.totp
    with pytest.raises(NotAllowed):
        desk.identity.authenticators.offer(bob, alice.totp)


async def test_a_centre_that_asks_for_a_strong_factor_has_it_set_up_at_the_first_login(
    desk: Desk, store: Store, clock: Clock
) -> None:
    await decide(store, second_factor="strong")
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        assert (await browser.post("/login/factor/code", data={"channel": "email"})).status_code == 200
        assert desk.sent.empty()
        page = (await browser.get("/login/factor")).text
        sealed = unescape(re.search(r'name="sealed" value="([^"]+)"', page)[1])  # type: ignore[index]
        app = pyotp.parse_uri(
            desk.identity.authenticators.offer(await store.person(ALICE.id), sealed).address
        )
        form = {"sealed": sealed, "code": "000000"}
        assert (await browser.post("/login/factor/app", data=form)).status_code == 403
        assert isinstance(app, pyotp.TOTP)
        done = await browser.post("/login/factor/app", data={**form, "code": now(app, clock)})
        assert len(re.findall(r"<li>\w{4}-\w{4}-\w{4}</li>", done.text)) == RECOVERY_CODES
        assert (await browser.get("/")).json()["user"] == ALICE.id
        await sign_in(browser, ALICE.email)
        assert (await browser.post("/login/factor/app", data=form)).status_code == 200  # not over the first
        assert (await store.person(ALICE.id)).totp == sealed
    entries = await store.audit_entries(SAMU_54.id, 0, 100)
    changed = [(one.actor, one.detail) for one in entries if one.action == "factor.changed"]
    assert changed == [(ALICE.id, '{"change":"set","factor":"app"}')]


# ---------------------------------------------------------------- a code by SMS or e-mail
async def test_a_code_by_mail_stands_in_where_the_centre_allows_it(desk: Desk, store: Store) -> None:
    await decide(store, second_factor="any")
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        await browser.post("/login/factor/code", data={"channel": "email"})
        message = await desk.delivered()
        assert (message.channel, message.to, message.link) == ("email", ALICE.email, "")
        assert (await prove(browser, "code", _code(message.body))).headers["location"] == "/"


async def test_a_code_by_sms_goes_to_the_persons_own_number(desk: Desk, store: Store) -> None:
    await decide(store, second_factor="any")
    await store.change_person(ALICE.id, lambda person: replace(person, phone="+33612345678"))
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        assert "•• 78" in (await browser.get("/login/factor")).text
        await browser.post("/login/factor/code", data={"channel": "sms"})
    message = await desk.delivered()
    assert (message.channel, message.to) == ("sms", "+33612345678")
    assert len(message.body) <= 160


async def test_a_code_is_of_use_once_for_its_own_login_and_five_minutes(
    desk: Desk, store: Store, clock: Clock
) -> None:
    await decide(store, second_factor="any")
    async with desk.browser() as browser, desk.browser() as other:
        for one in (browser, other):
            await sign_in(one, ALICE.email)
        await browser.post("/login/factor/code", data={"channel": "email"})
        code = _code((await desk.delivered()).body)
        assert (await prove(other, "code", code)).status_code == 403
        clock.advance(5 * MINUTE)
        assert (await prove(browser, "code", code)).status_code == 403
        await browser.post("/login/factor/code", data={"channel": "email"})
        code = _code((await desk.delivered()).body)
        login = (await desk.logins.pending(browser.cookies["visio"])).bearer
        assert (await prove(browser, "code", code)).status_code == 303
        with pytest.raises(NotAllowed):
            await desk.identity.codes.check(login.person, login.login.id, code, "192.0.2.7")


async def test_a_code_is_worth_nothing_after_five_wrong_ones(desk: Desk, store: Store) -> None:
    await decide(store, second_factor="any")
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        await browser.post("/login/factor/code", data={"channel": "email"})
        code = _code((await desk.delivered()).body)
        wrong = "000000" if code != "000000" else "111111"
        for _ in range(TRIES):
            assert (await prove(browser, "code", wrong)).status_code == 403
        assert (await prove(browser, "code", code)).status_code == 403


async def test_codes_are_sent_now_and_then_only(desk: Desk, store: Store) -> None:
    await decide(store, second_factor="any")
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        statuses = [
            (await browser.post("/login/factor/code", data={"channel": "email"})).status_code
            for _ in range(CODES_SENT.times + 1)
        ]
    assert statuses == [303] * CODES_SENT.times + [429]


@pytest.mark.parametrize(
    "policy",
    [{"second_factor": "strong"}, {"second_factor": "any", "code_by_sms_or_mail": False}],
    ids=["strong", "no codes"],
)
async def test_a_code_is_no_second_factor_where_one_centre_of_the_person_forbids_it(
    desk: Desk, store: Store, policy: dict[str, object]
) -> None:
    await decide(store, second_factor="any")
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        await browser.post("/login/factor/code", data={"channel": "email"})
        code = _code((await desk.delivered()).body)
        await decide(store, **policy)
        assert (await prove(browser, "code", code)).status_code == 403
        assert (await browser.get("/")).status_code == 303


async def test_a_code_never_replaces_the_application_that_a_person_set_up(
    desk: Desk, store: Store, clock: Clock
) -> None:
    await decide(store, second_factor="any")
    await application(desk, clock)
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        assert (await browser.post("/login/factor/code", data={"channel": "email"})).status_code == 200
    assert desk.sent.empty()


# ---------------------------------------------------------------- the centre
async def test_who_works_in_two_centres_picks_one_and_changes_it_with_a_new_cookie(
    desk: Desk, store: Store
) -> None:
    await store.add_user(ELSEWHERE)
    async with desk.browser() as browser:
        assert (await sign_in(browser, ALICE.email)).headers["location"] == "/login/centre"
        assert (await browser.get("/")).headers["location"] == "/login"
        page = (await browser.get("/login/centre")).text
        assert "SAMU 54" in page
        assert "SAMU 75" in page
        assert is_inside(await browser.post("/login/centre", data={"centre": SAMU_75.id}))
        first = browser.cookies["visio"]
        there = (await browser.get("/")).json()
        assert (there["user"], there["centre"], there["role"]) == (ELSEWHERE.id, SAMU_75.id, "supervisor")
        assert is_inside(await browser.post("/login/centre", data={"centre": SAMU_54.id}))
        assert (await browser.get("/")).json()["user"] == ALICE.id
    with pytest.raises(NotSignedIn):
        await desk.logins.visitor(first)


async def test_nobody_enters_a_centre_that_is_not_theirs(desk: Desk, store: Store) -> None:
    await store.add_user(ELSEWHERE)
    await store.change_user(SAMU_75.id, ELSEWHERE.id, lambda user: replace(user, disabled_at=1))
    async with desk.browser() as alice, desk.browser() as stranger:
        assert is_inside(await sign_in(alice, ALICE.email))
        for centre in (SAMU_75.id, "nowhere", ""):
            await alice.post("/login/centre", data={"centre": centre})
            assert (await alice.get("/")).json()["centre"] == SAMU_54.id
        answer = await stranger.post("/login/centre", data={"centre": SAMU_54.id})
        assert answer.headers["location"] == "/login"


async def test_the_second_factor_comes_before_the_centre_by_the_strictest_of_them(
    desk: Desk, store: Store
) -> None:
    await decide(store, second_factor="strong")
    await store.add_user(ELSEWHERE)
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        await browser.post("/login/centre", data={"centre": SAMU_75.id})
        assert (await browser.get("/")).status_code == 303
    assert policy_of(SAMU_75).second_factor == "none"


async def test_who_works_nowhere_any_more_does_not_sign_in(desk: Desk) -> None:
    await desk.accounts.disable_user(SAMU_54.id, ALICE.id)
    async with desk.browser() as browser:
        assert (await sign_in(browser, ALICE.email)).status_code == 403
        await desk.accounts.enable_user(SAMU_54.id, ALICE.id)
        assert is_inside(await sign_in(browser, ALICE.email))
        await desk.accounts.disable_user(SAMU_54.id, ALICE.id)
        assert (await browser.get("/")).status_code == 303


# ---------------------------------------------------------------- the terms of use
async def test_the_terms_are_accepted_at_the_first_login_and_when_their_version_changes(
    desk: Desk, store: Store
) -> None:
    for version in ("", "2025-01"):
        await store.change_person(ALICE.id, lambda person, version=version: replace(person, terms=version))  # type: ignore[misc]
        async with desk.browser() as browser:
            assert (await sign_in(browser, ALICE.email)).headers["location"] == "/login/terms"
            assert (await browser.get("/")).headers["location"] == "/login"
            half = browser.cookies["visio"]
            await browser.post("/login/terms", data={"version": "2024-01"})
            assert (await store.person(ALICE.id)).terms == version
            assert is_inside(await browser.post("/login/terms", data={"version": TERMS}))
            assert browser.cookies["visio"] != half
            assert is_inside(await sign_in(browser, ALICE.email))


async def test_a_login_that_is_not_finished_ends_after_a_quarter_of_an_hour(
    desk: Desk, store: Store, clock: Clock
) -> None:
    await store.change_person(ALICE.id, lambda person: replace(person, terms=""))
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        clock.advance(UNFINISHED)
        assert (await browser.get("/login/terms")).headers["location"] == "/login"


def _code(text: str) -> str:
    found = re.search(r"\b\d{6}\b", text)
    assert found
    return found[0]
