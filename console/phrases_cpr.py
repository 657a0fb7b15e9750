"""The sentences of CPR and of the picture that is held back, by key."""

from __future__ import annotations

from console.words import Gettext


def cpr(_: Gettext) -> dict[str, str]:
    """As `room/views/cpr.js` names them."""
    return {
        "cpr.compressions": _("Compressions"),
        "cpr.pause": _("Hands off"),
        "cpr.do.pause": _("Pause compressions"),
        "cpr.do.compressions": _("Resume compressions"),
        "cpr.tiring": _("2 minutes: change rescuers"),
        "cpr.long": _("Over 10 s: resume compressions"),
        "cpr.failed": _("The CPR clock could not be set. Try again."),
        "key.pressing": _("CPR: begin, pause, resume"),
    }


def pause(_: Gettext) -> dict[str, str]:
    """As `room/pause.js` and the bar name them."""
    return {
        "paused": _("Picture paused"),
        "paused.advice": _("Position and words go on. To resume: the key “,”."),
        "resuming": _("The picture is coming back"),
        "resuming.advice": _("The phone sends it again."),
        "call.paused": _("Paused"),
        "is.pause.true": _("Paused"),
        "is.pause.false": _("Picture on"),
        "do.pause.true": _("Pause the picture"),
        "do.pause.false": _("Resume the picture"),
        "can't.paused": _("The picture is paused"),
        "key.pause": _("Pause the picture, resume"),
    }
