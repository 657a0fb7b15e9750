"""What a simulated peer reads in SDP, and what aiortc's lacks of a browser's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec
from aiortc import RTCRtpSender, RTCRtpTransceiver

from media.sdp import ABSOLUTE_SEND_TIME, TRANSPORT_WIDE
from media.simulator.cutting import CUT

BASELINE: Final = "42e01f"  # the H.264 profile that everybody has
TRANSPORT_ID: Final = 5  # of the header extension, in our offers; aiortc takes 1 and 3

_TYPE = re.compile(r"^a=rtpmap:(\d+) ([\w-]+)/90000", re.MULTILINE)
_REPAIRED = re.compile(r"^a=fmtp:(\d+) .*?apt=(\d+)", re.MULTILINE)
_EXTENSION = re.compile(r"^a=extmap:(\d+)(?:/\w+)? (\S+)", re.MULTILINE)
_SOURCES = re.compile(r"^a=ssrc-group:FID (\d+) (\d+)", re.MULTILINE)
_LIMITED = re.compile(r"^(a=rtcp-fb:\d+) goog-remb\r\n", re.MULTILINE)
_VIDEO = re.compile(r"^m=video.*?(?=^m=|\Z)", re.MULTILINE | re.DOTALL)


class Agreement(msgspec.Struct, frozen=True):
    """For the video: header extensions by their id, 0 for one that was not agreed on."""

    codecs: dict[int, str]  # name by payload type, best first
    repairs: dict[int, int]  # payload type by that of its RTX
    send_time: int
    transport: int


def read(text: str) -> Agreement:
    """An answer, or an offer that is accepted. Raises ConnectionError when no video was agreed on."""
    video = _VIDEO.search(text)
    codecs = {int(kind): name for kind, name in _TYPE.findall(video[0]) if name in CUT} if video else {}
    if video is None or not codecs:
        raise ConnectionError("the other end takes no video that we have")
    extensions = {uri: int(number) for number, uri in _EXTENSION.findall(video[0])}
    return Agreement(
        codecs=codecs,
        repairs={int(kind): int(original) for kind, original in _REPAIRED.findall(video[0])},
        send_time=extensions.get(ABSOLUTE_SEND_TIME, 0),
        transport=extensions.get(TRANSPORT_WIDE, 0),
    )


def sources(text: str) -> tuple[int, int]:
    """The SSRCs that our own offer announces: of the picture, and of its repairs."""
    picture, repairs = _SOURCES.findall(text)[0]
    return int(picture), int(repairs)


def with_feedback(text: str, transport_id: int = TRANSPORT_ID) -> str:
    """Our SDP with the feedback that every browser speaks: transport-wide congestion control, and FIR."""
    transport = f"a=extmap:{transport_id} {TRANSPORT_WIDE}\r\n"

    def complete(video: re.Match[str]) -> str:
        return _LIMITED.sub(r"\g<0>\1 transport-cc\r\n\1 ccm fir\r\n", video[0]) + transport

    return _VIDEO.sub(complete, text)


def prefer(video: RTCRtpTransceiver, names: Sequence[str]) -> None:
    """Offer these codecs only, in that order."""
    known = RTCRtpSender.getCapabilities("video").codecs
    wanted = []
    for name in (*names, "rtx"):
        for codec in known:
            level = codec.parameters.get("profile-level-id", BASELINE)
            if codec.name == name and level == BASELINE:
                wanted.append(codec)
    video.setCodecPreferences(wanted)
