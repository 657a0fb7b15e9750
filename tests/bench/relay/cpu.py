"""Processor time of a relay for each stream that it forwards, beside Janus and aiortc's `MediaRelay`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from statistics import median
from typing import Final

from tests.bench.relay.janus import janus
from tests.bench.relay.load import Load, load
from tests.bench.relay.ways import OpenWay, media_relay, ours
from tests.bench.relay.window import calls_of
from tests.bench.report import Report, Row

TURNS: Final = 5  # of each, in turn; their median counts
WINDOW: Final = 8.0  # seconds
STREAMS: Final = 20
JANUS_GOAL: Final = 1.0  # times
MEDIA_RELAY_GOAL: Final = 40.0  # times less

MANY: Final[Mapping[str, OpenWay]] = {"ours": ours, "janus": janus}
ONE: Final[Mapping[str, OpenWay]] = {
    "ours": ours,
    "media-relay": media_relay,
}  # four streams are too many for it


async def run() -> Report:
    async with load() as peers:
        many = await _shares(peers, MANY, STREAMS)
        one = await _shares(peers, ONE, 1)
    return _report(many, one)


async def _shares(peers: Load, ways: Mapping[str, OpenWay], streams: int) -> dict[str, float]:
    """The share of a core that each relay takes for each stream."""
    shares = defaultdict(list)
    for _ in range(TURNS):
        for name, open_way in ways.items():
            shares[name].append((await calls_of(peers, open_way, streams, 1, WINDOW)).cpu)
    return {name: median(found) for name, found in shares.items()}


def _report(many: Mapping[str, float], one: Mapping[str, float]) -> Report:
    times = many["ours"] / many["janus"]
    less, alone = one["media-relay"] / many["ours"], one["media-relay"] / one["ours"]
    rows = [
        Row(
            what=f"relay CPU for each of {STREAMS} streams, one viewer each",
            here=_percent(many["ours"]),
            beside=f"{_percent(many['janus'])} (Janus)",
            compared=f"{times:.2f} times",
            goal=f"at most {JANUS_GOAL:.1f} times",
            reached=times <= JANUS_GOAL,
        ),
        Row(
            what="the same, beside the one stream that MediaRelay carries",
            here=_percent(many["ours"]),
            beside=f"{_percent(one['media-relay'])} (MediaRelay)",
            compared=f"{less:.0f} times less",
            goal=f"at least {MEDIA_RELAY_GOAL:.0f} times less",
            reached=less >= MEDIA_RELAY_GOAL,
        ),
        Row(
            what="relay CPU for one stream alone, one viewer",
            here=_percent(one["ours"]),
            beside=f"{_percent(one['media-relay'])} (MediaRelay)",
            compared=f"{alone:.0f} times less",
        ),
    ]
    numbers = {
        "ours_of_many": many["ours"],
        "janus_of_many": many["janus"],
        "times_janus": times,
        "ours_alone": one["ours"],
        "media_relay_alone": one["media-relay"],
        "times_less_than_media_relay": less,
    }
    return Report(rows, numbers)


def _percent(share: float) -> str:
    return f"{100 * share:.2f} % of a core"
