"""Signing in through Pro Santé Connect, at an honest provider and at hostile ones."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc.jwk import RSAKey
from msgspec.structs import replace

from signaling.domain.errors import BadInput
from signaling.domain.policy import Policy, with_policy
from signaling.identity.openid import Client, OpenId
from signaling.limits import Limits
from signaling.ports import Store
from signaling.service.professionals import PATIENCE, Numbers
from signaling.store.sql import SqlStore
from tests import cast
from tests.app.desk import SITE, Desk, sign_in
from tests.cast import ALICE, BOB, SAMU_54, Clock
from tests.identity_provider import (
    CLIENT,
    RPPS,
    SECONDS,
    SECRET,
    IdentityProvider,
    base64url,
    elsewhere,
    fault,
    html,
    identity_provider,
    silence,
    unsigned,
)

CALLBACK: Final = "/login/psc/callback"


@pytest.fixture(scope="module")
def running() -> Iterator[IdentityProvider]:
    with identity_provider() as made:
        yield made


@pytest.fixture
def provider(running: IdentityProvider) -> IdentityProvider:
    running.reset()
    return running


@pytest.fixture
async def store(migrated_sqlite_url: str, clock: Clock) -> AsyncIterator[Store]:
    opened = SqlStore(migrated_sqlite_url, clock)
    await opened.open()
    await cast.settle(opened)
    await Numbers(opened).set(ALICE.email, "99700218896")
    yield opened
    await opened.close()


def client_of(provider: IdentityProvider, clock: Clock, patience: float = 30) -> OpenId:
    client = Client(
        issuer=provider.issuer,
        discovery_url=f"{provider.issuer}/.well-known/openid-configuration",
        client_id=CLIENT,
        client_secret=SECRET,
        scope="openid scope_all",
        acr="eidas1",
        claim_rpps="SubjectNameID",
        site=SITE,
    )
    return OpenId(client, clock, patience)


@pytest.fixture
async def desk(provider: IdentityProvider, store: Store, clock: Clock) -> AsyncIterator[Desk]:
    ours = client_of(provider, clock)
    made = Desk(store, clock, Limits(), provider=ours)
    yield made
    await ours.close()


@pytest.fixture
async def browser(desk: Desk) -> AsyncIterator[httpx2.AsyncClient]:
    async with desk.browser() as opened:
        yield opened


async def leave(browser: httpx2.AsyncClient, target: str = "/") -> str:
    """The address at the provider that the browser is sent to."""
    page = await browser.post("/login/psc", data={"next": target})
    assert page.status_code == 200
    [address] = re.findall(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    return unescape(address)


async def answer_to(address: str) -> dict[str, str]:
    """What the provider sends the browser back with."""
    async with httpx2.AsyncClient() as outside:
        back = (await outside.get(address)).headers["location"]
    assert back.startswith(SITE + CALLBACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


async def walk(browser: httpx2.AsyncClient, target: str = "/") -> httpx2.Response:
    return await browser.get(CALLBACK, params=await answer_to(await leave(browser, target)))


async def is_refused(browser: httpx2.AsyncClient, answer: httpx2.Response, status: int = 403) -> bool:
    """With a sentence on the login page, and outside as before."""
    said = re.search(r'role="alert" >\s*<svg.*?</svg><span>([^<]+)</span>', answer.text, re.DOTALL)
    outside = (await browser.get("/")).headers.get("location") == "/login"
    return answer.status_code == status and bool(said) and 'name="password"' in answer.text and outside


# ---------------------------------------------------------------- the honest way
async def test_a_professional_is_let_in_where_they_wanted_to_go(
    desk: Desk, browser: httpx2.AsyncClient, provider: IdentityProvider
) -> None:
    assert "Pro Santé Connect" in (await browser.get("/login")).text
    address = await leave(browser, "/review")
    asked = parse_qs(urlsplit(address).query)
    assert (asked["scope"], asked["acr_values"]) == (["openid scope_all"], ["eidas1"])
    assert (asked["code_challenge_method"], asked["response_type"]) == (["S256"], ["code"])
    assert SECRET not in address
    answer = await browser.get(CALLBACK, params=await answer_to(address))
    assert (answer.status_code, answer.headers["location"]) == (303, "/review")
    assert (await browser.get("/")).json()["user"] == ALICE.id


async def test_it_is_two_factors_at_once(desk: Desk, browser: httpx2.AsyncClient, store: Store) -> None:
    await store.change_centre(SAMU_54.id, lambda row: with_policy(row, Policy(second_factor="strong")))
    assert (await walk(browser)).headers["location"] == "/"


async def test_signing_out_ends_the_login_at_the_provider_too(
    browser: httpx2.AsyncClient, provider: IdentityProvider
) -> None:
    await walk(browser)
    page = await browser.post("/logout")
    [address] = re.findall(r'url=([^"]+)"', page.text)
    asked = parse_qs(urlsplit(unescape(address)).query)
    assert unescape(address).startswith(f"{provider.issuer}/logout?")
    assert asked["post_logout_redirect_uri"] == [f"{SITE}/login"]
    assert asked["id_token_hint"][0].count(".") == 2
    assert (await browser.get("/")).status_code == 303
    assert (await browser.post("/logout")).headers["location"] == "/login"


async def test_a_number_that_nobody_carries_makes_nobody(
    browser: httpx2.AsyncClient, provider: IdentityProvider, store: Store
) -> None:
    before = await store.users(SAMU_54.id)
    provider.told = {"SubjectNameID": "899700000000"}
    assert await is_refused(browser, await walk(browser))
    assert await store.users(SAMU_54.id) == before


async def test_a_disabled_person_is_not_let_in(browser: httpx2.AsyncClient, store: Store) -> None:
    await store.change_person(ALICE.id, lambda row: replace(row, disabled_at=cast.NOW))
    assert await is_refused(browser, await walk(browser))


async def test_a_number_opens_one_account(store: Store) -> None:
    assert (await store.person_by_rpps(RPPS)).id == ALICE.id
    for rpps in (RPPS, "12", "Dr Martin", "8" * 41):
        with pytest.raises(BadInput):
            await Numbers(store).set(BOB.email, rpps)
    assert await Numbers(store).set(ALICE.email, "") == ""


async def test_without_a_provider_nothing_is_offered(store: Store, clock: Clock) -> None:
    async with Desk(store, clock, Limits()).browser() as browser:
        assert "Pro Santé" not in (await browser.get("/login")).text
        assert (await browser.post("/login/psc")).status_code == 404
        assert (await browser.get(CALLBACK)).status_code == 404


# ---------------------------------------------------------------- keys
async def test_keys_are_fetched_once_and_again_for_one_that_is_new(
    desk: Desk, provider: IdentityProvider, clock: Clock
) -> None:
    honest = provider.key
    for _ in range(2):
        async with desk.browser() as browser:
            assert (await walk(browser)).headers["location"] == "/"
    assert provider.asked.count("/jwks") == 1
    provider.key = RSAKey.generate_key(2048, {"kid": "key-2"})
    provider.header = {"kid": "key-2"}
    try:
        async with desk.browser() as browser:
            assert await is_refused(browser, await walk(browser))  # asked a moment ago
            clock.advance(31_000)
            assert (await walk(browser)).headers["location"] == "/"
    finally:
        provider.key = honest
    assert provider.asked.count("/jwks") == 2


# ---------------------------------------------------------------- hostile tokens
def say(**claims: Any) -> Callable[[IdentityProvider], None]:
    return lambda provider: provider.claims.update(claims)


def head(**header: Any) -> Callable[[IdentityProvider], None]:
    return lambda provider: provider.header.update(header)


def tell(**told: Any) -> Callable[[IdentityProvider], None]:
    return lambda provider: provider.told.update(told)


def send(**sent: Any) -> Callable[[IdentityProvider], None]:
    return lambda provider: provider.sent.update(sent)


def answer(path: str, way: Any) -> Callable[[IdentityProvider], None]:
    return lambda provider: provider.answers.update({path: way})


def pad(path: str) -> Callable[[IdentityProvider], None]:
    return lambda provider: setattr(provider, "padded", path)


def alg_none(provider: IdentityProvider) -> None:
    provider.signed = lambda header, claims: unsigned({**header, "alg": "none"}, claims)


def alg_none_capitals(provider: IdentityProvider) -> None:
    provider.signed = lambda header, claims: unsigned({**header, "alg": "nOnE"}, claims)


def hmac_with_the_public_key(provider: IdentityProvider) -> None:
    def sign(header: dict[str, Any], claims: dict[str, Any]) -> str:
        message = unsigned({**header, "alg": "HS256"}, claims).rpartition(".")[0]
        key = provider.key.as_pem(private=False)
        return f"{message}.{base64url(hmac.digest(key, message.encode(), hashlib.sha256))}"

    provider.signed = sign


def strangers_key(provider: IdentityProvider) -> None:
    provider.signed = lambda header, claims: provider.sign(header, claims, provider.stranger)


def own_key_in_the_header(provider: IdentityProvider) -> None:
    jwk = provider.stranger.as_dict(private=False)
    provider.signed = lambda header, claims: provider.sign({**header, "jwk": jwk}, claims, provider.stranger)


def truncated(provider: IdentityProvider) -> None:
    provider.signed = lambda header, claims: provider.sign(header, claims)[:-20]


def changed_after_signing(provider: IdentityProvider) -> None:
    def sign(header: dict[str, Any], claims: dict[str, Any]) -> str:
        first, _, last = provider.sign(header, claims).split(".")
        return ".".join((first, base64url(json.dumps({**claims, "sub": "other"}).encode()), last))

    provider.signed = sign


def no_signature(provider: IdentityProvider) -> None:
    provider.signed = lambda header, claims: provider.sign(header, claims).rpartition(".")[0] + "."


def weak_algorithm(provider: IdentityProvider) -> None:
    provider.signed = lambda header, claims: unsigned({**header, "alg": "RS1"}, claims, b"x" * 256)


HOSTILE: Final[dict[str, Callable[[IdentityProvider], None]]] = {
    "alg none": alg_none,
    "alg nOnE": alg_none_capitals,
    "HS256 with the public key": hmac_with_the_public_key,
    "an unknown algorithm": weak_algorithm,
    "a stranger's key": strangers_key,
    "its own key in the header": own_key_in_the_header,
    "jku": head(jku="http://127.0.0.1:9/keys"),
    "x5u": head(x5u="http://127.0.0.1:9/cert"),
    "unknown crit": head(crit=["exp"]),
    "crit that says b64": head(crit=["b64"], b64=False),
    "kid traversal": head(kid="../../../../dev/null"),
    "kid with SQL": head(kid="' OR 1=1 --"),
    "kid that is no text": head(kid={"a": 1}),
    "wrong typ": head(typ="at+jwt"),
    "oversized header": head(x5t="k" * 5_000),
    "oversized token": say(padding="p" * 20_000),
    "truncated": truncated,
    "no signature": no_signature,
    "changed after signing": changed_after_signing,
    "wrong iss": say(iss="https://evil.test"),
    "no iss": say(iss=None),
    "wrong aud": say(aud="another"),
    "no aud": say(aud=None),
    "several aud, no azp": say(aud=[CLIENT, "another"], azp=None),
    "wrong azp": say(azp="another"),
    "wrong nonce": say(nonce="n" * 43),
    "no nonce": say(nonce=None),
    "nonce that is no text": say(nonce=[1]),
    "expired": say(exp=SECONDS - 121),
    "no exp": say(exp=None),
    "exp as text": say(exp="never"),
    "endless exp": say(exp=float("inf")),
    "exp that is true": say(exp=True),
    "old iat": say(iat=SECONDS - 3600),
    "iat to come": say(iat=SECONDS + 600),
    "no iat": say(iat=None),
    "nbf to come": say(nbf=SECONDS + 600),
    "no sub": say(sub=None),
    "sub that is no text": say(sub=["f:1:899"]),
    "acr too low": say(acr="eidas0"),
    "no acr": say(acr=None),
    "another access token": say(at_hash=base64url(b"x" * 16)),
    "userinfo of another": tell(sub="f:1:900"),
    "userinfo without RPPS": tell(SubjectNameID=None),
    "RPPS that is no text": tell(SubjectNameID=[RPPS]),
    "RPPS with a wildcard": tell(SubjectNameID="8997002%"),
    "may not regulate": tell(Acces_Regulation_Medicale=False),
    "may regulate in words": tell(Acces_Regulation_Medicale="true"),
    "no id token": send(id_token=None),
    "id token that is no text": send(id_token={"a": "b"}),
    "id token of one part": send(id_token="abc"),
    "id token of bytes": send(id_token="é.é.é"),
    "no access token": send(access_token=None),
    "access token with a line end": send(access_token="a\r\nX-Evil: 1"),
    "another kind of token": send(token_type="mac"),
    **{
        f"{name} at {path}": answer(path, way)
        for name, way in {"HTML": html, "a redirect": elsewhere}.items()
        for path in ("/token", "/userinfo", "/jwks")
    },
    **{f"10 MB at {path}": pad(path) for path in ("/token", "/userinfo", "/jwks")},
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_provider_lets_nobody_in(
    browser: httpx2.AsyncClient, provider: IdentityProvider, name: str
) -> None:
    HOSTILE[name](provider)
    assert await is_refused(browser, await walk(browser))


# ---------------------------------------------------------------- hostile answers
async def test_a_state_opens_once(
    desk: Desk, browser: httpx2.AsyncClient, provider: IdentityProvider
) -> None:
    params = await answer_to(await leave(browser))
    left = browser.cookies["visio-psc"]
    assert (await browser.get(CALLBACK, params=params)).status_code == 303
    await browser.post("/logout")
    browser.cookies.clear()
    browser.cookies.set("visio-psc", left)
    asked = len(provider.asked)
    assert await is_refused(browser, await browser.get(CALLBACK, params=params))
    assert len(provider.asked) == asked


async def test_a_state_opens_in_the_browser_that_left_with_it_only(
    desk: Desk, browser: httpx2.AsyncClient, provider: IdentityProvider
) -> None:
    params = await answer_to(await leave(browser))
    async with desk.browser() as other:
        assert await is_refused(other, await other.get(CALLBACK, params=params))
        await leave(other)
        assert await is_refused(other, await other.get(CALLBACK, params=params))
    assert "/token" not in provider.asked
    assert (await browser.get(CALLBACK, params=params)).status_code == 303


async def test_a_state_is_too_old_after_ten_minutes(
    browser: httpx2.AsyncClient, provider: IdentityProvider, clock: Clock
) -> None:
    params = await answer_to(await leave(browser))
    clock.advance(PATIENCE)
    assert await is_refused(browser, await browser.get(CALLBACK, params=params))
    assert "/token" not in provider.asked


@pytest.mark.parametrize(
    "change",
    [
        {"state": ["s" * 43]},
        {"state": []},
        {"state": ["é" * 5000]},
        {"code": []},
        {"code": ["c" * 3000]},
        {"code": ["\x00\r\n"]},
        {"code": ["another"]},
        {"error": ["access_denied"]},
        {"iss": ["https://evil.test"]},
    ],
    ids=str,
)
async def test_a_forged_answer_is_refused(browser: httpx2.AsyncClient, change: dict[str, list[str]]) -> None:
    params = await answer_to(await leave(browser))
    forged = {**{name: [value] for name, value in params.items()}, **change}
    pairs: list[tuple[str, str | int | float | bool | None]] = [
        (name, value) for name, values in forged.items() for value in values
    ]
    assert await is_refused(browser, await browser.get(CALLBACK, params=pairs))


@pytest.mark.parametrize("name", ["state", "code"])
async def test_an_answer_given_twice_is_refused(browser: httpx2.AsyncClient, name: str) -> None:
    params = await answer_to(await leave(browser))
    twice = "&".join(f"{key}={value}" for key, value in [(name, "another"), *params.items()])
    assert await is_refused(browser, await browser.get(f"{CALLBACK}?{twice}"))


async def test_a_code_without_our_verifier_is_worth_nothing(
    browser: httpx2.AsyncClient, provider: IdentityProvider
) -> None:
    """The provider would hand out tokens for the challenge of another browser only."""
    address = await leave(browser)
    challenge = parse_qs(urlsplit(address).query)["code_challenge"][0]
    params = await answer_to(address.replace(challenge, base64url(b"c" * 32)))
    assert await is_refused(browser, await browser.get(CALLBACK, params=params))


@pytest.mark.parametrize(
    "description",
    [
        {"issuer": "https://evil.test"},
        {"token_endpoint": None},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": ["a"]},
    ],
    ids=str,
)
async def test_a_description_that_is_not_the_providers_is_refused(
    browser: httpx2.AsyncClient, provider: IdentityProvider, description: dict[str, Any]
) -> None:
    provider.description = description
    assert await is_refused(browser, await browser.post("/login/psc"))
    assert "/authorize" not in provider.asked


# ---------------------------------------------------------------- a provider that is away
@pytest.mark.parametrize("path", ["/token", "/userinfo", "/jwks"])
@pytest.mark.parametrize("way", [fault, silence], ids=["out of order", "silent"])
async def test_a_provider_that_does_not_answer_leaves_the_password(
    provider: IdentityProvider, store: Store, clock: Clock, path: str, way: Any
) -> None:
    ours = client_of(provider, clock, 30 if way is fault else 0.5)
    async with Desk(store, clock, Limits(), provider=ours).browser() as browser:
        params = await answer_to(await leave(browser))
        provider.answers[path] = way
        assert await is_refused(browser, await browser.get(CALLBACK, params=params), 424)
        assert (await sign_in(browser, ALICE.email)).headers["location"] == "/"
    await ours.close()


async def test_a_provider_that_is_not_there_is_said_to_be_away(store: Store, clock: Clock) -> None:
    ours = client_of(IdentityProvider(), clock)
    async with Desk(store, clock, Limits(), provider=ours).browser() as browser:
        assert await is_refused(browser, await browser.post("/login/psc"), 424)
    await ours.close()
