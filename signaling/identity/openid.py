"""Pro Santé Connect, by OpenID Connect's authorization code flow with PKCE, through Authlib.

Hosts, client and claims are settings: sources disagree on the sandbox's. Facts of Pro Santé Connect from the
documentation of the Agence du Numérique en Santé: `acr_values=eidas1`, `scope=openid scope_all`, the RPPS as
`SubjectNameID` and the right to regulate as `Acces_Regulation_Medicale`, both from userinfo.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx2
import msgspec
import structlog
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]

from signaling.domain.errors import NotAllowed, Unavailable
from signaling.domain.ids import new_secret
from signaling.identity.fetching import BadAnswer, Capped
from signaling.identity.keys import KEPT, KeyRing
from signaling.identity.tokens import LONGEST, Expected, check, claims_of, header_of
from signaling.ports import Clock, Errand, Professional

PATIENCE: Final = 10.0  # seconds for all questions of one step
REGULATES: Final = "Acces_Regulation_Medicale"
# What Authlib raises over an answer that is no token: its own errors, and those of Python's containers
_NO_TOKEN: Final = (AuthlibBaseError, ValueError, TypeError, AttributeError, KeyError, RecursionError)

log = structlog.get_logger()


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """What the settings say. `discovery_url`: the provider's own description. `site`: our origin."""

    issuer: str
    discovery_url: str
    client_id: str
    client_secret: str
    scope: str
    acr: str
    claim_rpps: str
    site: str

    @property
    def redirect_uri(self) -> str:
        return f"{self.site}/login/psc/callback"


class _Provider(msgspec.Struct, frozen=True):
    """OpenID Connect Discovery 1.0, 3."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class OpenId:
    """Implements `signaling.ports.IdentityProvider`."""

    def __init__(self, client: Client, clock: Clock, patience: float = PATIENCE) -> None:
        self._client = client
        self._clock = clock
        self._patience = patience
        self._transport = Capped(httpx2.AsyncHTTPTransport())
        # Each step has its time as a whole: one for each byte would let a slow provider take hours
        self._http = httpx2.AsyncClient(transport=self._transport, timeout=None)
        self._keys = KeyRing(self._key_set, clock)
        self._provider: tuple[int, _Provider] | None = None

    async def close(self) -> None:
        await self._http.aclose()

    async def begin(self) -> Errand:
        state, nonce, verifier = new_secret(), new_secret(), new_secret()
        async with self._questions():
            provider = await self._described()
        url, _ = self._oauth(provider).create_authorization_url(
            provider.authorization_endpoint,
            state=state,
            code_verifier=verifier,
            nonce=nonce,
            acr_values=self._client.acr,
        )
        return Errand(url, state, nonce, verifier)

    async def finish(self, answer: dict[str, str], nonce: str, verifier: str) -> Professional:
        code = answer.get("code", "")
        if "error" in answer or not 1 <= len(code) <= 2048:
            raise NotAllowed("the provider let nobody in")
        if answer.get("iss", self._client.issuer) != self._client.issuer:  # RFC 9207
            raise NotAllowed("iss of the answer")
        async with self._questions():
            provider = await self._described()
            id_token, access_token = await self._tokens(provider, code, verifier)
            header = header_of(id_token)
            claims = claims_of(id_token, header, await self._keys.key(header))
            check(claims, header, self._expected(nonce, access_token))
            told = await self._json(provider.userinfo_endpoint, access_token)
        if told.get("sub") != claims["sub"]:
            raise NotAllowed("sub of userinfo")
        return self._professional(id_token, claims, told)

    async def farewell(self, id_token: str) -> str:
        async with self._questions():
            end = (await self._described()).end_session_endpoint
        hints = {
            "id_token_hint": id_token,
            "client_id": self._client.client_id,
            "post_logout_redirect_uri": f"{self._client.site}/login",
        }
        return f"{end}{'&' if '?' in end else '?'}{urlencode(hints)}" if end else ""

    # --- what is asked of the provider
    @asynccontextmanager
    async def _questions(self) -> AsyncIterator[None]:
        """Raises Unavailable, NotAllowed."""
        try:
            async with asyncio.timeout(self._patience):
                yield
        except BadAnswer:
            raise NotAllowed("the provider's answer") from None
        except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL):
            # Not chained: a trace may repeat a code or a token, and tracebacks are logged
            log.warning("provider_silent")
            raise Unavailable("the identity provider doesn't answer") from None

    async def _described(self) -> _Provider:
        """The provider's description, asked for once an hour."""
        now = self._clock.now()
        if self._provider is None or now - self._provider[0] >= KEPT:
            told = await self._json(self._client.discovery_url)
            self._provider = now, _provider(told, self._client.issuer)
        return self._provider[1]

    async def _key_set(self) -> dict[str, Any]:
        return await self._json((await self._described()).jwks_uri)

    async def _tokens(self, provider: _Provider, code: str, verifier: str) -> tuple[str, str]:
        try:
            token = await self._oauth(provider).fetch_token(
                provider.token_endpoint,
                grant_type="authorization_code",
                code=code,
                redirect_uri=self._client.redirect_uri,
                code_verifier=verifier,
            )
            id_token, access_token = token["id_token"], token["access_token"]
            bearer = str(token.get("token_type", "")).lower() == "bearer"
        except _NO_TOKEN:
            raise NotAllowed("the answer with the tokens") from None
        if not bearer or not all(isinstance(one, str) for one in (id_token, access_token)):
            raise NotAllowed("the kind of the tokens")
        if len(access_token) > LONGEST or not access_token.isascii() or not access_token.isprintable():
            raise NotAllowed("the access token")
        return id_token, access_token

    async def _json(self, url: str, access_token: str = "") -> dict[str, Any]:
        headers = {"Accept": "application/json"}
        if access_token:
            headers["Authorization"] = f"Bearer {access_token}"
        answer = await self._http.get(url, headers=headers)
        try:
            value = answer.json()
        except (ValueError, RecursionError):
            raise NotAllowed("an answer that is no JSON") from None
        if not isinstance(value, dict):
            raise NotAllowed("an answer that is no object")
        return value

    def _oauth(self, provider: _Provider) -> Any:
        """Authlib's client keeps the token of who asked last: a new one each time, on one transport."""
        methods = provider.token_endpoint_auth_methods_supported
        basic = "client_secret_basic" in methods
        return AsyncOAuth2Client(
            client_id=self._client.client_id,
            client_secret=self._client.client_secret,
            token_endpoint_auth_method="client_secret_basic" if basic else "client_secret_post",
            scope=self._client.scope,
            redirect_uri=self._client.redirect_uri,
            code_challenge_method="S256",
            transport=self._transport,
            timeout=None,
        )

    # --- what it says
    def _expected(self, nonce: str, access_token: str) -> Expected:
        client, now = self._client, self._clock.now() // 1000
        return Expected(client.issuer, client.client_id, nonce, client.acr, access_token, now)

    def _professional(self, id_token: str, claims: dict[str, Any], told: dict[str, Any]) -> Professional:
        rpps = told.get(self._client.claim_rpps)
        if not isinstance(rpps, str):
            raise NotAllowed("the claim with the RPPS")
        regulates = told.get(REGULATES)
        if regulates is not None and not isinstance(regulates, bool):
            raise NotAllowed(REGULATES)
        return Professional(claims["sub"], rpps, claims["acr"], regulates, id_token)


def _provider(told: dict[str, Any], issuer: str) -> _Provider:
    """Raises NotAllowed: a provider speaks for itself, and by TLS as soon as its issuer does."""
    try:
        provider = msgspec.convert(told, _Provider)
    except msgspec.ValidationError:
        raise NotAllowed("the provider's description") from None
    scheme = urlsplit(issuer).scheme
    places = (
        provider.authorization_endpoint,
        provider.token_endpoint,
        provider.userinfo_endpoint,
        provider.jwks_uri,
        provider.end_session_endpoint or issuer,
    )
    if provider.issuer != issuer or any(not place.startswith(f"{scheme}://") for place in places):
        raise NotAllowed("the provider's description")
    return provider
