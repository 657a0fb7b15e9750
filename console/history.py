"""Past meetings: the list, searched and filtered, and taken along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from babel.numbers import format_decimal
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.audited import audit_of, audited
from console.history_paper import MOST_ROWS
from console.history_query import PATH, Asked
from console.history_scope import scope_of
from console.pages import Pages
from console.phrases_history import endings
from console.rows import may_watch, row, running_rows
from signaling.auth import require
from signaling.domain.audit import Audited
from signaling.domain.visitor import Visitor
from signaling.ports import Clock, Listed, Meeting
from signaling.service.history import History, Page, Reader


class Meetings:
    def __init__(self, history: History, clock: Clock, pages: Pages) -> None:
        self._history = history
        self._clock = clock
        self._pages = pages

    def routes(self) -> list[Route]:
        return [Route("/history", require()(audited("history.viewed")(self.list)), methods=["GET"])]

    async def list(self, request: Request) -> Response:
        """`?q=` as it is remembered, `centre`, `outcome`, `regulator`, `debrief`, `running`, `from`, `to`,
        `tz`, `numbers`, and `before` or `after`: docs/history.md. Whatever is there that makes no sense
        counts as not asked; a centre that isn't the visitor's to see has no meetings."""
        visitor: Visitor = request.state.visitor
        language, now = self._pages.language(request), self._clock.now()
        gettext = self._pages.gettext(language)
        scope = await scope_of(request, self._history, self._clock)
        asked = scope.asked
        reader = scope.reader if asked.numbers else scope.reader.masked
        page = await self._history.page(reader, scope.search)
        running: Sequence[Listed] = ()
        if may_watch(visitor) and asked.newest and not asked.anything_within:
            running = await self._history.running(*reader.visits)
        if reader.numbers:
            await _note_numbers(request, reader, [*page.meetings, *running])
        return self._pages.page(
            request,
            "history.html",
            may_watch=may_watch(visitor),
            rows=[row(one, reader, now, language, gettext) for one in page.meetings],
            running=running_rows(running, now, gettext, whole=reader.numbers),
            asked=asked.values,
            filtered=asked.anything,
            outcomes={kind: words for kind, words in endings(gettext).items() if kind != "running"},
            centres={one.centre: one.centre_name for one in scope.choices} if scope.several else {},
            regulators=_regulators(reader),
            reads_numbers=scope.reader.numbers,
            most_on_paper=format_decimal(MOST_ROWS, locale=language),
            exports=_exports(asked) if may_watch(visitor) and page.meetings else {},
            **_addresses(asked, page),
        )


async def _note_numbers(request: Request, reader: Reader, shown: Iterable[Meeting | Listed]) -> None:
    """One line for each centre whose whole numbers are about to leave. Raises Unavailable."""
    numbered = Counter({one.session.id: one.session.centre for one in shown if one.session.address}.values())
    lines = [
        Audited(one.centre, one.user, "history.numbers_shown", detail={"rows": numbered[one.centre]})
        for one in reader.visits
        if numbered[one.centre]
    ]
    if lines:
        await audit_of(request).record(*lines)


def _regulators(reader: Reader) -> dict[str, dict[str, str]]:
    """By the name of their centre, in the order of their own names."""
    return {
        reader.centres[centre]: dict(sorted(names.items(), key=lambda one: one[1].casefold()))
        for centre, names in reader.colleagues.items()
    }


def _exports(asked: Asked) -> dict[str, str]:
    kinds = ("CSV", "XLSX", "PDF")
    return {kind: asked.address(f"/history/export.{kind.lower()}", numbers="") for kind in kinds}


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
        "all": asked.unfiltered(),
        "numbers": asked.address(PATH, **asked.place, numbers="" if asked.numbers else "1"),
    }
