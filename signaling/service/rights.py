"""Who may do what. An administrator runs the centre and sees no caller."""

from __future__ import annotations

from signaling.domain.errors import NotAllowed
from signaling.domain.visitor import Visitor


def must_watch(visitor: Visitor) -> None:
    """Pictures, addresses and the remote control: regulators and supervisors only."""
    if not visitor.has("regulator", "supervisor"):
        raise NotAllowed("this account may not see callers")
