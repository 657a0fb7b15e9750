"""What a guest's page and the server say to one another on `/ws/guest`."""

from __future__ import annotations

from typing import Literal

import msgspec

from signaling.domain.records import GuestRole
from signaling.domain.scene import Beside, Paper, State
from signaling.messages import control


class _Frame(msgspec.Struct, frozen=True, tag_field="type", kw_only=True, omit_defaults=True):
    pass


# --- in
class Join(_Frame, frozen=True, tag="join"):
    """First frame. `page` is random for each load of the page."""

    page: str


class Offer(_Frame, frozen=True, tag="offer"):
    """The browser offers to receive the caller's picture (one recvonly video section), or, small beside it,
    one of those that the scene names."""

    ref: int
    sdp: str
    thumbnail_of: str = ""
    large: bool = False  # it is shown in the place of the caller's picture


class Share(_Frame, frozen=True, tag="share"):
    """The guest shows their own camera (one sendonly video section). With `stream`: anew, for one that goes
    on."""

    ref: int
    source: Literal["camera"]
    audience: Literal["guests"]
    sdp: str
    stream: str = ""


class Unshare(_Frame, frozen=True, tag="unshare"):
    ref: int
    stream: str


class Ping(_Frame, frozen=True, tag="ping"):
    pass


GuestIn = Join | Offer | Share | Unshare | Ping


# --- out
class Welcome(_Frame, frozen=True, tag="welcome"):
    centre: str  # name
    name: str  # the guest's, in the regulator's words
    role: GuestRole
    ice_servers: list[dict[str, object]]


class Scene(_Frame, frozen=True, tag="scene"):
    """All that a guest learns of the session, after `welcome` and after each change; fields as in
    `signaling.domain.scene.Scene`."""

    state: State
    phone: str
    way: Literal["video", "stills", "photo"]
    photo: str = ""
    beside: tuple[Beside, ...] = ()
    papers: tuple[Paper, ...] = ()


class Watchers(_Frame, frozen=True, tag="watchers"):
    """How many watch now, this guest among them; at joining and after each change."""

    count: int


class IceServers(_Frame, frozen=True, tag="ice_servers"):
    """For the next connection: the credentials of those told before are about to end."""

    ice_servers: list[dict[str, object]]


class Move(_Frame, frozen=True, tag="move"):
    """Another media node has the pictures now: offer again at once."""


class Answer(_Frame, frozen=True, tag="answer"):
    ref: int
    sdp: str


class Shared(_Frame, frozen=True, tag="shared"):
    """The answer to `share`."""

    ref: int
    stream: str
    sdp: str


class Ok(_Frame, frozen=True, tag="ok"):
    ref: int


class Error(_Frame, frozen=True, tag="error"):
    """Refused; the connection goes on. `message` is a sentence in the guest's language."""

    code: str
    message: str
    permanent: bool
    ref: int | None = None


class Pong(_Frame, frozen=True, tag="pong"):
    pass


GuestOut = (
    Welcome | Scene | Watchers | IceServers | Move | Answer | Shared | Ok | Error | Pong | control.Ended
)  # fmt: skip
