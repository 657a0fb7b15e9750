"""A participant's connections of one role: the one in use, and the one about to take its place.

A phone that reloads its page, or a console on another network, comes back while its earlier connection still
stands. The earlier one serves until the new one has proved itself.
"""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from media.connection import Connection


class Leg(Protocol):
    connection: Connection


L = TypeVar("L", bound=Leg)


class Place(Generic[L]):
    def __init__(self) -> None:
        self.current: L | None = None
        self.pending: L | None = None

    @property
    def legs(self) -> list[L]:
        return [leg for leg in (self.current, self.pending) if leg is not None]

    @property
    def newest(self) -> L | None:
        return self.pending or self.current

    def add(self, leg: L) -> None:
        """A new connection; one that was still pending will never be needed."""
        if self.pending is not None:
            self.pending.connection.close()
        self.pending = leg

    def promote(self, leg: L) -> bool:
        """The pending connection has proved itself: it takes the place. False for any other."""
        if leg is not self.pending:
            return False
        if self.current is not None:
            self.current.connection.close()
        self.current, self.pending = leg, None
        return True

    def remove(self, leg: L) -> bool:
        """A connection is gone. True when it was the last here; False for one replaced before."""
        if leg is self.pending:
            self.pending = None
        elif leg is self.current:
            self.current = None
        else:
            return False
        return not self.legs

    def clear(self) -> list[L]:
        """Close all; returns them, for whoever wants to wait."""
        legs = self.legs
        self.current = self.pending = None
        for leg in legs:
            leg.connection.close()
        return legs
