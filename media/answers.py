"""Our answers: one transport, the codecs agreed on, and what each leg needs of feedback and extensions."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import msgspec

from media.codecs import Codec
from media.sdp import ABSOLUTE_SEND_TIME, TRANSPORT_WIDE, Candidate, Offer

MESSAGE_SIZE = 64 * 1024  # bytes of one message on the data channel; browsers refuse to send a larger one

# What we give and heed on a leg, if the browser offers it. No transport-cc towards viewers: their REMB is
# what we pass on. No video-orientation anywhere: a phone then turns its picture upright before it encodes it.
_PHONE_FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb", "transport-cc")
_VIEWER_FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb")


class Local(msgspec.Struct, frozen=True):
    """Our end of a connection."""

    username: str
    password: str
    fingerprint: str  # SHA-256
    setup: str  # active or passive
    candidates: tuple[Candidate, ...]


class Source(msgspec.Struct, frozen=True):
    """What we send to a viewer."""

    ssrc: int
    repair_ssrc: int


def answer_phone(offer: Offer, local: Local, codec: Codec, start_bitrate: int) -> str:
    """`start_bitrate` in kbit/s: without it Chromium starts at 250 and 640 pixels, and takes 25 s to grow."""
    start = f"x-google-start-bitrate={start_bitrate}"
    parameters = f"{codec.parameters};{start}" if codec.parameters else start
    chosen = msgspec.structs.replace(codec, parameters=parameters)
    video = _video(offer, (chosen,), "recvonly", _PHONE_FEEDBACK, TRANSPORT_WIDE)
    return _answer(offer, local, video)


def answer_viewer(offer: Offer, local: Local, source: Source) -> str:
    """Accepts every codec that the viewer has: which one comes is decided by the phone, maybe later."""
    video = _video(offer, offer.codecs, "sendonly", _VIEWER_FEEDBACK, ABSOLUTE_SEND_TIME)
    video += [
        "a=msid:visio picture",
        f"a=ssrc-group:FID {source.ssrc} {source.repair_ssrc}",
        f"a=ssrc:{source.ssrc} cname:relay",
        f"a=ssrc:{source.repair_ssrc} cname:relay",
    ]
    return _answer(offer, local, video)


def _answer(offer: Offer, local: Local, video: list[str]) -> str:
    sections = [[*video, *_transport(local)]]
    mids = [offer.mid]
    if offer.control_mid is not None:
        place = 0 if offer.control_first else 1
        sections.insert(place, [*_control(offer), *_transport(local)])
        mids.insert(place, offer.control_mid)
    lines = ["v=0", f"o=- {secrets.randbits(62)} 1 IN IP4 0.0.0.0", "s=-", "t=0 0"]
    lines += [f"a=group:BUNDLE {' '.join(mids)}", "a=msid-semantic: WMS *"]
    lines += [line for section in sections for line in section]
    return "\r\n".join(lines) + "\r\n"


def _transport(local: Local) -> list[str]:
    candidates = [
        f"a=candidate:{c.foundation} 1 udp {c.priority} {c.address} {c.port} typ {c.kind}"
        for c in local.candidates
    ]
    return [
        *candidates,
        "a=end-of-candidates",
        f"a=ice-ufrag:{local.username}",
        f"a=ice-pwd:{local.password}",
        f"a=fingerprint:sha-256 {local.fingerprint}",
        f"a=setup:{local.setup}",
    ]


def _video(
    offer: Offer, codecs: Sequence[Codec], direction: str, feedback: Sequence[str], extension: str
) -> list[str]:
    types = [t for codec in codecs for t in (codec.payload_type, codec.repair_type) if t is not None]
    lines = [f"m=video 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, types))}", "c=IN IP4 0.0.0.0"]
    lines += [f"a=mid:{offer.mid}", f"a={direction}", "a=rtcp:9 IN IP4 0.0.0.0", "a=rtcp-mux"]
    if extension in offer.extensions:
        lines.append(f"a=extmap:{offer.extensions[extension]} {extension}")
    for codec in codecs:
        lines.append(f"a=rtpmap:{codec.payload_type} {codec.name}/90000")
        lines += [f"a=rtcp-fb:{codec.payload_type} {kind}" for kind in feedback if kind in codec.feedback]
        if codec.parameters:
            lines.append(f"a=fmtp:{codec.payload_type} {codec.parameters}")
        if codec.repair_type is not None:
            lines.append(f"a=rtpmap:{codec.repair_type} rtx/90000")
            lines.append(f"a=fmtp:{codec.repair_type} apt={codec.payload_type}")
    return lines


def _control(offer: Offer) -> list[str]:
    return [
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{offer.control_mid}",
        "a=sctp-port:5000",
        f"a=max-message-size:{MESSAGE_SIZE}",
    ]
