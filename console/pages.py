"""Pages of the console: templates in the visitor's language, with what each of them shows."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse

from console.words import Gettext
from signaling.domain.visitor import Visitor
from signaling.languages import Catalogues, available, environment

LANGUAGE_COOKIE: Final = "visio-language"
_DEFAULT: Final = "fr"
_HERE: Final = Path(__file__).parent


class Pages:
    """The templates of a folder, and the catalogues of its languages."""

    def __init__(self, folder: Path) -> None:
        languages = available(folder / "locales")
        self._catalogues = Catalogues(folder / "locales", languages, _DEFAULT)
        self.languages = languages
        self.render = environment(folder / "templates", self._catalogues)

    def language(self, connection: HTTPConnection) -> str:
        """The one that was chosen, or else the best that the browser asks for."""
        wanted = connection.headers.get("accept-language", "")
        return self._catalogues.negotiate(wanted, connection.cookies.get(LANGUAGE_COOKIE))

    def gettext(self, language: str) -> Gettext:
        return self._catalogues.translations(language).gettext

    def page(self, request: Request, name: str, status: int = HTTPStatus.OK, **context: Any) -> HTMLResponse:
        """A template with its context; the header's is added. `signed_in`: who the visitor is where they
        signed in, which may be another centre than that of what is shown."""
        visitor: Visitor | None = getattr(request.state, "visitor", None)
        frame = {
            "visitor": visitor,
            "signed_in": getattr(request.state, "signed_in", visitor),
            "path": request.url.path,
            "nonce": getattr(request.state, "nonce", ""),
        }
        html = self.render(name, self.language(request), **frame, **context)
        return HTMLResponse(html, status, headers={"vary": "accept-language, cookie"})


@cache
def pages() -> Pages:
    """The console's own, read once."""
    return Pages(_HERE)
