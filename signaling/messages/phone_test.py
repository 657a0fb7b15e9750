"""What the test page and the server say to one another on `/ws/test`."""

from __future__ import annotations

from typing import Literal

import msgspec

from signaling.messages.caller import Answer, Error, Ping, Pong


class _Frame(msgspec.Struct, frozen=True, tag_field="type", kw_only=True):
    pass


# --- in
class Begin(_Frame, frozen=True, tag="begin"):
    """First frame: a place in the relay, please."""


class Offer(_Frame, frozen=True, tag="offer"):
    """To send the camera's video (and the data channel `control`), or to receive that same video back."""

    ref: int
    way: Literal["send", "receive"]
    sdp: str


TestIn = Begin | Offer | Ping


# --- out
class Welcome(_Frame, frozen=True, tag="welcome"):
    """There is one, for so long."""

    ice_servers: list[dict[str, object]]
    seconds: float


TestOut = Welcome | Answer | Error | Pong
