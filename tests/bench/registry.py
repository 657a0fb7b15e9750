"""Every benchmark by its name, in the order of a whole run. `docs/benchmarks.md` says how each measures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from tests.bench import (
    command,
    export,
    figures,
    first_picture,
    history,
    interactive,
    interruption,
    invite,
    network_return,
    vault,
    weight,
)
from tests.bench.relay import cpu, growth, loss, many, memory, path, start, times, turnover
from tests.bench.report import Report
from tests.bench.room import capture, coming_back, page, render, thumbnails
from tests.bench.room import command as room_command

BENCHMARKS: Final[Mapping[str, Callable[[], Awaitable[Report]]]] = {
    "first-picture": first_picture.run,
    "command": command.run,
    "relay": cpu.run,
    "relay-path": path.run,
    "relay-many": many.run,
    "relay-growth": growth.run,
    "relay-times": times.run,
    "relay-start": start.run,
    "relay-memory": memory.run,
    "relay-calls": turnover.run,
    "relay-loss": loss.run,
    "nodes": interruption.nodes,
    "redis-away": interruption.redis_away,
    "network-return": network_return.run,
    "weight": weight.run,
    "interactive": interactive.run,
    "invite": invite.run,
    "history": history.run,
    "figures": figures.run,
    "history-export": export.run,
    "vault": vault.run,
    "room-page": page.run,
    "room-command": room_command.run,
    "room-capture": capture.run,
    "room-return": coming_back.run,
    "room-render": render.run,
    "room-thumbnails": thumbnails.run,
}
