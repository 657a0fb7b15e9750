"""What strangers may send who know an address and a port, by name. `insiders.py` has those who know more."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from struct import pack
from typing import NamedTuple

from aioice import stun

COOKIE = 0x2112A442


class Target(NamedTuple):
    """One end of a call, as its answer tells it. The password stays with the two."""

    port: int
    username: str


def target(answer: str) -> Target:
    return Target(int(said(answer, "candidate").split()[5]), said(answer, "ice-ufrag"))


def said(answer: str, name: str) -> str:
    """The first such attribute of an answer."""
    head = f"a={name}:"
    return next(line[len(head) :] for line in answer.split("\r\n") if line.startswith(head))


# ---------------------------------------------------------------- parts
def dtls(kind: int, body: bytes, epoch: int = 0, number: int = 9) -> bytes:
    """A record: 20 change cipher spec, 21 alert, 22 handshake, 23 data."""
    return pack("!BHHHIH", kind, 0xFEFD, epoch, 0, number, len(body)) + body


def client_hello(chance: random.Random) -> bytes:
    """As a client that knows nothing of us begins: DTLS 1.2, one cipher, no cookie, no extension."""
    body = b"\xfe\xfd" + chance.randbytes(32) + b"\0\0" + pack("!HH", 2, 0xC02B) + b"\1\0"
    return dtls(22, b"\1" + len(body).to_bytes(3, "big") + bytes(5) + len(body).to_bytes(3, "big") + body)


def message(kind: int, attributes: bytes, chance: random.Random) -> bytes:
    """STUN, whatever its attributes are."""
    return pack("!HHI", kind, len(attributes), COOKIE) + chance.randbytes(12) + attributes


def attribute(kind: int, value: bytes) -> bytes:
    return pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def request(username: str, password: str) -> bytes:
    """A connectivity check."""
    made = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    made.attributes = {"USERNAME": username, "PRIORITY": 1, "ICE-CONTROLLING": 1}
    made.add_message_integrity(password.encode())
    return bytes(made)


def rtp(chance: random.Random, first: int = 0x80, kind: int = 96, body: bytes = b"\x10\0") -> bytes:
    return pack("!BBHII", first, kind, chance.getrandbits(16), chance.getrandbits(32), 77) + body


# ---------------------------------------------------------------- attacks
def _first_bytes(at: Target, chance: random.Random) -> Iterator[bytes]:
    for first in range(256):
        yield bytes([first]) + chance.randbytes(chance.randrange(0, 80))


def _odd_attributes(at: Target, chance: random.Random) -> Iterator[bytes]:
    kinds = [1, 3, 6, 8, 9, 0x0C, 0x12, 0x14, 0x20, 0x24, 0x25, 0x8022, 0x8028, 0x8029, 0x802A]
    for kind in kinds:
        for size in (0, 1, 3, 4, 5, 8, 20, 21, 300):
            yield message(
                chance.choice([0x0001, 0x0101, 0x0111]), attribute(kind, chance.randbytes(size)), chance
            )
    for claimed in (1, 4, 4_000, 0xFFFF):
        yield message(0x0001, pack("!HH", 6, claimed) + b"abcd", chance)
        yield pack("!HHI", 1, claimed, COOKIE) + bytes(12)


def _signed_wrongly(at: Target, chance: random.Random) -> Iterator[bytes]:
    for user in (at.username, "x", ""):
        yield request(f"{user}:peer", "a" * 22)
        yield message(1, attribute(6, f"{user}:peer".encode()), chance)  # not signed at all
        yield message(1, attribute(6, f"{user}:peer".encode()) + attribute(8, b"short"), chance)


OffPath = Callable[[Target, random.Random], Iterator[bytes]]
OFF_PATH: dict[str, OffPath] = {
    "empty datagram": lambda at, chance: iter([b""] * 10),
    "oversized datagrams": lambda at, chance: (chance.randbytes(n) for n in (1_501, 9_000, 65_507)),
    "spoofed ClientHello": lambda at, chance: (client_hello(chance) for _ in range(10)),
    "fatal alert": lambda at, chance: iter([dtls(21, b"\2\x28")] * 10),
    "close_notify": lambda at, chance: (dtls(21, b"\1\0", epoch) for epoch in (0, 1, 2) * 4),
    "DTLS junk": lambda at, chance: (dtls(kind, chance.randbytes(50)) for kind in range(20, 64)),
    "every first byte": _first_bytes,
    "unsigned STUN": lambda at, chance: (message(1, b"", chance) for _ in range(50)),
    "wrongly signed STUN": _signed_wrongly,
    "odd STUN attributes": _odd_attributes,
    "STUN answers": lambda at, chance: (message(kind, b"", chance) for kind in (0x0101, 0x0111) * 20),
    "SRTP junk": lambda at, chance: (rtp(chance, body=chance.randbytes(900)) for _ in range(200)),
    "SRTCP junk": lambda at, chance: (b"\x80" + bytes([k]) + chance.randbytes(60) for k in range(192, 224)),
}
