"""The remote control: JSON on the phone's data channel, or on its WebSocket while no channel is open."""

from __future__ import annotations

from typing import Literal

import msgspec

from signaling.domain.controls import Capabilities as Capabilities
from signaling.domain.controls import CommandError as CommandError
from signaling.domain.controls import CommandName, CommandValue
from signaling.domain.controls import Controls as Controls
from signaling.domain.facts import Way


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


class FileAt(_Frame, frozen=True, tag="file_at"):
    """So much of the file is safe here: send on from there. Also the answer to `file`, so that a file whose
    sending broke off is resumed."""

    id: str
    offset: int  # bytes


class FileDone(_Frame, frozen=True, tag="file_done"):
    """The whole file is kept, or refused for good."""

    id: str
    error: str | None = None  # an error's code


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
    state: State | None = None  # where the command changed it: the two are one piece of news


class Position(_Frame, frozen=True, tag="position"):
    latitude: float
    longitude: float
    accuracy: float  # metres


class PositionError(_Frame, frozen=True, tag="position_error"):
    reason: Literal["denied", "unavailable", "timeout"]


class WayTaken(_Frame, frozen=True, tag="way"):
    """How the picture leaves the phone from now on."""

    way: Way


class Quality(_Frame, frozen=True, tag="quality"):
    """What the phone measures of its own sending, every two seconds. Shown, and kept as medians."""

    bitrate: float  # kbit/s
    frames: float  # a second
    width: int
    height: int
    loss: float = 0.0  # share of the packets, as the receiver reports, 0 to 1
    round_trip: float | None = None  # ms
    battery: float | None = None  # 0 to 1; few browsers tell


class File(_Frame, frozen=True, tag="file"):
    """A photo or document is about to come: in chunks on a data channel `file:ID`, or by POST to
    `/j/files/ID` while none opens. Said again, it asks where to resume."""

    id: str  # 32 hex digits, made by the phone
    kind: Literal["photo", "document"]
    media_type: str
    size: int  # bytes
    sha256: str  # hex, of the whole
    name: str = ""
    command: str = ""  # id of the `photo` command that asked for it


ControlDown = Command | FileAt | FileDone | Ended
ControlUp = Hello | State | Result | Position | PositionError | WayTaken | Quality | File
