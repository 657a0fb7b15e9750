"""What of a session goes when it is erased, or when a class of its data was kept long enough: field by field.

An erased session keeps its figures: times, rungs, outcome, durations, assessment, and which user did what.
"""

from __future__ import annotations

from typing import Any, Final, get_args

import msgspec
from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.controls import Capabilities, Controls
from signaling.domain.errors import NotAllowed
from signaling.domain.facts import AnyFact, Fact
from signaling.domain.policy import DataClass, Policy
from signaling.domain.records import Capture, Document, Record, Recording, Session, Upload
from signaling.domain.uploads import kept_id

DAY: Final = 24 * 3_600_000  # ms
CLASSES: Final[tuple[DataClass, ...]] = get_args(DataClass)
# Of these the installation says how long they are kept, unless the centre does. The others stay for ever.
INSTALLED: Final[frozenset[DataClass]] = frozenset({"captures", "photos", "documents", "recordings"})


def days_of(policy: Policy, keep_days: int) -> dict[DataClass, int]:
    """How many days after the end of a session each class is kept; 0: for ever. `keep_days`: KEEP_DAYS."""
    chosen = {one: policy.keep_days.get(one, keep_days if one in INSTALLED else 0) for one in CLASSES}
    return {one: max(0, days) for one, days in chosen.items()}


def days_of_pictures(policy: Policy, keep_days: int) -> int:
    """Until the last capture, photo, document and recording is gone; 0: for ever."""
    days = days_of(policy, keep_days)
    own = [days[one] for one in INSTALLED]
    longest = 0 if 0 in own else max(own)
    whole = days["sessions"]
    return min(longest, whole) if longest and whole else longest or whole


# ---------------------------------------------------------------- facts
class Blank(msgspec.Struct, frozen=True):
    """A field that loses its value together with a class of data; `only`: a value of these types."""

    goes_with: DataClass
    value: Any
    only: tuple[type, ...] = (object,)


STAYS: Final = None
_HINT: Final = Blank("addresses", "•••")
_TOLD: Final = Blank("addresses", "…")  # a carrier may quote the address that it refuses
_PHONE: Final = Blank("sessions", "")  # what tells one phone, or its owner, from others
_PLACE: Final = Blank("positions", 0.0)
_WHERE: Final = Blank("positions", "")

_BY_PARTICIPANT: Final[dict[str, Blank | None]] = {"participant": STAYS}
_KEPT_FILE: Final[dict[str, Blank | None]] = {"width": STAYS, "height": STAYS, "size": STAYS}

# Ids stay: what they name is gone, or has no personal datum left. Users of the centre are no callers.
FIELDS: Final[dict[type[Fact], dict[str, Blank | None]]] = {
    facts.SessionStarted: {"by": STAYS},
    facts.InvitationCreated: {"invitation": STAYS, "channel": STAYS, "to_hint": _HINT, "line": STAYS},
    facts.InvitationRevoked: {"invitation": STAYS},
    facts.MessageQueued: {"message": STAYS, "invitation": STAYS, "channel": STAYS, "provider": STAYS},
    facts.MessageAccepted: {"message": STAYS},
    facts.MessageDelivered: {"message": STAYS},
    facts.MessageFailed: {"message": STAYS, "reason": _TOLD, "permanent": STAYS, "retry_at": STAYS},
    facts.LinkOpened: {"invitation": STAYS},
    facts.LinkClaimed: {
        "invitation": STAYS, "participant": STAYS, "browser": _PHONE, "language": _PHONE, "model": _PHONE,
    },
    facts.CameraAsked: _BY_PARTICIPANT,
    facts.CameraGranted: _BY_PARTICIPANT,
    facts.CameraRefused: {"participant": STAYS, "reason": STAYS},
    facts.CameraLost: {"participant": STAYS, "cause": STAYS},
    facts.CameraBack: _BY_PARTICIPANT,
    facts.PictureWay: {"participant": STAYS, "way": STAYS},
    facts.MediaConnecting: {"participant": STAYS, "epoch": STAYS},
    facts.MediaConnected: _BY_PARTICIPANT,
    facts.PictureFirst: _BY_PARTICIPANT,
    facts.MediaStalled: _BY_PARTICIPANT,
    facts.MediaResumed: _BY_PARTICIPANT,
    facts.PageHidden: _BY_PARTICIPANT,
    facts.PageShown: _BY_PARTICIPANT,
    facts.CallerHungUp: _BY_PARTICIPANT,
    facts.PhoneState: {
        "participant": STAYS, "epoch": STAYS, "revision": STAYS,
        "capabilities": Blank("sessions", Capabilities()),
        "wanted": Blank("sessions", Controls()), "actual": Blank("sessions", Controls()),
        "reasons": Blank("sessions", {}),
    },
    facts.CommandSent: {
        "command": STAYS, "participant": STAYS, "by": STAYS, "name": STAYS,
        # A text that was typed, a language, a lens, a place in the picture: all but switches and zooms
        "value": Blank("sessions", "…", only=(str, tuple)),
    },
    facts.CommandAnswered: {"command": STAYS, "participant": STAYS, "error": STAYS},
    facts.PositionFixed: {
        "position": STAYS, "participant": STAYS, "latitude": _PLACE, "longitude": _PLACE, "accuracy": STAYS,
    },
    facts.PositionFailed: {"participant": STAYS, "reason": STAYS},
    facts.PositionAddressed: {"position": STAYS, "address": _WHERE, "source": _WHERE},
    facts.PhotoStored: {"capture": STAYS, "participant": STAYS, **_KEPT_FILE, "command": STAYS},
    facts.FileFailed: {
        "participant": STAYS, "file": STAYS, "kind": STAYS, "reason": STAYS, "command": STAYS,
    },
    facts.DocumentStored: {
        "document": STAYS, "participant": STAYS, "media_type": STAYS, "size": STAYS, "by": STAYS,
        "drawing": STAYS,
    },
    facts.DocumentOpened: {"document": STAYS, "participant": STAYS},
    facts.InvitationShared: {"invitation": STAYS, "participant": STAYS},
    facts.HandoverAsked: {"handover": STAYS, "browser": _PHONE},
    facts.HandoverDecided: {"handover": STAYS, "by": STAYS, "decision": STAYS, "participant": STAYS},
    facts.PhoneReplaced: {"participant": STAYS, "successor": STAYS},
    facts.ViewerJoined: {"participant": STAYS, "user": STAYS},
    facts.CaptureStored: {"capture": STAYS, "by": STAYS, **_KEPT_FILE},
    facts.ControlAsked: {"by": STAYS},
    facts.ControlPassed: {"by": STAYS, "to": STAYS},
    facts.CprChanged: {"by": STAYS, "state": STAYS},
    facts.GuestInvited: {
        "invitation": STAYS, "by": STAYS, "role": STAYS, "channel": STAYS, "to_hint": _HINT,
    },
    facts.GuestJoined: {"invitation": STAYS, "participant": STAYS, "role": STAYS, "browser": _PHONE},
    facts.GuestRemoved: {"invitation": STAYS, "by": STAYS},
    facts.RecordingAgreed: {"participant": STAYS},
    facts.RecordingDeclined: {"participant": STAYS},
    facts.RecordingStarted: {"recording": STAYS, "participant": STAYS},
    facts.RecordingStored: {
        "recording": STAYS, "participant": STAYS, "size": STAYS, "milliseconds": STAYS,
    },
    facts.RecordingStopped: {"by": STAYS},
    facts.StreamStarted: {"stream": STAYS, "participant": STAYS, "source": STAYS, "audience": STAYS},
    facts.StreamEnded: {"stream": STAYS},
    facts.HelpAsked: {"by": STAYS, "asked": STAYS},
    facts.HelpSent: {"help": STAYS, "by": STAYS, "name": STAYS, "text": Blank("sessions", "…")},
    facts.HelpSeen: {"help": STAYS, "by": STAYS},
    facts.SessionMarked: {"by": STAYS, "debrief": STAYS},
    facts.SessionAssessed: {"by": STAYS, "assessment": STAYS},
    facts.SessionEnded: {"by": STAYS},
}  # fmt: skip


def blanked(fact: AnyFact, going: tuple[DataClass, ...]) -> AnyFact:
    """The fact without what goes with these classes; with "sessions" all of it goes."""
    everything = "sessions" in going
    changes = {
        name: blank.value
        for name, blank in FIELDS[type(fact)].items()
        if blank is not None and (everything or blank.goes_with in going)
        if isinstance(getattr(fact, name), blank.only)
    }
    return replace(fact, **changes) if changes else fact


# ---------------------------------------------------------------- records
def class_of(record: Record) -> DataClass:
    """Of a record that has bytes."""
    match record:
        case Capture(participant=None):
            return "captures"
        case Capture() | Upload(kind="photo"):
            return "photos"
        case Recording():
            return "recordings"
        case _:
            return "documents"


def file_names(record: Capture | Document | Upload | Recording) -> tuple[str, ...]:
    """Under which its bytes may lie. Those of an upload: the part that grows, and what comes of it, which a
    crash may have left without a row."""
    return (f"{record.id}.part", kept_id(record)) if isinstance(record, Upload) else (record.id,)


def must_be_erasable(session: Session) -> None:
    """Raises NotAllowed for one that goes on or is held."""
    if session.ended_at is None:
        raise NotAllowed("a running session can't be erased: end it first")
    if session.held:
        raise NotAllowed("this session is held: nothing of it is deleted")
