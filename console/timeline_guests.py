"""The timeline's sentences on guests. They hold no name: an administrator may read them all."""

from __future__ import annotations

from typing import Final

from console import words
from console.timeline_teller import Teller, sentence
from signaling.domain import facts
from signaling.domain.facts import Fact

TONES: Final[dict[str, tuple[type[Fact], ...]]] = {"ok": (facts.GuestJoined,)}
ICONS: Final[dict[str, tuple[type[Fact], ...]]] = {
    "message": (facts.GuestInvited,),
    "person": (facts.GuestJoined, facts.GuestRemoved),
}


@sentence.register
def _(fact: facts.GuestInvited, teller: Teller) -> str:
    return teller.gettext("%(name)s invited a guest (%(role)s) by %(channel)s to %(hint)s") % {
        "name": teller.name(fact.by),
        "role": words.guest_role(fact.role, teller.gettext),
        "channel": words.channel_name(fact.channel, teller.gettext),
        "hint": teller.words(fact.to_hint),
    }


@sentence.register
def _(fact: facts.GuestJoined, teller: Teller) -> str:
    told = teller.gettext("A guest joined (%(role)s)") % {"role": words.guest_role(fact.role, teller.gettext)}
    return f"{told}, {fact.browser}" if fact.browser else told


@sentence.register
def _(fact: facts.GuestRemoved, teller: Teller) -> str:
    return teller.gettext("%(name)s removed a guest") % {"name": teller.name(fact.by)}
