"""How long the payload descriptors of VP8 and VP9 are: the frame's own bytes begin behind them."""

from __future__ import annotations


def vp8_descriptor(payload: bytes) -> int:
    """Its size in bytes (RFC 7741, 4.2). Raises IndexError where it promises more than there is."""
    if not payload[0] & 0x80:
        return 1
    extension, position = payload[1], 2
    if extension & 0x80:  # PictureID, of one or two bytes
        position += 2 if payload[position] & 0x80 else 1
    if extension & 0x40:  # TL0PICIDX
        position += 1
    if extension & 0x30:  # TID, KEYIDX
        position += 1
    return position


def vp9_descriptor(payload: bytes) -> int:
    """Its size in bytes (RFC 9628, 4.2). Raises IndexError where it promises more than there is."""
    flags, position = payload[0], 1
    flexible = flags & 0x10
    if flags & 0x80:  # picture ID, of one or two bytes
        position += 2 if payload[position] & 0x80 else 1
    if flags & 0x20:  # layer indices, and TL0PICIDX without the flexible mode
        position += 1 if flexible else 2
    if flexible and flags & 0x40:  # reference indices: each says whether another follows
        while payload[position] & 1:
            position += 1
        position += 1
    if flags & 0x02:
        position += _vp9_structure(payload, position)
    return position


def _vp9_structure(payload: bytes, start: int) -> int:
    """The size in bytes of the scalability structure at `start`."""
    flags, position = payload[start], start + 1
    if flags & 0x10:  # Y: width and height of each spatial layer
        position += 4 * ((flags >> 5) + 1)
    if flags & 0x08:  # G: a description of each picture of the group
        count, position = payload[position], position + 1
        for _ in range(count):
            position += 1 + (payload[position] >> 2 & 3)
    return position - start
