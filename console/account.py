"""`/account`: what a person changes of their own account, in whatever role."""

from __future__ import annotations

import math
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from console.audited import audited
from console.forms import fields
from console.login_steps import app_offer
from console.pages import Pages
from console.passkeys import passkey_rows
from console.rows import moment
from console.words import Gettext, describe
from signaling.auth import Handler, gate_of, require
from signaling.domain.audit import Action
from signaling.domain.errors import BadAddress, BadInput, NotAllowed, Throttled, VisioError
from signaling.domain.records import Centre, Login
from signaling.domain.visitor import Visitor
from signaling.service.identity import Identity

# Of the page, as `done` names them
PARTS: Final = ("name", "password", "phone", "app", "recovery", "logins", "passkeys")

AUDITED: Final[dict[str, Action]] = {
    "name": "account.changed",
    "password": "password.changed",
    "phone": "factor.changed",
    "app/confirm": "factor.changed",
    "app/remove": "factor.changed",
    "recovery": "factor.changed",
    "passkeys": "factor.changed",
    "passkeys/{passkey:str}/remove": "factor.changed",
    "logins/others": "login.ended",
    "logins/{login:str}/end": "login.ended",
}  # what only begins to set an app up changes nothing yet


class Account:
    def __init__(self, identity: Identity, pages: Pages) -> None:
        self._identity = identity
        self._pages = pages

    def routes(self) -> list[Route]:
        changes: dict[str, Callable[[Request], Any]] = {
            "name": self.rename,
            "password": self.change_password,
            "phone": self.set_phone,
            "app": self.begin_app,
            "app/confirm": self.confirm_app,
            "app/remove": self.remove_app,
            "recovery": self.renew_recovery,
            "passkeys": self.add_passkey,
            "passkeys/{passkey:str}/remove": self.remove_passkey,
            "logins/others": self.end_others,
            "logins/{login:str}/end": self.end_login,
        }
        return [
            Route("/account", require()(self.show), methods=["GET"]),
            *(
                Route(f"/account/{path}", require()(_audited(path, do)), methods=["POST"])
                for path, do in changes.items()
            ),
        ]

    async def show(self, request: Request) -> Response:
        return await self._page(request, done=request.query_params.get("done", ""))

    async def rename(self, request: Request) -> Response:
        (name,) = await fields(request, "name")
        try:
            await self._identity.own.rename(request.state.visitor, name)
        except BadInput as error:
            return await self._page(request, wrong=("name", error))
        return _done("name")

    async def change_password(self, request: Request) -> Response:
        old, new, again = await fields(request, "old", "new", "again")
        try:
            if new != again:
                raise BadInput("the two passwords differ")
            await self._identity.own.change_password(request.state.visitor, old, new, _source(request))
        except (NotAllowed, BadInput) as error:
            return await self._page(request, wrong=("password", error), differ=new != again)
        return _done("password")

    async def set_phone(self, request: Request) -> Response:
        phone, password = await fields(request, "phone", "password")
        own, visitor = self._identity.own, request.state.visitor
        try:
            await own.know(visitor, password, _source(request))
            await own.set_phone(visitor, phone)
        except (NotAllowed, BadInput) as error:
            return await self._page(request, wrong=("phone", error))
        return _done("phone")

    # --- the authenticator
    async def begin_app(self, request: Request) -> Response:
        """The QR code of a new secret; nothing changes before a code of it was typed."""
        (password,) = await fields(request, "password")
        try:
            person = await self._identity.own.know(request.state.visitor, password, _source(request))
        except NotAllowed as error:
            return await self._page(request, wrong=("app", error))
        return await self._page(request, offer=app_offer(self._identity, person))

    async def confirm_app(self, request: Request) -> Response:
        sealed, code = await fields(request, "sealed", "code")
        person = await self._identity.own.person(request.state.visitor)
        try:
            codes = await self._identity.authenticators.confirm(person, sealed, code, _source(request))
        except NotAllowed as error:
            offer = app_offer(self._identity, person, sealed)
            return await self._page(request, wrong=("code", error), offer=offer)
        return self._pages.page(request, "recovery.html", codes=codes, onward="/account?done=app", error="")

    async def remove_app(self, request: Request) -> Response:
        return await self._with_password(request, remove=True)

    async def renew_recovery(self, request: Request) -> Response:
        return await self._with_password(request, remove=False)

    async def _with_password(self, request: Request, *, remove: bool) -> Response:
        (password,) = await fields(request, "password")
        try:
            person = await self._identity.own.know(request.state.visitor, password, _source(request))
        except NotAllowed as error:
            return await self._page(request, wrong=("app", error))
        if remove or not person.totp:
            await self._identity.authenticators.remove(person)
            return _done("app")
        codes = await self._identity.authenticators.renew_recovery(person)
        return self._pages.page(
            request, "recovery.html", codes=codes, onward="/account?done=recovery", error=""
        )

    # --- passkeys
    async def add_passkey(self, request: Request) -> Response:
        """What the browser made with `/account/passkeys/options`, which asked for the password."""
        credential, name = await fields(request, "credential", "name")
        person = await self._identity.own.person(request.state.visitor)
        try:
            await self._identity.passkeys.register(person, request.state.visitor.login, credential, name)
        except (NotAllowed, BadInput) as error:
            return await self._page(request, wrong=("passkey", error))
        return _done("passkeys")

    async def remove_passkey(self, request: Request) -> Response:
        (password,) = await fields(request, "password")
        try:
            person = await self._identity.own.know(request.state.visitor, password, _source(request))
        except NotAllowed as error:
            return await self._page(request, wrong=("passkeys", error))
        await self._identity.passkeys.remove(person, request.path_params["passkey"])
        return _done("passkeys")

    # --- logins
    async def end_login(self, request: Request) -> Response:
        await self._identity.own.revoke(request.state.visitor, request.path_params["login"])
        return _done("logins")

    async def end_others(self, request: Request) -> Response:
        await self._identity.own.revoke_others(request.state.visitor)
        return _done("logins")

    async def _page(
        self,
        request: Request,
        *,
        done: str = "",
        wrong: tuple[str, VisioError] | None = None,
        differ: bool = False,
        offer: dict[str, Any] | None = None,
    ) -> Response:
        visitor: Visitor = request.state.visitor
        gettext = self._pages.gettext(self._pages.language(request))
        person = await self._identity.own.person(visitor)
        part, error = wrong or ("", None)
        pending = await gate_of(request).logins.pending(gate_of(request).cookie_of(request))
        response = self._pages.page(
            request,
            "account.html",
            _status(error),
            person=person,
            own=pending.own,
            places=pending.places,
            by_code=pending.by_code,
            recovery_left=await self._identity.authenticators.recovery_left(person),
            logins=[
                _login(login, centre, self._pages.language(request))
                for login, centre in await self._identity.own.logins(visitor)
            ],
            passkeys=await passkey_rows(self._identity, person, self._pages.language(request)),
            offer=offer,
            next="",
            done=done if done in PARTS else "",
            wrong=part,
            error="" if error is None else _sentence(part, error, gettext, differ=differ),
        )
        if isinstance(error, Throttled):
            response.headers["retry-after"] = str(math.ceil(error.retry_after))
        return response


def _login(login: Login, centre: Centre, language: str) -> dict[str, Any]:
    return {
        "id": login.id,
        "browser": login.browser,
        "centre": centre.name,
        "since": moment(login.created_at, language),
        "seen": moment(login.seen_at or login.created_at, language),
    }


def _status(error: VisioError | None) -> int:
    if error is None:
        return HTTPStatus.OK
    if isinstance(error, Throttled):
        return HTTPStatus.TOO_MANY_REQUESTS
    return HTTPStatus.FORBIDDEN if isinstance(error, NotAllowed) else HTTPStatus.UNPROCESSABLE_ENTITY


def _sentence(part: str, error: VisioError, _: Gettext, *, differ: bool) -> str:
    if isinstance(error, Throttled | BadAddress):
        return describe(error, _)
    if part == "code":
        return _("This code is wrong, was used, or has expired.")
    if part == "passkey":
        return _("No passkey was made. Try again, or with another device.")
    if isinstance(error, NotAllowed):
        return _("The password is wrong.")
    if part == "name":
        return _("A name has 1 to 80 characters.")
    return _("The two passwords differ.") if differ else _("A password has 8 to 256 characters.")


def _done(part: str) -> Response:
    return RedirectResponse(f"/account?done={part}#{part}", HTTPStatus.SEE_OTHER)


def _source(request: Request) -> str:
    return request.client.host if request.client else ""


def _audited(path: str, do: Handler) -> Handler:
    return audited(AUDITED[path])(do) if path in AUDITED else do
