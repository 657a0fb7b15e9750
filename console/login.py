"""The login page: `GET` and `POST /login`, `POST /logout`."""

from __future__ import annotations

import math

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from console.forms import fields
from console.login_steps import go_on, pending_of, step_path
from console.pages import pages
from console.psc import end_elsewhere, professionals_of
from console.words import describe
from signaling.auth import gate_of, local_path
from signaling.domain.errors import NotAllowed, NotSignedIn, Throttled


def routes() -> list[Route]:
    return [
        Route("/login", ask, methods=["GET"]),
        Route("/login", sign_in, methods=["POST"]),
        Route("/logout", sign_out, methods=["POST"]),
    ]


async def ask(request: Request) -> Response:
    """The form; whoever is signed in already goes where they wanted to."""
    target = local_path(request.query_params.get("next", "/"))
    try:
        pending = await pending_of(request)
    except NotSignedIn:
        return _form(request, target=target)
    return RedirectResponse(step_path(pending.step, target), 303)


async def sign_in(request: Request) -> Response:
    email, password, wanted = await fields(request, "email", "password", "next")
    gate = gate_of(request)
    target = local_path(wanted)
    try:
        signed_in = await gate.logins.sign_in(email, password, gate.arrival(request))
    except Throttled as error:
        return _throttled(request, email, target, error)
    except NotAllowed:
        return _form(request, 403, email=email, target=target, error=_wrong(request))
    await gate.logins.sign_out(request.cookies.get(gate.login_cookie))  # the one that this browser had before
    return go_on(request, signed_in, target)


async def sign_out(request: Request) -> Response:
    gate = gate_of(request)
    await gate.logins.sign_out(request.cookies.get(gate.login_cookie))
    response = await end_elsewhere(pages(), request) or RedirectResponse("/login", 303)
    gate.see_out(response)
    return response


def _wrong(request: Request) -> str:
    _ = pages().gettext(pages().language(request))
    return _("The e-mail address or the password is wrong.")


def _throttled(request: Request, email: str, target: str, error: Throttled) -> Response:
    sentence = describe(error, pages().gettext(pages().language(request)))
    response = _form(request, 429, email=email, target=target, error=sentence)
    response.headers["retry-after"] = str(math.ceil(error.retry_after))
    return response


def _form(
    request: Request, status: int = 200, *, target: str, email: str = "", error: str | None = None
) -> Response:
    psc = professionals_of(request) is not None
    return pages().page(request, "login.html", status, email=email, next=target, error=error, psc=psc)
