"""Words of the wall, and of help between a supervisor and a room."""

from __future__ import annotations

from console.words import Gettext


def assistance(_: Gettext) -> dict[str, str]:
    """In the room."""
    return {
        "assistance.call": _("Call a supervisor"),
        "assistance.called": _("A supervisor was called: take back"),
        "assistance.failed": _("That did not go through. Try again."),
        "key.assistance": _("Call a supervisor, or take it back"),
    }


def wall(_: Gettext) -> dict[str, str]:
    return {
        "state.waiting": _("Waiting"),
        "state.live": _("Live"),
        "state.stills": _("Stills"),
        "state.stalled": _("Picture interrupted"),
        "state.refused": _("Camera refused"),
        "state.gone": _("Caller gone"),
        "alert.help": _("The regulator calls for help"),
        "alert.not_sent": _("The message did not leave"),
        "alert.refused": _("The caller refused the camera"),
        "alert.gone": _("The caller left the page"),
        "alert.stalled": _("No new picture"),
        "alert.waiting": _("Waits longer than usual"),
        "alert.weak": _("Only stills: the network is weak"),
        "helped.read": _("Your help was read"),
        "helped.sent": _("Help sent, not read yet"),
        "part.store": _("Database"),
        "part.bus": _("Messages between processes"),
        "part.relay": _("Video relay"),
        "part.files": _("Files"),
        "part.node": _("Relay %(name)s") % {"name": "{name}"},
        "part.queue": _("Messages to send"),
        "node": _("%(sessions)s visios, %(packets)s packets/s, %(cpu)s %% of a core, %(load)s %% full")
        % {"sessions": "{sessions}", "packets": "{packets}", "cpu": "{cpu}", "load": "{load}"},
        "queue": _("%(waiting)s wait") % {"waiting": "{waiting}"},
        "part.carrier": _("Messages by %(name)s") % {"name": "{name}"},
        "health.good": _("works"),
        "health.slow": _("slowed"),
        "health.bad": _("down"),
        "health.unknown": _("unknown"),
        "carrier": _("%(delivered)s of %(sent)s delivered, %(failed)s failed")
        % {"delivered": "{delivered}", "sent": "{sent}", "failed": "{failed}"},
        "failed": _("That did not go through. Try again."),
    }
