"""Words that pages, sockets and the timeline share. `_` is the gettext of a language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from signaling.domain.carrier_reasons import CATEGORIES, Category
from signaling.domain.errors import BadAddress, LinkUnusable, NotInControl, TooManyMessages, VisioError
from signaling.domain.facts import Audience
from signaling.domain.records import Channel, GuestRole

Gettext = Callable[[str], str]

SECOND: Final = 1000  # ms
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE


def duration(milliseconds: int) -> str:
    """As `shared/durations.js` writes it: `42 s`, `1 min 05 s`, `2 h 10 min`."""
    if milliseconds < MINUTE:
        return f"{max(0, milliseconds) // SECOND}\u00a0s"
    big, unit, small, rest = (
        (MINUTE, "min", SECOND, "s") if milliseconds < HOUR else (HOUR, "h", MINUTE, "min")
    )
    return f"{milliseconds // big}\u00a0{unit}\u00a0{milliseconds % big // small:02d}\u00a0{rest}"


def describe(error: VisioError, _: Gettext) -> str:
    """A sentence for the person who caused or met the error: what is wrong, what to do."""
    if isinstance(error, BadAddress):
        return bad_address(error.reason, _)
    if isinstance(error, LinkUnusable):
        return _("This link can no longer be used.")
    if isinstance(error, TooManyMessages):
        return _too_many_messages(error, _)
    if isinstance(error, NotInControl):
        return _("%(name)s drives the phone. Ask for the control.") % {"name": error.name or _("A colleague")}
    sentences = {
        "not_signed_in": _("You are no longer signed in. Sign in again."),
        "not_allowed": _("This isn't possible: the visio has ended, or your account may not do it."),
        "not_found": _("This doesn't exist, or belongs to another centre."),
        "function_off": _("Your centre does without this."),
        "bad_policy": _("This can't be kept. Check it."),
        "throttled": _("Too many tries. Wait a moment, then try again."),
        "bad_message": _("The phone can't be set to that."),
        "bad_offer": _("This browser can't receive the video. Use a recent Chrome, Edge, Firefox or Safari."),
        "bad_file": _("This file isn't a picture that can be kept."),
        "infected": _("The virus scanner refuses this file: it was not kept."),
        "unchecked": _("Files can't be checked for viruses now: this one was not kept. Try again later."),
        "bad_place": _("This is neither an address nor coordinates. Check it."),
        "bad_closing": _("This can't be kept: 64 characters for the file number, 2000 for the note."),
        "bad_guest": _("This name can't be used: one line of 60 characters at most."),
        "too_many_guests": _("Ten guests are invited already. Remove one first."),
        "place_unknown": _("No address like this was found. Check it, or type coordinates."),
        "geocoder_unavailable": _("The address service doesn't answer. Type coordinates, or try again."),
        "carrier": _("The message could not be sent."),
        "relay_unavailable": _("The video server doesn't answer. It is being tried again."),
        "relay_full": _("The video servers are full. It is being tried again."),
        "no_picture": _("There is no picture at the moment."),
        "no_channel": _("The phone isn't connected at the moment."),
        "unavailable": _("A service doesn't answer. Try again in a moment."),
        "damaged": _("This file is damaged where it is kept. Tell whoever runs the server."),
    }
    return sentences.get(error.code, _("This didn't work. Try again."))


def bad_address(reason: str, _: Gettext) -> str:
    sentences = {
        "empty": _("Type a telephone number or an e-mail address."),
        "not_a_number": _("This isn't a complete telephone number. Check it, for example 06 12 34 56 78."),
        "unknown_country": _("This country code doesn't exist. Check the digits after the +."),
        "premium": _("This is a premium-rate number: nothing was sent. Type the caller's own number."),
        "not_an_email": _("This isn't a complete e-mail address, for example name@example.org."),
        "not_allowed": _("Messages to this country are not allowed in your centre."),
        "no_mail": _("Your centre sends no e-mail. Type a telephone number."),
    }
    return sentences.get(reason, sentences["not_a_number"])


def _too_many_messages(error: TooManyMessages, _: Gettext) -> str:
    sentences = {
        "user": _("You have sent as many SMS as your centre allows. More in %(wait)s."),
        "destination": _("As many SMS went to this number as your centre allows. More in %(wait)s."),
        "centre": _("Your centre has sent as many SMS today as it allows. More in %(wait)s."),
    }
    wait = duration(int(error.retry_after * SECOND))
    advice = _("Meanwhile invite by e-mail, or read the six digits of a link aloud.")
    return f"{sentences[error.quota] % {'wait': wait}} {advice}"


def channel_name(channel: Channel, _: Gettext) -> str:
    return _("SMS") if channel == "sms" else _("e-mail")


def guest_role(role: GuestRole, _: Gettext) -> str:
    """What a guest may do."""
    names: dict[GuestRole, str] = {
        "watch": _("watches"),
        "camera": _("second camera"),
        "seen": _("watches and can be seen"),
    }
    return names.get(role, "")


def audience(whom: Audience, _: Gettext) -> str:
    """With whom something is shared."""
    names: dict[Audience, str] = {
        "caller": _("the caller"),
        "guests": _("the guests"),
        "both": _("the caller and the guests"),
    }
    return names[whom]


def running_rungs(_: Gettext) -> dict[str, str]:
    """How a running session stands, by the rung that it has reached."""
    return {
        "queued": _("Message being sent"),
        "accepted": _("Message sent"),
        "delivered": _("Message delivered"),
        "opened": _("Link opened"),
        "asked": _("Camera asked for"),
        "granted": _("Camera granted"),
        "connecting": _("Connecting"),
        "picture": _("Picture received"),
        "refused": _("Camera refused"),
    }


def refusals(_: Gettext) -> dict[str, str]:
    """Why the phone gave no camera, by `facts.RefusalReason`."""
    return {
        "denied": _("The caller refused the camera"),
        "dismissed": _("The caller closed the question about the camera"),
        "system": _("The phone's settings forbid the camera to the browser"),
        "absent": _("This phone has no camera that can be used"),
        "busy": _("The camera is in use by another app"),
        "insecure": _("The page was opened without a secure connection"),
        "timeout": _("The phone doesn't answer the request for the camera"),
        "other": _("The camera doesn't start"),
    }


def command_errors(_: Gettext) -> dict[str, str]:
    """Why a phone did not do as told, by `facts.CommandError`."""
    return {
        "unsupported": _("this phone can't do it"),
        "out_of_range": _("the value is out of range"),
        "stale_epoch": _("the caller has just reloaded the page, try again"),
        "needs_tap": _("the caller must tap the screen first"),
        "failed": _("the phone tried and failed"),
        "replaced": _("replaced by a newer value"),
        "unreachable": _("the phone doesn't answer"),
        "ended": _("the visio has ended"),
    }


def controls(_: Gettext) -> dict[str, str]:
    """By `controls.CommandName`."""
    return {
        "camera": _("Camera"),
        "lens": _("Lens"),
        "torch": _("Light"),
        "zoom": _("Zoom"),
        "profile": _("What the picture is for"),
        "position": _("Position"),
        "photo": _("Sharp photo"),
        "guidance": _("Phrase"),
        "message": _("Text"),
        "pointer": _("Point at"),
        "metronome": _("CPR metronome"),
        "pause": _("Pause"),
        "language": _("The caller's language"),
    }


def guidance(_: Gettext) -> dict[str, str]:
    """What the caller is told without a sound, by `controls.GUIDANCE`: short, for a button."""
    return {
        "speaker": _("Speakerphone on"),
        "closer": _("Come closer"),
        "back": _("Go back"),
        "face": _("Face"),
        "chest": _("Chest"),
        "still": _("Hold still"),
        "prop": _("Prop the phone"),
        "light": _("More light"),
        "turn": _("Other camera"),
        "coming": _("Help is coming"),
    }


def profiles(_: Gettext) -> dict[str, str]:
    """What the picture is for, by `controls.Profile`."""
    return {
        "auto": _("Auto"),
        "motion": _("Movement"),
        "detail": _("Detail"),
        "weak": _("Weak network"),
    }


def metronome(_: Gettext) -> dict[str, str]:
    return {"off": _("Stop"), "silent": _("Silent"), "sound": _("With sound")}


def cpr(_: Gettext) -> dict[str, str]:
    """By `facts.Cpr`."""
    return {"compressions": _("compressions"), "pause": _("compressions paused"), "off": _("over")}


def assessments(_: Gettext) -> dict[str, str]:
    """What the picture changed, by `records.Assessment`."""
    return {
        "worse": _("More serious"),
        "better": _("Less serious"),
        "same": _("Unchanged"),
        "no_video": _("No video"),
    }


def losses(_: Gettext) -> dict[str, str]:
    """Why a phone whose camera was allowed sends no picture, by `facts.LossCause`."""
    return {
        "hidden": _("The caller left the page"),
        "locked": _("The phone is locked"),
        "taken": _("Another app or a call took the camera"),
        "withdrawn": _("The permission for the camera was withdrawn"),
        "frozen": _("The phone's camera stands still"),
        "network": _("The phone has lost its network"),
    }


def ways(_: Gettext) -> dict[str, str]:
    """How the picture comes, by `facts.Way`."""
    return {
        "udp": _("Video straight from the phone"),
        "turn_udp": _("Video through a relay"),
        "turn_tcp": _("Video through a relay (TCP)"),
        "turn_tls": _("Video through a relay (TLS)"),
        "stills": _("Still pictures instead of video"),
        "photo": _("Photos instead of video"),
    }


def file_errors(_: Gettext) -> dict[str, str]:
    """Why a file of the phone's was not kept, by the error's code."""
    return {
        "bad_file": _("not a picture or a PDF that can be kept"),
        "too_large": _("too large"),
        "quota": _("too many files in this session"),
        "day_quota": _("your centre takes no more files today"),
        "incomplete": _("it never arrived whole"),
    }


def position_errors(_: Gettext) -> dict[str, str]:
    return {
        "denied": _("The caller refused to give the position."),
        "unavailable": _("The phone doesn't find its position."),
        "timeout": _("The phone is taking too long to find its position. It goes on trying."),
    }


def carrier_errors(_: Gettext) -> dict[str, str]:
    """By the carrier's own code (Twilio's, SMTP's) or our short word; others are shown as they came."""
    sentences: dict[Category, str] = {
        "not_mobile": _("This is a landline: it gets no SMS. Use another number, an e-mail or the code."),
        "unreachable": _("The phone or the mailbox is out of reach. Read the code aloud."),
        "blocked": _("This number or its carrier refuses our messages. Use an e-mail or the code."),
        "unknown_number": _("This number or mailbox doesn't exist. Check it with the caller."),
        "not_allowed": _("Our account may not send there. Read the code aloud, and tell the administrator."),
        "carrier_down": _("The carrier is out of order. Read the code aloud."),
        "timeout": _("The carrier doesn't answer. The message may yet arrive."),
        "other": _("The carrier doesn't say why. Send again, or use another number."),
    }
    return {reason: sentences[category] for reason, category in CATEGORIES.items()}
