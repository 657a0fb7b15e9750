"""How a meeting went, in one of seven words, told from its facts one after the other.

    picture        live video was seen
    stills         pictures were seen, one after the other, and no live video
    photo          nothing but photos that the caller took
    refused        the last answer to the camera prompt was no
    no_picture     the link was opened, and nothing was seen
    never_opened   the message left, and its link was not opened
    not_delivered  the carrier refused the message, and its link was not opened

The first of them that is true counts. Of a meeting that goes on it is how it went so far.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final, Literal, get_args

from signaling.domain import facts
from signaling.domain.facts import AnyFact, Event
from signaling.domain.guests import concerns_guest
from signaling.domain.ladder import NAMES
from signaling.domain.records import Session

Ending = Literal["picture", "stills", "photo", "refused", "no_picture", "never_opened", "not_delivered"]
ENDINGS: Final[tuple[Ending, ...]] = get_args(Ending)

# What the facts leave behind, as bits of one number
_SEEN, _BY_STILLS, _VIDEO, _STILLS, _PHOTO, _FAILED = (1 << bit for bit in range(6))
_OPENED: Final = NAMES.index("opened")


def traces_after(traces: int, events: Iterable[Event], guests: AbstractSet[str]) -> int:
    """What is remembered once these events have happened; 0 at the start. `guests`: see
    `signaling.domain.guests.guest_ids`; what concerns them tells nothing of the caller."""
    for event in events:
        if not concerns_guest(guests, event.fact):
            traces = _after(traces, event.fact)
    return traces


def ending(session: Session, traces: int) -> Ending:
    """`traces`: see `traces_after`."""
    if traces & _VIDEO:
        return "picture"
    if traces & _STILLS:
        return "stills"
    if traces & _PHOTO:
        return "photo"
    if session.refused:
        return "refused"
    if session.rung and NAMES.index(session.rung) >= _OPENED:
        return "no_picture"
    return "not_delivered" if traces & _FAILED else "never_opened"


def _after(traces: int, fact: AnyFact) -> int:
    match fact:
        case facts.PictureWay(way=way):
            traces = traces | _BY_STILLS if way == "stills" else traces & ~_BY_STILLS
            return traces | _kind(traces) if traces & _SEEN and way != "photo" else traces
        case facts.PictureFirst():
            return traces | _SEEN | _kind(traces)
        case facts.PhotoStored():
            return traces | _PHOTO
        case facts.MessageFailed(permanent=True):
            return traces | _FAILED
        case facts.MessageAccepted() | facts.MessageDelivered():
            return traces & ~_FAILED
        case _:
            return traces


def _kind(traces: int) -> int:
    return _STILLS if traces & _BY_STILLS else _VIDEO
