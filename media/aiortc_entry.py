"""Where we enter aiortc 1.16, aioice 0.13 and pylibsrtp 1.0: all their names that are not public stand here.

aiortc brings a connection up (ICE, DTLS, SCTP); media never passes through it. Two things are ours:
- the sockets of a connection, each behind the guard: DTLS goes on to aiortc's queue, media to a callback;
- the SRTP keys of the DTLS session, used straight on libsrtp, in one buffer, without a copy per packet.

`tests/media/test_aiortc_entry.py` names each entry and fails when a new version moved one.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from typing import Any, cast

from aioice.candidate import Candidate, candidate_foundation, candidate_priority
from aioice.ice import CandidatePair, Connection, StunProtocol
from aioice.stun import Message
from aiortc import RTCDtlsTransport, RTCIceGatherer, RTCSctpTransport
from pylibsrtp._binding import ffi, lib  # type: ignore[import-not-found]

from media.guard import Guard, Kind

OnMedia = Callable[[bytes], None]

QUEUE_LIMIT = 512  # datagrams that wait for aiortc; aioice's own queue has no limit
REMOTE_ADDRESSES = 32  # of one peer; an authenticated peer must not grow aioice's check list for ever

log = logging.getLogger(__name__)


class GuardedSocket(StunProtocol):
    """One UDP socket of a connection. Nothing that arrives on it can raise.

    aioice raises on some malformed STUN (a PRIORITY of no bytes): a stranger could fill our log with it.
    """

    def __init__(self, connection: GuardedConnection, sock: socket.socket, preference: int) -> None:
        super().__init__(connection)
        self.socket = sock
        self._connection = connection
        self._guard = connection.guard
        host, port = sock.getsockname()[:2]
        self.local_candidate = Candidate(
            foundation=candidate_foundation("host", "udp", host),
            component=1,
            transport="udp",
            priority=candidate_priority(1, "host", preference),
            host=host,
            port=port,
            type="host",
        )

    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:
        datagram = cast(bytes, data)
        kind = self._guard.kind(datagram, addr)
        if kind is Kind.MEDIA:
            self._connection.on_media(datagram)
        elif kind is Kind.DTLS:
            self._connection.queue(datagram)
        elif kind is Kind.STUN:
            try:
                super().datagram_received(datagram, addr)
            except Exception:
                self._guard.counters.dropped += 1
                log.debug("malformed STUN", exc_info=True)


class GuardedConnection(Connection):
    """aioice's ICE agent on sockets that we bound, telling the guard whom to trust."""

    def __init__(self, sockets: Sequence[socket.socket], guard: Guard, on_media: OnMedia) -> None:
        super().__init__(ice_controlling=False)
        self.guard = guard
        self.on_media = on_media
        self._unused = list(sockets)
        self._path: tuple[CandidatePair, socket.socket, tuple[str, int]] | None = None

    async def gather_candidates(self) -> None:
        loop = asyncio.get_running_loop()
        self._local_candidates_start = True
        while self._unused:
            sock = self._unused[0]
            guarded = GuardedSocket(self, sock, 65535 - len(self._protocols))
            await loop.create_datagram_endpoint(lambda guarded=guarded: guarded, sock=sock)  # type: ignore[misc]
            del self._unused[0]
            self._protocols.append(guarded)
            self._local_candidates.append(guarded.local_candidate)
        self._local_candidates_end = True

    async def close(self) -> None:
        while self._unused:
            self._unused.pop().close()
        await super().close()

    def check_incoming(self, message: Message, addr: tuple[str, int], protocol: StunProtocol) -> None:
        """A STUN request whose integrity was checked."""
        if self.guard.trust(addr) and len(self._remote_candidates) < REMOTE_ADDRESSES:
            super().check_incoming(message, addr, protocol)

    def check_state(self, pair: CandidatePair, state: CandidatePair.State) -> None:
        if state is CandidatePair.State.SUCCEEDED:
            self.guard.trust(pair.remote_addr)
        super().check_state(pair, state)

    def data_received(self, _data: bytes, _component: int) -> None:
        """What looked like STUN and was not: nobody wants it."""
        self.guard.counters.dropped += 1

    def queue(self, datagram: bytes) -> None:
        if self._queue.qsize() < QUEUE_LIMIT:
            self._queue.put_nowait((datagram, 1))
        else:
            self.guard.counters.dropped += 1

    def transmit(self, datagram: bytes | memoryview) -> bool:
        """Send on the nominated pair, now or never: what the kernel can't take is lost, as on any network."""
        pair = self._nominated.get(1)
        if pair is None:
            return False
        path = self._path
        if path is None or path[0] is not pair:
            path = self._path = (pair, cast(GuardedSocket, pair.protocol).socket, pair.remote_addr)
        try:
            path[1].sendto(datagram, path[2])
        except OSError:
            return False
        return True


class Gatherer(RTCIceGatherer):
    """An ICE gatherer on our sockets; asks no STUN server."""

    def __init__(self, sockets: Sequence[socket.socket], guard: Guard, on_media: OnMedia) -> None:
        super().__init__(iceServers=[])
        self.connection = GuardedConnection(sockets, guard, on_media)
        self._connection = self.connection


class Srtp:
    """The SRTP sessions of a connected DTLS transport, in both directions.

    `outgoing` is one buffer for everything that leaves: write a packet of `n` bytes at its start, call
    `protect(n)`, send the view it returns before writing the next.
    """

    BUFFER = 2048  # bytes; holds any datagram the guard lets in, with a longer header and the trailer

    def __init__(self, dtls: RTCDtlsTransport) -> None:
        self._sessions = (dtls._rx_srtp, dtls._tx_srtp)  # they own the handles below
        self._incoming, self._outgoing = (session._srtp[0] for session in self._sessions)
        self._memory_in = ffi.new("char[]", self.BUFFER)
        self._memory_out = ffi.new("char[]", self.BUFFER)
        self._view_in = ffi.buffer(self._memory_in)
        self.outgoing = memoryview(ffi.buffer(self._memory_out))
        self._length = ffi.new("int *")

    def unprotect(self, datagram: bytes) -> bytes | None:
        """The RTP packet in an SRTP datagram; None when it is forged, repeated or broken."""
        return self._decrypted(lib.srtp_unprotect, datagram)

    def unprotect_rtcp(self, datagram: bytes) -> bytes | None:
        return self._decrypted(lib.srtp_unprotect_rtcp, datagram)

    def protect(self, size: int) -> memoryview | None:
        return self._encrypted(lib.srtp_protect, size)

    def protect_rtcp(self, packet: bytes) -> memoryview | None:
        size = len(packet)
        self.outgoing[:size] = packet
        return self._encrypted(lib.srtp_protect_rtcp, size)

    def _decrypted(self, function: Any, datagram: bytes) -> bytes | None:
        length = self._length
        length[0] = size = len(datagram)
        self._view_in[:size] = datagram
        if function(self._incoming, self._memory_in, length):
            return None
        return cast(bytes, self._view_in[: length[0]])

    def _encrypted(self, function: Any, size: int) -> memoryview | None:
        length = self._length
        length[0] = size
        if function(self._outgoing, self._memory_out, length):
            return None
        return self.outgoing[: length[0]]


def set_dtls_role(dtls: RTCDtlsTransport, role: str) -> None:
    """`client` or `server`, as the answer says; aiortc derives it from the ICE role otherwise."""
    dtls._set_role(role)


def is_flushed(sctp: RTCSctpTransport) -> bool:
    """Whether the peer has acknowledged all that was sent on its data channels."""
    return not (sctp._data_channel_queue or sctp._outbound_queue or sctp._sent_queue)


def is_overrun(sctp: RTCSctpTransport) -> bool:
    """Whether the peer sent more than the window we gave it: aiortc keeps it all the same."""
    return sctp._advertised_rwnd < 0
