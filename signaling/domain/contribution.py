"""What one ended session adds to the figures. Pure: the same events give the same numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, tzinfo
from typing import Final

import msgspec
import phonenumbers
from phonenumbers import carrier

from signaling.domain import facts
from signaling.domain.facts import AnyFact, Event
from signaling.domain.figures import Cause, Dimension, bucket_of
from signaling.domain.guests import concerns_guest, guest_ids_told
from signaling.domain.ladder import NAMES, times
from signaling.domain.outcomes import Ending, ending, traces_after
from signaling.domain.quality import Measured
from signaling.domain.records import Session

_SEEN: Final[frozenset[Ending]] = frozenset({"picture", "stills", "photo"})
_FUNCTIONS: Final[Mapping[type[AnyFact], str]] = {
    facts.CaptureStored: "capture",
    facts.PositionFixed: "position",
    facts.PhotoStored: "photo",
    facts.CprChanged: "cpr",
    facts.GuestInvited: "guest",
}


class Contribution(msgspec.Struct, frozen=True):
    """`day`: ISO 8601. `groups`: the name of each dimension's group. `counts`: added to plain sums.
    `buckets`: one more in that bucket of the measure."""

    day: str
    groups: Mapping[Dimension, str]
    counts: Mapping[str, int]
    buckets: Mapping[str, int]


def contribution(
    session: Session, events: Sequence[Event], zone: tzinfo, quality: Measured | None = None
) -> Contribution:
    """Of a session that has ended, with all its events. `zone`: in which its day is told. `quality`: None
    when nothing was measured."""
    guests = guest_ids_told(events)
    own = [event for event in events if not concerns_guest(guests, event.fact)]
    became = ending(session, traces_after(0, events, guests))
    reached = became in _SEEN
    counts = {"attempts": 1}
    if reached:
        counts |= {"reached": 1, "video": int(became == "picture"), "stills": int(became == "stills")}
        counts |= _watching(session, own)
        counts |= {f"function.{name}": 1 for name in _functions(events, guests)}
        if session.assessment:
            counts[f"assessed.{session.assessment}"] = 1
    else:
        counts[f"cause.{_cause(session, became, own)}"] = 1
    counts |= {f"way.{name}": count for name, count in _ways(own).items()}
    return Contribution(
        day=datetime.fromtimestamp(session.started_at / 1000, UTC).astimezone(zone).date().isoformat(),
        groups=_groups(session, own),
        counts={name: count for name, count in counts.items() if count},
        buckets={**_durations(session, events), **_measured(quality)},
    )


# ---------------------------------------------------------------- groups
def network_of(address: str) -> str:
    """The operator to which the number's range was given; whoever took their number along to another one is
    still counted there. "" where it isn't known. Source: libphonenumber's carrier data."""
    try:
        return carrier.name_for_number(phonenumbers.parse(address), "en")
    except phonenumbers.NumberParseException:
        return ""


def _groups(session: Session, own: Sequence[Event]) -> dict[Dimension, str]:
    claimed = next((one.fact for one in reversed(own) if isinstance(one.fact, facts.LinkClaimed)), None)
    return {
        "all": "",
        "regulator": session.started_by,
        "carrier": _carrier(own),
        "model": "" if claimed is None else claimed.model,
        "browser": "" if claimed is None else _family(claimed.browser),
        "network": network_of(session.address),
    }


def _family(browser: str) -> str:
    """`Safari 18, iOS` without its version."""
    return ", ".join(part.rstrip(" 0123456789.") for part in browser.split(", "))


def _carrier(own: Sequence[Event]) -> str:
    """The provider of the message that arrived; of the last one that was taken, or tried, when none did."""
    provider: dict[str, str] = {}
    best: dict[type[AnyFact], str] = {}
    for event in own:
        match event.fact:
            case facts.MessageQueued(message=id_, provider=name):
                provider[id_] = best[facts.MessageQueued] = name
            case facts.MessageAccepted(message=id_) | facts.MessageDelivered(message=id_) if id_ in provider:
                best[type(event.fact)] = provider[id_]
            case _:
                pass
    order = (facts.MessageDelivered, facts.MessageAccepted, facts.MessageQueued)
    return next((best[kind] for kind in order if kind in best), "")


# ---------------------------------------------------------------- what went wrong, and ways around it
def _cause(session: Session, became: Ending, own: Sequence[Event]) -> Cause:
    if became in ("not_delivered", "never_opened", "refused"):
        return became
    if any(isinstance(event.fact, facts.CallerHungUp) for event in own):
        return "hung_up"
    if NAMES.index(session.rung) >= NAMES.index("granted"):
        return "network"
    return "ended"


def _ways(own: Sequence[Event]) -> dict[str, int]:
    happened = [event.fact for event in own]
    shared = {fact.invitation for fact in happened if isinstance(fact, facts.InvitationShared)}
    opened = {fact.invitation for fact in happened if isinstance(fact, facts.LinkOpened)}
    claimed = {fact.invitation for fact in happened if isinstance(fact, facts.LinkClaimed)}
    queued = sum(isinstance(fact, facts.MessageQueued) for fact in happened)
    second = any(
        isinstance(fact, facts.HandoverDecided) and fact.decision in ("move", "add") for fact in happened
    )
    return {
        "resent": max(0, queued - 1),
        "code": int(bool(claimed - opened - shared)),
        "shared": int(bool(claimed & shared)),
        "second_phone": int(second),
    }


# ---------------------------------------------------------------- times
def _durations(session: Session, events: Sequence[Event]) -> dict[str, int]:
    """Buckets of milliseconds, from the start to each rung, and from the latest rung before it."""
    reached = times(events)
    found: dict[str, int] = {}
    before = session.started_at
    for rung in NAMES:
        if rung not in reached:
            continue
        found[f"rung.{rung}"] = bucket_of(reached[rung] - session.started_at)
        found[f"spent.{rung}"] = bucket_of(max(0, reached[rung] - before))
        before = max(before, reached[rung])
    return found


def _watching(session: Session, own: Sequence[Event]) -> dict[str, int]:
    """Milliseconds from the first picture to the end, and how many of them it stood still for."""
    if session.ended_at is None or session.first_picture_at is None:  # photos only
        return {}
    stalled, still = 0, dict[str, int]()  # phone -> since when
    for event in own:
        match event.fact:
            case facts.MediaStalled(participant=phone):
                still.setdefault(phone, max(event.at, session.first_picture_at))
            case facts.MediaResumed(participant=phone) if phone in still:
                stalled += max(0, event.at - still.pop(phone))
            case _:
                pass
    stalled += sum(max(0, session.ended_at - since) for since in still.values())
    watched = max(0, session.ended_at - session.first_picture_at)
    return {"watched_ms": watched, "stalled_ms": min(stalled, watched)}


def _measured(quality: Measured | None) -> dict[str, int]:
    """Frames in tenths, loss in hundredths of a percent, so that a bucket is finer than what matters."""
    if quality is None:
        return {}
    return {
        "kilobits": bucket_of(quality.bitrate),
        "frames": bucket_of(quality.frames * 10),
        "lost": bucket_of(quality.loss * 10_000),
    }


# ---------------------------------------------------------------- functions
def _functions(events: Sequence[Event], guests: AbstractSet[str]) -> set[str]:
    used = {_function(event.fact) for event in events if not _is_guests_own(guests, event.fact)}
    return {name for name in used if name}


def _is_guests_own(guests: AbstractSet[str], fact: AnyFact) -> bool:
    """Whether a guest did it: that somebody was invited is the regulator's doing."""
    return concerns_guest(guests, fact) and not isinstance(fact, facts.GuestInvited)


def _function(fact: AnyFact) -> str:
    match fact:
        case facts.CommandSent(name="torch" | "zoom" as name):
            return name
        case facts.DocumentStored(by=str(), drawing=drawing):
            return "drawing" if drawing else "document"
        case facts.StreamStarted(source="screen"):
            return "screen"
        case _:
            return _FUNCTIONS.get(type(fact), "")
