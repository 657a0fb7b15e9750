"""The sentences of the list of keys, and those of what helps a caller who is stuck, by key."""

from __future__ import annotations

from console.words import Gettext


def keys(_: Gettext) -> dict[str, str]:
    """One a function that has a key, as `GROUPS` of `room/keys.js` names it."""
    return {
        "keys.picture": _("Picture"),
        "keys.phone": _("Caller's phone"),
        "keys.words": _("Words for the caller"),
        "keys.visio": _("Visio"),
        "key.closer": _("Zoom in (also the wheel)"),
        "key.wider": _("Zoom out"),
        "key.capture": _("Screen capture"),
        "key.fullscreen": _("Full screen"),
        "key.nearer": _("Enlarge the picture here (Ctrl + wheel)"),
        "key.farther": _("Less enlarged"),
        "key.whole": _("Whole picture"),
        "key.left": _("In the enlarged picture: to the left"),
        "key.right": _("In the enlarged picture: to the right"),
        "key.up": _("In the enlarged picture: up"),
        "key.down": _("In the enlarged picture: down"),
        "key.rotate": _("Rotate a quarter turn"),
        "key.brighten": _("Brighten the picture"),
        "key.freeze": _("Freeze the picture, let it go on"),
        "key.window": _("Picture in its own window"),
        "key.camera": _("Other camera"),
        "key.lens": _("Next lens"),
        "key.torch": _("Light on, off"),
        "key.photo": _("Sharp photo"),
        "key.position": _("Follow the position, stop"),
        "key.profile": _("What the picture is for"),
        "key.phrase": _("Show a phrase to the caller, take it away"),
        "key.clear": _("Take away what the caller sees"),
        "key.writing": _("Write to the caller"),
        "key.metronome": _("CPR metronome"),
        "key.pointing": _("Point at the picture (Alt + click too)"),
        "key.language": _("The caller's language"),
        "key.document": _("Send a document"),
        "key.move": _("Second phone: hand over"),
        "key.add": _("Second phone: add"),
        "key.refuse": _("Second phone: refuse"),
        "key.guest": _("Invite a third person"),
        "key.hand": _("Control of the phone: ask, give, take"),
        "key.ending": _("Go to “End the visio”"),
        "key.help": _("This list"),
    }


def remedies(_: Gettext) -> dict[str, str]:
    """What helps where a caller is stuck: what their phone shows, as `room/remedy.js` names it."""
    return {
        "remedy.code": _("Or: %(host)s/j, code %(code)s") % {"host": "{host}", "code": "{code}"},
        "browser.ios": _("On an iPhone: a small window “would like to access the camera”. Tap “Allow”."),
        "browser.ios_app": _(
            "The link is open inside another app. "
            "Ask the caller to tap the compass or “…”, then “Open in Safari”."
        ),
        "browser.android": _(
            "On Android: a window at the bottom or top. Tap “While visiting the site” or “Allow”."
        ),
        "browser.samsung": _(
            "Samsung Internet: a window at the bottom. Tap “Allow”, then again for the phone."
        ),
        "browser.firefox": _("Firefox: a window shows the cameras. Tap “Allow”."),
        "browser.android_app": _(
            "The link is open inside another app. Ask the caller to tap “⋮”, then “Open in Chrome”."
        ),
        "camera.late": _("The camera isn't allowed yet"),
        "camera.late.advice": _("Ask the caller what is on the screen, and to tap “Allow”."),
    }
