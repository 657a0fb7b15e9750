"""The timeline's sentences on the caller's phone: its camera, its picture, its controls and its place."""

from __future__ import annotations

from typing import Final

from console import words
from console.timeline_teller import Teller, sentence
from signaling.domain import facts
from signaling.domain.controls import CommandValue, Controls
from signaling.domain.facts import Fact

TONES: Final[dict[str, tuple[type[Fact], ...]]] = {
    "ok": (facts.CameraGranted, facts.CameraBack, facts.PictureFirst, facts.MediaResumed),
    "warn": (
        facts.CameraLost, facts.MediaStalled, facts.PageHidden, facts.CallerHungUp, facts.PositionFailed,
    ),
    "alert": (facts.CameraRefused,),
    "minor": (
        facts.MediaConnecting, facts.MediaConnected, facts.PageShown, facts.PhoneState, facts.CommandSent,
        facts.CommandAnswered,
    ),
}  # fmt: skip
ICONS: Final[dict[str, tuple[type[Fact], ...]]] = {
    "phone": (facts.LinkOpened, facts.LinkClaimed, facts.PageHidden, facts.PageShown, facts.PhoneState),
    "camera": (
        facts.CameraAsked, facts.CameraGranted, facts.CameraRefused, facts.CameraLost, facts.CameraBack,
    ),
    "live": (
        facts.MediaConnecting, facts.MediaConnected, facts.PictureFirst, facts.PictureWay,
        facts.MediaStalled, facts.MediaResumed,
    ),
    "zoom": (facts.CommandSent, facts.CommandAnswered),
    "position": (facts.PositionFixed, facts.PositionFailed, facts.PositionAddressed),
    "end": (facts.CallerHungUp,),
}  # fmt: skip


def shown(actual: Controls) -> list[tuple[str, CommandValue]]:
    """What a phone's state says of its camera: nothing before the camera is open."""
    values = (("camera", actual.camera), ("torch", actual.torch), ("zoom", actual.zoom))
    return [(name, value) for name, value in values if value is not None]


@sentence.register
def _(_fact: facts.LinkOpened, teller: Teller) -> str:
    return teller.gettext("Link opened")


@sentence.register
def _(fact: facts.LinkClaimed, teller: Teller) -> str:
    phone = ", ".join(part for part in (fact.model, fact.browser) if part)
    return teller.gettext("The caller joined (%(browser)s)") % {"browser": phone or "?"}


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
def _(fact: facts.CameraLost, teller: Teller) -> str:
    return words.losses(teller.gettext)[fact.cause]


@sentence.register
def _(_fact: facts.CameraBack, teller: Teller) -> str:
    return teller.gettext("The camera is back")


@sentence.register
def _(fact: facts.PictureWay, teller: Teller) -> str:
    return words.ways(teller.gettext)[fact.way]


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


@sentence.register
def _(fact: facts.PhoneState, teller: Teller) -> str:
    values = [teller.value(name, value) for name, value in shown(fact.actual)]
    return teller.gettext("Phone: %(state)s") % {"state": ", ".join(values)}


@sentence.register
def _(fact: facts.CommandSent, teller: Teller) -> str:
    wanted = teller.value(fact.name, fact.value)
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
