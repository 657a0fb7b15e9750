"""An OpenID provider on a port of the loopback, honest until a test changes what it says."""

from __future__ import annotations

import contextlib
import json
import threading
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode

import httpx2
import uvicorn
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.cast import NOW
from tests.servers import free_port

CLIENT: Final = "visioregul"
SECRET: Final = "s" * 40
RPPS: Final = "899700218896"
KID: Final = "key-1"
SECONDS: Final = NOW // 1000
Claims = dict[str, Any]
Answer = Callable[[Request], Any]


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(header: Claims, claims: Claims, signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(map(base64url, parts))


class IdentityProvider:
    def __init__(self) -> None:
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.key = RSAKey.generate_key(2048, {"kid": KID})
        self.stranger = RSAKey.generate_key(2048, {"kid": KID})
        self.reset()

    def reset(self) -> None:
        """Honest again."""
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []  # paths, in their order
        self.claims: Claims = {}  # in place of, or beside, the honest ones; None takes one away
        self.header: Claims = {}
        self.told: Claims = {}  # the same for userinfo
        self.sent: Claims = {}  # the same for the answer with the tokens
        self.description: Claims = {}
        self.signed: Callable[[Claims, Claims], str] = self.sign
        self.padded = ""  # path of an answer that is right, behind 10 MB of white space
        self.answers: dict[str, Answer] = {}  # path -> in place of the honest one

    @property
    def app(self) -> Starlette:
        ways: dict[str, Answer] = {
            "/.well-known/openid-configuration": self._describe,
            "/authorize": self._authorize,
            "/token": self._token,
            "/userinfo": self._userinfo,
            "/jwks": self._jwks,
        }
        return Starlette(
            routes=[
                Route(path, self._noted(path, way), methods=["GET", "POST"]) for path, way in ways.items()
            ]
        )

    def sign(self, header: Claims, claims: Claims, key: RSAKey | None = None) -> str:
        """By hand: a library would not sign half of what hostile providers do."""
        message = unsigned(header, claims).rpartition(".")[0]
        signer = (key or self.key).private_key
        assert signer is not None
        signature = signer.sign(message.encode(), PKCS1v15(), SHA256())
        return f"{message}.{base64url(signature)}"

    def _noted(self, path: str, way: Answer) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            self.asked.append(path)
            answered: Response = await self.answers.get(path, way)(request)
            if path == self.padded:
                return Response(b" " * 10_000_000 + bytes(answered.body), media_type="application/json")
            return answered

        return answer

    async def _describe(self, request: Request) -> Response:
        own = {"issuer": self.issuer, "end_session_endpoint": f"{self.issuer}/logout"}
        own |= {f"{name}_endpoint": f"{self.issuer}/{name}" for name in ("token", "userinfo")}
        own |= {"authorization_endpoint": f"{self.issuer}/authorize", "jwks_uri": f"{self.issuer}/jwks"}
        return JSONResponse(changed(own, self.description))

    async def _authorize(self, request: Request) -> Response:
        """As somebody who has shown their card: back at once."""
        asked = dict(request.query_params)
        code = base64url(sha256(asked["state"].encode()).digest())
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 303)

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        asked = self.codes.pop(str(form.get("code")), None)
        proof = base64url(sha256(str(form.get("code_verifier")).encode()).digest())
        credentials = b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        if (
            asked is None
            or credentials != f"{CLIENT}:{SECRET}"
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        if asked.get("code_challenge_method") != "S256" or asked["code_challenge"] != proof:
            return JSONResponse({"error": "invalid_grant"}, 400)
        access = base64url(sha256(proof.encode()).digest())
        claims: Claims = {"iss": self.issuer, "sub": "f:1:899", "aud": CLIENT, "nonce": asked["nonce"]}
        claims |= {"iat": SECONDS, "exp": SECONDS + 300, "acr": "eidas1", "azp": CLIENT}
        claims |= {"at_hash": base64url(sha256(access.encode()).digest()[:16])}
        header = changed({"alg": "RS256", "kid": KID, "typ": "JWT"}, self.header)
        id_token = self.signed(header, changed(claims, self.claims))
        sent = {"access_token": access, "id_token": id_token, "token_type": "Bearer", "expires_in": 60}
        return JSONResponse(changed(sent, self.sent))

    async def _userinfo(self, request: Request) -> Response:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return JSONResponse({"error": "invalid_token"}, 401)
        told = {"sub": "f:1:899", "SubjectNameID": RPPS, "Acces_Regulation_Medicale": True}
        return JSONResponse(changed(told, self.told))

    async def _jwks(self, request: Request) -> Response:
        return JSONResponse({"keys": [{**self.key.as_dict(private=False), "use": "sig"}]})


def changed(honest: Claims, by: Claims) -> Claims:
    return {name: value for name, value in {**honest, **by}.items() if value is not None}


async def html(request: Request) -> Response:
    return Response("<html>Sign in</html>", media_type="text/html")


async def elsewhere(request: Request) -> Response:
    return RedirectResponse("/jwks", 302)


async def fault(request: Request) -> Response:
    return PlainTextResponse("out of order", 500)


async def silence(request: Request) -> Response:
    """Until the other side goes away."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


@contextlib.contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """One that listens for as long as the `with` lasts."""
    made = IdentityProvider()
    server = uvicorn.Server(uvicorn.Config(made.app, port=made.port, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        with httpx2.Client(transport=httpx2.HTTPTransport(retries=8)) as client:
            client.get(f"{made.issuer}/jwks")
        yield made
    finally:
        server.should_exit = True
        thread.join()
