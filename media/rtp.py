"""RTP packets as bytes: what the forwarding path reads of one. RFC 3550, RFC 8285, RFC 4588."""

from __future__ import annotations

from struct import Struct

import msgspec

HEADER = 12  # bytes before CSRCs and extensions
_FIXED = Struct("!BBHII").unpack_from
_EXTENSION = Struct("!HH")
_COLOR = Struct("!B4s3x")  # the element, and padding to whole words
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
    color_space: bytes = b""  # that extension's value, four bytes; on the last packet of keyframes


def parse(data: bytes, transport_id: int = 0, color_id: int = 0) -> Packet | None:
    """A decrypted packet, or None when it is malformed.

    `transport_id` and `color_id` are the negotiated ids of the transport-wide sequence number and of the
    color space, 0 for none.
    """
    size = len(data)
    if size < HEADER:
        return None
    first, second, sequence, timestamp, ssrc = _FIXED(data)
    start = HEADER + ((first & 15) << 2)
    transport_sequence, color_space = -1, b""
    if first & 0x10:
        if start + 4 > size:
            return None
        profile, words = _EXTENSION.unpack_from(data, start)
        elements, start = start + 4, start + 4 + (words << 2)
        if transport_id and profile == _ONE_BYTE:
            transport_sequence = _transport_sequence(data, elements, min(start, size - 2), transport_id)
        if color_id and words > 1 and profile == _ONE_BYTE:
            color_space = _color_space(data, elements, min(start, size - 4), color_id)
    end = size - data[-1] if first & 0x20 else size
    if start > end:
        return None
    return Packet(
        second & 0x7F,
        second & 0x80,
        sequence,
        timestamp,
        ssrc,
        start,
        end,
        data,
        transport_sequence,
        color_space,
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


def _color_space(data: bytes, position: int, stop: int, wanted: int) -> bytes:
    """Without HDR metadata, which would need extension headers of two bytes."""
    while position < stop:
        head = data[position]
        if head == wanted << 4 | 3:
            return data[position + 1 : position + 5]
        position += (head & 15) + 2 if head else 1
    return b""


def add_color_space(packet: memoryview, position: int, body: int, number: int, value: bytes) -> int:
    """Put it last into the header's extension, which need not be there yet. Returns where the payload begins.

    The header begins at `position` and ended at `body`; `number` is the extension's id.
    """
    extension = position + HEADER
    if body == extension:
        packet[position] |= 0x10
        body += _EXTENSION.size
    words = (body - extension - _EXTENSION.size + _COLOR.size) >> 2
    _EXTENSION.pack_into(packet, extension, _ONE_BYTE, words)
    _COLOR.pack_into(packet, body, number << 4 | 3, value)
    return body + _COLOR.size


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
