"""Where the microseconds of a packet go: the path alone, warm, in one process, without a network.

A publisher's connection is handed the datagrams of a clip in bursts of five, as its socket would; those of
the viewers leave for a port where nobody reads. The parts are then measured each by itself; what remains is
Python's.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from contextlib import ExitStack
from time import monotonic, perf_counter
from types import SimpleNamespace
from typing import Any, Final, cast

from pylibsrtp import Policy, Session

from media import datagrams
from media.aiortc_entry import Memory, Srtp
from media.codecs import Codec
from media.connection import Connection, Site
from media.publisher import Publisher
from media.rtp import Packet
from media.sdp import ABSOLUTE_SEND_TIME, TRANSPORT_WIDE, Offer
from media.sockets import Addresses
from media.viewer import Viewer
from tests.bench.report import Report, Row

BURST: Final = (1150, 1150, 1150, 1150, 400)  # bytes of a frame's packets at 1.2 Mbit/s
FRAMES: Final = 3000
TURN: Final = 100  # frames of one measurement; the fastest counts: nothing else ran then
KEY: Final = bytes(range(44))
PROFILE: Final = Policy.SRTP_PROFILE_AEAD_AES_256_GCM  # what aiortc asks of browsers first
LOOPBACK: Final = "127.0.0.1"
CODEC: Final = Codec("VP8", 96, 97, "", frozenset({"nack", "transport-cc"}))


async def run() -> Report:
    with ExitStack() as stack:
        hole = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        hole.bind((LOOPBACK, 0))
        one, three = [await _path(hole, viewers) for viewers in (1, 3)]
        parts = _parts(stack, hole)
    native = sum(parts.values())
    each = (three - one) / 2
    names = ", ".join(f"{name} {spent:.1f}" for name, spent in parts.items())
    rows = [
        Row(
            what="one packet from the socket to one viewer, warm",
            here=f"{one + parts['receive']:.1f} µs",
            beside=f"{names} µs",
            compared=f"{one + parts['receive'] - native:.1f} µs of Python",
        ),
        Row(what="for each further viewer", here=f"{each:.1f} µs"),
    ]
    return Report(rows, {"one": one + parts["receive"], "further": each, **parts})


class Audience:
    """The session of both ends, as far as they look at it here."""

    thins_thumbnails = False

    def __init__(self) -> None:
        self.viewers: list[Viewer] = []

    def forward(self, _publisher: Publisher, packets: list[Packet], now: float) -> None:
        for viewer in self.viewers:
            viewer.forward(packets, now)

    def __getattr__(self, _name: str) -> Callable[..., Any]:
        return lambda *_: None


async def _path(hole: socket.socket, viewers: int) -> float:
    """Microseconds of a packet, from the datagram in memory to the last viewer's datagram in the kernel."""
    site, audience = Site(Addresses(local=(LOOPBACK,))), Audience()
    offer = _offer()
    phone = Publisher(offer, CODEC, site, cast(Any, audience), 1200).connection
    audience.viewers = [Viewer(offer, site, "console", cast(Any, audience)) for _ in range(viewers)]
    for viewer in audience.viewers:
        _connect(viewer.connection, site, hole)
        viewer.follow(cast(Any, SimpleNamespace(codec=CODEC)))
    _connect(phone, site, hole)
    spent = []
    frames = _clip()
    for start in range(0, FRAMES, TURN):
        began = perf_counter()
        for frame in frames[start : start + TURN]:
            now = monotonic()
            for datagram in frame:
                site.memory.received[: len(datagram)] = datagram
                phone.media(len(datagram), now)
            phone.burst_over(now)
        spent.append(perf_counter() - began)
    assert site.counters.packets_out == FRAMES * len(BURST) * viewers
    for connection in (phone, *(viewer.connection for viewer in audience.viewers)):
        await connection.closed()
    return min(spent) / TURN / len(BURST) * 1e6


def _offer() -> Offer:
    return Offer(
        kind="video",
        mid="0",
        control_mid=None,
        control_first=False,
        sctp_port=0,
        codecs=(CODEC,),
        extensions={TRANSPORT_WIDE: 3, ABSOLUTE_SEND_TIME: 2},
        username="user",
        password="p" * 24,
        setup="active",
        fingerprints=(),
        candidates=(),
    )


def _connect(connection: Connection, site: Site, hole: socket.socket) -> None:
    """As ICE and DTLS would."""
    agent = connection._gatherer.connection
    pair = SimpleNamespace(protocol=SimpleNamespace(socket=agent._unused[0]), remote_addr=hole.getsockname())
    agent._nominated[1] = cast(Any, pair)
    keys = SimpleNamespace(
        _rx_srtp=_session(Policy.SSRC_ANY_INBOUND), _tx_srtp=_session(Policy.SSRC_ANY_OUTBOUND)
    )
    connection._srtp = Srtp(cast(Any, keys), site.memory, agent)


def _session(direction: int) -> Session:
    return Session(Policy(key=KEY, ssrc_type=direction, srtp_profile=PROFILE))


def _clip() -> list[list[bytes]]:
    """The SRTP datagrams of each frame; the first is a keyframe."""
    session, sequence = _session(Policy.SSRC_ANY_OUTBOUND), 0
    frames = []
    for number in range(FRAMES):
        frame = []
        for place, size in enumerate(BURST):
            marker = 0x80 if place == len(BURST) - 1 else 0
            extension = (0xBEDE, 1, 3 << 28 | 1 << 24 | (sequence & 0xFFFF) << 8)
            head = struct.pack(
                "!BBHIIHHI", 0x90, marker | 96, sequence & 0xFFFF, number * 3000, 7, *extension
            )
            payload = bytes((0x10 if place == 0 else 0, 0 if number == 0 else 1))  # RFC 7741
            frame.append(session.protect(head + payload.ljust(size, b"v")))
            sequence += 1
        frames.append(frame)
    return frames


# ---------------------------------------------------------------- the parts, each by itself
def _parts(stack: ExitStack, hole: socket.socket) -> dict[str, float]:
    """Microseconds that libsrtp and the kernel take for one packet."""
    ours = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    ours.bind((LOOPBACK, 0))
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    ours.setblocking(False)
    view = memoryview(bytearray(sum(BURST)))
    return {
        "receive": _receiving(ours, view),
        "decrypt and encrypt": _ciphering(),
        "send": _fastest(lambda: datagrams.send(ours, hole.getsockname(), view, BURST[0]), len(BURST)),
    }


def _receiving(sock: socket.socket, view: memoryview) -> float:
    address = sock.getsockname()

    def turn() -> float:
        for _ in range(TURN):
            sock.sendto(view[: BURST[0]], address)
        began = perf_counter()
        for _ in range(TURN):
            sock.recvfrom_into(view)
        return perf_counter() - began

    return min(turn() for _ in range(20)) / TURN * 1e6


def _ciphering() -> float:
    """A packet decrypted, and one encrypted, by libsrtp with no more than its call."""
    memory = Memory()
    keys = SimpleNamespace(
        _rx_srtp=_session(Policy.SSRC_ANY_INBOUND), _tx_srtp=_session(Policy.SSRC_ANY_OUTBOUND)
    )
    nobody = SimpleNamespace(path=lambda: None)
    srtp, spent = Srtp(cast(Any, keys), memory, cast(Any, nobody)), []
    out = srtp.outgoing
    for frame in _clip():
        began = perf_counter()
        for datagram in frame:
            memory.received[: len(datagram)] = datagram
            packet = srtp.unprotect(len(datagram))
            assert packet is not None
            out.view[out.position : out.position + len(packet)] = packet
            out.add(len(packet))
        spent.append(perf_counter() - began)
        out.flush()
    return min(spent) / len(BURST) * 1e6


def _fastest(act: Callable[[], None], packets: int) -> float:
    """Microseconds of each packet in the fastest of many."""
    spent = []
    for _ in range(FRAMES):
        began = perf_counter()
        act()
        spent.append(perf_counter() - began)
    return min(spent) / packets * 1e6
