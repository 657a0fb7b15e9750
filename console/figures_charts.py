"""The figures as charts: which numbers stand in which, and what each of them means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from console.charts.chart import Chart, Reference, Series
from console.charts.numbers import written
from console.figures_quality import quality
from console.figures_rungs import on_each, to_each
from console.figures_slices import Figures, counted, plain, series, share, stacked
from console.phrases_figures import causes, functions, ways
from console.words import Gettext
from signaling.domain.figures import Measures

# Linderoth et al., "Live video from bystanders' smartphones to medical dispatchers in real emergencies",
# BMC Emergency Medicine 2021;21:101, doi:10.1186/s12873-021-00493-5: 838 of the attempted transmissions of
# June 2019 to February 2020 succeeded; of 700 followed up, the condition was found more critical in 12.9 %.
COPENHAGEN_REACHED: Final = 0.822
COPENHAGEN_WORSE: Final = 0.129
SOURCE: Final = "Linderoth et al., BMC Emergency Medicine 2021;21:101, doi:10.1186/s12873-021-00493-5"


def charts(figures: Figures, language: str, _: Gettext) -> list[Chart]:
    """All of the page, in its order."""
    return [
        _attempts(figures, _),
        _reached(figures, language, _),
        to_each(figures, _),
        on_each(figures, _),
        _causes(figures, _),
        _again(figures, _),
        *quality(figures, _),
        _assessment(figures, language, _),
        _functions(figures, _),
        *(_over_time(figures, language, _) if figures.over_time else ()),
    ]


def _attempts(figures: Figures, _: Gettext) -> Chart:
    return Chart(
        key="attempts",
        kind=stacked(figures),
        unit="count",
        title=_("Attempts"),
        note=_("Visios that were started and have ended."),
        head=figures.head,
        labels=figures.labels,
        series=(
            series(figures, _("with a picture"), lambda one: one.reached),
            series(figures, _("without a picture"), lambda one: one.attempts - one.reached),
        ),
    )


def _reached(figures: Figures, language: str, _: Gettext) -> Chart:
    return Chart(
        key="reached",
        kind=plain(figures),
        unit="share",
        title=_("Share with a first picture"),
        note=_("Of all attempts: live video, stills or a photo was seen."),
        head=figures.head,
        labels=figures.labels,
        series=(
            series(figures, _("Share with a first picture"), lambda one: share(one.reached, one.attempts)),
        ),
        reference=Reference(COPENHAGEN_REACHED, copenhagen(COPENHAGEN_REACHED, language, _)),
    )


def copenhagen(value: float, language: str, _: Gettext) -> str:
    return _("Copenhagen: %(share)s") % {"share": written(value, "share", language)}


def _causes(figures: Figures, _: Gettext) -> Chart:
    return Chart(
        key="causes",
        kind=stacked(figures),
        unit="count",
        title=_("Why there was no picture"),
        note=_("Each visio without a picture has one cause."),
        head=figures.head,
        labels=figures.labels,
        series=counted(figures, causes(_), lambda one: one.causes),
    )


def _again(figures: Figures, _: Gettext) -> Chart:
    return Chart(
        key="again",
        kind=stacked(figures),
        unit="count",
        title=_("Resends and second ways in"),
        note=_("Messages sent again, and visios that were entered by a code, a QR code or a second phone."),
        head=figures.head,
        labels=figures.labels,
        series=counted(figures, ways(_), lambda one: one.ways),
    )


def _assessment(figures: Figures, language: str, _: Gettext) -> Chart:
    kinds = {"worse": _("More serious"), "same": _("Unchanged"), "better": _("Less serious")}
    return Chart(
        key="assessment",
        kind=stacked(figures),
        unit="share",
        title=_("What the picture changed"),
        note=_("Of the visios with a picture that were assessed."),
        head=figures.head,
        labels=figures.labels,
        series=tuple(series(figures, words, _assessed_as(kind)) for kind, words in kinds.items()),
        reference=Reference(
            COPENHAGEN_WORSE,
            _("Copenhagen: %(share)s more serious") % {"share": written(COPENHAGEN_WORSE, "share", language)},
        ),
    )


def _assessed_as(kind: str) -> Callable[[Measures], float | None]:
    """Of those that were assessed with a picture."""
    kinds = ("worse", "same", "better")
    return lambda one: share(one.assessed.get(kind, 0), sum(one.assessed.get(each, 0) for each in kinds))


def _functions(figures: Figures, _: Gettext) -> Chart:
    """Of the whole, whichever way the others are split: rows are functions here."""
    known = functions(_)
    values = tuple(share(figures.whole.functions.get(one, 0), figures.whole.reached) for one in known)
    return Chart(
        key="functions",
        kind="bars",
        unit="share",
        title=_("Use of each function"),
        note=_("Of the visios with a picture: the function was used at least once."),
        head=_("Function"),
        labels=tuple(known.values()),
        series=(Series(_("Share of the visios"), values),),
    )


def _over_time(figures: Figures, language: str, _: Gettext) -> tuple[Chart, Chart]:
    """The largest groups, step by step."""
    return (
        Chart(
            key="attempts-over-time",
            kind="columns",
            unit="count",
            title=_("Attempts over time"),
            note=_("The largest groups; the others are added up."),
            head=figures.time_head,
            labels=figures.times,
            series=tuple(
                Series(name, tuple(one.attempts for one in measures)) for name, measures in figures.over_time
            ),
        ),
        Chart(
            key="reached-over-time",
            kind="lines",
            unit="share",
            title=_("Share with a first picture over time"),
            note=_("The largest groups; the others are added up."),
            head=figures.time_head,
            labels=figures.times,
            series=tuple(
                Series(name, tuple(share(one.reached, one.attempts) for one in measures))
                for name, measures in figures.over_time
            ),
            reference=Reference(COPENHAGEN_REACHED, copenhagen(COPENHAGEN_REACHED, language, _)),
        ),
    )
