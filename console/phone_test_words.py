"""What a phone's test says to the regulator who sent it or looks it up. `_` is the gettext of a language."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from console.words import Gettext, carrier_errors, refusals
from signaling.domain.phone_test import NEEDED, Echo, PhoneTest, Report, Transport, Way

Tone = Literal["ok", "warn", "alert", "wait"]

LOST_AFTER: Final = 10 * 60 * 1000  # ms: the process that was sending the message is gone by then


class Standing(msgspec.Struct, frozen=True):
    """In a few words, with the tone of a badge."""

    words: str
    tone: Tone


class Line(msgspec.Struct, frozen=True):
    label: str
    words: str
    tone: Tone


def standing(test: PhoneTest, now: int, _: Gettext) -> Standing:
    """How a test stands: what came of it, or of the message that was to bring it."""
    if test.verdict:
        return verdict(test, _)
    if test.message == "failed":
        why = carrier_errors(_).get(test.reason, _("The carrier doesn't say why."))
        return Standing(_("Message not sent. %(why)s") % {"why": why}, "alert")
    if test.message == "queued" and now - test.created_at > LOST_AFTER:
        return Standing(_("Message not sent. Send the test again."), "alert")
    if test.expires_at <= now:
        return Standing(_("Not taken within 48 hours"), "wait")
    return Standing(
        _("Message being sent") if test.message == "queued" else _("Waiting for the phone"), "wait"
    )


def verdict(test: PhoneTest, _: Gettext) -> Standing:
    found: dict[str, Standing] = {
        "ready": Standing(_("Ready"), "ok"),
        "slow": Standing(_("Works, on a slow network"), "warn"),
        "stills": Standing(_("Still pictures only"), "warn"),
        "camera": Standing(_("Camera blocked"), "alert"),
        "no_camera": Standing(_("No camera"), "alert"),
        "browser": Standing(_("Browser too old or unsuitable"), "alert"),
        "network": Standing(_("Network blocks the connection"), "alert"),
        "busy": Standing(_("Not finished: the service was busy"), "wait"),
    }
    return found[test.verdict]


def lines(report: Report, _: Gettext) -> list[Line]:
    """Step by step, as the phone's own page shows them."""
    return [
        _camera(report, _),
        _browser(report, _),
        _socket(report, _),
        Line(_("Network: UDP"), *_open(report.udp, _)),
        *(Line(_transports(_)[check.transport], *_open(check.answered, _)) for check in report.turn),
        *_echo(report.echo, _),
    ]


def _camera(report: Report, _: Gettext) -> Line:
    if report.camera == "granted":
        return Line(_("Camera"), _("Works"), "ok")
    return Line(_("Camera"), refusals(_)[report.camera], "alert")


def _browser(report: Report, _: Gettext) -> Line:
    if not report.missing:
        return Line(_("Browser"), _("Has all that is needed"), "ok")
    names = {
        "webrtc": _("video calls (WebRTC)"),
        "get_user_media": _("the camera in a page"),
        "websocket": _("WebSocket"),
        "video_codec": _("a common video format"),
        "wake_lock": _("keeping the screen on"),
        "vibration": _("vibration"),
        "position": _("the position"),
    }
    without = ", ".join(names[feature] for feature in dict.fromkeys(report.missing))
    tone: Tone = "alert" if NEEDED.intersection(report.missing) else "warn"
    return Line(_("Browser"), _("Lacks: %(features)s") % {"features": without}, tone)


def _socket(report: Report, _: Gettext) -> Line:
    found: dict[str, tuple[str, Tone]] = {
        "open": (_("Works"), "ok"),
        "blocked": (_("Blocked"), "alert"),
        "busy": (_("Not tried: the service was busy"), "wait"),
    }
    return Line(_("Connection (WebSocket)"), *found[report.socket])


def _open(answered: bool | None, _: Gettext) -> tuple[str, Tone]:
    if answered is None:
        return _("Not tried"), "wait"
    return (_("Works"), "ok") if answered else (_("Blocked"), "warn")


def _transports(_: Gettext) -> dict[Transport, str]:
    return {"udp": _("TURN over UDP"), "tcp": _("TURN over TCP"), "tls": _("TURN over TLS")}


def _echo(echo: Echo | None, _: Gettext) -> list[Line]:
    if echo is None:
        return [Line(_("Video, there and back"), _("No picture"), "alert")]
    ways: dict[Way, str] = {
        "udp": _("UDP"),
        "turn_udp": _("TURN over UDP"),
        "turn_tcp": _("TURN over TCP"),
        "turn_tls": _("TURN over TLS"),
    }
    seen = _("%(width)s × %(height)s, %(frames)s frames in 10 s") % {
        "width": echo.width,
        "height": echo.height,
        "frames": echo.frames,
    }
    measured = _("%(bitrate)s kbit/s, loss %(loss)s %%, round trip %(round_trip)s ms, by %(way)s") % {
        "bitrate": echo.bitrate,
        "loss": round(echo.loss),
        "round_trip": echo.round_trip,
        "way": ways[echo.way],
    }
    return [Line(_("Video, there and back"), seen, "ok"), Line(_("Line"), measured, "ok")]
