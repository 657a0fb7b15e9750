"""What the home page offers where nothing is at stake: a call from a simulated phone."""

from __future__ import annotations

from typing import Protocol

from signaling.domain.visitor import Visitor


class AllBusy(Exception):
    """As many demonstration calls are running as this server carries."""


class Demonstration(Protocol):
    def offered(self, visitor: Visitor) -> bool:
        """Whether this visitor's centre is for demonstration."""

    async def start(self, visitor: Visitor) -> str:
        """A session whose caller is simulated: its id. Raises AllBusy, NotAllowed."""
