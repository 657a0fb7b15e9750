"""Processor time of a relay for each stream that it forwards, beside Janus and aiortc's `MediaRelay`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from statistics import median
from typing import Final

from tests.bench.relay.compared import JANUS, OURS, WAYS, beside
from tests.bench.relay.load import Load, load
from tests.bench.relay.ways import OpenWay, media_relay, ours
from tests.bench.relay.window import calls_of
from tests.bench.report import Report, Row

TURNS: Final = 5  # of each, in turn; their median counts
WINDOW: Final = 8.0  # seconds
STREAMS: Final = 20
JANUS_GOAL: Final = 1.0  # times
MEDIA_RELAY_GOAL: Final = 40.0  # times less
MEDIA_RELAY: Final = "MediaRelay"  # of aiortc; four streams are too many for it

ALONE: Final[Mapping[str, OpenWay]] = {OURS: ours, MEDIA_RELAY: media_relay}


async def run() -> Report:
    async with load() as peers:
        many = await _shares(peers, WAYS, STREAMS)
        one = await _shares(peers, ALONE, 1)
    return _report(many, one)


async def _shares(peers: Load, ways: Mapping[str, OpenWay], streams: int) -> dict[str, float]:
    """The share of a core that each relay takes for each stream."""
    shares = defaultdict(list)
    for _ in range(TURNS):
        for name, open_way in ways.items():
            shares[name].append((await calls_of(peers, open_way, streams, 1, WINDOW)).cpu)
    return {name: median(found) for name, found in shares.items()}


def _report(many: Mapping[str, float], one: Mapping[str, float]) -> Report:
    mine = many[OURS]
    times, less = mine / many[JANUS], one[MEDIA_RELAY] / mine
    rows = [
        Row(
            what=f"relay CPU for each of {STREAMS} streams, one viewer each",
            here=_percent(mine),
            beside=beside(many, _percent),
            compared=f"{times:.2f} times Janus",
            goal=f"at most {JANUS_GOAL:.1f} times",
            reached=times <= JANUS_GOAL,
        ),
        Row(
            what="the same, beside the one stream that MediaRelay carries",
            here=_percent(mine),
            beside=beside(one, _percent),
            compared=f"{less:.0f} times less",
            goal=f"at least {MEDIA_RELAY_GOAL:.0f} times less",
            reached=less >= MEDIA_RELAY_GOAL,
        ),
        Row(
            what="relay CPU for one stream alone, one viewer",
            here=_percent(one[OURS]),
            beside=beside(one, _percent),
            compared=f"{one[MEDIA_RELAY] / one[OURS]:.0f} times less",
        ),
    ]
    numbers = {f"{name}_of_many": share for name, share in many.items()}
    numbers |= {f"{name}_alone": share for name, share in one.items()}
    return Report(rows, numbers)


def _percent(share: float) -> str:
    return f"{100 * share:.2f} % of a core"
