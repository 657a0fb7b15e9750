"""A forgotten password: `/login/forgotten` asks for a link, `/login/reset` is where it leads."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.audited import audit_of
from console.forms import fields
from console.pages import Pages
from console.words import describe
from signaling.domain.errors import BadInput, LinkUnusable, Throttled, VisioError
from signaling.service.identity import Identity


class PasswordReset:
    def __init__(self, identity: Identity, pages: Pages) -> None:
        self._resets = identity.resets
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            Route("/login/forgotten", self.forgotten, methods=["GET"]),
            Route("/login/forgotten", self.ask, methods=["POST"]),
            Route("/login/reset", self.show, methods=["GET"]),
            Route("/login/reset", self.change, methods=["POST"]),
        ]

    async def forgotten(self, request: Request) -> Response:
        return self._page(request, "forgotten.html", None, asked=False)

    async def ask(self, request: Request) -> Response:
        """The same answer whether somebody has that address or not."""
        (email,) = await fields(request, "email")
        source = request.client.host if request.client else ""
        try:
            await self._resets.ask(email, self._pages.language(request), source)
        except Throttled as error:
            return self._page(request, "forgotten.html", error, asked=False)
        return self._page(request, "forgotten.html", None, asked=True)

    async def show(self, request: Request) -> Response:
        """A robot that fetches the link spends nothing: the token is in the fragment."""
        return self._page(request, "reset.html", None, done=False, token="")

    async def change(self, request: Request) -> Response:
        token, password, again = await fields(request, "token", "password", "again")
        if password != again:
            return self._page(request, "reset.html", BadInput("differ"), done=False, token=token, differ=True)
        try:
            await audit_of(request).record(*await self._resets.change(token, password))
        except (LinkUnusable, BadInput, Throttled) as error:
            return self._page(request, "reset.html", error, done=False, token=token)
        return self._page(request, "reset.html", None, done=True, token="")

    def _page(
        self,
        request: Request,
        template: str,
        error: VisioError | None,
        *,
        differ: bool = False,
        **context: Any,
    ) -> Response:
        gettext = self._pages.gettext(self._pages.language(request))
        status, sentence = HTTPStatus.OK, ""
        match error:
            case None:
                pass
            case Throttled():
                status, sentence = HTTPStatus.TOO_MANY_REQUESTS, describe(error, gettext)
            case LinkUnusable():
                status, sentence = HTTPStatus.FORBIDDEN, describe(error, gettext)
            case _ if differ:
                status, sentence = HTTPStatus.UNPROCESSABLE_ENTITY, gettext("The two passwords differ.")
            case _:
                status = HTTPStatus.UNPROCESSABLE_ENTITY
                sentence = gettext("A password has 8 to 256 characters.")
        response = self._pages.page(request, template, status, error=sentence, **context)
        if isinstance(error, Throttled):
            response.headers["retry-after"] = str(math.ceil(error.retry_after))
        return response
