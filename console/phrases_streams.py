"""The sentences on what is shown beside the caller's picture, by key."""

from __future__ import annotations

from console.words import Gettext


def streams(_: Gettext) -> dict[str, str]:
    name = {"name": "{name}"}
    return {
        "beside.caller": _("The caller"),
        "beside.phone": _("Second camera"),
        "beside.phone.of": _("Camera of %(name)s") % name,
        "beside.camera": _("A colleague's camera"),
        "beside.camera.of": _("Camera of %(name)s") % name,
        "beside.screen": _("A shared screen"),
        "beside.screen.of": _("Screen of %(name)s") % name,
        "beside.enlarge": _("%(what)s: show it large") % {"what": "{what}"},
        "beside.back": _("%(what)s: back to the caller") % {"what": "{what}"},
        "can't.beside": _("Another picture than the caller's is large"),
        "sharing.screen.off": _("My screen"),
        "sharing.screen.asking": _("Choose in the browser"),
        "sharing.screen.on": _("Stop my screen"),
        "sharing.camera.off": _("My camera"),
        "sharing.camera.asking": _("Allow the camera"),
        "sharing.camera.on": _("Stop my camera"),
        "sharing.camera.number": _("Camera %(number)s") % {"number": "{number}"},
        "sharing.with.caller": _("You share with the caller"),
        "sharing.with.guests": _("You share with the guests"),
        "sharing.with.both": _("You share with the caller and the guests"),
        "sharing.cancelled": _("Nothing is shared: no window was chosen."),
        "sharing.failed": _("This browser could not share the screen."),
        "sharing.refused": _("Not shown: too much is shown already, or the visio has ended."),
        "sharing.camera.denied": _("The browser does not allow the camera of this workstation."),
        "sharing.camera.absent": _("This workstation has no camera."),
        "sharing.camera.busy": _("Another program uses the camera."),
        "key.sharing": _("Share a window, stop"),
        "key.ownCamera": _("My own camera on, off"),
        "key.swap": _("Another picture large, the caller's again"),
    }
