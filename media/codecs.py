"""The codecs we forward, their variants, and which of them a call gets.

A packet passes from one leg to another untouched, so both ends must have the codec in the same variant.
H.264 comes first: phones have it in hardware and stay cool; VP8 is what everybody has.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import msgspec

VIDEO = ("H264", "VP8", "VP9", "AV1")  # from the best on, unless VIDEO_CODECS says otherwise
VIDEO_CLOCK = 90_000


class Encoding(msgspec.Struct, frozen=True):
    """What an `rtpmap` names (RFC 8866, 6.6)."""

    kind: str  # video or audio
    clock: int  # ticks of the RTP clock in a second
    channels: int = 1


ENCODINGS = {**dict.fromkeys(VIDEO, Encoding("video", VIDEO_CLOCK)), "opus": Encoding("audio", 48_000, 2)}


class Codec(msgspec.Struct, frozen=True):
    """One codec of an offer, with the payload types of that connection."""

    name: str  # as in ENCODINGS
    payload_type: int
    repair_type: int | None  # payload type of its RTX, if offered
    parameters: str  # its fmtp, "" for none
    feedback: frozenset[str]  # its rtcp-fb values, e.g. "nack pli"
    variant: str = ""  # what else both ends must have alike, see `variant`

    @property
    def format(self) -> str:
        """Name and variant: legs whose formats are equal take each other's packets."""
        return f"{self.name} {self.variant}".rstrip()

    @property
    def clock(self) -> int:
        return ENCODINGS[self.name].clock

    @property
    def encoding(self) -> str:
        """As an `rtpmap` writes it."""
        channels = ENCODINGS[self.name].channels
        return f"{self.name}/{self.clock}" + (f"/{channels}" if channels > 1 else "")


def choose(
    offered: Sequence[Codec], accepted: Sequence[Collection[str]], preferred: Sequence[str] = VIDEO
) -> Codec | None:
    """The best codec of an offer that every viewer accepts.

    `accepted`: the formats that each viewer takes. `preferred`: names, the best first; others are not taken.
    """
    common = [codec for codec in offered if all(codec.format in viewer for viewer in accepted)]
    return next((codec for name in preferred for codec in common if codec.name == name), None)


# H.264 profiles by profile_idc and the flags of profile-iop, those that most decoders have first (RFC 6184,
# table 5; constrained high, which Safari has, is younger: H.264, A.2.4.2).
_PROFILES = (
    ("constrained-baseline", 0x42, "x1xx0000"),
    ("constrained-baseline", 0x4D, "1xxx0000"),
    ("constrained-baseline", 0x58, "11xx0000"),
    ("baseline", 0x42, "x0xx0000"),
    ("baseline", 0x58, "10xx0000"),
    ("main", 0x4D, "0x0x0000"),
    ("constrained-high", 0x64, "00001100"),
    ("high", 0x64, "00000000"),
)
_ORDER = tuple(
    f"{profile} {mode}" for mode in (1, 0) for profile in dict.fromkeys(name for name, _, _ in _PROFILES)
)


def variant(name: str, parameters: str) -> str | None:
    """Of a codec's `fmtp`: what must be alike on both legs beside its name. None: a variant we don't forward.

    H.264: profile and packetization mode; the levels of two ends may differ (RFC 6184, 8.2.2). Without a
    profile browsers mean constrained baseline. VP9 and AV1: profile 0, the default and what all decoders have
    (RFC 9628, 6; RTP payload format for AV1, 7.1).
    """
    if name == "H264":
        mode = parameter(parameters, "packetization-mode") or "0"
        profile = _profile(parameter(parameters, "profile-level-id") or "42e01f")
        found = f"{profile} {mode}"
        return found if found in _ORDER else None
    profile_of = {"VP9": "profile-id", "AV1": "profile"}.get(name)
    if profile_of is not None and (parameter(parameters, profile_of) or "0") != "0":
        return None
    return ""


def rank(codec: Codec) -> int:
    """Where a codec stands among the variants of its name; 0 is what most decoders have."""
    return _ORDER.index(codec.variant) if codec.variant else 0


def parameter(parameters: str, name: str) -> str | None:
    for part in parameters.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return None


def _profile(level_id: str) -> str | None:
    """Name of the H.264 profile in a profile-level-id of six hexadecimal digits."""
    if not re.fullmatch("[0-9a-fA-F]{6}", level_id):
        return None
    idc, flags = int(level_id[:2], 16), f"{int(level_id[2:4], 16):08b}"
    for name, wanted, pattern in _PROFILES:
        if idc == wanted and all(p in {"x", flag} for p, flag in zip(pattern, flags, strict=True)):
            return name
    return None
