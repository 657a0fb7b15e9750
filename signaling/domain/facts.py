"""What can happen in a session. A session's timeline is its facts, in order of version.

Facts are stored as JSON, sent to consoles as they are, and never changed: add fields with defaults only.
They hold no address, name or token (those live in their own rows), so that erasing a person's rows
leaves a timeline that still reads. Ids are those of `signaling.domain.records`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from signaling.domain.records import Channel, LineKind

RefusalReason = Literal["denied", "dismissed", "system", "absent", "busy", "insecure", "timeout", "other"]
CommandName = Literal["camera", "torch", "zoom", "position"]
CommandValue = bool | float | str
CommandError = Literal[
    "unsupported", "out_of_range", "stale_epoch", "needs_tap", "failed", "replaced", "unreachable", "ended"
]


class Fact(msgspec.Struct, frozen=True, tag_field="type", kw_only=True, omit_defaults=True):
    """Base of all facts; `type` is the tag."""


# --- the session and its invitation
class SessionStarted(Fact, frozen=True, tag="session.started"):
    by: str  # user id


class InvitationCreated(Fact, frozen=True, tag="invitation.created"):
    invitation: str
    channel: Channel
    to_hint: str  # masked, e.g. "+33 6 •• •• •• 78"
    line: LineKind


class InvitationRevoked(Fact, frozen=True, tag="invitation.revoked"):
    invitation: str


class MessageQueued(Fact, frozen=True, tag="message.queued"):
    message: str
    invitation: str
    channel: Channel
    provider: str


class MessageAccepted(Fact, frozen=True, tag="message.accepted"):
    message: str


class MessageDelivered(Fact, frozen=True, tag="message.delivered"):
    message: str


class MessageFailed(Fact, frozen=True, tag="message.failed"):
    message: str
    reason: str
    permanent: bool
    retry_at: int | None = None  # ms since the epoch; None: no further try by itself


class LinkOpened(Fact, frozen=True, tag="link.opened"):
    invitation: str


class LinkClaimed(Fact, frozen=True, tag="link.claimed"):
    invitation: str
    participant: str
    browser: str  # family and system, e.g. "Safari 18, iOS"
    language: str


# --- the caller's phone
class CameraAsked(Fact, frozen=True, tag="camera.asked"):
    participant: str


class CameraGranted(Fact, frozen=True, tag="camera.granted"):
    participant: str


class CameraRefused(Fact, frozen=True, tag="camera.refused"):
    participant: str
    reason: RefusalReason


class MediaConnecting(Fact, frozen=True, tag="media.connecting"):
    participant: str
    epoch: int


class MediaConnected(Fact, frozen=True, tag="media.connected"):
    participant: str


class PictureFirst(Fact, frozen=True, tag="picture.first"):
    """A console decoded the first frame."""

    participant: str


class MediaStalled(Fact, frozen=True, tag="media.stalled"):
    """No packet from the phone for the watchdog's time, or its connection is gone."""

    participant: str


class MediaResumed(Fact, frozen=True, tag="media.resumed"):
    participant: str


class PageHidden(Fact, frozen=True, tag="page.hidden"):
    participant: str


class PageShown(Fact, frozen=True, tag="page.shown"):
    participant: str


class CallerHungUp(Fact, frozen=True, tag="caller.hung_up"):
    participant: str


class Capabilities(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the lens in use can do; absent means it can't. Zoom is `(min, max, step)`."""

    facing: tuple[str, ...] = ()  # of "environment", "user": the cameras that can be chosen
    torch: bool = False
    zoom: tuple[float, float, float] | None = None
    position: bool = False


class Controls(msgspec.Struct, frozen=True, omit_defaults=True):
    """Values of the controls, once as wanted and once as actual. None: not known or not applicable."""

    camera: Literal["environment", "user"] | None = None
    torch: bool | None = None
    zoom: float | None = None
    position: bool | None = None


class PhoneState(Fact, frozen=True, tag="phone.state"):
    participant: str
    epoch: int
    revision: int
    capabilities: Capabilities
    wanted: Controls
    actual: Controls
    reasons: dict[str, str] = {}  # control -> why it can't: "unsupported", "denied", "lens", "needs_tap"


class CommandSent(Fact, frozen=True, tag="command.sent"):
    command: str
    participant: str  # the phone
    by: str  # user id
    name: CommandName
    value: CommandValue


class CommandAnswered(Fact, frozen=True, tag="command.answered"):
    command: str
    participant: str
    error: CommandError | None = None


class PositionFixed(Fact, frozen=True, tag="position.fixed"):
    position: str
    participant: str
    latitude: float
    longitude: float
    accuracy: float  # metres


class PositionFailed(Fact, frozen=True, tag="position.failed"):
    participant: str
    reason: Literal["denied", "unavailable", "timeout"]


class PositionAddressed(Fact, frozen=True, tag="position.addressed"):
    position: str
    address: str
    source: str


# --- the regulators
class ViewerJoined(Fact, frozen=True, tag="viewer.joined"):
    participant: str
    user: str


class CaptureStored(Fact, frozen=True, tag="capture.stored"):
    capture: str
    by: str
    width: int
    height: int
    size: int  # bytes


class SessionEnded(Fact, frozen=True, tag="session.ended"):
    by: str | None  # user id; None: ended by itself after the longest time a session may stay open


AnyFact = (
    SessionStarted | InvitationCreated | InvitationRevoked
    | MessageQueued | MessageAccepted | MessageDelivered | MessageFailed
    | LinkOpened | LinkClaimed | CameraAsked | CameraGranted | CameraRefused
    | MediaConnecting | MediaConnected | PictureFirst | MediaStalled | MediaResumed
    | PageHidden | PageShown | CallerHungUp | PhoneState | CommandSent | CommandAnswered
    | PositionFixed | PositionFailed | PositionAddressed
    | ViewerJoined | CaptureStored | SessionEnded
)  # fmt: skip


class Event(msgspec.Struct, frozen=True):
    """A fact with its place in the session's history."""

    version: int  # 1, 2, 3 ... without a gap within a session
    at: int  # ms since the epoch, UTC
    fact: AnyFact
