"""The address of the figures: which days, steps, centres and groups were chosen, and the other way round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, Literal, cast, get_args
from urllib.parse import urlencode

import msgspec

from signaling.domain.figures import Step, beginning

PATH: Final = "/figures"
Period = Literal["7d", "30d", "12m", "own"]
PERIODS: Final[tuple[Period, ...]] = get_args(Period)
STEPS: Final[tuple[Step, ...]] = get_args(Step)
LONGEST: Final = timedelta(days=5 * 366)
MOST_STEPS: Final = 400  # that a chart can show; more of them are drawn in the next longer step
_DAYS: Final[dict[Step, int]] = {"day": 1, "week": 7, "month": 28}
_EARLIEST: Final = date(2000, 1, 1)


class Chosen(msgspec.Struct, frozen=True):
    """`first`, `last`: days, both counted; in the wrong order they hold none. `centres`: ids as they were
    asked for, not yet known to be this visitor's; () for all. `split`: as asked for, "" for none."""

    period: Period
    first: date
    last: date
    step: Step
    split: str
    centres: tuple[str, ...]

    @property
    def wrong_order(self) -> bool:
        return self.first > self.last

    def address(self, path: str = PATH, **further: str) -> str:
        days = {"from": self.first.isoformat(), "to": self.last.isoformat()} if self.period == "own" else {}
        split = {"split": self.split} if self.split else {}
        chosen = {"period": self.period, **days, "step": self.step, **split, **further}
        return f"{path}?{urlencode([*chosen.items(), *(('centre', one) for one in self.centres)])}"


def chosen(query: Mapping[str, str], centres: Iterable[str], today: date) -> Chosen:
    """Of a query string, whatever it holds: what makes no sense counts as not asked. `centres`: all values
    of `centre`."""
    period = cast("Period", _one_of(query.get("period", ""), PERIODS, "30d"))
    step = cast("Step", _one_of(query.get("step", ""), STEPS, _usual(period)))
    first, last = _days(period, query, today)
    while step != "month" and (last - first).days // _DAYS[step] >= MOST_STEPS:
        step = STEPS[STEPS.index(step) + 1]
    split = query.get("split", "")
    return Chosen(period, first, last, step, split, tuple(dict.fromkeys(one for one in centres if one)))


def _one_of(value: str, known: Sequence[str], otherwise: str) -> str:
    return value if value in known else otherwise


def _usual(period: Period) -> Step:
    return "month" if period == "12m" else "day"


def _days(period: Period, query: Mapping[str, str], today: date) -> tuple[date, date]:
    match period:
        case "7d":
            return today - timedelta(days=6), today
        case "30d":
            return today - timedelta(days=29), today
        case "12m":
            year, month = divmod(today.year * 12 + today.month - 12, 12)
            return date(year, month + 1, 1), today
        case "own":
            last = _day(query.get("to", "")) or today
            first = _day(query.get("from", "")) or last - timedelta(days=29)
            return max(first, last - LONGEST), last


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _EARLIEST.year <= day.year <= 2099 else None


def steps(first: date, last: date, step: Step) -> list[date]:
    """The days with which steps begin, as `signaling.domain.figures.groups` names them: weeks on Monday, the
    first step on the first day."""
    found, day = [], first
    while day <= last:
        found.append(day)
        day = _next(beginning(day, step), step)
    return found


def _next(day: date, step: Step) -> date:
    if step == "month":
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=_DAYS[step])
