"""Which language a phone is spoken to in: the chosen one, else the best of those that it asks for."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from starlette.requests import Request

from signaling.languages import Catalogues, available

LOCALES: Final = Path(__file__).resolve().parent / "locales"
DEFAULT: Final = "fr"  # for a phone that says nothing
FOREIGN: Final = "en"  # for one whose languages we lack
COOKIE: Final = "visio-language"  # what the person has chosen, or the regulator for them


@cache
def catalogues() -> Catalogues:
    """Read once a process."""
    return Catalogues(LOCALES, available(LOCALES), DEFAULT, FOREIGN)


def language_of(request: Request) -> str:
    """By `?lang=`, by an earlier choice, by `Accept-Language`: the first that names one of ours."""
    chosen = asked(request) or request.cookies.get(COOKIE)
    return catalogues().negotiate(request.headers.get("accept-language", ""), chosen)


def asked(request: Request) -> str:
    """The language in the address, `""` for none or for none of ours."""
    language = request.query_params.get("lang", "")
    return language if language in catalogues().languages else ""
