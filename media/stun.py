"""STUN as bytes: whether a message is for us and genuine, told before anything parses it. RFC 8489.

aioice parses first and answers whatever comes, at 60 µs and a datagram each: a flood would stop the relay,
and make it flood others. Here a stranger costs a search for our username; who knows that, an HMAC (2 µs).
"""

from __future__ import annotations

import hmac
from struct import Struct

HEADER = 20  # bytes: type, length of the rest, cookie, transaction id
COOKIE = b"\x21\x12\xa4\x42"
REQUEST = b"\x00\x01"  # types: the binding method, which is all that ICE uses
RESPONSES = (b"\x01\x01", b"\x01\x11")  # success, error
ATTRIBUTES = 16  # looked at before the integrity; browsers have six

_INTEGRITY, _INTEGRITY_SIZE = 0x0008, 24  # of the attribute with its head
_HEAD = Struct("!HH").unpack_from
_LENGTH = Struct("!H").pack


def is_message(data: bytes) -> bool:
    size = len(data)
    return size >= HEADER and data[4:8] == COOKIE and int.from_bytes(data[2:4], "big") == size - HEADER


def transaction(data: bytes) -> bytes:
    """The id of a message; a response has that of its request, which nobody can guess."""
    return data[8:HEADER]


def is_genuine(data: bytes, key: bytes) -> bool:
    """Whether the MESSAGE-INTEGRITY of a message was made with that password. RFC 8489, 14.5."""
    position = HEADER
    for _ in range(ATTRIBUTES):
        if position + 4 > len(data):
            return False
        kind, length = _HEAD(data, position)
        if kind == _INTEGRITY:
            end = position + _INTEGRITY_SIZE
            if length + 4 != _INTEGRITY_SIZE:
                return False
            signed = data[:2] + _LENGTH(end - HEADER) + data[4:position]
            return hmac.compare_digest(data[position + 4 : end], hmac.digest(key, signed, "sha1"))
        position += 4 + (length + 3 & ~3)
    return False
