"""The sentences that the console's scripts show, by key. A value's place is written `{name}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from console import (
    phrases_closing,
    phrases_cpr,
    phrases_drawing,
    phrases_guests,
    phrases_help,
    phrases_place,
    phrases_recording,
    phrases_streams,
    phrases_wall,
    phrases_watchers,
    words,
)
from console.words import Gettext

_WORDS: Final = ("profile", "guidance", "message", "pointer", "metronome", "language", "pause")  # need a page


def home(_: Gettext) -> dict[str, str]:
    return {
        **_prefixed("running", words.running_rungs(_)),
        "running.since": _("for %(duration)s") % {"duration": "{duration}"},
    }


def room(_: Gettext) -> dict[str, str]:
    return {
        **_rungs(_),
        **_waiting(_),
        **_refused(_),
        **_trouble(_),
        **_controls(_),
        **_obstacles(_),
        **_prefixed("error", words.command_errors(_)),
        "error.unsent": _("it could not be sent, try again"),
        **_prefixed("control", words.controls(_)),
        **_prefixed("carrier", words.carrier_errors(_)),
        **_prefixed("position", words.position_errors(_)),
        **_panel(_),
        **_picture(_),
        **_words(_),
        **_files(_),
        **phrases_watchers.watchers(_),
        **phrases_place.places(_),
        **phrases_cpr.cpr(_),
        **phrases_cpr.pause(_),
        **phrases_recording.taping(_),
        **phrases_wall.assistance(_),
        **phrases_closing.closing(_),
        **phrases_closing.eyes(_),
        **phrases_help.keys(_),
        **phrases_help.remedies(_),
        **phrases_guests.guests(_),
        **phrases_streams.streams(_),
        **phrases_drawing.drawing(_),
    }


def _prefixed(prefix: str, sentences: Mapping[str, str]) -> dict[str, str]:
    return {f"{prefix}.{key}": sentence for key, sentence in sentences.items()}


def _rungs(_: Gettext) -> dict[str, str]:
    return {
        "rung.queued.sms": _("SMS being sent"),
        "rung.accepted.sms": _("SMS accepted by the carrier"),
        "rung.delivered.sms": _("SMS delivered"),
        "rung.accepted.failed.sms": _("SMS not sent"),
        "rung.delivered.failed.sms": _("SMS not delivered"),
        "rung.queued.email": _("E-mail being sent"),
        "rung.accepted.email": _("E-mail accepted"),
        "rung.delivered.email": _("E-mail delivered"),
        "rung.accepted.failed.email": _("E-mail not sent"),
        "rung.delivered.failed.email": _("E-mail not delivered"),
        "rung.opened": _("Link opened"),
        "rung.asked": _("Camera asked for"),
        "rung.granted": _("Camera granted"),
        "rung.granted.failed": _("Camera refused"),
        "rung.connecting": _("Connecting"),
        "rung.picture": _("First picture"),
    }


def _waiting(_: Gettext) -> dict[str, str]:
    """What the room waits for, and what to tell the caller meanwhile."""
    stay = _("Stay on the line with the caller: it takes a few seconds.")
    return {
        "wait.queued.sms": _("Preparing the SMS"),
        "wait.accepted.sms": _("Sending the SMS"),
        "wait.delivered.sms": _("The SMS is on its way"),
        "wait.queued.email": _("Preparing the e-mail"),
        "wait.accepted.email": _("Sending the e-mail"),
        "wait.delivered.email": _("The e-mail is on its way"),
        "wait.queued.advice": stay,
        "wait.accepted.advice": stay,
        "wait.delivered.advice": _("Ask the caller to watch for the message and to tap the link in it."),
        "wait.delivered.late": _("No receipt for the SMS yet"),
        "wait.delivered.late.advice": _(
            "Ask whether it has come. If not: send it again, read the code aloud, or use an e-mail address."
        ),
        "wait.opened": _("The caller hasn't opened the link yet"),
        "wait.opened.advice": _(
            "Ask the caller to open the message and to tap the link, without hanging up."
        ),
        "wait.asked": _("The caller has opened the link"),
        "wait.asked.advice": _("Ask the caller to tap the large button on the page."),
        "wait.granted": _("The phone asks whether the camera may be used"),
        "wait.granted.advice": _("Ask the caller to tap “Allow”."),
        "wait.connecting": _("The camera is on"),
        "wait.connecting.advice": _("The picture comes by itself in a moment."),
        "wait.picture": _("The picture is on its way"),
        "wait.picture.advice": _("It comes by itself in a moment."),
    }


def _refused(_: Gettext) -> dict[str, str]:
    again = _("Ask the caller to tap “Try again”, then “Allow”.")
    advice = {
        "denied": again,
        "dismissed": again,
        "system": _(
            "In the phone's settings, allow the camera for the browser. Then tap “Try again” on the page."
        ),
        "absent": _("Send the link to another phone."),
        "busy": _("Ask the caller to close the app that uses the camera, then to tap “Try again”."),
        "insecure": _("Ask the caller to open the link of the message itself."),
        "timeout": _("Ask the caller to open the link in Chrome or Safari, not inside another app."),
        "other": _("Ask the caller to tap “Try again”, or to open the link in another browser."),
    }
    sentences = _prefixed("refused", words.refusals(_))
    return sentences | {f"refused.{reason}.advice": sentence for reason, sentence in advice.items()}


def _trouble(_: Gettext) -> dict[str, str]:
    return {
        "failed.sms": _("The SMS did not get through"),
        "failed.email": _("The e-mail did not get through"),
        "failed.advice": _("Send again, use another number or an e-mail address, or read the code aloud."),
        "hung_up": _("The caller stopped the video"),
        "hung_up.advice": _("Ask the caller to tap the button on the page to show the picture again."),
        "hidden": _("The caller left the page"),
        "hidden.advice": _("The camera stops meanwhile. Ask the caller to go back to the page of the video."),
        "stalled": _("The picture stands still"),
        "stalled.advice": _("The phone's network is weak or gone. The picture comes back by itself."),
        "stalled.console": _("The picture stands still"),
        "stalled.console.advice": _("This workstation has lost its connection. It comes back by itself."),
        **_prefixed("lost", words.losses(_)),
        "lost.hidden.advice": _(
            "The camera stops meanwhile. Ask the caller to go back to the page of the video."
        ),
        "lost.locked.advice": _(
            "Ask the caller to unlock the phone and to go back to the page of the video."
        ),
        "lost.taken.advice": _("It comes back by itself. If not, ask the caller to close the other app."),
        "lost.withdrawn.advice": _("Ask the caller to tap “Try again”, then “Allow”."),
        "lost.frozen.advice": _("The phone starts the camera anew. Stay on the line."),
        "lost.network.advice": _("The picture comes back by itself. Stay on the line."),
        "relay_full": _("The video servers are full"),
        "relay_full.advice": _("The picture comes by itself when there is room. Stay on the telephone."),
        "relay_unavailable": _("The video server doesn't answer"),
        "relay_unavailable.advice": _("The picture comes by itself when it is back. Stay on the telephone."),
        "line.lost": _("Connection lost. Reconnecting…"),
        "line.refused": _("This room is closed to this window. Sign in again, or go back to the home page."),
    }


def _controls(_: Gettext) -> dict[str, str]:
    return {
        "is.unknown": "—",
        "is.unavailable": _("Unavailable"),
        "is.camera.environment": _("Back"),
        "is.camera.user": _("Front"),
        "is.torch.true": _("On"),
        "is.torch.false": _("Off"),
        "is.position.true": _("Followed"),
        "is.position.false": _("Not asked for"),
        "do.camera.user": _("Switch to the front camera"),
        "do.camera.environment": _("Switch to the back camera"),
        "do.torch.true": _("Switch the light on"),
        "do.torch.false": _("Switch the light off"),
        "do.position.true": _("Ask for the position"),
        "do.position.false": _("Stop following the position"),
        "do.zoom": _("Zoom: wheel, slider or keys"),
        "do.lens": _("Choose the lens"),
        "do.photo": _("Take a photo of more detail than the video has"),
        "photo.taking": _("Being taken"),
        "photo.sending": _("%(percent)s %% here") % {"percent": "{percent}"},
        "photo.count": _("%(count)s kept") % {"count": "{count}"},
        "do.capture": _("Keep this picture with the session"),
        "refusal": _("%(control)s: %(reason)s") % {"control": "{control}", "reason": "{reason}"},
    }


def _obstacles(_: Gettext) -> dict[str, str]:
    """Why a control is greyed. Reasons as in `facts.PhoneState`."""
    reload = _("The caller must tap the page first")
    unsupported = {
        "camera": _("This phone has only one camera for us"),
        "lens": _("This phone doesn't tell its lenses apart"),
        "torch": _("This phone or browser doesn't let us switch the light"),
        "zoom": _("This camera or browser has no zoom"),
        "position": _("This phone doesn't give its position"),
        "photo": _("This phone takes no sharp photo for us"),
        **dict.fromkeys(_WORDS, _("This phone's page can't do it")),
    }
    lens = {
        **unsupported,
        "torch": _("This camera has no light: switch to the back camera"),
        "zoom": _("This camera has no zoom: switch to the other camera"),
    }
    denied = {name: _("The caller refused it on the phone") for name in unsupported}
    denied["position"] = _("The caller refused to give the position")
    return {
        **{f"can't.{name}.unsupported": sentence for name, sentence in unsupported.items()},
        **{f"can't.{name}.lens": sentence for name, sentence in lens.items()},
        **{f"can't.{name}.denied": sentence for name, sentence in denied.items()},
        **{f"can't.{name}.needs_tap": reload for name in unsupported},
        "can't.offline": _("No connection at the moment"),
        "can't.no_phone": _("No phone is connected yet"),
        "can't.hung_up": _("The caller stopped the video"),
        "can't.hidden": _("The caller left the page"),
        "can't.no_picture": _("There is no live picture"),
    }


def _picture(_: Gettext) -> dict[str, str]:
    """How the picture comes, and how well."""
    return {
        "window.away": _("The picture is in its own window. F or a double click there fills the screen."),
        "window.refused": _("The browser did not let the window open. Allow pop-up windows for this site."),
        "window.frozen": _("Frozen picture; live in the small one."),
        "call.no_video": _("Without video"),
        "way.direct": _("Direct"),
        "way.direct.more": _("The video comes straight from the phone."),
        "way.relayed": _("Relayed"),
        "way.relayed.more": _("The phone's network is closed: the video takes a way around it."),
        "way.stills": _("Still pictures"),
        "way.stills.more": _(
            "The network carries no video: one picture after another. Video comes by itself."
        ),
        "way.photo": _("Photos"),
        "way.photo.more": _("No camera for the video: ask the caller to take photos with the large button."),
        "age.stills": _("Still picture · %(duration)s ago") % {"duration": "{duration}"},
        "age.photo": _("Photo · %(duration)s ago") % {"duration": "{duration}"},
        "quality.good": _("Good network"),
        "quality.fair": _("Fair network"),
        "quality.poor": _("Poor network"),
        "battery": _("Battery %(percent)s %%") % {"percent": "{percent}"},
        "handover.asked": _("A second phone (%(browser)s) asks for the hand") % {"browser": "{browser}"},
        "decide.failed": _("This didn't work. Try again."),
    }


def _words(_: Gettext) -> dict[str, str]:
    return {**_prefixed("guidance", words.guidance(_)), "screen.full": _("Shown now")}


def _files(_: Gettext) -> dict[str, str]:
    return {
        "photo.alt": _("Photo by the phone"),
        "photo.stored": _("Photo received"),
        "photo.broken": _("A photo did not arrive: %(reason)s") % {"reason": "{reason}"},
        "photo.size": _("Photo %(width)s × %(height)s") % {"width": "{width}", "height": "{height}"},
        **_prefixed("file", words.file_errors(_)),
        "document.unnamed": _("Document"),
        "document.size": _("%(size)s kB") % {"size": "{size}"},
        "document.sending": _("Sending…"),
        "document.sent": _("Sent, not opened yet"),
        "document.opened": _("Opened by the caller"),
        "document.received": _("Received from the caller"),
        "document.arriving": _("%(percent)s %% here") % {"percent": "{percent}"},
        "document.failed": _("Not sent"),
        "document.broken": _("A document did not arrive: %(reason)s") % {"reason": "{reason}"},
        "document.bad_type": _("Only PDF, JPEG and PNG can be sent."),
        "document.too_large": _("Larger than 20 MB."),
    }


def _panel(_: Gettext) -> dict[str, str]:
    return {
        "call.waiting": _("Waiting for the caller"),
        "call.joined": _("Caller connected"),
        "call.live": _("Live"),
        "call.stalled": _("Picture interrupted"),
        "call.refused": _("Camera refused"),
        "call.failed": _("Message not delivered"),
        "call.ended": _("Ended"),
        "ladder.took": _("Picture in %(duration)s") % {"duration": "{duration}"},
        "carrier.other": _("Reason given by the carrier: %(reason)s") % {"reason": "{reason}"},
        "carrier.retry": _("Next try at %(time)s.") % {"time": "{time}"},
        "carrier.no_retry": _("It isn't tried again by itself."),
        "code.label": _("Code %(code)s") % {"code": "{code}"},
        "copied": _("Copied"),
        "resend.done": _("Sent again."),
        "resend.failed": _("It could not be sent. Try again."),
        "ago": _("%(duration)s ago") % {"duration": "{duration}"},
        "capture.storing": _("Saving…"),
        "capture.stored": _("Capture saved"),
        "capture.failed": _("Not saved"),
        "capture.alt": _("Capture"),
        "capture.download": _("Download this capture"),
        "end.failed": _("The visio could not be ended. Try again."),
        "ended.by": _("Ended by %(name)s after %(duration)s.") % {"name": "{name}", "duration": "{duration}"},
        "ended.alone": _("It ended by itself after %(duration)s.") % {"duration": "{duration}"},
        "colleague": _("a colleague"),
    }
