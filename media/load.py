"""What a relay can still carry: decisions only, from figures that `gauge.py` measures.

Whoever has a picture keeps it: as the load rises, thumbnails are thinned, then new sessions are sent to
another node, then a session's further viewers. A session that runs is never refused for its load.
"""

from __future__ import annotations

import msgspec

THIN_FROM, THIN_UNTIL = 0.75, 0.65  # share of what we can carry; apart, since thinning itself lowers it
SESSIONS_UNTIL = 0.85  # the rest is for the sessions that run already
VIEWERS_UNTIL = 1.0
EXPECTED = 300.0  # packets/s of a session that has no picture yet: 1.2 Mbit/s in, and out to one viewer


class Limits(msgspec.Struct, frozen=True):
    """What a relay carries at most. Settings `MEDIA_MAX_PACKETS`, `MEDIA_MAX_CPU`, `MEDIA_MAX_LAG`."""

    packets: int  # a second, in and out
    cpu: int  # percent of one core: the relay runs on one
    lag: int  # ms that the event loop is late on average


class Load(msgspec.Struct, frozen=True):
    """What a relay carries now."""

    connections: int = 0
    packets: float = 0.0  # a second, in and out
    waiting: int = 0  # sessions with a connection and no picture yet
    cpu: float = 0.0  # percent of one core
    lag: float = 0.0  # ms
    descriptors: float = 0.0  # share of the process's file descriptors in use, 0 to 1
    ports: float = 0.0  # share of the UDP ports in use, 0 to 1


class Capacity:
    """The limits of one relay, None for none, and its load as it was last measured."""

    def __init__(self, limits: Limits | None) -> None:
        self._limits = limits
        self.load = Load()
        self.thins_thumbnails = False  # whether viewers of thumbnails get fewer frames

    def measured(self, load: Load) -> None:
        self.load = load
        self._consider()

    def counted(self, connections: int, waiting: int) -> None:
        """Between two measurements: calls come in swarms, as when another node died."""
        self.load = msgspec.structs.replace(self.load, connections=connections, waiting=waiting)
        self._consider()

    def _consider(self) -> None:
        self.thins_thumbnails = self.share > (THIN_UNTIL if self.thins_thumbnails else THIN_FROM)

    @property
    def share(self) -> float:
        """How much of what we can carry we do carry, by the scarcest resource; over 1 is too much."""
        load, limits = self.load, self._limits
        used = max(load.descriptors, load.ports)
        if limits is None:
            return used
        packets = load.packets + EXPECTED * load.waiting
        return max(used, packets / limits.packets, load.cpu / limits.cpu, load.lag / limits.lag)

    @property
    def takes_sessions(self) -> bool:
        """An idle relay always does: it isn't the one that makes its machine slow."""
        return not self.load.connections or self.share < SESSIONS_UNTIL

    @property
    def takes_viewers(self) -> bool:
        """Further ones of a session that somebody watches already, and those of thumbnails."""
        return self.share < VIEWERS_UNTIL

    @property
    def rank(self) -> float:
        """The lower, the sooner a new session comes here. Within a tenth of the load, connections decide:
        a processor's share of a moment is too noisy to tell two idle relays apart."""
        return int(self.share * 10) * 1000.0 + self.load.connections
