"""The figures of sessions: what is counted, in which groups, and what a question about them is answered with.

Each session counts once it has ended, on the day on which it began where the centres are. Its contribution
(`signaling.domain.contribution`) is added to the sums of its day and month, for each of the dimensions. Of
durations, sums hold buckets, from which percentiles are read. Definitions: docs/figures.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, Literal, TypeVar, get_args

import msgspec

from signaling.domain.ladder import NAMES

T = TypeVar("T")
Dimension = Literal["all", "regulator", "carrier", "model", "browser", "network"]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
Step = Literal["day", "week", "month"]
Cause = Literal["not_delivered", "never_opened", "refused", "network", "hung_up", "ended"]
CAUSES: Final[tuple[Cause, ...]] = get_args(Cause)
WAYS: Final = ("resent", "code", "shared", "second_phone")
FUNCTIONS: Final = (
    "capture", "position", "photo", "torch", "zoom", "document", "drawing", "cpr", "guest", "screen",
)  # fmt: skip
ASSESSED: Final = ("worse", "same", "better", "no_video")

WIDTH: Final = 1.09  # of a bucket: its middle is at most 4.5 % and half a unit away from what is in it
PERCENTILES: Final = (50, 90, 99)


class Spread(msgspec.Struct, frozen=True):
    """Half, nine of ten, and ninety-nine of a hundred are no larger. Of durations: seconds."""

    median: float
    p90: float
    p99: float


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """Of any number of ended sessions.

    `reached`: with a first picture of any kind, which is `video`, or `stills` or photos and no more. `rungs`:
    by rung of the ladder, seconds from the start; `spent`: seconds since the rung before it. `causes`: of
    sessions without a picture. `ways`: messages sent again, and sessions by second ways in. `kilobits`: of
    the sessions' median bit rates (kbit/s), the median; `frames`: of a second; `lost`: of the phones'
    packets; `stalled`: share of
    the time after the first picture. `assessed`: sessions with a picture by assessment. `functions`: sessions
    with a picture by function that was used.
    """

    attempts: int = 0
    reached: int = 0
    video: int = 0
    stills: int = 0
    rungs: Mapping[str, Spread] = {}
    spent: Mapping[str, Spread] = {}
    causes: Mapping[str, int] = {}
    ways: Mapping[str, int] = {}
    kilobits: float | None = None
    frames: float | None = None
    lost: float | None = None
    stalled: float | None = None
    assessed: Mapping[str, int] = {}
    functions: Mapping[str, int] = {}


class Group(msgspec.Struct, frozen=True):
    """`first`: the day with which its step of time begins. `name`: of the group as it is stored, e.g. the id
    of a regulator; "" where it isn't known."""

    first: date
    name: str
    measures: Measures


class Sum(msgspec.Struct, frozen=True):
    """`bucket`: None for a plain sum; else so many of `measure` were about that large (`bucket_of`)."""

    first: date
    name: str
    measure: str
    bucket: int | None
    total: int


# Plain sums, and those that have buckets: of groups, and of steps of time, only the last ones are read, since
# there are some fifty buckets of each
SUMS: Final = (
    "attempts", "reached", "video", "stills", "watched_ms", "stalled_ms",
    *(f"cause.{one}" for one in CAUSES), *(f"way.{one}" for one in WAYS),
    *(f"assessed.{one}" for one in ASSESSED), *(f"function.{one}" for one in FUNCTIONS),
)  # fmt: skip
MEASURED: Final = ("kilobits", "frames", "lost")
OF_ALL: Final = (*(f"rung.{one}" for one in NAMES), *(f"spent.{one}" for one in NAMES), *MEASURED)
OF_EACH: Final = ("rung.delivered", "rung.picture", *MEASURED)


class Stretch(msgspec.Struct, frozen=True):
    """Days, both counted, of which sums of whole months or of single days are to be read."""

    span: Literal["day", "month"]
    first: date
    last: date


def bucket_of(value: float) -> int:
    """The middle of the bucket that holds it; values under 1 are 0. From 100 up at most 5 % away."""
    return round(WIDTH ** round(math.log(value, WIDTH))) if value >= 1 else 0


def percentile(counts: Mapping[int, int], percent: int) -> int:
    """The smallest bucket up to which `percent` of them lie. `counts`: by bucket, at least one."""
    wanted, seen = percent * sum(counts.values()), 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if seen * 100 >= wanted:
            return bucket
    raise ValueError("percentile of nothing")


def stretches(first: date, last: date, *, by_month: bool) -> list[Stretch]:
    """What has to be read for these days: whole months where `by_month`, days around them."""
    if first > last:
        return []
    if not by_month:
        return [Stretch("day", first, last)]
    month = first if first.day == 1 else _next_month(first)
    end = last + timedelta(days=1) if _is_last(last) else last.replace(day=1)
    if month >= end:
        return [Stretch("day", first, last)]
    found = [Stretch("month", month, end - timedelta(days=1))]
    if first < month:
        found.insert(0, Stretch("day", first, month - timedelta(days=1)))
    if end <= last:
        found.append(Stretch("day", end, last))
    return found


def beginning(day: date, step: Step | None) -> date:
    """Of the step that has this day: weeks begin on Monday (ISO 8601)."""
    match step:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case _:
            return day


def groups(sums: Iterable[Sum], step: Step | None, first: date) -> Sequence[Group]:
    """By step of time and name, in their order. `step`: None for one step that begins at `first`."""
    plain: dict[tuple[date, str], dict[str, int]] = {}
    spread: dict[tuple[date, str], dict[str, dict[int, int]]] = {}
    for one in sums:
        key = (first if step is None else max(beginning(one.first, step), first), one.name)
        totals = plain.setdefault(key, {})
        if one.bucket is None:
            totals[one.measure] = totals.get(one.measure, 0) + one.total
        else:
            counts = spread.setdefault(key, {}).setdefault(one.measure, {})
            counts[one.bucket] = counts.get(one.bucket, 0) + one.total
    made = (Group(*key, _measures(plain[key], spread.get(key, {}))) for key in sorted(plain))
    return [one for one in made if one.measures.attempts]


def _measures(totals: Mapping[str, int], spread: Mapping[str, Mapping[int, int]]) -> Measures:
    kept = {name: counts for name, counts in spread.items() if sum(counts.values()) > 0}
    watched = totals.get("watched_ms", 0)
    return Measures(
        attempts=totals.get("attempts", 0),
        reached=totals.get("reached", 0),
        video=totals.get("video", 0),
        stills=totals.get("stills", 0),
        rungs={name: _seconds(counts) for name, counts in _named(kept, "rung").items()},
        spent={name: _seconds(counts) for name, counts in _named(kept, "spent").items()},
        causes=_counts(totals, "cause"),
        ways=_counts(totals, "way"),
        kilobits=percentile(kept["kilobits"], 50) if "kilobits" in kept else None,
        frames=percentile(kept["frames"], 50) / 10 if "frames" in kept else None,
        lost=percentile(kept["lost"], 50) / 10_000 if "lost" in kept else None,
        stalled=totals.get("stalled_ms", 0) / watched if watched else None,
        assessed=_counts(totals, "assessed"),
        functions=_counts(totals, "function"),
    )


def _counts(totals: Mapping[str, int], kind: str) -> dict[str, int]:
    return {name: total for name, total in _named(totals, kind).items() if total}


def _named(measures: Mapping[str, T], kind: str) -> dict[str, T]:
    start = f"{kind}."
    return {name.removeprefix(start): what for name, what in measures.items() if name.startswith(start)}


def _seconds(counts: Mapping[int, int]) -> Spread:
    return Spread(*(percentile(counts, percent) / 1000 for percent in PERCENTILES))


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _is_last(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1
