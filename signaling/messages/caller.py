"""What the caller's page and the server say to one another on `/ws/caller`."""

from __future__ import annotations

from typing import Literal

import msgspec

from signaling.domain.facts import LossCause, RefusalReason, Source
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

    step: Literal[
        "camera.asked", "camera.granted", "camera.refused", "camera.lost", "camera.back",
        "page.hidden", "page.shown", "hung_up", "recording.agreed", "recording.declined",
    ]  # fmt: skip
    reason: RefusalReason | None = None  # with camera.refused
    cause: LossCause | None = None  # with camera.lost


class Watch(_Frame, frozen=True, tag="watch"):
    """The browser offers to receive what a regulator shows (one recvonly video section)."""

    ref: int
    stream: str
    sdp: str


class Ping(_Frame, frozen=True, tag="ping"):
    pass


class Still(msgspec.Struct, frozen=True):
    """The one binary frame: a picture in place of video. Not checked yet."""

    number: int
    jpeg: bytes


CallerIn = (
    Join | Offer | Step | Watch | Ping
    | control.Hello | control.State | control.Result | control.Position | control.PositionError
    | control.WayTaken | control.Quality | control.File
)  # fmt: skip


# --- out
class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """For the caller: to be had at `/j/documents/ID`."""

    id: str
    name: str
    media_type: str
    size: int  # bytes
    drawing: bool = False  # on a picture of the phone's own: to be shown at once


class Stream(msgspec.Struct, frozen=True):
    """What a regulator shows the caller."""

    id: str
    source: Source


class Welcome(_Frame, frozen=True, tag="welcome"):
    epoch: int
    centre: str  # name, as the caller reads it
    ice_servers: list[dict[str, object]]
    documents: list[Document] = []  # those that this phone may open, oldest first


class IceServers(_Frame, frozen=True, tag="ice_servers"):
    """For the next connection: the credentials of those told before are about to end."""

    ice_servers: list[dict[str, object]]


class Move(_Frame, frozen=True, tag="move"):
    """Another media node takes the picture now: offer again at once, and send by the earlier connection
    until the new one stands."""


class DocumentOffered(_Frame, frozen=True, tag="document"):
    """The regulator sent a document."""

    document: Document


class StillAt(_Frame, frozen=True, tag="still_at"):
    """The JPEG still with that number arrived: send the newest one now."""

    number: int


class Replaced(_Frame, frozen=True, tag="replaced"):
    """Another phone is the camera now. This one stops, unless its owner offers it as a second camera."""


class Watchers(_Frame, frozen=True, tag="watchers"):
    """How many people of the centre watch now; at joining and after each change."""

    count: int


class Recording(_Frame, frozen=True, tag="recording"):
    """Whether the phone's video is being recorded; after each change."""

    on: bool


class Streams(_Frame, frozen=True, tag="streams"):
    """All that the caller is shown now, the newest last; after each change."""

    streams: list[Stream]


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


CallerOut = (
    Welcome | IceServers | Move | DocumentOffered | StillAt | Replaced | Answer | Error | Pong
    | Watchers | Recording | Streams | control.Command | control.FileAt | control.FileDone | control.Ended
)  # fmt: skip
