"""The timeline's sentences on the session, its invitation and those who watch."""

from __future__ import annotations

from typing import Final

from console import words
from console.timeline_teller import Teller, sentence
from signaling.domain import facts
from signaling.domain.facts import Fact

TONES: Final[dict[str, tuple[type[Fact], ...]]] = {
    "ok": (facts.MessageDelivered,),
    "alert": (facts.MessageFailed,),
    "minor": (facts.MessageAccepted,),
}
ICONS: Final[dict[str, tuple[type[Fact], ...]]] = {
    "message": (
        facts.InvitationCreated, facts.InvitationRevoked, facts.MessageQueued, facts.MessageAccepted,
        facts.MessageDelivered, facts.MessageFailed,
    ),
    "person": (facts.ViewerJoined, facts.ControlAsked, facts.ControlPassed),
    "capture": (facts.CaptureStored,),
    "send": (facts.SessionStarted,),
    "flag": (facts.SessionMarked,),
    "check": (facts.SessionAssessed,),
    "end": (facts.SessionEnded,),
}  # fmt: skip


@sentence.register
def _(fact: facts.SessionStarted, teller: Teller) -> str:
    return teller.gettext("%(name)s started the visio") % {"name": teller.name(fact.by)}


@sentence.register
def _(fact: facts.InvitationCreated, teller: Teller) -> str:
    channel = words.channel_name(fact.channel, teller.gettext)
    told = teller.gettext("Invitation by %(channel)s to %(hint)s") % {
        "channel": channel,
        "hint": teller.words(fact.to_hint),
    }
    landline = teller.gettext("landline")
    return f"{told} ({landline})" if fact.line == "fixed" else told


@sentence.register
def _(_fact: facts.InvitationRevoked, teller: Teller) -> str:
    return teller.gettext("Earlier link revoked")


@sentence.register
def _(fact: facts.MessageQueued, teller: Teller) -> str:
    return teller.gettext("%(channel)s being sent") % {"channel": _begun(fact.channel, teller)}


@sentence.register
def _(_fact: facts.MessageAccepted, teller: Teller) -> str:
    return teller.gettext("Message accepted by the carrier")


@sentence.register
def _(_fact: facts.MessageDelivered, teller: Teller) -> str:
    return teller.gettext("Message delivered")


@sentence.register
def _(fact: facts.MessageFailed, teller: Teller) -> str:
    unknown = teller.gettext("reason given by the carrier: %(reason)s") % {"reason": fact.reason}
    reason = words.carrier_errors(teller.gettext).get(fact.reason, unknown)
    return teller.gettext("Message not delivered: %(reason)s") % {"reason": reason}


@sentence.register
def _(fact: facts.ViewerJoined, teller: Teller) -> str:
    return teller.gettext("%(name)s entered the room") % {"name": teller.name(fact.user)}


@sentence.register
def _(fact: facts.ControlAsked, teller: Teller) -> str:
    return teller.gettext("%(name)s asked for the control of the phone") % {"name": teller.name(fact.by)}


@sentence.register
def _(fact: facts.ControlPassed, teller: Teller) -> str:
    if fact.by == fact.to:
        return teller.gettext("%(name)s took the control of the phone") % {"name": teller.name(fact.to)}
    names = {"name": teller.name(fact.by), "other": teller.name(fact.to)}
    return teller.gettext("%(name)s gave the control of the phone to %(other)s") % names


@sentence.register
def _(fact: facts.CprChanged, teller: Teller) -> str:
    return teller.gettext("CPR: %(state)s") % {"state": words.cpr(teller.gettext)[fact.state]}


@sentence.register
def _(fact: facts.CaptureStored, teller: Teller) -> str:
    size = f"{fact.width} × {fact.height}"
    return teller.gettext("%(name)s took a capture (%(size)s)") % {"name": teller.name(fact.by), "size": size}


@sentence.register
def _(fact: facts.SessionMarked, teller: Teller) -> str:
    if fact.debrief:
        return teller.gettext("%(name)s marked the visio to be debriefed") % {"name": teller.name(fact.by)}
    return teller.gettext("%(name)s took the debriefing mark back") % {"name": teller.name(fact.by)}


@sentence.register
def _(fact: facts.SessionAssessed, teller: Teller) -> str:
    if not fact.assessment:
        return teller.gettext("%(name)s took the assessment back") % {"name": teller.name(fact.by)}
    told = {"name": teller.name(fact.by), "words": words.assessments(teller.gettext)[fact.assessment]}
    return teller.gettext("%(name)s assessed: %(words)s") % told


@sentence.register
def _(fact: facts.SessionEnded, teller: Teller) -> str:
    if fact.by is None:
        return teller.gettext("The visio ended by itself, after the longest time allowed")
    return teller.gettext("%(name)s ended the visio") % {"name": teller.name(fact.by)}


def _begun(channel: str, teller: Teller) -> str:
    return teller.gettext("SMS") if channel == "sms" else teller.gettext("E-mail")
