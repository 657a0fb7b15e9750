"""The guard's rules, as far as the kernel can apply them: a filter on a socket. Linux, `man 7 socket`.

A flood of a million datagrams a second fills a socket's buffer, and then the peer's own packets are lost,
however quick the guard is: no frame arrived. With the filter all do, as what the guard would drop for its
form, its sender or its username never gets into that buffer. Where a kernel takes none, the guard does it.

Classic BPF: instructions (code, jump if true, jump if false, operand) on a datagram that begins with its UDP
head; jumps count the instructions that they leave out, and a load past the end drops the datagram. Not to be
combined with UDP_GRO, which makes one datagram of several.
"""

from __future__ import annotations

import contextlib
import ctypes
import ipaddress
import socket
import struct
from collections.abc import Iterable

from media import stun

ATTACH, MEMORY = 26, 55  # SO_ATTACH_FILTER, SO_MEMINFO: asm-generic/socket.h
ATTRIBUTES = 8  # of a STUN request that are searched for the username; browsers begin with it

_DROP, _KEEP = [(0x06, 0, 0, 0)], [(0x06, 0, 0, 0xFFFFFFFF)]
_BYTE, _HALF, _WORD = 0x30, 0x28, 0x20  # loads; plus 0x20: at X plus the operand
_LOADS = ((4, _WORD), (2, _HALF), (1, _BYTE))
_LENGTH, _IS, _ABOVE, _AT_LEAST = 0x80, 0x15, 0x25, 0x35
_UDP = 8  # bytes of the head
_NETWORK = 0xFFF00000  # SKF_NET_OFF: what follows counts from the IP head
_SOURCE = {4: 12, 6: 8}  # where the sender's address is in an IP head

Instruction = tuple[int, int, int, int]
Program = list[Instruction]


def attach(
    sock: socket.socket, largest: int, username: str, secret: bytes, friends: Iterable[tuple[str, int]]
) -> None:
    """Let in what has one to `largest` bytes and is STUN for us, or comes from a friend's address and port.

    `username`: of our end, with which a STUN request names us. `secret`: four bytes that the ids of our own
    requests begin with.
    """
    program = _program(largest, f"{username}:".encode(), secret, friends)
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, ATTACH, struct.pack("HP", len(program), ctypes.addressof(buffer)))


def dropped(sock: socket.socket) -> int:
    """Datagrams that the kernel did not let in, and those for which the buffer had no room."""
    try:
        return int(struct.unpack("9I", sock.getsockopt(socket.SOL_SOCKET, MEMORY, 36))[8])
    except (OSError, struct.error):
        return 0


def _program(largest: int, username: bytes, secret: bytes, friends: Iterable[tuple[str, int]]) -> Program:
    messages = _stun(username, secret)
    return [
        (_LENGTH, 0, 0, 0),
        *_unless(_ABOVE, _UDP),
        *_if(_ABOVE, _UDP + largest, _DROP),
        (_BYTE, 0, 0, _UDP),
        (_AT_LEAST, len(messages), 0, 4),
        *messages,
        *_unless(_AT_LEAST, 20),
        *_if(_ABOVE, 191, _DROP),
        (_ABOVE, 2, 0, 127),
        *_if(_ABOVE, 63, _DROP),
        *(instruction for friend in friends for instruction in _from(*friend)),
        *_DROP,
    ]


def _stun(username: bytes, secret: bytes) -> Program:
    """Ends in a verdict, whatever the message is."""
    response = [*_matches(_UDP + 8, secret, x=0), *_KEEP]
    found = [*_matches(4, username), *_KEEP]
    attribute = [
        (_HALF + 0x20, 0, 0, 0),
        *_if(_IS, 6, found),
        (_HALF + 0x20, 0, 0, 2),
        (0x04, 0, 0, 4 + 3),  # its head, and up to the next multiple of four
        (0x54, 0, 0, 0xFFFFFFFC),
        (0x0C, 0, 0, 0),  # plus X
        (0x07, 0, 0, 0),  # is the new X
    ]
    return [
        *_matches(_UDP + 4, stun.COOKIE, x=0),
        (_HALF, 0, 0, _UDP + 2),
        (0x04, 0, 0, stun.HEADER + _UDP),
        (0x07, 0, 0, 0),
        (_LENGTH, 0, 0, 0),
        (0x1D, 1, 0, 0),  # is X
        *_DROP,
        (_HALF, 0, 0, _UDP),
        *(i for kind in stun.RESPONSES for i in _if(_IS, int.from_bytes(kind, "big"), response)),
        *_unless(_IS, int.from_bytes(stun.REQUEST, "big")),
        (0x01, 0, 0, _UDP + stun.HEADER),  # X: the first attribute
        *attribute * ATTRIBUTES,
        *_DROP,
    ]


def _from(host: str, port: int) -> Program:
    """Keep what has that sender."""
    address = ipaddress.ip_address(host.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    place = _NETWORK + _SOURCE[address.version]
    checks = [(_WORD, place + at, address.packed[at : at + 4]) for at in range(0, len(address.packed), 4)]
    program = [*_KEEP]
    for load, at, value in reversed([*checks, (_HALF, 0, port.to_bytes(2, "big"))]):
        program = [(load, 0, 0, at), *_if(_IS, int.from_bytes(value, "big"), program)]
    return program


def _matches(place: int, data: bytes, *, x: int = 0x20) -> Program:
    """Drop what does not have that data there."""
    program: Program = []
    while data:
        size, load = next(
            (size, load) for size, load in ((4, _WORD), (2, _HALF), (1, _BYTE)) if size <= len(data)
        )
        program += [(load + x, 0, 0, place), *_unless(_IS, int.from_bytes(data[:size], "big"))]
        place, data = place + size, data[size:]
    return program


def _if(condition: int, operand: int, then: Program) -> Program:
    return [(condition, 0, len(then), operand), *then]


def _unless(condition: int, operand: int) -> Program:
    """Drop it unless."""
    return [(condition, 1, 0, operand), *_DROP]
