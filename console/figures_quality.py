"""How good the picture was, as charts."""

from __future__ import annotations

from console.charts.chart import Chart
from console.figures_slices import Figures, plain, series, share
from console.words import Gettext


def quality(figures: Figures, _: Gettext) -> list[Chart]:
    charts = (_bitrate, _frames, _lost, _stills, _stalled)
    return [chart(figures, _) for chart in charts]


def _bitrate(figures: Figures, _: Gettext) -> Chart:
    return Chart(
        key="bitrate",
        kind=plain(figures),
        unit="kilobits",
        title=_("Quality: bit rate"),
        note=_("Median of the visios with live video, in kbit/s."),
        head=figures.head,
        labels=figures.labels,
        series=(series(figures, _("bit rate"), lambda one: one.kilobits),),
    )


def _frames(figures: Figures, _: Gettext) -> Chart:
    return Chart(
        key="frames",
        kind=plain(figures),
        unit="frames",
        title=_("Quality: frames a second"),
        note=_("Median of the visios with live video, as phones measured it."),
        head=figures.head,
        labels=figures.labels,
        series=(series(figures, _("frames a second"), lambda one: one.frames),),
    )


def _lost(figures: Figures, _: Gettext) -> Chart:
    return Chart(
        key="lost",
        kind=plain(figures),
        unit="share",
        title=_("Quality: packets lost"),
        note=_("Median of the visios with live video, as phones measured it."),
        head=figures.head,
        labels=figures.labels,
        series=(series(figures, _("packets lost"), lambda one: one.lost),),
    )


def _stills(figures: Figures, _: Gettext) -> Chart:
    return Chart(
        key="stills",
        kind=plain(figures),
        unit="share",
        title=_("Quality: stills instead of video"),
        note=_("Of all attempts: pictures were seen one after the other, and no live video."),
        head=figures.head,
        labels=figures.labels,
        series=(series(figures, _("stills instead of video"), lambda one: share(one.stills, one.attempts)),),
    )


def _stalled(figures: Figures, _: Gettext) -> Chart:
    return Chart(
        key="stalled",
        kind=plain(figures),
        unit="share",
        title=_("Quality: interruptions"),
        note=_("Share of the time from the first picture to the end in which the picture stood still."),
        head=figures.head,
        labels=figures.labels,
        series=(series(figures, _("picture interrupted"), lambda one: one.stalled),),
    )
