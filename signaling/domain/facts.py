"""What can happen in a session. A session's timeline is its facts, in order of version.

Facts are stored as JSON, sent to consoles as they are, and never changed: add fields with defaults only.
They hold no address, name or token (those live in their own rows), so that erasing a person's rows
leaves a timeline that still reads. Ids are those of `signaling.domain.records`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from signaling.domain.controls import Capabilities, CommandError, CommandName, CommandValue, Controls
from signaling.domain.records import Assessment, Channel, GuestRole, LineKind

RefusalReason = Literal["denied", "dismissed", "system", "absent", "busy", "insecure", "timeout", "other"]
# Why the phone sends no picture although its camera was allowed
LossCause = Literal["hidden", "locked", "taken", "withdrawn", "frozen", "network"]
# How the picture comes: straight, through TURN, as JPEG stills on the WebSocket, as photos by the caller
Way = Literal["udp", "turn_udp", "turn_tcp", "turn_tls", "stills", "photo"]
Cpr = Literal["compressions", "pause", "off"]
Source = Literal["camera", "screen"]  # of a stream beside the caller's picture
Audience = Literal["caller", "guests", "both"]  # of a stream; consoles of the centre see each
Decision = Literal["move", "add", "refuse"]  # on a second phone that asks for the link


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
    model: str = ""  # of the phone, as its browser names it, e.g. "SM-S911B"; "": not told


# --- the caller's phone
class CameraAsked(Fact, frozen=True, tag="camera.asked"):
    participant: str


class CameraGranted(Fact, frozen=True, tag="camera.granted"):
    participant: str


class CameraRefused(Fact, frozen=True, tag="camera.refused"):
    participant: str
    reason: RefusalReason


class CameraLost(Fact, frozen=True, tag="camera.lost"):
    """The phone noticed that no picture leaves its camera, and tries to get it back by itself."""

    participant: str
    cause: LossCause


class CameraBack(Fact, frozen=True, tag="camera.back"):
    participant: str


class PictureWay(Fact, frozen=True, tag="picture.way"):
    """The picture comes, or is about to come, by this way from now on."""

    participant: str
    way: Way


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


# --- files and second phones
class PhotoStored(Fact, frozen=True, tag="photo.stored"):
    """A photo that the phone took: a capture of more detail than the video has."""

    capture: str
    participant: str
    width: int
    height: int
    size: int  # bytes
    command: str = ""  # that asked for it; "" when the caller took it


class FileFailed(Fact, frozen=True, tag="file.failed"):
    """A photo or document of the phone's that was refused or never came whole."""

    participant: str
    file: str
    kind: Literal["photo", "document"]
    reason: str  # an error's code
    command: str = ""


class DocumentStored(Fact, frozen=True, tag="document.stored"):
    """From the phone, or from a regulator (`by`) to the phone."""

    document: str
    participant: str  # the sender's
    media_type: str
    size: int  # bytes
    by: str | None = None  # user id
    drawing: bool = False


class DocumentOpened(Fact, frozen=True, tag="document.opened"):
    document: str
    participant: str


class InvitationShared(Fact, frozen=True, tag="invitation.shared"):
    """A caller shows a QR code so that a bystander's phone takes over the camera."""

    invitation: str
    participant: str


class HandoverAsked(Fact, frozen=True, tag="handover.asked"):
    """The link was opened on a second phone, whose owner asks to go on there."""

    handover: str
    browser: str


class HandoverDecided(Fact, frozen=True, tag="handover.decided"):
    handover: str
    by: str  # user id
    decision: Decision
    participant: str | None = None  # the second phone's, unless refused


class PhoneReplaced(Fact, frozen=True, tag="phone.replaced"):
    """Another phone took over: this one's camera stops, unless its owner keeps it as a second camera."""

    participant: str
    successor: str


# --- films of the caller's video
class RecordingAgreed(Fact, frozen=True, tag="recording.agreed"):
    """The caller was told that the video is recorded, and started the camera."""

    participant: str


class RecordingDeclined(Fact, frozen=True, tag="recording.declined"):
    """The caller started the camera without recording: nothing of this session is recorded from now on."""

    participant: str


class RecordingStarted(Fact, frozen=True, tag="recording.started"):
    recording: str
    participant: str


class RecordingStored(Fact, frozen=True, tag="recording.stored"):
    """The film is as complete as it will be."""

    recording: str
    participant: str
    size: int  # bytes
    milliseconds: int | None = None  # from its first frame to its last; None: its process was killed


class RecordingStopped(Fact, frozen=True, tag="recording.stopped"):
    """By a regulator: nothing of this session is recorded from now on."""

    by: str  # user id


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


class ControlAsked(Fact, frozen=True, tag="control.asked"):
    """A regulator asks the one who drives the phone to let them."""

    by: str  # user id


class ControlPassed(Fact, frozen=True, tag="control.passed"):
    by: str  # user id of who gave it, or took it from somebody who was away
    to: str  # user id of who drives the phone from now on


class CprChanged(Fact, frozen=True, tag="cpr.changed"):
    """Compressions began, stand still, or are over: its clocks are the same on every console."""

    by: str  # user id
    state: Cpr


# --- guests, and what is shown beside the caller's picture
class GuestInvited(Fact, frozen=True, tag="guest.invited"):
    """A third person is invited; what becomes of the message is told as of any invitation's."""

    invitation: str
    by: str  # user id
    role: GuestRole
    channel: Channel
    to_hint: str  # masked


class GuestJoined(Fact, frozen=True, tag="guest.joined"):
    """The guest's link was taken by a browser. A second camera goes on as a phone of the session."""

    invitation: str
    participant: str
    role: GuestRole
    browser: str


class GuestRemoved(Fact, frozen=True, tag="guest.removed"):
    """The link is worth nothing from now on, and whoever came by it is out."""

    invitation: str
    by: str  # user id


class StreamStarted(Fact, frozen=True, tag="stream.started"):
    """A regulator or a guest shows their own camera, or a regulator a window of their screen."""

    stream: str
    participant: str  # who shows it
    source: Source
    audience: Audience


class StreamEnded(Fact, frozen=True, tag="stream.ended"):
    stream: str


# --- what remains of it
class SessionMarked(Fact, frozen=True, tag="session.marked"):
    by: str  # user id
    debrief: bool


class SessionAssessed(Fact, frozen=True, tag="session.assessed"):
    by: str  # user id
    assessment: Assessment  # "": taken back


# --- help from a supervisor
class HelpAsked(Fact, frozen=True, tag="help.asked"):
    """A regulator of the room wants somebody to look, or no longer does."""

    by: str  # user id
    asked: bool


class HelpSent(Fact, frozen=True, tag="help.sent"):
    """A supervisor's words for the regulators of the room; no phone and no guest gets them."""

    help: str
    by: str  # user id
    name: str  # of the supervisor, who may be known in another centre only
    text: str


class HelpSeen(Fact, frozen=True, tag="help.seen"):
    help: str
    by: str  # user id


class SessionEnded(Fact, frozen=True, tag="session.ended"):
    by: str | None  # user id; None: ended by itself after the longest time a session may stay open


AnyFact = (
    SessionStarted | InvitationCreated | InvitationRevoked
    | MessageQueued | MessageAccepted | MessageDelivered | MessageFailed
    | LinkOpened | LinkClaimed | CameraAsked | CameraGranted | CameraRefused
    | MediaConnecting | MediaConnected | PictureFirst | MediaStalled | MediaResumed
    | PageHidden | PageShown | CallerHungUp | PhoneState | CommandSent | CommandAnswered
    | PositionFixed | PositionFailed | PositionAddressed
    | CameraLost | CameraBack | PictureWay
    | PhotoStored | FileFailed | DocumentStored | DocumentOpened
    | InvitationShared | HandoverAsked | HandoverDecided | PhoneReplaced
    | ViewerJoined | CaptureStored | ControlAsked | ControlPassed | CprChanged
    | GuestInvited | GuestJoined | GuestRemoved | StreamStarted | StreamEnded
    | RecordingAgreed | RecordingDeclined | RecordingStarted | RecordingStored | RecordingStopped
    | HelpAsked | HelpSent | HelpSeen
    | SessionMarked | SessionAssessed | SessionEnded
)  # fmt: skip


class Event(msgspec.Struct, frozen=True):
    """A fact with its place in the session's history."""

    version: int  # 1, 2, 3 ... without a gap within a session
    at: int  # ms since the epoch, UTC
    fact: AnyFact
