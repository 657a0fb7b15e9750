"""Every benchmark by its name, in the order of a whole run. `docs/benchmarks.md` says how each measures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from tests.bench import command, first_picture, invite, relay_cpu, relay_latency, weight
from tests.bench.report import Report

BENCHMARKS: Final[Mapping[str, Callable[[], Awaitable[Report]]]] = {
    "first-picture": first_picture.run,
    "relay-latency": relay_latency.run,
    "command": command.run,
    "relay-cpu": relay_cpu.run,
    "weight": weight.run,
    "invite": invite.run,
}
