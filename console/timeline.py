"""The timeline of a session in words: one sentence for each kind of fact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatch
from typing import Final

import msgspec
from babel.numbers import format_decimal

from console import words
from console.rows import Moment, moment
from console.words import Gettext
from signaling.domain import facts
from signaling.domain.controls import CommandValue, Controls
from signaling.domain.facts import Event, Fact


class Entry(msgspec.Struct, frozen=True):
    at: Moment
    text: str
    tone: str  # "", "ok", "warn", "alert", "minor"
    icon: str


class Teller:
    """Who tells: in a language, knowing the names of the users and what the commands asked for."""

    def __init__(self, events: Iterable[Event], users: dict[str, str], language: str, _: Gettext) -> None:
        self.gettext = _
        self.language = language
        self._users = users
        self._commands = {e.fact.command: e.fact for e in events if isinstance(e.fact, facts.CommandSent)}

    def wanted(self, command: str) -> str:
        sent = self._commands.get(command)
        return _value_words(sent.name, sent.value, self) if sent else "?"

    def name(self, user: str | None) -> str:
        return self._users.get(user or "", "") or self.gettext("A colleague")


_OK: Final = (facts.MessageDelivered, facts.CameraGranted, facts.PictureFirst, facts.MediaResumed)
_WARN: Final = (facts.MediaStalled, facts.PageHidden, facts.CallerHungUp, facts.PositionFailed)
_ALERT: Final = (facts.MessageFailed, facts.CameraRefused)
_MINOR: Final = (
    facts.MessageAccepted, facts.MediaConnecting, facts.MediaConnected, facts.PageShown, facts.PhoneState,
    facts.CommandSent, facts.CommandAnswered,
)  # fmt: skip
_ICONS: Final[tuple[tuple[str, tuple[type[Fact], ...]], ...]] = (
    ("message", (
        facts.InvitationCreated, facts.InvitationRevoked, facts.MessageQueued, facts.MessageAccepted,
        facts.MessageDelivered, facts.MessageFailed,
    )),
    ("phone", (facts.LinkOpened, facts.LinkClaimed, facts.PageHidden, facts.PageShown, facts.PhoneState)),
    ("camera", (facts.CameraAsked, facts.CameraGranted, facts.CameraRefused)),
    ("live", (
        facts.MediaConnecting, facts.MediaConnected, facts.PictureFirst, facts.MediaStalled,
        facts.MediaResumed,
    )),
    ("zoom", (facts.CommandSent, facts.CommandAnswered)),
    ("position", (facts.PositionFixed, facts.PositionFailed, facts.PositionAddressed)),
    ("person", (facts.ViewerJoined,)),
    ("capture", (facts.CaptureStored,)),
    ("send", (facts.SessionStarted,)),
    ("end", (facts.SessionEnded, facts.CallerHungUp)),
)  # fmt: skip


def timeline(events: Sequence[Event], users: dict[str, str], language: str, _: Gettext) -> list[Entry]:
    """A phone says its state again whenever any part of it changes: what reads the same is told once."""
    teller = Teller(events, users, language, _)
    entries: list[Entry] = []
    state = ""
    for event in events:
        text = sentence(event.fact, teller)
        if isinstance(event.fact, facts.PhoneState):
            if text == state or not _shown(event.fact.actual):
                continue  # the same as before, or a phone whose camera isn't open yet
            state = text
        entries.append(Entry(moment(event.at, language), text, _tone(event.fact), _icon(event.fact)))
    return entries


def _icon(fact: Fact) -> str:
    return next((icon for icon, kinds in _ICONS if isinstance(fact, kinds)), "info")


def _tone(fact: Fact) -> str:
    if isinstance(fact, facts.CommandAnswered) and fact.error not in {None, "replaced"}:
        return "warn"
    for tone, kinds in (("ok", _OK), ("warn", _WARN), ("alert", _ALERT), ("minor", _MINOR)):
        if isinstance(fact, kinds):
            return tone
    return ""


@singledispatch
def sentence(fact: Fact, teller: Teller) -> str:
    """Facts hold no address or number, and neither do their sentences: an administrator may read them all."""
    raise NotImplementedError(f"no sentence for {type(fact).__name__}")


# --- the session and its invitation
@sentence.register
def _(fact: facts.SessionStarted, teller: Teller) -> str:
    return teller.gettext("%(name)s started the visio") % {"name": teller.name(fact.by)}


@sentence.register
def _(fact: facts.InvitationCreated, teller: Teller) -> str:
    channel = words.channel_name(fact.channel, teller.gettext)
    told = teller.gettext("Invitation by %(channel)s to %(hint)s") % {
        "channel": channel,
        "hint": fact.to_hint,
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
def _(_fact: facts.LinkOpened, teller: Teller) -> str:
    return teller.gettext("Link opened")


@sentence.register
def _(fact: facts.LinkClaimed, teller: Teller) -> str:
    return teller.gettext("The caller joined (%(browser)s)") % {"browser": fact.browser or "?"}


# --- the caller's phone
@sentence.register
def _(_fact: facts.CameraAsked, teller: Teller) -> str:
    return teller.gettext("Camera asked for")


@sentence.register
def _(_fact: facts.CameraGranted, teller: Teller) -> str:
    return teller.gettext("Camera granted")


@sentence.register
def _(fact: facts.CameraRefused, teller: Teller) -> str:
    return words.refusals(teller.gettext)[fact.reason]


@sentence.register
def _(_fact: facts.MediaConnecting, teller: Teller) -> str:
    return teller.gettext("Connecting the video")


@sentence.register
def _(_fact: facts.MediaConnected, teller: Teller) -> str:
    return teller.gettext("Video connected")


@sentence.register
def _(_fact: facts.PictureFirst, teller: Teller) -> str:
    return teller.gettext("First picture")


@sentence.register
def _(_fact: facts.MediaStalled, teller: Teller) -> str:
    return teller.gettext("Picture interrupted")


@sentence.register
def _(_fact: facts.MediaResumed, teller: Teller) -> str:
    return teller.gettext("Picture back")


@sentence.register
def _(_fact: facts.PageHidden, teller: Teller) -> str:
    return teller.gettext("The caller left the page")


@sentence.register
def _(_fact: facts.PageShown, teller: Teller) -> str:
    return teller.gettext("The caller is back on the page")


@sentence.register
def _(_fact: facts.CallerHungUp, teller: Teller) -> str:
    return teller.gettext("The caller stopped the video")


# --- the remote control
def _shown(actual: Controls) -> list[tuple[str, CommandValue]]:
    """What a phone's state says of its camera: nothing before the camera is open."""
    values = (("camera", actual.camera), ("torch", actual.torch), ("zoom", actual.zoom))
    return [(name, value) for name, value in values if value is not None]


@sentence.register
def _(fact: facts.PhoneState, teller: Teller) -> str:
    values = [_value_words(name, value, teller) for name, value in _shown(fact.actual)]
    return teller.gettext("Phone: %(state)s") % {"state": ", ".join(values)}


@sentence.register
def _(fact: facts.CommandSent, teller: Teller) -> str:
    wanted = _value_words(fact.name, fact.value, teller)
    return teller.gettext("%(name)s asked for: %(wanted)s") % {"name": teller.name(fact.by), "wanted": wanted}


@sentence.register
def _(fact: facts.CommandAnswered, teller: Teller) -> str:
    wanted = teller.wanted(fact.command)
    if fact.error is None:
        return teller.gettext("Done by the phone: %(wanted)s") % {"wanted": wanted}
    reason = words.command_errors(teller.gettext)[fact.error]
    return teller.gettext("Not done (%(wanted)s): %(reason)s") % {"wanted": wanted, "reason": reason}


@sentence.register
def _(fact: facts.PositionFixed, teller: Teller) -> str:
    return teller.gettext("Position received (± %(metres)s m)") % {"metres": round(fact.accuracy)}


@sentence.register
def _(fact: facts.PositionFailed, teller: Teller) -> str:
    return words.position_errors(teller.gettext)[fact.reason].rstrip(".")


@sentence.register
def _(_fact: facts.PositionAddressed, teller: Teller) -> str:
    return teller.gettext("Address of the position found")


# --- the regulators
@sentence.register
def _(fact: facts.ViewerJoined, teller: Teller) -> str:
    return teller.gettext("%(name)s entered the room") % {"name": teller.name(fact.user)}


@sentence.register
def _(fact: facts.CaptureStored, teller: Teller) -> str:
    size = f"{fact.width} × {fact.height}"
    return teller.gettext("%(name)s took a capture (%(size)s)") % {"name": teller.name(fact.by), "size": size}


@sentence.register
def _(fact: facts.SessionEnded, teller: Teller) -> str:
    if fact.by is None:
        return teller.gettext("The visio ended by itself, after the longest time allowed")
    return teller.gettext("%(name)s ended the visio") % {"name": teller.name(fact.by)}


def _begun(channel: str, teller: Teller) -> str:
    return teller.gettext("SMS") if channel == "sms" else teller.gettext("E-mail")


def _value_words(name: str, value: CommandValue, teller: Teller) -> str:
    _ = teller.gettext
    if name == "zoom" and isinstance(value, (int, float)):
        return _("zoom %(value)s") % {"value": format_decimal(value, locale=teller.language)}
    fixed = {
        ("camera", "environment"): _("back camera"),
        ("camera", "user"): _("front camera"),
        ("torch", True): _("light on"),
        ("torch", False): _("light off"),
        ("position", True): _("position followed"),
        ("position", False): _("position no longer followed"),
    }
    return fixed.get((name, value), f"{name} {value}")
