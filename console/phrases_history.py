"""Words of the history: how meetings went, and what may be asked for."""

from __future__ import annotations

from typing import Final

from console.words import Gettext

# tone and icon of a badge
BADGES: Final = {
    "running": ("live", "live"),
    "picture": ("ok", "check"),
    "stills": ("ok", "photo"),
    "photo": ("ok", "camera"),
    "refused": ("alert", "cross"),
    "no_picture": ("warn", "warning"),
    "never_opened": ("warn", "clock"),
    "not_delivered": ("alert", "message"),
}


def endings(_: Gettext) -> dict[str, str]:
    """By `signaling.domain.outcomes.Ending`, and of a meeting that goes on."""
    return {
        "running": _("Running"),
        "picture": _("Picture received"),
        "stills": _("Stills received"),
        "photo": _("Photo only"),
        "refused": _("Camera refused"),
        "no_picture": _("No picture"),
        "never_opened": _("Link never opened"),
        "not_delivered": _("Message not delivered"),
    }


def columns(_: Gettext, *, several: bool) -> tuple[str, ...]:
    """Of an export; lengths in seconds, times in UTC. `several`: centres."""
    return (
        _("Start (UTC)"),
        *([_("Centre")] if several else []),
        _("Number"),
        _("Regulator"),
        _("Length (s)"),
        _("Outcome"),
        _("First picture after (s)"),
        _("Assessment"),
        _("To debrief"),
        _("File number"),
        _("Note"),
        _("Meeting"),
    )
