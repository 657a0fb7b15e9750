"""What a call's own peer may send that turns bad, by name; and who sends from its address."""

from __future__ import annotations

import contextlib
import os
import random
import socket
from collections.abc import Awaitable, Callable
from struct import pack
from typing import Any

from google_crc32c import value as crc32c
from OpenSSL import SSL

from media import rtcp
from media.simulator.peer import Peer
from tests.media.attackers import OFF_PATH, OffPath, client_hello, request, rtp, said, target
from tests.media.peers import LOOPBACK


class Insider:
    """A simulated peer whose keys are in the wrong hands."""

    def __init__(self, peer: Peer, answer: str) -> None:
        self.peer = peer
        self.at = target(answer)
        self.password = said(answer, "ice-pwd")

        self._protocol: Any = peer.path._agent._nominated[1].protocol
        self.dtls: Any = peer.pc.getTransceivers()[0].sender.transport
        self.sctp: Any = peer.pc.sctp  # a phone's

    def sock(self) -> socket.socket:
        """One more on the address that the relay trusts: the loop's own keeps empty datagrams back."""
        theirs = self._protocol.transport.get_extra_info("socket")
        return socket.socket(fileno=os.dup(theirs.fileno()))

    def datagram(self, data: bytes) -> None:
        """From that address."""
        with self.sock() as sock, contextlib.suppress(BlockingIOError):
            sock.sendto(data, (LOOPBACK, self.at.port))

    def encrypted(self, packet: bytes) -> bytes:
        """What `rtp` would send."""
        caught = _Net()
        stock, self._protocol.transport = self._protocol.transport, caught
        self.rtp(packet)
        self._protocol.transport = stock
        return caught.datagram

    def rtp(self, packet: bytes) -> None:
        """Encrypted and signed, unless libsrtp refuses to."""
        path = self.peer.path
        path.view[: len(packet)] = packet
        path.send_rtp(len(packet))

    def rtcp(self, compound: bytes) -> None:
        self.peer.path.send_rtcp(compound)

    async def data(self, data: bytes) -> None:
        """Inside the DTLS session."""
        await self.dtls._send_data(data)

    async def chunks(self, *chunks: tuple[int, int, bytes]) -> None:
        """(type, flags, body) of each, as a packet of the SCTP association that stands."""
        body = b"".join(
            pack("!BBH", kind, flags, len(b) + 4) + b + bytes(-len(b) % 4) for kind, flags, b in chunks
        )
        head = pack("!HHL", 5000, 5000, self.sctp._remote_verification_tag)
        await self.data(head + pack("<L", crc32c(head + bytes(4) + body)) + body)

    def hear_nothing(self) -> None:
        """On the data channel: aiortc would not stand the answers to what it never asked."""
        self.dtls._data_receiver = None

    def number(self) -> int:
        """Of the next SCTP chunk of data; it is used up."""
        number: int = self.sctp._local_tsn
        self.sctp._local_tsn = (number + 1) & 0xFFFFFFFF
        return number


class _Net:
    """A transport that keeps what it is to send."""

    datagram = b""

    def sendto(self, data: bytes, _address: object) -> None:
        self.datagram = data


Attack = Callable[[Insider, random.Random], Awaitable[None]]


async def _replays(by: Insider, chance: random.Random) -> None:
    """The same packets again, and packets of another key."""
    sent = [by.encrypted(rtp(chance)) for _ in range(20)]
    for data in sent * 10:
        by.datagram(data)
        by.datagram(data[:-10] + chance.randbytes(10))


async def _moves(by: Insider, chance: random.Random) -> None:
    """Signed checks from one address after the other."""
    check = request(f"{by.at.username}:{by.peer.path._agent.local_username}", by.password)
    for _ in range(100):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(check, (LOOPBACK, by.at.port))


async def _checks(by: Insider, chance: random.Random) -> None:
    check = request(f"{by.at.username}:{by.peer.path._agent.local_username}", by.password)
    for _ in range(500):
        by.datagram(check)


def _as_stranger(made: OffPath) -> Attack:
    async def send(by: Insider, chance: random.Random) -> None:
        for datagram in made(by.at, chance):
            by.datagram(datagram)

    return send


async def _odd_rtp(by: Insider, chance: random.Random) -> None:
    for first in range(0x80, 0xC0):  # padding, extension, any number of sources
        for body in (b"", b"\xff", b"\xbe\xde\0\0", b"\xbe\xde\0\1\x9f\xff\xff\xff", chance.randbytes(40)):
            by.rtp(rtp(chance, first, chance.choice([96, 97, 102, 103]), body))
    for step in range(0, 60_000, 250):  # a gap at each packet
        by.rtp(pack("!BBHII", 0x80, 96, step, 0, 77) + b"\x10\0")
    for source in range(200):  # another source at each packet
        by.rtp(pack("!BBHII", 0x80, 96, 0, 0, source) + b"\x10\0")


async def _odd_rtcp(by: Insider, chance: random.Random) -> None:
    for kind in range(192, 224):
        for words in (0, 1, 2, 6, 0xFFFF):
            for body in (b"", bytes(4), chance.randbytes(24), chance.randbytes(28)):
                by.rtcp(pack("!BBHI", 0x80 | chance.randrange(64), kind, words, 1) + body)


def _storm(*compounds: bytes) -> Attack:
    async def send(by: Insider, chance: random.Random) -> None:
        for _ in range(300):
            for compound in compounds:
                by.rtcp(compound)

    return send


def _asked(exponent: int, mantissa: int) -> bytes:
    """REMB of any value."""
    value = bytes([1, exponent << 2 | mantissa >> 16]) + pack("!H", mantissa & 0xFFFF)
    return pack("!BBHII", 0x80 | rtcp.APPLICATION, rtcp.PSFB, 5, 1, 0) + b"REMB" + value + pack("!I", 1)


_EVERY_NUMBER = pack("!BBHII", 0x81, rtcp.RTPFB, 350, 1, 2) + b"\0\0\xff\xff" * 348
_FEEDBACK_JUNK = pack("!BBHII", 0x8F, rtcp.RTPFB, 5, 1, 2) + b"\xff" * 12
_PLI, _FIR = rtcp.picture_loss(1, 2), pack("!BBHIIII", 0x84, rtcp.PSFB, 4, 1, 0, 2, 1 << 24)


async def _sctp_junk(by: Insider, chance: random.Random) -> None:
    by.hear_nothing()
    for _ in range(100):
        await by.data(chance.randbytes(chance.randrange(1, 200)))
        await by.chunks(
            (chance.randrange(256), chance.randrange(256), chance.randbytes(chance.randrange(0, 40)))
        )


async def _sctp_bombs(by: Insider, chance: random.Random) -> None:
    """A parameter of no length, gaps without end, chunks without data, an INIT among others."""
    by.hear_nothing()
    for kind in (1, 2, 4, 5, 6, 9, 130):
        await by.chunks((kind, 0, bytes(16) + b"\0\1\0\0"))
        await by.chunks((kind, 0, b"\0\1\0\0"))
    gaps = pack("!LLHH", by.sctp._last_received_tsn, 0, 280, 0) + pack("!HH", 0, 65_535) * 280
    for _ in range(5):
        await by.chunks((3, 0, gaps))
    await by.chunks((0, 3, b""), (0, 3, bytes(12)))
    await by.chunks((1, 0, bytes(16)), (1, 0, bytes(16)))
    await by.chunks(*[(4, 0, b"\0\1\0\4")] * 250)


async def _parts(by: Insider, chance: random.Random) -> None:
    """Messages that never end, in parts of a byte, on any stream."""
    by.hear_nothing()
    for _ in range(200):
        numbers = [by.number() for _ in range(20)]
        await by.chunks(*((0, 2, pack("!LHHL", n, n % 40, 0, 51) + b"x") for n in numbers[::2]))


async def _channels(by: Insider, chance: random.Random) -> None:
    """One data channel for each id."""
    by.hear_nothing()
    opening = pack("!BBHLHH", 3, 0, 0, 0, 1, 0) + b"x"
    for start in range(0, 3_000, 10):
        ids = range(start, start + 10)
        await by.chunks(*((0, 3, pack("!LHHL", by.number(), i, 0, 50) + opening) for i in ids))


async def _messages(by: Insider, chance: random.Random) -> None:
    """Four of 256 KB."""
    (channel,) = by.sctp._data_channels.values()
    by.sctp._remote_max_message_size = 0
    for _ in range(4):
        channel.send("x" * 256_000)


async def _rehandshakes(by: Insider, chance: random.Random) -> None:
    """ClientHellos in plain text, and a renegotiation inside the session."""
    for _ in range(200):
        by.datagram(client_hello(chance))
    if by.sctp is not None:  # it can't be ended in good order any more
        by.sctp._set_state(by.sctp.State.CLOSED)
    by.dtls._ssl.renegotiate()
    with contextlib.suppress(SSL.WantReadError):
        by.dtls._ssl.do_handshake()
    await by.dtls._write_ssl()


INSIDE: dict[str, Attack] = {
    **{f"{name}, from the trusted address": _as_stranger(made) for name, made in OFF_PATH.items()},
    "SRTP replayed and of another key": _replays,
    "signed STUN of ever new addresses": _moves,
    "signed STUN without end": _checks,
    "odd RTP": _odd_rtp,
    "odd RTCP": _odd_rtcp,
    "NACK storm": _storm(_EVERY_NUMBER),
    "PLI and FIR storm": _storm(_PLI, _FIR),
    "REMB of nothing and of everything": _storm(_asked(0, 0), _asked(63, (1 << 18) - 1)),
    "transport feedback junk": _storm(_FEEDBACK_JUNK),
    "ClientHello flood and renegotiation": _rehandshakes,
}
ON_THE_CHANNEL: dict[str, Attack] = {
    "SCTP junk": _sctp_junk,
    "SCTP bombs": _sctp_bombs,
    "messages in parts that never end": _parts,
    "thousands of channels": _channels,
    "huge messages": _messages,
}
