"""What a relay's process takes in memory, by itself and for each stream."""

from __future__ import annotations

import asyncio
from typing import Final

from tests.bench import proc
from tests.bench.relay.compared import OURS, WAYS, beside
from tests.bench.relay.load import Load, load
from tests.bench.relay.ways import OpenWay
from tests.bench.report import Report, Row

STREAMS: Final = 60
FILLED: Final = 12.0  # seconds until all that is kept of a stream is full: 1,024 packets take seven
BASE_GOAL, STREAM_GOAL = 80.0, 2.0  # MB


async def run() -> Report:
    async with load() as peers:
        found = {name: await _memory(peers, open_way) for name, open_way in WAYS.items()}
    bases = {name: base for name, (base, _) in found.items()}
    streams = {name: stream for name, (_, stream) in found.items()}
    rows = [
        Row(
            what="memory of the relay's process without calls (RSS)",
            here=f"{bases[OURS]:.1f} MB",
            beside=beside(bases, "{:.1f} MB".format),
            goal=f"under {BASE_GOAL:.0f} MB",
            reached=bases[OURS] < BASE_GOAL,
        ),
        Row(
            what=f"for each of {STREAMS} streams with one viewer",
            here=f"{streams[OURS]:.2f} MB",
            beside=beside(streams, "{:.2f} MB".format),
            goal=f"under {STREAM_GOAL:.0f} MB",
            reached=streams[OURS] < STREAM_GOAL,
        ),
    ]
    numbers = {f"{name}_base_mb": base for name, base in bases.items()}
    numbers |= {f"{name}_stream_mb": stream for name, stream in streams.items()}
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
