"""What was shared, for the caller to read and to keep: on their page, and as a file of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Final, Protocol

import msgspec
from babel.dates import format_date, format_time
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from patient_pwa.http import NEVER, BadBody, cookie_name, read, refuse, reply
from patient_pwa.language import catalogues
from patient_pwa.shell import STATIC, TEMPLATES
from signaling.domain.errors import NotSignedIn
from signaling.domain.records import Role
from signaling.domain.sharing import Shared, Span
from signaling.languages import environment

LISTED: Final = 6  # times; of more, the first and the last


class Summary(Protocol):
    @property
    def centre(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def started_at(self) -> int: ...
    @property
    def ended_at(self) -> int | None: ...
    @property
    def shared(self) -> Shared: ...
    @property
    def viewers(self) -> Mapping[Role, int]: ...
    @property
    def deleted_at(self) -> int | None: ...
    @property
    def keep_days(self) -> int: ...


class Summaries(Protocol):
    """What the page needs of the use case (`signaling.service.summary`)."""

    async def of(self, cookie: str | None) -> Summary: ...


class Reader(msgspec.Struct, frozen=True):
    """Whose phone it is: the language of the page, and the phone's clock."""

    lang: Annotated[str, msgspec.Meta(max_length=12)] = ""
    offset: Annotated[int, msgspec.Meta(ge=-900, le=900)] = 0  # minutes to add to UTC


def routes(summaries: Summaries, *, secure: bool) -> list[Route]:
    page = _Page(summaries, secure)
    return [
        Route("/j/summary", page.show, methods=["POST"]),
        Route("/j/summary.html", page.save),
    ]


class _Page:
    def __init__(self, summaries: Summaries, secure: bool) -> None:
        self._summaries = summaries
        self._cookie = cookie_name(secure)
        self._catalogues = catalogues()
        style = (STATIC / "later/summary.css").read_text(encoding="utf-8")
        self._render = environment(TEMPLATES, self._catalogues, style=style)

    async def show(self, request: Request) -> Response:
        """Answers `{"html", "file"}`: the article, and the address of the file that keeps it."""
        try:
            reader = await read(request, Reader)
            html = await self._rendered(request, "summary-article.html.jinja", reader)
        except BadBody as fault:
            return refuse(fault)
        except NotSignedIn as error:
            return reply({"code": error.code}, 401)
        file = f"/j/summary.html?lang={self._language(request, reader)}&offset={reader.offset}"
        return reply({"html": html, "file": file})

    async def save(self, request: Request) -> Response:
        """The same as a document that needs nothing else, to download."""
        try:
            reader = msgspec.convert(dict(request.query_params), Reader, strict=False)
            html = await self._rendered(request, "summary.html.jinja", reader)
        except msgspec.ValidationError as error:
            return refuse(BadBody(str(error)))
        except NotSignedIn as error:
            return reply({"code": error.code}, 401)
        headers = {"Cache-Control": NEVER, "Content-Disposition": 'attachment; filename="visio.html"'}
        return HTMLResponse(html, headers=headers)

    def _language(self, request: Request, reader: Reader) -> str:
        return self._catalogues.negotiate(request.headers.get("accept-language", ""), reader.lang)

    async def _rendered(self, request: Request, template: str, reader: Reader) -> str:
        found = await self._summaries.of(request.cookies.get(self._cookie))
        language = self._language(request, reader)
        return self._render(template, language, it=found, clock=_Clock(language, reader.offset))


class _Clock:
    """Writes times as the reader's phone would."""

    def __init__(self, language: str, offset: int) -> None:
        self._language = language
        self._zone = timezone(timedelta(minutes=offset))

    def day(self, at: int) -> str:
        return format_date(self._at(at), "long", locale=self._language)

    def time(self, at: int) -> str:
        return format_time(self._at(at), "short", locale=self._language)

    def span(self, span: Span) -> str:
        return self._between(span.begin, span.end)

    def times(self, at: Sequence[int]) -> str:
        """Each one; of many only between which they are."""
        if len(at) > LISTED:
            return self._between(at[0], at[-1])
        return ", ".join(dict.fromkeys(self.time(one) for one in at))

    def _between(self, begin: int, end: int | None) -> str:
        last = "…" if end is None else self.time(end)
        return f"{self.time(begin)} – {last}"

    def _at(self, at: int) -> datetime:
        return datetime.fromtimestamp(at / 1000, UTC).astimezone(self._zone)
