"""RTCP as bytes: the packets we make and those we heed. RFC 3550, 4585, 5104; REMB as Chromium speaks it."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from itertools import islice
from struct import pack, unpack_from

import msgspec

SR, RR, SDES, BYE, RTPFB, PSFB = 200, 201, 202, 203, 205, 206
NACK, TRANSPORT_FEEDBACK = 1, 15  # formats of RTPFB
PLI, FIR, APPLICATION = 1, 4, 15  # formats of PSFB
NACKED = 1024  # numbers heeded of one NACK: as many as a history holds; a datagram has room for 6,000


# ---------------------------------------------------------------- heeded
class SenderReport(msgspec.Struct, frozen=True):
    ssrc: int
    middle_ntp: int  # the middle 32 bits, to be given back in a receiver report


class Nack(msgspec.Struct, frozen=True):
    sequences: tuple[int, ...]


class KeyframeWanted(msgspec.Struct, frozen=True):
    """PLI or FIR."""


class BitrateLimit(msgspec.Struct, frozen=True):
    """REMB: what the receiver believes its line carries, in bit/s."""

    bitrate: int


class Reception(msgspec.Struct, frozen=True):
    """One report block: how a stream arrives at the other end, or at ours."""

    ssrc: int
    fraction_lost: int  # of 256, since the last report
    lost: int  # since the start
    highest: int  # sequence number, with its cycles above 16 bits
    jitter: int  # in units of the RTP clock
    middle_ntp: int  # of the last sender report, 0 for none
    delay: int  # since it came, in 1/65536 s

    def round_trip(self, now: float) -> float | None:
        """Seconds from us to the other end and back; `now`: seconds since the Unix epoch."""
        if not self.middle_ntp:
            return None
        took = (_ntp(now) >> 16) - self.middle_ntp - self.delay & 0xFFFFFFFF
        return took / 65536 if took < 10 * 65536 else None  # clocks that were set meanwhile


Report = SenderReport | Reception | Nack | KeyframeWanted | BitrateLimit


def parse(data: bytes) -> list[Report]:
    """What a decrypted compound says that we heed, up to its first malformed packet."""
    reports: list[Report] = []
    position = 0
    while position + 4 <= len(data):
        first, kind, words = unpack_from("!BBH", data, position)
        body, position = position + 4, position + 4 + words * 4
        if first >> 6 != 2 or position > len(data):
            break
        try:
            reports += _heeded(kind, first & 31, data[body:position])
        except (struct.error, IndexError):
            break
    return reports


def _heeded(kind: int, form: int, body: bytes) -> list[Report]:
    if kind == SR:
        ssrc, seconds, fraction = unpack_from("!III", body)
        sender = SenderReport(ssrc, (seconds & 0xFFFF) << 16 | fraction >> 16)
        return [sender, *_receptions(body, 24, form)]
    if kind == RR:
        return [*_receptions(body, 4, form)]
    if kind == RTPFB and form == NACK:
        return [Nack(tuple(islice(_lost(body), NACKED)))]
    if kind == PSFB and form in {PLI, FIR}:
        return [KeyframeWanted()]
    if kind == PSFB and form == APPLICATION and body[8:12] == b"REMB":
        return [BitrateLimit(((body[13] & 3) << 16 | body[14] << 8 | body[15]) << (body[13] >> 2))]
    return []


def _receptions(body: bytes, start: int, count: int) -> list[Reception]:
    blocks = [unpack_from("!IIIIII", body, start + number * 24) for number in range(count)]
    return [
        Reception(ssrc, losses >> 24, (losses & 0xFFFFFF ^ 0x800000) - 0x800000, *others)
        for ssrc, losses, *others in blocks
    ]


def _lost(body: bytes) -> Iterable[int]:
    for position in range(8, len(body) - 3, 4):
        first, following = unpack_from("!HH", body, position)
        yield first
        for bit in range(16):
            if following >> bit & 1:
                yield (first + bit + 1) & 0xFFFF


def _ntp(now: float) -> int:
    """Seconds since the Unix epoch in units of 2**-32 s since 1900."""
    return int((now + 2_208_988_800) * (1 << 32)) & 0xFFFFFFFFFFFFFFFF


# ---------------------------------------------------------------- made
def _packet(kind: int, form: int, body: bytes) -> bytes:
    return pack("!BBH", 0x80 | form, kind, len(body) // 4) + body


def receiver_report(ssrc: int, receptions: Sequence[Reception] = ()) -> bytes:
    """Also the obligatory first packet of a compound that carries feedback only."""
    body = pack("!I", ssrc)
    for r in receptions:
        lost = max(-0x800000, min(r.lost, 0x7FFFFF)) & 0xFFFFFF
        body += pack(
            "!IIIIII", r.ssrc, r.fraction_lost << 24 | lost, r.highest, r.jitter, r.middle_ntp, r.delay
        )
    return _packet(RR, len(receptions), body)


def sender_report(ssrc: int, now: float, timestamp: int, packets: int, octets: int) -> bytes:
    """With the obligatory SDES. `now`: seconds since the Unix epoch; `timestamp`: the RTP clock at `now`."""
    report = pack("!IQIII", ssrc, _ntp(now), timestamp, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)
    # One chunk: CNAME (1) of five bytes, then the zeros that end the list and fill the word.
    return _packet(SR, 0, report) + _packet(SDES, 1, pack("!IBB5s1x", ssrc, 1, 5, b"relay"))


def nack(ssrc: int, media: int, sequences: Iterable[int]) -> bytes:
    """Asks for packets again. `sequences` in the order of the stream."""
    body = pack("!II", ssrc, media)
    first, following = -1, 0
    for sequence in sequences:
        ahead = (sequence - first - 1) & 0xFFFF
        if first >= 0 and ahead < 16:
            following |= 1 << ahead
            continue
        if first >= 0:
            body += pack("!HH", first, following)
        first, following = sequence, 0
    if first >= 0:
        body += pack("!HH", first, following)
    return _packet(RTPFB, NACK, body)


def picture_loss(ssrc: int, media: int) -> bytes:
    """PLI: asks for a keyframe."""
    return _packet(PSFB, PLI, pack("!II", ssrc, media))


def bitrate_limit(ssrc: int, media: int, bitrate: int) -> bytes:
    """REMB: caps what the sender of `media` may send, in bit/s. draft-alvestrand-rmcat-remb-03."""
    exponent = max(0, bitrate.bit_length() - 18)
    mantissa = bitrate >> exponent
    limit = bytes([1, exponent << 2 | mantissa >> 16]) + pack("!H", mantissa & 0xFFFF)
    return _packet(PSFB, APPLICATION, pack("!II", ssrc, 0) + b"REMB" + limit + pack("!I", media))


def transport_feedback(ssrc: int, media: int, body: bytes) -> bytes:
    """Wraps a body of `media.transport_feedback`, already a multiple of four bytes."""
    return _packet(RTPFB, TRANSPORT_FEEDBACK, pack("!II", ssrc, media) + body)
