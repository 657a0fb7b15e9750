"""What of a running session a supervisor has to look at: where it stands, for how long, and what is amiss.

Pure. The thresholds are ours: long enough that a session which goes well raises none. Documented in
docs/supervision.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, get_args

import msgspec
from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.facts import AnyFact, Event
from signaling.domain.guests import concerns_guest
from signaling.domain.ladder import higher

State = Literal["waiting", "live", "stills", "stalled", "refused", "gone"]
# The most pressing first
Alert = Literal["help", "not_sent", "refused", "gone", "stalled", "waiting", "weak"]
ALERTS: Final[tuple[Alert, ...]] = get_args(Alert)

# ms on a rung after which somebody should look; "" until the message is queued
WAITS: Final = {
    "": 10_000,
    "queued": 20_000,
    "accepted": 45_000,
    "delivered": 60_000,
    "opened": 45_000,
    "asked": 45_000,
    "granted": 20_000,
    "connecting": 20_000,
}
GONE: Final = 10_000  # ms for which the caller has left the page, or hung up
STALLED: Final = 10_000  # ms without a new picture
WEAK: Final = 30_000  # ms for which only stills come


class Course(msgspec.Struct, frozen=True):
    """`since`: of the state; `rung_at`: when the rung was reached. `unsent`: since when the newest message to
    the caller has failed; None: it hasn't. `help`: who asked for help (user id), and when."""

    state: State = "waiting"
    since: int = 0
    rung: str = ""
    rung_at: int = 0
    stills: bool = False
    unsent: int | None = None
    help: str = ""
    help_at: int = 0
    guests: frozenset[str] = frozenset()


def follow(course: Course, events: Iterable[Event]) -> Course:
    """The course once these events have happened."""
    for event in events:
        course = _with_guests(course, event.fact)
        if not concerns_guest(course.guests, event.fact):
            course = _follow(course, event)
    return course


def alerts(course: Course, now: int) -> tuple[Alert, ...]:
    """What is amiss at `now`, the most pressing first."""
    stood = now - course.since
    found: dict[Alert, bool] = {
        "help": bool(course.help),
        "not_sent": course.unsent is not None,
        "refused": course.state == "refused",
        "gone": course.state == "gone" and stood >= GONE,
        "stalled": course.state == "stalled" and stood >= STALLED,
        "waiting": course.state == "waiting" and now - course.rung_at >= WAITS.get(course.rung, GONE),
        "weak": course.state == "stills" and stood >= WEAK,
    }
    return tuple(name for name in ALERTS if found[name])


def _with_guests(course: Course, fact: AnyFact) -> Course:
    match fact:
        case facts.GuestInvited(invitation=id_):
            return replace(course, guests=course.guests | {id_})
        case facts.GuestJoined(participant=id_):
            return replace(course, guests=course.guests | {id_})
        case facts.MessageQueued(message=id_, invitation=invitation) if invitation in course.guests:
            return replace(course, guests=course.guests | {id_})
        case _:
            return course


def _follow(course: Course, event: Event) -> Course:
    rung = higher(course.rung, event.fact)
    if rung != course.rung or isinstance(event.fact, facts.SessionStarted):
        course = replace(course, rung=rung, rung_at=event.at)
    course = _with_messages(course, event)
    match event.fact:
        case facts.HelpAsked(by=by, asked=asked):
            return replace(course, help=by if asked else "", help_at=event.at)
        case facts.PictureWay(way=way):
            course = replace(course, stills=way == "stills")
    state = _state(course, event.fact)
    return course if state == course.state else replace(course, state=state, since=event.at)


def _with_messages(course: Course, event: Event) -> Course:
    match event.fact:
        case facts.MessageFailed(retry_at=None):
            return replace(course, unsent=event.at)
        case facts.MessageQueued() | facts.MessageAccepted() | facts.MessageDelivered() | facts.LinkOpened():
            return replace(course, unsent=None)
        case facts.LinkClaimed():  # by the code that was read aloud
            return replace(course, unsent=None)
        case _:
            return course


def _state(course: Course, fact: AnyFact) -> State:
    seen: State = "stills" if course.stills else "live"
    match fact:
        case facts.PictureFirst():
            return seen
        case facts.PictureWay() if course.state in ("live", "stills"):
            return seen
        case facts.MediaStalled() | facts.CameraLost() if course.state in ("live", "stills"):
            return "stalled"
        case facts.MediaResumed() | facts.CameraBack() | facts.PageShown() if course.rung == "picture":
            return seen
        case facts.CameraRefused():
            return "refused"
        case facts.CameraAsked() | facts.CameraGranted() | facts.PageShown() if course.rung != "picture":
            return "waiting"
        case facts.CallerHungUp() | facts.PageHidden():
            return "gone"
        case _:
            return course.state
