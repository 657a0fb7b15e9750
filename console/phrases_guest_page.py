"""The sentences of the guests' page, by key, for its script."""

from __future__ import annotations

from console.words import Gettext


def guest_page(_: Gettext) -> dict[str, str]:
    return {
        # --- the door
        "invites": _("%(centre)s invites you to watch a visio") % {"centre": "{centre}"},
        "for": _("Invitation for %(name)s") % {"name": "{name}"},
        "role.watch": _("You see the caller's picture. Nobody sees you."),
        "role.seen": _("You see the caller's picture. Your own camera stays off until you turn it on."),
        "waits": _("The server doesn't answer. It is being tried again."),
        # --- why there is nothing to enter
        "over.ended": _("This visio is over"),
        "over.ended.advice": _("Thank you for your help. You can close this page."),
        "over.removed": _("Your access to this visio has ended"),
        "over.removed.advice": _("If you still need it, ask the centre for a new invitation."),
        "over.claimed": _("This link is already used in another browser"),
        "over.claimed.advice": _("Go back to that browser, or ask the centre for a new invitation."),
        "over.expired": _("This link is no longer valid"),
        "over.revoked": _("This link is no longer valid"),
        "over.unknown": _("This link isn't complete or doesn't exist"),
        "over.advice": _("Open the link of your message again, or ask the centre for a new invitation."),
        # --- the picture, in one sentence
        "state.connecting": _("Connecting"),
        "state.lost": _("Your connection is cut. It comes back by itself."),
        "state.waiting": _("Waiting for the caller's picture. It appears here by itself."),
        "state.coming": _("The picture is coming"),
        "state.live": _("Live"),
        "state.stills": _("Live, one picture at a time: the caller's network is weak"),
        "state.photo": _("A photo taken by the caller"),
        "state.paused": _("The regulator has paused the picture"),
        "state.cut": _("The caller's picture is cut. It comes back by itself."),
        "watching": _("Watching now: %(count)s") % {"count": "{count}"},
        # --- the other pictures
        "beside.caller": _("The caller's picture"),
        "beside.phone": _("Second camera"),
        "beside.camera": _("Camera of a participant"),
        "beside.screen": _("Shared screen"),
        "enlarge": _("Show large: %(name)s") % {"name": "{name}"},
        # --- documents
        "paper.pdf": _("Document %(number)s (PDF)") % {"number": "{number}"},
        "paper.picture": _("Document %(number)s (picture)") % {"number": "{number}"},
        "paper.drawing": _("Document %(number)s (drawing)") % {"number": "{number}"},
        # --- the guest's own camera
        "camera.show": _("Turn my camera on"),
        "camera.stop": _("Turn my camera off"),
        "camera.starting": _("Turning the camera on"),
        "camera.denied": _(
            "The browser may not use the camera. Allow it in the address bar, then try again."
        ),
        "camera.system": _("The settings of this device forbid the camera to the browser."),
        "camera.absent": _("No camera was found on this device."),
        "camera.busy": _("The camera is in use by another application."),
        "camera.insecure": _("This browser gives no camera on this page."),
        "camera.other": _("The camera doesn't start. Try again."),
        "camera.lost": _("The camera stopped. Turn it on again."),
    }
