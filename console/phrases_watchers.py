"""The sentences on who watches and who drives the phone, by key."""

from __future__ import annotations

from console.words import Gettext


def watchers(_: Gettext) -> dict[str, str]:
    name = {"name": "{name}"}
    return {
        "can't.not_in_control": _("A colleague drives the phone"),
        "watchers.me": _("You"),
        "watchers.me.drives": _("You, driving"),
        "watchers.drives": _("%(name)s, driving") % name,
        "watchers.away": _("%(name)s, driving, is away") % name,
        "watchers.guest": _("%(name)s (guest)") % name,
        "watchers.give": _("Give the control to %(name)s") % name,
        "hand.drives": _("%(name)s drives the phone") % name,
        "hand.away": _("%(name)s drives the phone and is away") % name,
        "hand.asked": _("%(name)s asks to drive the phone") % name,
        "hand.ask": _("Ask for the control"),
        "hand.asking": _("Asked"),
        "hand.give": _("Give the control"),
        "hand.take": _("Take the control"),
        "hand.failed": _("That didn't work. Try again."),
    }
