"""How long callers take up the ladder, as charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from console.charts.chart import Chart, Series
from console.figures_slices import Figures
from console.phrases_figures import rungs
from console.words import Gettext
from signaling.domain.figures import Spread


def to_each(figures: Figures, _: Gettext) -> Chart:
    """From the start. By group there is no room for all rungs: the last one."""
    if figures.grouped:
        labels, spreads = figures.labels, [one.measures.rungs.get("picture") for one in figures.slices]
        title, head = _("Seconds to the first picture"), figures.head
    else:
        known = rungs(_)
        labels, spreads = tuple(known.values()), [figures.whole.rungs.get(rung) for rung in known]
        title, head = _("Seconds to each rung"), _("Rung")
    note = _("From the start of a visio: median, nine of ten (p90), ninety-nine of a hundred (p99).")
    return _bands("rungs", title, note, head, labels, spreads, _)


def on_each(figures: Figures, _: Gettext) -> Chart:
    """Since the rung before. By group: what a carrier is answerable for."""
    if figures.grouped:
        labels, spreads = figures.labels, [one.measures.rungs.get("delivered") for one in figures.slices]
        title, head = _("Seconds to the delivered message"), figures.head
        note = _("From the start of a visio: median, nine of ten (p90), ninety-nine of a hundred (p99).")
    else:
        known = rungs(_)
        labels, spreads = tuple(known.values()), [figures.whole.spent.get(rung) for rung in known]
        title, head = _("Seconds on each rung"), _("Rung")
        note = _("Since the rung before: where callers wait.")
    return _bands("spent", title, note, head, labels, spreads, _)


def _bands(
    key: str,
    title: str,
    note: str,
    head: str,
    labels: tuple[str, ...],
    spreads: Sequence[Spread | None],
    _: Gettext,
) -> Chart:
    return Chart(
        key=key,
        kind="bands",
        unit="seconds",
        title=title,
        note=note,
        head=head,
        labels=labels,
        series=(
            _spread(_("median"), spreads, lambda one: one.median),
            _spread("p90", spreads, lambda one: one.p90),
            _spread("p99", spreads, lambda one: one.p99),
        ),
    )


def _spread(name: str, spreads: Sequence[Spread | None], part: Callable[[Spread], float]) -> Series:
    return Series(name, tuple(None if one is None else part(one) for one in spreads))
