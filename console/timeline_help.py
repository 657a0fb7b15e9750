"""The timeline's sentences on help from a supervisor."""

from __future__ import annotations

from typing import Final

from console.timeline_teller import Teller, sentence
from signaling.domain import facts
from signaling.domain.facts import Fact

TONES: Final[dict[str, tuple[type[Fact], ...]]] = {
    "warn": (facts.HelpAsked,),
    "minor": (facts.HelpSeen,),
}
ICONS: Final[dict[str, tuple[type[Fact], ...]]] = {
    "warning": (facts.HelpAsked,),
    "message": (facts.HelpSent,),
    "check": (facts.HelpSeen,),
}


@sentence.register
def _(fact: facts.HelpAsked, teller: Teller) -> str:
    name = {"name": teller.name(fact.by)}
    if fact.asked:
        return teller.gettext("%(name)s called for help") % name
    return teller.gettext("%(name)s no longer needs help") % name


@sentence.register
def _(fact: facts.HelpSent, teller: Teller) -> str:
    said = {"name": fact.name, "text": teller.words(fact.text)}
    return teller.gettext("%(name)s to the room: %(text)s") % said


@sentence.register
def _(fact: facts.HelpSeen, teller: Teller) -> str:
    return teller.gettext("%(name)s read the help") % {"name": teller.name(fact.by)}
