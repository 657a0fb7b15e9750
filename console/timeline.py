"""The timeline of a session in words: one sentence for each kind of fact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from console import (
    timeline_files,
    timeline_films,
    timeline_guests,
    timeline_help,
    timeline_phone,
    timeline_session,
    timeline_streams,
)
from console.rows import Moment, moment
from console.timeline_teller import Teller, sentence
from console.words import Gettext
from signaling.domain import facts
from signaling.domain.facts import Event, Fact


class Entry(msgspec.Struct, frozen=True):
    at: Moment
    text: str
    tone: str  # "", "ok", "warn", "alert", "minor"
    icon: str


_CHAPTERS: Final = (
    timeline_session, timeline_phone, timeline_files, timeline_films, timeline_guests, timeline_help,
    timeline_streams,
)  # fmt: skip
_TONES: Final[dict[type[Fact], str]] = {
    kind: tone for part in _CHAPTERS for tone, kinds in part.TONES.items() for kind in kinds
}
_ICONS: Final[dict[type[Fact], str]] = {
    kind: icon for part in _CHAPTERS for icon, kinds in part.ICONS.items() for kind in kinds
}


def timeline(
    events: Sequence[Event], users: dict[str, str], language: str, _: Gettext, *, whole: bool = False
) -> list[Entry]:
    """A phone says its state again whenever any part of it changes: what reads the same is told once.

    `whole`: with what was written to the caller, for those who may watch.
    """
    teller = Teller(events, users, language, _, whole=whole)
    entries: list[Entry] = []
    state = ""
    for event in events:
        text = sentence(event.fact, teller)
        if isinstance(event.fact, facts.PhoneState):
            if text == state or not timeline_phone.shown(event.fact.actual):
                continue  # the same as before, or a phone whose camera isn't open yet
            state = text
        icon = _ICONS.get(type(event.fact), "info")
        entries.append(Entry(moment(event.at, language), text, _tone(event.fact), icon))
    return entries


def _tone(fact: Fact) -> str:
    if isinstance(fact, facts.CommandAnswered) and fact.error not in {None, "replaced"}:
        return "warn"
    if isinstance(fact, facts.PictureWay):
        return "warn" if fact.way in {"stills", "photo"} else "minor"
    return _TONES.get(type(fact), "")
