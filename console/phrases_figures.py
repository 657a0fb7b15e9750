"""Words of the figures."""

from __future__ import annotations

from console.words import Gettext


def rungs(_: Gettext) -> dict[str, str]:
    """Of `signaling.domain.ladder`, as a board reads them."""
    return {
        "accepted": _("Message accepted"),
        "delivered": _("Message delivered"),
        "opened": _("Link opened"),
        "asked": _("Camera asked"),
        "granted": _("Camera allowed"),
        "connecting": _("Connecting"),
        "picture": _("First picture"),
    }


def periods(_: Gettext) -> dict[str, str]:
    return {
        "7d": _("Last 7 days"),
        "30d": _("Last 30 days"),
        "12m": _("Last 12 months"),
        "own": _("From … to …"),
    }


def steps(_: Gettext) -> dict[str, str]:
    return {"day": _("By day"), "week": _("By week"), "month": _("By month")}


def step_name(step: str, _: Gettext) -> str:
    return {"day": _("Day"), "week": _("Week"), "month": _("Month")}[step]


def splits(_: Gettext) -> dict[str, str]:
    """What sessions are grouped by; "": by time alone."""
    return {
        "": _("Nothing: over time"),
        "centre": _("Centres"),
        "regulator": _("Regulators"),
        "carrier": _("SMS carriers"),
        "model": _("Phone models"),
        "browser": _("Browsers"),
        "network": _("Operators’ networks"),
    }


def heads(_: Gettext) -> dict[str, str]:
    """Of a column of such groups."""
    return {
        "centre": _("Centre"),
        "regulator": _("Regulator"),
        "carrier": _("SMS carrier"),
        "model": _("Phone model"),
        "browser": _("Browser"),
        "network": _("Operator’s network"),
    }


def causes(_: Gettext) -> dict[str, str]:
    return {
        "not_delivered": _("Message not delivered"),
        "never_opened": _("Link never opened"),
        "refused": _("Camera refused"),
        "network": _("Network lost"),
        "hung_up": _("Caller hung up"),
        "ended": _("Ended before"),
    }


def ways(_: Gettext) -> dict[str, str]:
    return {
        "resent": _("message sent again"),
        "code": _("code read aloud"),
        "shared": _("QR code or shared link"),
        "second_phone": _("second phone"),
    }


def functions(_: Gettext) -> dict[str, str]:
    return {
        "capture": _("Capture"),
        "position": _("Position"),
        "photo": _("Photo"),
        "torch": _("Torch"),
        "zoom": _("Zoom"),
        "document": _("Document"),
        "drawing": _("Drawing"),
        "cpr": _("CPR metronome"),
        "guest": _("Guest"),
        "screen": _("Shared screen"),
    }
