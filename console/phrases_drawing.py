"""The sentences on drawing, by key."""

from __future__ import annotations

from console.words import Gettext


def drawing(_: Gettext) -> dict[str, str]:
    return {
        "drawing.file": _("Drawing.jpg"),
        "document.drawing": _("Drawing"),
        "key.draw": _("Draw on the frozen picture"),
    }
