"""Who was written to in a meeting and who was invited, each with what became of it: all from its facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from console import words
from console.rows import Moment, moment
from console.timeline_teller import Teller
from console.words import Gettext, duration
from signaling.domain import facts
from signaling.domain.facts import Event
from signaling.ports import Details

_TOLD: Final = ("guidance", "message")
_STATES: Final[dict[type[facts.Fact], str]] = {
    facts.MessageAccepted: "accepted",
    facts.MessageDelivered: "delivered",
    facts.MessageFailed: "failed",
}


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """An SMS or mail. `state`: "queued", "accepted", "delivered" or "failed"."""

    at: Moment
    channel: str
    to: str
    carrier: str
    state: str
    fate: str
    after: str  # how long that took; "" while nothing came of it


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """`came`, `left`: None where it did not happen."""

    name: str
    role: str
    by: str
    at: Moment
    came: Moment | None
    left: Moment | None
    end: str  # why they left


class Told(msgspec.Struct, frozen=True):
    """What was shown on the caller's phone. `document`: its id, "" for words."""

    at: Moment
    by: str
    text: str
    became: str
    document: str = ""


def messages(details: Details, language: str, _: Gettext) -> list[Sent]:
    roles = {one.invitation: one.role for one in _facts(details.events, facts.GuestInvited)}
    sent, guest = [], _("Guest")
    for event in details.events:
        if not isinstance(event.fact, facts.MessageQueued):
            continue
        queued = event.fact
        last = _fate(details.events, queued.message)
        role = roles.get(queued.invitation)
        sent.append(
            Sent(
                at=moment(event.at, language),
                channel=_("SMS") if queued.channel == "sms" else _("E-mail"),
                to=_("Caller") if role is None else f"{guest} ({words.guest_role(role, _)})",
                carrier=queued.provider,
                state=_state(last),
                fate=_fate_words(last, _),
                after="" if last is None else duration(last.at - event.at),
            )
        )
    return sent


def guests(details: Details, language: str, _: Gettext, *, names: bool) -> list[Invited]:
    """`names`: whether this reader sees how the regulators called them."""
    teller = Teller(details.events, details.users, language, _, whole=names)
    called = {one.id: one.name for one in details.room.invitations} if names else {}
    found = []
    for event in details.events:
        if not isinstance(event.fact, facts.GuestInvited):
            continue
        invited = event.fact
        came = _first(details.events, facts.GuestJoined, invited.invitation)
        removed = _first(details.events, facts.GuestRemoved, invited.invitation)
        ended = details.room.session.ended_at
        left = removed.at if removed is not None else ended if came is not None else None
        found.append(
            Invited(
                name=called.get(invited.invitation) or invited.to_hint,
                role=words.guest_role(invited.role, _),
                by=teller.name(invited.by),
                at=moment(event.at, language),
                came=None if came is None else moment(came.at, language),
                left=None if left is None else moment(left, language),
                end=_("removed") if removed is not None else _("end of the visio"),
            )
        )
    return found


def told(details: Details, language: str, _: Gettext) -> list[Told]:
    """Guidance, texts and documents of the regulators. For those who may watch."""
    teller = Teller(details.events, details.users, language, _, whole=True)
    answers = {one.command: one for one in _facts(details.events, facts.CommandAnswered)}
    opened = {one.document for one in _facts(details.events, facts.DocumentOpened)}
    names = {one.id: one.name for one in details.documents}
    shown = []
    for event in details.events:
        match event.fact:
            case facts.CommandSent(name=name, value=value) if name in _TOLD and value:
                became = _answer(answers.get(event.fact.command), _)
                text, document = teller.value(name, value), ""
            case facts.DocumentStored(by=str(), document=document):
                became = _("opened") if document in opened else _("not opened")
                text = names.get(document) or (_("Drawing") if event.fact.drawing else _("Document"))
                document = document if document in names else ""
            case _other:
                continue
        shown.append(Told(moment(event.at, language), teller.name(event.fact.by), text, became, document))
    return shown


def _facts(events: Sequence[Event], kind: type[Any]) -> list[Any]:
    return [event.fact for event in events if isinstance(event.fact, kind)]


def _first(events: Sequence[Event], kind: type[Any], invitation: str) -> Event | None:
    return next(
        (one for one in events if isinstance(one.fact, kind) and one.fact.invitation == invitation), None
    )


def _fate(events: Sequence[Event], message: str) -> Event | None:
    """The last that its carrier said."""
    own = [one for one in events if type(one.fact) in _STATES and getattr(one.fact, "message", "") == message]
    return own[-1] if own else None


def _state(last: Event | None) -> str:
    return "queued" if last is None else _STATES[type(last.fact)]


def _fate_words(last: Event | None, _: Gettext) -> str:
    match last and last.fact:
        case facts.MessageAccepted():
            return _("accepted by the carrier")
        case facts.MessageDelivered():
            return _("delivered")
        case facts.MessageFailed(reason=reason):
            known = words.carrier_errors(_).get(reason, reason)
            return _("not delivered: %(reason)s") % {"reason": known}
        case _other:
            return _("being sent")


def _answer(answer: facts.CommandAnswered | None, _: Gettext) -> str:
    if answer is None:
        return _("no answer from the phone")
    return _("shown") if answer.error is None else words.command_errors(_)[answer.error]
