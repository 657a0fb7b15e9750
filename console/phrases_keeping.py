"""Why a visio is held back from deletion."""

from __future__ import annotations

from console.words import Gettext


def reasons(_: Gettext) -> dict[str, str]:
    """By `signaling.service.erasure.HoldReason`."""
    return {
        "complaint": _("Complaint of a patient or a family"),
        "inquiry": _("Judicial inquiry or expert’s report"),
        "adverse_event": _("Review of a serious adverse event"),
        "request": _("Request of the person concerned"),
        "other": _("Other reason, kept in the centre’s own file"),
    }
