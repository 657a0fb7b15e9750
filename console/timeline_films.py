"""The timeline's sentences on films of the caller's video."""

from __future__ import annotations

from typing import Final

from console.timeline_teller import Teller, sentence
from console.words import duration
from signaling.domain import facts
from signaling.domain.facts import Fact

TONES: Final[dict[str, tuple[type[Fact], ...]]] = {
    "minor": (facts.RecordingAgreed,),
    "warn": (facts.RecordingDeclined, facts.RecordingStopped),
}
ICONS: Final[dict[str, tuple[type[Fact], ...]]] = {
    "film": (
        facts.RecordingAgreed, facts.RecordingDeclined, facts.RecordingStarted, facts.RecordingStored,
        facts.RecordingStopped,
    ),
}  # fmt: skip


@sentence.register
def _(_fact: facts.RecordingAgreed, teller: Teller) -> str:
    return teller.gettext("The caller was told that the video is recorded")


@sentence.register
def _(_fact: facts.RecordingDeclined, teller: Teller) -> str:
    return teller.gettext("The caller declined the recording")


@sentence.register
def _(_fact: facts.RecordingStarted, teller: Teller) -> str:
    return teller.gettext("Recording of the video began")


@sentence.register
def _(fact: facts.RecordingStored, teller: Teller) -> str:
    if fact.milliseconds is None:
        return teller.gettext("Recording of the video was cut short")
    told = {"length": duration(fact.milliseconds)}
    return teller.gettext("Recording of the video kept (%(length)s)") % told


@sentence.register
def _(fact: facts.RecordingStopped, teller: Teller) -> str:
    return teller.gettext("%(name)s stopped the recording") % {"name": teller.name(fact.by)}
