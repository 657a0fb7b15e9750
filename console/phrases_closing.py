"""The sentences of what is kept of a visio, and of pictures that arrive blurred, by key."""

from __future__ import annotations

from console.words import Gettext


def closing(_: Gettext) -> dict[str, str]:
    """As `room/views/closing-form.js` names them."""
    return {
        "closing.saving": _("Saving…"),
        "closing.saved": _("Saved"),
        "closing.failed": _("Not saved. Try again."),
    }


def eyes(_: Gettext) -> dict[str, str]:
    """As `room/views/eyes.js` names them."""
    return {
        "eyes.failed": _("This choice could not be kept: it holds until this page is left."),
        "key.reveal": _("Blurred picture: hold to see"),
        "key.mark": _("Mark to be debriefed, take it back"),
    }
