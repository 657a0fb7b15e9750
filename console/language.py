"""The language switch, for pages before and after the login."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from console.pages import LANGUAGE_COOKIE, Pages
from signaling.auth import local_path

YEAR: Final = 365 * 24 * 3600  # seconds


def routes(pages: Pages) -> list[Route]:
    async def switch(request: Request) -> Response:
        """Back to the page that asked, in the chosen language; an unknown one changes nothing."""
        async with request.form(max_files=0, max_fields=10) as form:
            language, target = str(form.get("language", "")), str(form.get("next", "/"))
        response = RedirectResponse(local_path(target), HTTPStatus.SEE_OTHER)
        if language in pages.languages:
            secure = request.url.scheme == "https"
            response.set_cookie(
                LANGUAGE_COOKIE, language, max_age=YEAR, secure=secure, httponly=True, samesite="lax"
            )
        return response

    return [Route("/language", switch, methods=["POST"])]
