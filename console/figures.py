"""The figures of a centre, or of all that a supervisor looks after: tiles, charts, each chart as a file.

Definitions: docs/figures.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

import msgspec
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console import phrases_figures
from console.audited import audited
from console.charts import table
from console.charts.chart import Chart
from console.figures_charts import charts
from console.figures_query import Chosen, chosen
from console.figures_reading import OTHERS, FiguresDesk, Read, Scope
from console.figures_slices import Figures, Slice
from console.figures_view import chart_view, scope_words, source_words, step_labels, tiles
from console.pages import Pages
from console.words import Gettext
from signaling.auth import require
from signaling.domain.errors import NotFound


class FiguresPage:
    def __init__(self, desk: FiguresDesk, pages: Pages) -> None:
        self._desk = desk
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            Route("/figures", require()(self.show), methods=["GET"]),
            Route("/figures/{chart}.csv", require()(audited("export.made")(self.csv)), methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """`?period=7d|30d|12m|own`, `from`, `to` (days, for `own`), `step=day|week|month`, `split`, and
        `centre` any number of times: docs/figures.md."""
        asked, scope = await self._asked(request)
        language = self._pages.language(request)
        _ = self._pages.gettext(language)
        words = phrases_figures.splits(_)
        context: dict[str, Any] = {
            "chosen": asked,
            "scope": scope_words(asked, [one.name for one in scope.seen], language, _),
            "periods": phrases_figures.periods(_),
            "steps": phrases_figures.steps(_),
            "splits": {one: words[one] for one in scope.splits},
            "centres": scope.centres,
            "seen": {one.id for one in scope.seen},
        }
        if asked.wrong_order:
            sentence = _("The first day is after the last one. Choose them the other way round.")
            return self._pages.page(request, "figures.html", sentence=sentence, version="", **context)
        read = await self._desk.read(request.state.visitor, asked, scope)
        version = _version(read)
        if request.headers.get("if-none-match") == version:  # of a page that follows
            return Response(status_code=HTTPStatus.NOT_MODIFIED)
        figures = await self._figures(asked, scope, read, language, _)

        def drawn() -> Response:
            return self._pages.page(
                request,
                "figures.html",
                sentence="",
                version=version,
                tiles=tiles(read.whole, language, _),
                charts=[chart_view(one, asked, language, _) for one in charts(figures, language, _)],
                left_out=read.left_out,
                source=source_words(_),
                **context,
            )

        # A year day by day takes a quarter of a second, in which calls must go on
        return await asyncio.to_thread(drawn)

    async def csv(self, request: Request) -> Response:
        """The numbers of one chart, as the page of the same address draws them."""
        asked, scope = await self._asked(request)
        language = self._pages.language(request)
        _ = self._pages.gettext(language)
        read = await self._desk.read(request.state.visitor, asked, scope)
        figures = await self._figures(asked, scope, read, language, _)
        chart = _named(charts(figures, language, _), request.path_params["chart"])
        request.state.audit_detail = {"what": "figures", "format": "csv", "kind": scope.split}
        name = f"{chart.key}-{asked.first:%Y%m%d}-{asked.last:%Y%m%d}.csv"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(table.csv(chart, _), media_type="text/csv; charset=utf-8", headers=headers)

    async def _asked(self, request: Request) -> tuple[Chosen, Scope]:
        """What is shown: of what was asked for, what this visitor may see."""
        query, visitor = request.query_params, request.state.visitor
        asked = chosen(query, query.getlist("centre"), self._desk.today())
        scope = await self._desk.scope(visitor, asked)
        return replace(asked, split=scope.split), scope

    async def _figures(self, asked: Chosen, scope: Scope, read: Read, language: str, _: Gettext) -> Figures:
        times = step_labels(read.days, asked.step, language, _)
        if not scope.split:
            slices = [Slice(*pair) for pair in zip(times, read.over_time[""], strict=True)]
            return Figures(read.whole, slices, phrases_figures.step_name(asked.step, _))
        named = _Names(await self._desk.names(scope), scope, _)
        return Figures(
            read.whole,
            [Slice(named.of(name), measures) for name, measures in read.groups.items()],
            phrases_figures.heads(_)[scope.split],
            times=times,
            time_head=phrases_figures.step_name(asked.step, _),
            over_time=[(named.of(name), of) for name, of in read.over_time.items()],
        )


def _version(read: Read) -> str:
    """The same as long as the numbers are."""
    return f'"{blake2b(msgspec.json.encode(read, order="deterministic"), digest_size=12).hexdigest()}"'


class _Names:
    """Of groups, as they are read."""

    def __init__(self, ids: Mapping[str, str], scope: Scope, _: Gettext) -> None:
        self._ids = ids
        self._split = scope.split
        self._gettext = _

    def of(self, name: str) -> str:
        _ = self._gettext
        if name == OTHERS:
            return _("others")
        if self._split == "regulator":
            return self._ids.get(name, _("former regulator")) if name else _("the whole centre")
        if self._split == "centre":
            return self._ids.get(name, name)
        return name or _("unknown")


def _named(made: list[Chart], key: str) -> Chart:
    for one in made:
        if one.key == key:
            return one
    raise NotFound("no such chart")
