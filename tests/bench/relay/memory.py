"""What a relay's process takes in memory, by itself and for each stream."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from tests.bench import proc
from tests.bench.relay.janus import janus
from tests.bench.relay.load import Load, load
from tests.bench.relay.ways import OpenWay, ours
from tests.bench.report import Report, Row

STREAMS: Final = 60
FILLED: Final = 12.0  # seconds until all that is kept of a stream is full: 1,024 packets take seven
BASE_GOAL, STREAM_GOAL = 80.0, 2.0  # MB

WAYS: Final[Mapping[str, OpenWay]] = {"ours": ours, "janus": janus}


async def run() -> Report:
    async with load() as peers:
        found = {name: await _memory(peers, open_way) for name, open_way in WAYS.items()}
    (base, stream), (janus_base, janus_stream) = found["ours"], found["janus"]
    rows = [
        Row(
            what="memory of the relay's process without calls (RSS)",
            here=f"{base:.1f} MB",
            beside=f"{janus_base:.1f} MB (Janus)",
            goal=f"under {BASE_GOAL:.0f} MB",
            reached=base < BASE_GOAL,
        ),
        Row(
            what=f"for each of {STREAMS} streams with one viewer",
            here=f"{stream:.2f} MB",
            beside=f"{janus_stream:.2f} MB (Janus)",
            goal=f"under {STREAM_GOAL:.0f} MB",
            reached=stream < STREAM_GOAL,
        ),
    ]
    numbers = {
        "base_mb": base,
        "stream_mb": stream,
        "janus_base_mb": janus_base,
        "janus_stream_mb": janus_stream,
    }
    return Report(rows, numbers)


async def _memory(peers: Load, open_way: OpenWay) -> tuple[float, float]:
    """(MB without calls, MB of one stream)."""
    async with open_way() as way:
        base = proc.memory(way.pid)
        await peers.calls(way, 0, STREAMS)
        await asyncio.sleep(FILLED)
        full = proc.memory(way.pid)
        await peers.close()
    return base, (full - base) / STREAMS
