"""The steps between the password and a whole login: `/login/factor`, `/login/centre`, `/login/terms`.

Open to who holds the cookie of a login that waits for that step, and to nobody else.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from console.audited import audit_of
from console.forms import fields
from console.pages import Pages
from console.words import describe
from signaling.auth import gate_of, local_path
from signaling.domain.audit import Audited
from signaling.domain.errors import NotAllowed, NotFound, NotSignedIn, Throttled, VisioError
from signaling.domain.records import Channel, Person
from signaling.domain.ways_in import TERMS, Proof, Step
from signaling.qr import qr
from signaling.service.identity import Identity
from signaling.service.logins import Pending, SignedIn

Handler = Callable[[Any, Request, Pending], Awaitable[Response]]
_CHANNELS: Final[dict[str, Channel]] = {"sms": "sms", "email": "email"}
_PROOFS: Final[dict[str, Proof]] = {"recovery": "recovery", "code": "code"}  # by the form; others are TOTP's


def step_path(step: Step, target: str) -> str:
    """Where a login goes on; `target`: where it leads in the end."""
    if not step:
        return target
    return f"/login/{step}" + ("" if target == "/" else f"?next={quote(target, safe='/')}")


def go_on(request: Request, signed_in: SignedIn, target: str) -> Response:
    response = RedirectResponse(step_path(signed_in.waits_for, target), HTTPStatus.SEE_OTHER)
    gate_of(request).let_in(response, signed_in)
    return response


async def pending_of(request: Request) -> Pending:
    """Raises NotSignedIn. What is answered from then on is kept by no cache."""
    request.state.private = True
    gate = gate_of(request)
    return await gate.logins.pending(gate.cookie_of(request))


def at(step: Step) -> Callable[[Handler], Callable[[Any, Request], Awaitable[Response]]]:
    """Only while the login waits for this step; any other leads to where it stands."""

    def protect(handler: Handler) -> Callable[[Any, Request], Awaitable[Response]]:
        @wraps(handler)
        async def protected(self: Any, request: Request) -> Response:
            target = local_path(request.query_params.get("next", "/"))
            try:
                pending = await pending_of(request)
            except NotSignedIn:
                return RedirectResponse("/login", HTTPStatus.SEE_OTHER)
            if pending.step != step:
                return RedirectResponse(step_path(pending.step, target), HTTPStatus.SEE_OTHER)
            return await handler(self, request, pending)

        return protected

    return protect


class LoginSteps:
    def __init__(self, identity: Identity, pages: Pages) -> None:
        self._identity = identity
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            Route("/login/factor", self.factor, methods=["GET"]),
            Route("/login/factor", self.prove, methods=["POST"]),
            Route("/login/factor/code", self.send, methods=["POST"]),
            Route("/login/factor/app", self.set_up, methods=["POST"]),
            Route("/login/centre", self.centres, methods=["GET"]),
            Route("/login/centre", self.choose, methods=["POST"]),
            Route("/login/terms", self.terms, methods=["GET"]),
            Route("/login/terms", self.accept, methods=["POST"]),
        ]

    # --- the second factor
    @at("factor")
    async def factor(self, request: Request, pending: Pending) -> Response:
        target = local_path(request.query_params.get("next", "/"))
        return self._ask(request, pending, target, sent=request.query_params.get("sent", ""))

    @at("factor")
    async def prove(self, request: Request, pending: Pending) -> Response:
        kind, code, wanted = await fields(request, "kind", "code", "next")
        target, gate = local_path(wanted), gate_of(request)
        try:
            await self._check(request, pending, kind, code)
        except (NotAllowed, NotFound) as error:
            user = pending.bearer.user
            refused = Audited(user.centre, "", "login.refused", user.id, {"reason": "factor"})
            await audit_of(request).record(refused)
            return self._ask(request, pending, target, sent=kind, error=error)
        proof = _PROOFS.get(kind, "totp")
        return go_on(request, await gate.logins.proved(gate.cookie_of(request), proof), target)

    @at("factor")
    async def send(self, request: Request, pending: Pending) -> Response:
        name, wanted = await fields(request, "channel", "next")
        target, channel = local_path(wanted), _CHANNELS.get(name, "email")
        if not pending.by_code:
            return self._ask(request, pending, target)
        language = self._pages.language(request)
        bearer = pending.bearer
        try:
            await self._identity.codes.send(
                bearer.person, bearer.login.id, channel, language, _source(request)
            )
        except NotAllowed as error:
            return self._ask(request, pending, target, error=error)
        path = f"/login/factor?sent={channel}&next={quote(target, safe='/')}"
        return RedirectResponse(path, HTTPStatus.SEE_OTHER)

    @at("factor")
    async def set_up(self, request: Request, pending: Pending) -> Response:
        """Who must have a second factor and has none sets it up here, and gets the recovery codes."""
        sealed, code, wanted = await fields(request, "sealed", "code", "next")
        target, gate, person = local_path(wanted), gate_of(request), pending.bearer.person
        if pending.own or pending.by_code:
            return self._ask(request, pending, target)
        try:
            codes = await self._identity.authenticators.confirm(person, sealed, code, _source(request))
        except NotAllowed as error:
            return self._ask(request, pending, target, error=error, sealed=sealed)
        changed: dict[str, str | int] = {"factor": "app", "change": "set"}
        done = [
            Audited(user.centre, user.id, "factor.changed", user.id, changed) for user, _ in pending.places
        ]
        await audit_of(request).record(*done)
        signed_in = await gate.logins.proved(gate.cookie_of(request), "totp")
        onward = step_path(signed_in.waits_for, target)
        response = self._pages.page(request, "recovery.html", codes=codes, onward=onward, error="")
        gate.let_in(response, signed_in)
        return response

    async def _check(self, request: Request, pending: Pending, kind: str, code: str) -> None:
        """Raises NotAllowed, Throttled."""
        person, source = pending.bearer.person, _source(request)
        match kind:
            case "code":
                await self._identity.codes.check(person, pending.bearer.login.id, code, source)
            case "recovery":
                await self._identity.authenticators.recover(person, code, source)
            case _:
                await self._identity.authenticators.check(person, code, source)

    def _ask(
        self,
        request: Request,
        pending: Pending,
        target: str,
        *,
        sent: str = "",
        error: VisioError | None = None,
        sealed: str = "",
    ) -> Response:
        person = pending.bearer.person
        offer = None
        if not pending.own and not pending.by_code:
            offer = app_offer(self._identity, person, sealed)
        return self._page(
            request,
            "factor.html",
            error,
            next=target,
            own=pending.own,
            by_code=pending.by_code,
            email=_masked_email(person.email),
            phone=person.phone[-2:],
            sent=sent if sent in ("sms", "email", "code", "recovery") else "",
            offer=offer,
        )

    # --- the centre
    @at("centre")
    async def centres(self, request: Request, pending: Pending) -> Response:
        target = local_path(request.query_params.get("next", "/"))
        return self._page(request, "centre.html", None, next=target, places=pending.places)

    async def choose(self, request: Request) -> Response:
        """While signing in, and later from the account's page."""
        centre, wanted = await fields(request, "centre", "next")
        gate = gate_of(request)
        try:
            signed_in = await gate.logins.choose(gate.cookie_of(request), centre)
        except (NotSignedIn, NotAllowed, NotFound):
            return RedirectResponse("/login", HTTPStatus.SEE_OTHER)
        return go_on(request, signed_in, local_path(wanted))

    # --- the terms of use
    @at("terms")
    async def terms(self, request: Request, pending: Pending) -> Response:
        target = local_path(request.query_params.get("next", "/"))
        changed = bool(pending.bearer.person.terms)
        return self._page(request, "terms.html", None, next=target, version=TERMS, changed=changed)

    @at("terms")
    async def accept(self, request: Request, pending: Pending) -> Response:
        version, wanted = await fields(request, "version", "next")
        gate, target = gate_of(request), local_path(wanted)
        if version != TERMS:
            return RedirectResponse(step_path("terms", target), HTTPStatus.SEE_OTHER)
        return go_on(request, await gate.logins.accept_terms(gate.cookie_of(request), version), target)

    def _page(self, request: Request, template: str, error: VisioError | None, **context: Any) -> Response:
        gettext = self._pages.gettext(self._pages.language(request))
        sentence, status, headers = "", HTTPStatus.OK, {}
        if isinstance(error, Throttled):
            sentence, status = describe(error, gettext), HTTPStatus.TOO_MANY_REQUESTS
            headers = {"retry-after": str(math.ceil(error.retry_after))}
        elif error is not None:
            sentence, status = gettext("This code is wrong, was used, or has expired."), HTTPStatus.FORBIDDEN
        response = self._pages.page(request, template, status, error=sentence, **context)
        response.headers.update(headers)
        return response


def app_offer(identity: Identity, person: Person, sealed: str = "") -> dict[str, Any]:
    """What the form needs that sets up an authenticator."""
    try:
        offer = identity.authenticators.offer(person, sealed)
    except NotAllowed:
        offer = identity.authenticators.offer(person)
    secret = offer.address.partition("secret=")[2].partition("&")[0]
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return {"sealed": offer.sealed, "address": offer.address, "qr": qr(offer.address), "secret": spaced}


def _source(request: Request) -> str:
    return request.client.host if request.client else ""


def _masked_email(email: str) -> str:
    name, _, domain = email.partition("@")
    return f"{name[:1]}•••@{domain}"
