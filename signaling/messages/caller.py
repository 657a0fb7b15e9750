"""What the caller's page and the server say to one another on `/ws/caller`."""

from __future__ import annotations

from typing import Literal

import msgspec

from signaling.domain.facts import RefusalReason
from signaling.messages import control


class _Frame(msgspec.Struct, frozen=True, tag_field="type", kw_only=True, omit_defaults=True):
    pass


# --- in
class Join(_Frame, frozen=True, tag="join"):
    """First frame. `page` is random for each load of the page: a new one is a new epoch."""

    page: str


class Offer(_Frame, frozen=True, tag="offer"):
    ref: int
    sdp: str


class Step(_Frame, frozen=True, tag="step"):
    """A rung reached, or left, on the phone."""

    step: Literal["camera.asked", "camera.granted", "camera.refused", "page.hidden", "page.shown", "hung_up"]
    reason: RefusalReason | None = None  # with camera.refused


class Ping(_Frame, frozen=True, tag="ping"):
    pass


CallerIn = (
    Join | Offer | Step | Ping
    | control.Hello | control.State | control.Result | control.Position | control.PositionError
)  # fmt: skip


# --- out
class Welcome(_Frame, frozen=True, tag="welcome"):
    epoch: int
    centre: str  # name, as the caller reads it
    ice_servers: list[dict[str, object]]


class IceServers(_Frame, frozen=True, tag="ice_servers"):
    """For the next connection: the credentials of those told before are about to end."""

    ice_servers: list[dict[str, object]]


class Move(_Frame, frozen=True, tag="move"):
    """Another media node takes the picture now: offer again at once, and send by the earlier connection
    until the new one stands."""


class Answer(_Frame, frozen=True, tag="answer"):
    ref: int
    sdp: str


class Error(_Frame, frozen=True, tag="error"):
    """Something was refused; the connection goes on. `ref` when it answers an offer."""

    code: str
    message: str
    permanent: bool
    ref: int | None = None


class Pong(_Frame, frozen=True, tag="pong"):
    pass


CallerOut = Welcome | IceServers | Move | Answer | Error | Pong | control.Command | control.Ended
