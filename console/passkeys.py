"""Passkeys, shown at `/login/factor/passkey` and `/login/passkey`; the account's page makes and removes them.

A script fetches the options (JSON) and sends what the key answered as an ordinary form.
"""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.audited import audit_of
from console.forms import fields
from console.login_steps import at, go_on
from console.pages import Pages
from console.psc import professionals_of
from console.rows import moment
from console.words import Gettext, describe
from signaling.auth import gate_of, local_path, require
from signaling.domain.audit import Audited
from signaling.domain.errors import BadInput, NotAllowed, Throttled, VisioError
from signaling.domain.records import Passkey, Person
from signaling.domain.visitor import Visitor
from signaling.domain.ways_in import Proof
from signaling.service.identity import Identity
from signaling.service.logins import Pending

_PROOFS: Final[tuple[Proof, ...]] = ("passkey",)


class PasskeyPages:
    def __init__(self, identity: Identity, pages: Pages) -> None:
        self._own = identity.own
        self._passkeys = identity.passkeys
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            Route("/account/passkeys/options", require()(self.offer), methods=["POST"]),
            Route("/login/factor/passkey/options", self.ask, methods=["POST"]),
            Route("/login/factor/passkey", self.prove, methods=["POST"]),
            Route("/login/passkey/options", self.ask_anybody, methods=["POST"]),
            Route("/login/passkey", self.sign_in, methods=["POST"]),
        ]

    # --- the account
    async def offer(self, request: Request) -> Response:
        """Options to make a key, for who knows the password."""
        (password,) = await fields(request, "password")
        visitor: Visitor = request.state.visitor
        try:
            person = await self._own.know(visitor, password, _source(request))
            return _options(await self._passkeys.offer(person, visitor.login))
        except (NotAllowed, BadInput) as error:
            return self._told(request, error, self._gettext(request)("The password is wrong."))

    # --- the second factor
    @at("factor")
    async def ask(self, request: Request, pending: Pending) -> Response:
        return _options(await self._passkeys.ask(pending.bearer.person, pending.bearer.login.id))

    @at("factor")
    async def prove(self, request: Request, pending: Pending) -> Response:
        credential, wanted = await fields(request, "credential", "next")
        gate, bearer = gate_of(request), pending.bearer
        try:
            await self._passkeys.prove(bearer.person, bearer.login.id, credential, _source(request))
        except NotAllowed as error:
            return self._refused(request, error)
        return go_on(
            request, await gate.logins.proved(gate.cookie_of(request), "passkey"), local_path(wanted)
        )

    # --- the only step
    async def ask_anybody(self, request: Request) -> Response:
        try:
            return _options(await self._passkeys.ask_anybody(_source(request)))
        except Throttled as error:
            return self._told(request, error)

    async def sign_in(self, request: Request) -> Response:
        credential, wanted = await fields(request, "credential", "next")
        gate = gate_of(request)
        try:
            person = await self._passkeys.recognise(credential, _source(request))
            signed_in = await gate.logins.begin(person, _PROOFS, gate.arrival(request))
        except NotAllowed as error:
            await audit_of(request).record(Audited("", "", "login.refused", detail={"way": "passkey"}))
            return self._refused(request, error)
        await gate.logins.sign_out(gate.cookie_of(request))
        return go_on(request, signed_in, local_path(wanted))

    # --- answers
    def _gettext(self, request: Request) -> Gettext:
        return self._pages.gettext(self._pages.language(request))

    def _told(self, request: Request, error: VisioError, otherwise: str = "") -> Response:
        """For the script, which shows it."""
        _ = self._gettext(request)
        if isinstance(error, BadInput):
            otherwise = _("Ten passkeys are the most. Remove one first.")
        sentence = describe(error, _) if isinstance(error, Throttled) else otherwise
        return JSONResponse({"message": sentence}, _status(error), headers=_headers(error))

    def _refused(self, request: Request, error: VisioError) -> Response:
        """On the way in: back to the first page, which offers every way."""
        _ = self._gettext(request)
        throttled = isinstance(error, Throttled)
        sentence = (
            describe(error, _)
            if throttled
            else _("This passkey opens nothing here. Sign in with your password.")
        )
        response = self._pages.page(
            request,
            "login.html",
            _status(error),
            email="",
            next="/",
            error=sentence,
            psc=professionals_of(request) is not None,
        )
        response.headers.update(_headers(error))
        return response


async def passkey_rows(identity: Identity, person: Person, language: str) -> list[dict[str, Any]]:
    """For the account's page."""
    return [_row(passkey, language) for passkey in await identity.passkeys.of(person)]


def _row(passkey: Passkey, language: str) -> dict[str, Any]:
    used = None if passkey.used_at is None else moment(passkey.used_at, language)
    return {
        "id": passkey.id,
        "name": passkey.name,
        "since": moment(passkey.created_at, language),
        "used": used,
    }


def _options(text: str) -> Response:
    return Response(text, media_type="application/json")


def _status(error: VisioError) -> int:
    if isinstance(error, Throttled):
        return HTTPStatus.TOO_MANY_REQUESTS
    return HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(error, BadInput) else HTTPStatus.FORBIDDEN


def _headers(error: VisioError) -> dict[str, str]:
    return {"retry-after": str(math.ceil(error.retry_after))} if isinstance(error, Throttled) else {}


def _source(request: Request) -> str:
    return request.client.host if request.client else ""
