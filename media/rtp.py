"""RTP packets as bytes: what the forwarding path reads of one. RFC 3550, RFC 8285, RFC 4588."""

from __future__ import annotations

from struct import Struct

import msgspec

HEADER = 12  # bytes before CSRCs and extensions
_FIXED = Struct("!BBHII").unpack_from
_EXTENSION = Struct("!HH").unpack_from
_ONE_BYTE = 0xBEDE  # profile of one-byte extension headers, the only one we negotiate


class Packet(msgspec.Struct, gc=False):
    """One packet of a phone. `data[start:end]` is the payload; `sequence` is the phone's own."""

    payload_type: int
    marker: int  # 0x80 on the last packet of a frame, else 0
    sequence: int
    timestamp: int  # 90 kHz for video
    ssrc: int
    start: int
    end: int
    data: bytes
    transport_sequence: int = -1  # of the transport-wide congestion control extension


def parse(data: bytes, transport_id: int = 0) -> Packet | None:
    """A decrypted packet, or None when it is malformed.

    `transport_id` is the negotiated id of the transport-wide sequence number, 0 for none.
    """
    size = len(data)
    if size < HEADER:
        return None
    first, second, sequence, timestamp, ssrc = _FIXED(data)
    start = HEADER + ((first & 15) << 2)
    transport_sequence = -1
    if first & 0x10:
        if start + 4 > size:
            return None
        profile, words = _EXTENSION(data, start)
        elements, start = start + 4, start + 4 + (words << 2)
        if transport_id and profile == _ONE_BYTE:
            transport_sequence = _transport_sequence(data, elements, min(start, size - 2), transport_id)
    end = size - data[-1] if first & 0x20 else size
    if start > end:
        return None
    return Packet(
        second & 0x7F, second & 0x80, sequence, timestamp, ssrc, start, end, data, transport_sequence
    )


def _transport_sequence(data: bytes, position: int, stop: int, wanted: int) -> int:
    while position < stop:
        head = data[position]
        if head == 0:  # padding
            position += 1
        elif head >> 4 == wanted:
            return data[position + 1] << 8 | data[position + 2]
        else:
            position += (head & 15) + 2
    return -1


def unwrap_repair(packet: Packet, payload_type: int, ssrc: int) -> Packet | None:
    """The original in an RTX packet; its sequence number is the first two bytes. None for padding."""
    start = packet.start
    if packet.end - start < 2:
        return None
    packet.sequence = packet.data[start] << 8 | packet.data[start + 1]
    packet.start = start + 2
    packet.payload_type = payload_type
    packet.ssrc = ssrc
    return packet


def distance(sequence: int, reference: int) -> int:
    """How far a 16-bit number is ahead of another: -32768 to 32767."""
    return ((sequence - reference + 0x8000) & 0xFFFF) - 0x8000
