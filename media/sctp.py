"""SCTP as bytes: whether a packet of a phone may reach aiortc. RFC 9260, 3758, 6525, 8831.

Found by attacking aiortc 1.16 over a genuine DTLS session: one parameter of no length fills the memory until
the process dies, one acknowledgement of wide gaps holds the event loop for 1.5 s, an odd chunk ends the call.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

STREAMS = 64  # ids of data channels; browsers count from 0 or 1, and a page opens one
CHUNKS = 64  # in one packet: the smallest messages, each with its head
CONTROLS = 4  # of them those that are no data: an acknowledgement, a new stream number, a reset, a heartbeat
GAP_SPAN = 1024  # chunks that one acknowledgement may speak of: more than we ever have under way

_COMMON = 12  # bytes of a packet's head
_HEAD = Struct("!BxH").unpack_from
_DATA, _INIT, _INIT_ACK, _SACK, _SHUTDOWN, _RESET, _FORWARD = 0, 1, 2, 3, 7, 130, 192
_PARAMETERS = {_INIT: 16, _INIT_ACK: 16, 4: 0, 5: 0, 6: 0, 9: 0, _RESET: 0}  # chunk -> where they begin
_DATA_HEAD = Struct("!IHH").unpack_from  # transmission number, stream, sequence
_SACK_HEAD = Struct("!IIHH").unpack_from  # cumulative number, window, gaps, duplicates
_PAIR = Struct("!HH").unpack_from


def count_chunks(packet: bytes) -> int | None:
    """How many chunks a sound packet has; None for any other packet, which is to be dropped."""
    chunks = controls = 0
    initial = False
    for kind, body in _chunks(packet):
        chunks += 1
        controls += kind != _DATA
        initial = initial or kind == _INIT
        if chunks > CHUNKS or controls > CONTROLS or not _is_sound(kind, body):
            return None
    return chunks if chunks and not (initial and chunks > 1) else None


def _chunks(packet: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, body) of each; a length that can't be gives a chunk of no type, the last."""
    position = _COMMON
    while position + 4 <= len(packet):
        kind, length = _HEAD(packet, position)
        if length < 4 or position + length > len(packet):
            yield -1, b""
            return
        yield kind, packet[position + 4 : position + length]
        position += length + 3 & ~3


def _is_sound(kind: int, body: bytes) -> bool:
    if kind == _DATA:
        return len(body) > 12 and _DATA_HEAD(body)[1] < STREAMS
    if kind == _SACK:
        return _acknowledges(body)
    if kind in _PARAMETERS:
        return _has_parameters(body, _PARAMETERS[kind])
    if kind == _FORWARD:
        streams = range(4, len(body), 4)
        return len(body) >= 4 and len(body) % 4 == 0 and all(_PAIR(body, at)[0] < STREAMS for at in streams)
    return kind >= 0 and (kind != _SHUTDOWN or len(body) == 4)


def _acknowledges(body: bytes) -> bool:
    if len(body) < 12:
        return False
    _, _, gaps, duplicates = _SACK_HEAD(body)
    if len(body) != 12 + 4 * (gaps + duplicates):
        return False
    spans = [_PAIR(body, 12 + 4 * gap) for gap in range(gaps)]
    return all(0 < first <= last <= GAP_SPAN for first, last in spans) and (
        sum(last - first for first, last in spans) <= GAP_SPAN
    )


def _has_parameters(body: bytes, position: int) -> bool:
    """Type, length with its head, value, up to the next multiple of four bytes."""
    if len(body) < position:
        return False
    while position + 4 <= len(body):
        _, length = _PAIR(body, position)
        if length < 4 or position + length > len(body):
            return False
        position += length + 3 & ~3
    return True
