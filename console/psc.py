"""Signing in through Pro Santé Connect: `POST /login/psc` and the way back, `GET /login/psc/callback`.

Both ways lead over a page of ours: browsers hold a form's redirects to the policy's `form-action 'self'`, and
a cookie set with `SameSite=Lax` comes back with a navigation from the provider's site.
"""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.audited import audit_of
from console.forms import fields
from console.login_steps import go_on
from console.pages import Pages
from console.words import Gettext, describe
from signaling.auth import Gate, gate_of, local_path
from signaling.domain.audit import Audited
from signaling.domain.errors import NotAllowed, NotFound, Throttled, Unavailable, VisioError
from signaling.domain.ids import new_secret
from signaling.domain.ways_in import Proof
from signaling.service.professionals import PATIENCE, Professionals

_PROOFS: Final[tuple[Proof, ...]] = ("psc",)
_ANSWERS: Final = ("state", "code", "iss", "error")
_LONGEST: Final = 4096  # characters of one of them

log = structlog.get_logger()


class ProSanteConnect:
    def __init__(self, professionals: Professionals, pages: Pages) -> None:
        self._professionals = professionals
        self._pages = pages

    def routes(self) -> list[Route]:
        if not self._professionals.expected:
            return []
        return [
            Route("/login/psc", self.leave, methods=["POST"]),
            Route("/login/psc/callback", self.come_back, methods=["GET"]),
        ]

    async def leave(self, request: Request) -> Response:
        (wanted,) = await fields(request, "next")
        browser, target = new_secret(), local_path(wanted)
        try:
            url = await self._professionals.begin(browser, target, _source(request))
        except (NotAllowed, Unavailable) as error:
            return self._refused(request, error)
        response = leaving(self._pages, request, url)
        _remember(gate_of(request), response, browser, PATIENCE // 1000)
        return response

    async def come_back(self, request: Request) -> Response:
        """No mere read, though a GET: the state, used once and bound to the browser, stands for the form."""
        request.state.private = True
        gate = gate_of(request)
        answer = {name: request.query_params.get(name, "") for name in _ANSWERS}
        answer = {name: value for name, value in answer.items() if value}
        try:
            if any(len(value) > _LONGEST for value in answer.values()):
                raise NotAllowed("the answer's size")
            if any(len(request.query_params.getlist(name)) > 1 for name in _ANSWERS):
                raise NotAllowed("an answer given twice")
            known = await self._professionals.finish(answer, request.cookies.get(_cookie(gate), ""))
            signed_in = await gate.logins.begin(known.person, _PROOFS, gate.arrival(request))
        except (NotAllowed, NotFound, Unavailable) as error:
            log.info("provider_refused", reason=str(error))
            await audit_of(request).record(Audited("", "", "login.refused", detail={"way": "psc"}))
            return self._refused(request, error)
        await gate.logins.sign_out(gate.cookie_of(request))
        response = go_on(request, signed_in, known.target)
        _remember(gate, response, answer["state"], gate.hours * 3600)
        return response

    def _refused(self, request: Request, error: VisioError) -> Response:
        gettext = self._pages.gettext(self._pages.language(request))
        response = self._pages.page(
            request,
            "login.html",
            _status(error),
            email="",
            next="/",
            error=_sentence(error, gettext),
            psc=True,
        )
        if isinstance(error, Throttled):
            response.headers["retry-after"] = str(math.ceil(error.retry_after))
        return response


def professionals_of(request: Request) -> Professionals | None:
    """None where no provider is set up."""
    professionals: Professionals | None = getattr(request.app.state, "professionals", None)
    return professionals if professionals is not None and professionals.expected else None


async def end_elsewhere(pages: Pages, request: Request) -> Response | None:
    """The page that ends the login at the provider, for a browser that came from there."""
    professionals, gate = professionals_of(request), gate_of(request)
    state = request.cookies.get(_cookie(gate), "")
    if professionals is None or not state:
        return None
    try:
        url = await professionals.farewell(state)
    except (NotAllowed, Unavailable):
        return None
    response = leaving(pages, request, url) if url else None
    if response is not None:
        _remember(gate, response, "", 0)
    return response


def leaving(pages: Pages, request: Request, url: str) -> Response:
    return pages.page(request, "leaving.html", url=url, error="")


def _cookie(gate: Gate) -> str:
    return f"{gate.login_cookie}-psc"


def _remember(gate: Gate, response: Response, value: str, seconds: int) -> None:
    response.set_cookie(
        _cookie(gate), value, max_age=seconds, path="/", secure=gate.secure, httponly=True, samesite="lax"
    )


def _status(error: VisioError) -> int:
    if isinstance(error, Throttled):
        return HTTPStatus.TOO_MANY_REQUESTS
    # The fault is not ours, and the page with the other ways in is all there
    return HTTPStatus.FAILED_DEPENDENCY if isinstance(error, Unavailable) else HTTPStatus.FORBIDDEN


def _sentence(error: VisioError, _: Gettext) -> str:
    if isinstance(error, Throttled):
        return describe(error, _)
    if isinstance(error, Unavailable):
        return _("Pro Santé Connect doesn't answer. Sign in with your password, or try again.")
    if isinstance(error, NotFound):
        return _("No account here carries your RPPS number. Ask the administrator of your centre.")
    return _("Pro Santé Connect did not let you in. Try again, or sign in with your password.")


def _source(request: Request) -> str:
    return request.client.host if request.client else ""
