"""Past meetings: the list, searched and filtered, and taken along."""

from __future__ import annotations

from typing import Any

from babel.numbers import format_decimal
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.audited import audited
from console.history_paper import MOST_ROWS
from console.history_query import Asked
from console.pages import Pages
from console.phrases_history import endings
from console.rows import may_watch, row, running_rows
from signaling.auth import require
from signaling.domain.visitor import Visitor
from signaling.ports import Clock
from signaling.service.history import History, Page


class Meetings:
    def __init__(self, history: History, clock: Clock, pages: Pages) -> None:
        self._history = history
        self._clock = clock
        self._pages = pages

    def routes(self) -> list[Route]:
        return [Route("/history", require()(audited("history.viewed")(self.list)), methods=["GET"])]

    async def list(self, request: Request) -> Response:
        """`?q=` as it is remembered, `outcome`, `regulator`, `debrief`, `running`, `from`, `to`, `tz`, and
        `before` or `after`: docs/history.md. Whatever is there that makes no sense counts as not asked."""
        visitor: Visitor = request.state.visitor
        language, now = self._pages.language(request), self._clock.now()
        gettext = self._pages.gettext(language)
        asked = Asked(request.query_params)
        reader = await self._history.reader(visitor)
        search = asked.search(reader.regulators, now, texts=may_watch(visitor))
        page = await self._history.page(visitor, search)
        running = []
        if may_watch(visitor) and asked.newest and not asked.anything:
            running = running_rows(visitor, await self._history.running(visitor), now, gettext)
        return self._pages.page(
            request,
            "history.html",
            may_watch=may_watch(visitor),
            rows=[row(one, reader, now, language, gettext) for one in page.meetings],
            running=running,
            asked=asked.values,
            filtered=asked.anything,
            outcomes={kind: words for kind, words in endings(gettext).items() if kind != "running"},
            regulators=dict(sorted(reader.regulators.items(), key=lambda one: one[1].casefold())),
            most_on_paper=format_decimal(MOST_ROWS, locale=language),
            exports=_exports(asked) if may_watch(visitor) and page.meetings else {},
            **_addresses(asked, page),
        )


def _exports(asked: Asked) -> dict[str, str]:
    return {kind: asked.address(f"/history/export.{kind.lower()}") for kind in ("CSV", "XLSX", "PDF")}


def _addresses(asked: Asked, page: Page) -> dict[str, Any]:
    found = page.meetings
    chips = {
        name: asked.address(**{name: "" if asked.values[name] else "1"}) for name in ("debrief", "running")
    }
    return {
        "older": asked.address(before=found[-1].place) if page.older and found else "",
        "newer": asked.address(after=found[0].place) if page.newer and found else "",
        "newest": "" if asked.newest else asked.address(),
        "chips": chips,
    }
