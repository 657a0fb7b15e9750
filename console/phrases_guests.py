"""The sentences of the room on guests, by key."""

from __future__ import annotations

from console.words import Gettext, guest_role


def guests(_: Gettext) -> dict[str, str]:
    name = {"name": "{name}"}
    return {
        "guest.role.watch": guest_role("watch", _),
        "guest.role.camera": guest_role("camera", _),
        "guest.role.seen": guest_role("seen", _),
        "guest.queued": _("Being sent"),
        "guest.accepted": _("Sent"),
        "guest.delivered": _("Received, not opened yet"),
        "guest.failed": _("Not received"),
        "guest.opened": _("Link opened"),
        "guest.came": _("Joined, no picture yet"),
        "guest.here": _("Present"),
        "guest.films": _("Films"),
        "guest.gone": _("Absent"),
        "guest.resend": _("Send the link to %(name)s again") % name,
        "guest.remove": _("Remove %(name)s") % name,
        "guest.sure": _("Confirm the removal"),
        "guest.sending": _("Sending…"),
        "guest.sent": _("Done."),
        "guest.refused": _("This didn't work. Try again."),
    }
