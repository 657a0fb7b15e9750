"""The sentences of the recording, by key."""

from __future__ import annotations

from console.words import Gettext


def taping(_: Gettext) -> dict[str, str]:
    """As `room/views/taping.js` names them."""
    return {"taping.failed": _("The recording could not be stopped. Try again.")}
