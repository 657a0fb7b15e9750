"""Our answers: one transport, the codecs agreed on, and what each leg needs of feedback and extensions."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import msgspec

from media.codecs import VIDEO, Codec
from media.sdp import ABSOLUTE_SEND_TIME, COLOR_SPACE, TRANSPORT_WIDE, Candidate, Offer

MESSAGE_SIZE = 64 * 1024  # bytes of one message on the data channel; browsers refuse to send a larger one

# What we give and heed on a leg, if the browser offers it. No transport-cc towards viewers: their REMB is
# what we pass on. No video-orientation anywhere: a phone then turns its picture upright before it encodes it.
_PHONE_FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb", "transport-cc")
_VIEWER_FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb")
# Chromium says there what VP9 and AV1 don't say themselves: without it greens come out dark.
_PHONE_EXTENSIONS = (TRANSPORT_WIDE, COLOR_SPACE)
_VIEWER_EXTENSIONS = (ABSOLUTE_SEND_TIME, COLOR_SPACE)


class Terms(msgspec.Struct, frozen=True):
    """What a relay asks of every phone."""

    start_bitrate: int = 1200  # kbit/s
    codecs: tuple[str, ...] = VIDEO  # names of those it takes, the best first


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
    """`start_bitrate`: kbit/s, 0 for none; Chromium then starts at 250 and 640 pixels and grows for 25 s."""
    start = f"x-google-start-bitrate={start_bitrate}" if start_bitrate else ""
    parameters = ";".join(part for part in (codec.parameters, start) if part)
    chosen = msgspec.structs.replace(codec, parameters=parameters)
    media = _media(offer, (chosen,), "recvonly", _PHONE_FEEDBACK, _PHONE_EXTENSIONS)
    return _answer(offer, local, media)


def answer_viewer(offer: Offer, local: Local, source: Source) -> str:
    """Accepts every codec that the viewer has: which one comes is decided by the phone, maybe later."""
    media = _media(offer, offer.codecs, "sendonly", _VIEWER_FEEDBACK, _VIEWER_EXTENSIONS)
    media += [f"a=msid:visio {offer.kind}", f"a=ssrc:{source.ssrc} cname:relay"]
    if any(codec.repair_type is not None for codec in offer.codecs):
        media.append(f"a=ssrc:{source.repair_ssrc} cname:relay")
        media.append(f"a=ssrc-group:FID {source.ssrc} {source.repair_ssrc}")
    return _answer(offer, local, media)


def _answer(offer: Offer, local: Local, media: list[str]) -> str:
    sections = [[*media, *_transport(local)]]
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


def _media(
    offer: Offer,
    codecs: Sequence[Codec],
    direction: str,
    feedback: Sequence[str],
    extensions: Sequence[str],
) -> list[str]:
    types = [t for codec in codecs for t in (codec.payload_type, codec.repair_type) if t is not None]
    lines = [f"m={offer.kind} 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, types))}", "c=IN IP4 0.0.0.0"]
    lines += [f"a=mid:{offer.mid}", f"a={direction}", "a=rtcp:9 IN IP4 0.0.0.0", "a=rtcp-mux"]
    lines += [f"a=extmap:{offer.extensions[uri]} {uri}" for uri in extensions if uri in offer.extensions]
    for codec in codecs:
        lines.append(f"a=rtpmap:{codec.payload_type} {codec.encoding}")
        lines += [f"a=rtcp-fb:{codec.payload_type} {kind}" for kind in feedback if kind in codec.feedback]
        if codec.parameters:
            lines.append(f"a=fmtp:{codec.payload_type} {codec.parameters}")
        if codec.repair_type is not None:
            lines.append(f"a=rtpmap:{codec.repair_type} rtx/{codec.clock}")
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
