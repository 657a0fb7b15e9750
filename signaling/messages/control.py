"""The remote control: JSON on the phone's data channel, or on its WebSocket while no channel is open."""

from __future__ import annotations

from typing import Literal

import msgspec

from signaling.domain.facts import Capabilities as Capabilities
from signaling.domain.facts import CommandError as CommandError
from signaling.domain.facts import CommandName, CommandValue
from signaling.domain.facts import Controls as Controls


class _Frame(msgspec.Struct, frozen=True, tag_field="type", kw_only=True, omit_defaults=True):
    pass


# --- down, to the phone
class Command(_Frame, frozen=True, tag="command"):
    """Set a control to an absolute value. Refused by the phone when `epoch` is not its own."""

    id: str
    epoch: int
    name: CommandName
    value: CommandValue


class Ended(_Frame, frozen=True, tag="ended"):
    """The regulator ended the visio: stop the camera, show the last page."""


# --- up, from the phone
class _Account(_Frame, frozen=True):
    """The phone's own account of its controls."""

    epoch: int
    revision: int
    capabilities: Capabilities
    wanted: Controls
    actual: Controls
    reasons: dict[str, str] = {}


class Hello(_Account, frozen=True, tag="hello"):
    """On every (re)open of a channel: all that a console must know, replacing what it knew."""


class State(_Account, frozen=True, tag="state"):
    """After every change. `revision` rises; an older one is dropped."""


class Result(_Frame, frozen=True, tag="result"):
    """The answer to a command. The phone keeps the last 200; a repeated id returns the stored one."""

    id: str
    error: CommandError | None = None


class Position(_Frame, frozen=True, tag="position"):
    latitude: float
    longitude: float
    accuracy: float  # metres


class PositionError(_Frame, frozen=True, tag="position_error"):
    reason: Literal["denied", "unavailable", "timeout"]


ControlDown = Command | Ended
ControlUp = Hello | State | Result | Position | PositionError
