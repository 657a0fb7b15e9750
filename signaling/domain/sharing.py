"""What a caller's phone has shared in a session, from the session's events: decisions only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias

import msgspec

from signaling.domain import facts
from signaling.domain.facts import Event

# Off for a shorter time is on all along: the network's hiccups are nothing that a caller has to read.
GAP: Final = 60_000  # ms

Meaning: TypeAlias = Literal["allowed", "on", "off", "stopped"]
_MEANINGS: Final[dict[type[facts.Fact], Meaning]] = {
    facts.CameraGranted: "allowed",
    facts.CameraBack: "on",
    facts.MediaResumed: "on",
    facts.PictureWay: "on",
    facts.CameraLost: "off",
    facts.MediaStalled: "off",
    facts.CameraRefused: "stopped",
    facts.CallerHungUp: "stopped",
    facts.PhoneReplaced: "stopped",
    facts.SessionEnded: "stopped",
}


class Span(msgspec.Struct, frozen=True):
    """A time during which the centre could see. ms since the epoch."""

    begin: int
    end: int | None = None  # None: it still can

    def holds(self, at: int) -> bool:
        """Whether a picture that was kept at that time shows what the camera saw then; it takes its time."""
        return self.begin <= at and (self.end is None or at <= self.end + GAP)


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """What left one phone and what came to it, as times in ms since the epoch, the earliest first."""

    camera: tuple[Span, ...]
    captures: tuple[int, ...]  # kept from its video
    films: tuple[int, ...]  # of its video, when each began
    photos: tuple[int, ...]
    sent: tuple[int, ...]  # documents
    received: tuple[int, ...]  # documents
    positions: tuple[int, ...]
    viewers: frozenset[str]  # user ids
    guests: int = 0  # invited by the centre, who came to watch


def shared(events: Sequence[Event], participant: str) -> Shared:
    camera = camera_times(events, participant)
    own = [event for event in events if getattr(event.fact, "participant", None) == participant]
    by_centre = [event for event in events if getattr(event.fact, "by", None) is not None]
    captures = _times(events, facts.CaptureStored)
    return Shared(
        camera=camera,
        captures=tuple(at for at in captures if any(span.holds(at) for span in camera)),
        films=_times(own, facts.RecordingStarted),
        photos=_times(own, facts.PhotoStored),
        sent=_times((event for event in own if event not in by_centre), facts.DocumentStored),
        received=_times(by_centre, facts.DocumentStored),
        positions=_times(own, facts.PositionFixed),
        viewers=frozenset(event.fact.user for event in events if isinstance(event.fact, facts.ViewerJoined)),
        guests=sum(
            isinstance(event.fact, facts.GuestJoined) and event.fact.role != "camera" for event in events
        ),
    )


def _times(events: Iterable[Event], kind: type[facts.Fact]) -> tuple[int, ...]:
    return tuple(event.at for event in events if isinstance(event.fact, kind))


def camera_times(events: Iterable[Event], participant: str) -> tuple[Span, ...]:
    """When the camera of a phone was on, as far as the server can know: rather too long than too short."""
    spans: list[Span] = []
    allowed = False
    for event, meaning in _meanings(events, participant):
        if meaning == "allowed":
            allowed = True
        on = bool(spans) and spans[-1].end is None
        if meaning in {"off", "stopped"} and on:
            spans[-1] = Span(spans[-1].begin, event.at)
        elif meaning in {"allowed", "on"} and allowed and not on:
            _open(spans, event.at)
        if meaning == "stopped":
            allowed = False
    return tuple(spans)


def _open(spans: list[Span], at: int) -> None:
    if spans and at - (spans[-1].end or at) < GAP:
        spans[-1] = Span(spans[-1].begin)
    else:
        spans.append(Span(at))


def _meanings(events: Iterable[Event], participant: str) -> Iterable[tuple[Event, Meaning]]:
    stills = False
    for event in events:
        fact = event.fact
        meaning = _MEANINGS.get(type(fact))
        if meaning is None or getattr(fact, "participant", participant) != participant:
            continue
        if isinstance(fact, facts.PictureWay):
            stills = fact.way == "stills"
            if fact.way == "photo":  # taken outside the page: its camera is off
                continue
        if isinstance(fact, facts.MediaStalled) and stills:  # no video is expected
            continue
        yield event, meaning
