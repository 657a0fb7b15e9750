"""Where we enter aiortc 1.16, aioice 0.13 and pylibsrtp 1.0: all their names that are not public stand here.

aiortc brings a connection up (ICE, DTLS, SCTP); media never passes through it. Two things are ours:
- the sockets of a connection, each behind the guard: DTLS goes on to aiortc's queue, media to a callback;
- the SRTP keys of the DTLS session, used straight on libsrtp, in one buffer, without a copy per packet.

`tests/media/test_aiortc_entry.py` names each entry and fails when a new version moved one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Sequence
from time import monotonic
from typing import Any, Protocol, cast

from aioice.candidate import Candidate, candidate_foundation, candidate_priority
from aioice.ice import ICE_COMPLETED, CandidatePair, Connection, StunProtocol
from aioice.stun import Message
from aiortc import RTCDtlsTransport, RTCIceGatherer, RTCSctpTransport
from pylibsrtp._binding import ffi, lib  # type: ignore[import-not-found]

from media import sctp, sieve
from media.allowance import Allowance
from media.datagrams import runs, send
from media.guard import LARGEST, Guard, Kind
from media.stats import Counters

QUEUE_LIMIT = 512  # datagrams that wait for aiortc; aioice's own queue has no limit
REMOTE_ADDRESSES = 64  # of one peer at a time: those of its offer, and those that the guard trusts
CHUNKS = (500.0, 300.0)  # SCTP chunks of one peer: a second, at once; aiortc takes up to 0.3 ms for each
PARTS = 256  # chunks of messages not complete yet: aiortc goes through all of them at each new one
CHECK_EVERY = 0.02  # seconds between two ICE checks of our own that begin
FLIGHT_AGAIN = 0.05  # seconds until a flight of the DTLS handshake is repeated, then twice that, and so on
BURST = 64  # datagrams taken from one socket before the others have their turn
RECEIVED = 2048  # bytes; a datagram that fills more than the guard lets in is dropped, cut short or not
LEAVING = 1 << 16  # bytes that leave in one call of the kernel at most
ROOM = 2048  # bytes; holds any packet the guard lets in, with a longer header and the trailer

log = logging.getLogger(__name__)


class Memory:
    """Where the datagrams of a relay come in and go out: a burst at a time, so all connections share it."""

    def __init__(self) -> None:
        self.incoming, self.outgoing = ffi.new("char[]", RECEIVED), ffi.new("char[]", LEAVING)
        self.control = ffi.new("char[]", ROOM)  # RTCP that leaves, maybe while a burst is being written
        self.length = ffi.new("int *")
        self.received = memoryview(ffi.buffer(self.incoming))
        self.leaving = memoryview(ffi.buffer(self.outgoing))
        self.said = memoryview(ffi.buffer(self.control))


class Receiver(Protocol):
    """What lies behind the sockets of a connection. The datagram is in `Memory.received`."""

    def media(self, size: int, now: float) -> None:
        """SRTP or SRTCP of a trusted address."""

    def burst_over(self, now: float) -> None:
        """All that had come by `now` has been handed over; called after one or more `media`."""


class GuardedSocket(StunProtocol):
    """One UDP socket of a connection. Nothing that arrives on it can raise.

    It reads all that waits at each wake, straight into the relay's memory: asyncio's own datagram transports
    make two objects and a call for each datagram. aioice raises on some malformed STUN (a PRIORITY of no
    bytes): a peer could fill our log with it.
    """

    def __init__(self, connection: GuardedConnection, sock: socket.socket, preference: int) -> None:
        super().__init__(connection)
        self.socket = sock
        self._connection = connection
        self._guard = connection.guard
        self._memory = connection.memory
        self._peer: tuple[Any, ...] | None = None  # the trusted address that media came from last
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

    def open(self) -> None:
        transport = Outlet(self.socket, self)
        asyncio.get_running_loop().add_reader(self.socket, self._readable)
        self.connection_made(transport)
        self.sift()

    def sift(self) -> None:
        """Have the kernel keep back what the guard would drop."""
        agent = self._connection
        sieve.attach(self.socket, LARGEST, agent.local_username, agent.secret, self._guard.friends)

    def _readable(self) -> None:
        """Take what waits, then let what it caused leave together."""
        receive, view, receiver = self.socket.recvfrom_into, self._memory.received, self._connection.receiver
        now, some = monotonic(), False
        with contextlib.suppress(OSError):  # BlockingIOError: nothing waits any more
            for _ in range(BURST):
                size, address = receive(view)
                if address == self._peer and 0 < size <= LARGEST and 127 < view[0] < 192:
                    self._guard.heard += 1
                elif self._sort(size, address) is not Kind.MEDIA:
                    continue
                some = True
                receiver.media(size, now)
        if some:
            receiver.burst_over(now)

    def _sort(self, size: int, address: tuple[Any, ...]) -> Kind | None:
        """Hand on what is no media. Media of another address than the last one's is told by the guard."""
        view = self._memory.received
        kind = self._guard.kind(view[:size], address, self)
        if kind is Kind.MEDIA:
            self._peer = address
        elif kind is Kind.DTLS:
            self._connection.queue(bytes(view[:size]))
        elif kind is Kind.STUN:
            try:
                self.datagram_received(bytes(view[:size]), address)
            except Exception:
                self._guard.counters.dropped_malformed += 1
                log.debug("stun_malformed", exc_info=True)
        return kind


class Outlet(asyncio.DatagramTransport):
    """What aioice sends by: now or never, as all that we send."""

    def __init__(self, sock: socket.socket, protocol: GuardedSocket) -> None:
        super().__init__()
        self._socket = sock
        self._protocol = protocol

    def sendto(self, data: Any, addr: Any = None) -> None:
        with contextlib.suppress(OSError):
            self._socket.sendto(data, addr)

    def close(self) -> None:
        loop = asyncio.get_running_loop()
        if self._socket.fileno() >= 0:
            loop.remove_reader(self._socket)
            self._socket.close()
        loop.call_soon(self._protocol.connection_lost, None)


class GuardedConnection(Connection):
    """aioice's ICE agent on sockets that we bound, telling the guard whom to trust."""

    def __init__(
        self, sockets: Sequence[socket.socket], guard: Guard, memory: Memory, receiver: Receiver
    ) -> None:
        super().__init__(ice_controlling=False)
        self.guard = guard
        self.guard.changed = self._sift
        self.secret = os.urandom(4)
        self._sifted = 0
        self.memory = memory
        self.receiver = receiver
        self._unused = list(sockets)
        self._path: tuple[CandidatePair, socket.socket, tuple[str, int]] | None = None
        self._flight: bytes | None = None  # what we said last in the DTLS handshake, while it has no answer

    async def gather_candidates(self) -> None:
        self._local_candidates_start = True
        while self._unused:
            guarded = GuardedSocket(self, self._unused.pop(0), 65535 - len(self._protocols))
            guarded.open()
            self._protocols.append(guarded)
            self._local_candidates.append(guarded.local_candidate)
        self._local_candidates_end = True

    async def connect(self) -> None:
        """As aioice's own, but over as soon as a pair is nominated: that one looks for it every 20 ms, and
        each call would wait for half of them. Without a peer it goes on until it is cancelled or closed.
        """
        for candidate in self._remote_candidates:
            self._pair_remote_candidate(candidate)
        self.sort_check_list()
        self._unfreeze_initial()
        for check in self._early_checks:
            self.check_incoming(*check)
        self._early_checks.clear()
        self._early_checks_done = True
        pacing = asyncio.create_task(self._pace_checks())
        try:
            result = await self._check_list_state.get()
        finally:
            pacing.cancel()
        for pair in self._check_list:
            if pair.task is not None:
                pair.task.cancel()
        if result != ICE_COMPLETED:
            raise ConnectionError("no path")
        self._query_consent_task = asyncio.create_task(self.query_consent())

    async def _pace_checks(self) -> None:
        while self._check_periodic():  # noqa: ASYNC110 - the pace of RFC 8445, 6.1.4.2
            await asyncio.sleep(CHECK_EVERY)

    async def close(self) -> None:
        while self._unused:
            self._unused.pop().close()
        await super().close()

    def build_request(self, pair: CandidatePair, nominate: bool) -> Message:
        """The answer has its id, so the sieve knows it from what strangers make up."""
        request = super().build_request(pair, nominate)
        request.transaction_id = self.secret + request.transaction_id[len(self.secret) :]
        return request

    def _sift(self) -> None:
        for guarded in self._protocols:
            cast(GuardedSocket, guarded).sift()

    def check_incoming(self, message: Message, addr: tuple[str, int], protocol: StunProtocol) -> None:
        """A STUN request of somebody whom the guard trusts. Who moves on must not grow our lists for ever."""
        if len(self._remote_candidates) >= REMOTE_ADDRESSES:
            self._forget_left()
        if len(self._remote_candidates) < REMOTE_ADDRESSES:
            super().check_incoming(message, addr, protocol)

    def _forget_left(self) -> None:
        """Drop the pairs whose address the guard has given up, but for the one in use."""
        kept = {pair.remote_addr for pair in self._nominated.values()}
        for pair in list(self._check_list):
            if pair.remote_addr in kept or self.guard.trusts(pair.remote_addr):
                kept.add(pair.remote_addr)
            else:
                self._check_list.remove(pair)
                if pair.task is not None:
                    pair.task.cancel()
        self._remote_candidates = [c for c in self._remote_candidates if (c._network_host, c.port) in kept]

    def check_state(self, pair: CandidatePair, state: CandidatePair.State) -> None:
        if state is CandidatePair.State.SUCCEEDED:
            self.guard.trust(pair.remote_addr)
        super().check_state(pair, state)

    def data_received(self, _data: bytes, _component: int) -> None:
        """What looked like STUN and was not: nobody wants it."""
        self.guard.counters.dropped_malformed += 1

    def queue(self, datagram: bytes) -> None:
        self._flight = None
        if self._queue.qsize() < QUEUE_LIMIT:
            self._queue.put_nowait((datagram, 1))
        else:
            self.guard.counters.dropped_floods += 1

    async def send(self, data: bytes) -> None:
        self._flight = data
        await super().send(data)

    async def insist(self) -> None:
        """Repeat what we said last in the handshake until the peer answers, for as long as this runs.

        OpenSSL waits for a second before it does, and one lost datagram would cost the caller that second;
        browsers wait 50 ms.
        """
        wait, said = FLIGHT_AGAIN, self._flight
        while True:
            await asyncio.sleep(wait)
            if said is not None and said is self._flight and (path := self.path()) is not None:
                send(*path, memoryview(said), 0)
                wait *= 2
            else:
                wait, said = FLIGHT_AGAIN, self._flight

    def sifted(self) -> int:
        """Datagrams that the kernel kept back since the last call."""
        sockets = [cast(GuardedSocket, guarded).socket for guarded in self._protocols]
        before, self._sifted = self._sifted, sum(map(sieve.dropped, sockets))
        return max(0, self._sifted - before)

    def path(self) -> tuple[socket.socket, tuple[str, int]] | None:
        """The nominated pair, None while there is none."""
        pair = self._nominated.get(1)
        if pair is None:
            return None
        path = self._path
        if path is None or path[0] is not pair:
            path = self._path = (pair, cast(GuardedSocket, pair.protocol).socket, pair.remote_addr)
        return path[1], path[2]


class Gatherer(RTCIceGatherer):
    """An ICE gatherer on our sockets; asks no STUN server."""

    def __init__(
        self, sockets: Sequence[socket.socket], guard: Guard, memory: Memory, receiver: Receiver
    ) -> None:
        super().__init__(iceServers=[])
        self.connection = GuardedConnection(sockets, guard, memory, receiver)
        self._connection = self.connection


class Srtp:
    """The SRTP sessions of a connected DTLS transport, in both directions, on the relay's memory."""

    def __init__(self, dtls: RTCDtlsTransport, memory: Memory, connection: GuardedConnection) -> None:
        self._sessions = (dtls._rx_srtp, dtls._tx_srtp)  # they own the handles below
        self._incoming, outgoing = (session._srtp[0] for session in self._sessions)
        self._memory = memory
        self._length = memory.length
        self._control = ControlOutgoing(outgoing, memory, connection)
        self.outgoing = Outgoing(outgoing, memory, connection)
        self.send_rtcp = self._control.send

    def unprotect(self, size: int) -> bytes | None:
        """The RTP packet in the SRTP datagram received; None when it is forged, repeated or broken."""
        return self._decrypted(lib.srtp_unprotect, size)

    def unprotect_rtcp(self, size: int) -> bytes | None:
        return self._decrypted(lib.srtp_unprotect_rtcp, size)

    def _decrypted(self, function: Any, size: int) -> bytes | None:
        length = self._length
        length[0] = size
        if function(self._incoming, self._memory.incoming, length):
            return None
        return bytes(self._memory.received[: length[0]])


class Outgoing:
    """RTP packets that leave together for one peer.

    Write a packet at `position` of `view`, say `add(its size)`, and so on; then `flush`, before any other
    connection writes. They are encrypted where they lie; those of one size leave in one call (UDP_SEGMENT),
    which costs the kernel a third of what single ones do.
    """

    def __init__(self, session: Any, memory: Memory, connection: GuardedConnection) -> None:
        self.view = memory.leaving
        self.position = 0
        self._memory = memory.outgoing
        self._length = memory.length
        self._session = session
        self._connection = connection
        self._sizes: list[int] = []

    def add(self, size: int) -> None:
        length, position = self._length, self.position
        length[0] = size
        if lib.srtp_protect(self._session, self._memory + position, length):
            return
        size = length[0]
        self._sizes.append(size)
        self.position = position = position + size
        if position > LEAVING - ROOM:
            self.flush()

    def flush(self) -> None:
        """What the kernel can't take is lost, as on any network."""
        sizes = self._sizes
        if sizes and (path := self._connection.path()) is not None:
            position = 0
            for segment, size in runs(sizes):
                send(*path, self.view[position : position + size], segment)
                position += size
        sizes.clear()
        self.position = 0


class ControlOutgoing:
    """RTCP that leaves for one peer, a compound a datagram."""

    def __init__(self, session: Any, memory: Memory, connection: GuardedConnection) -> None:
        self._session = session
        self._memory = memory
        self._connection = connection

    def send(self, compound: bytes) -> None:
        memory, size = self._memory, len(compound)
        memory.said[:size] = compound
        memory.length[0] = size
        path = self._connection.path()
        if path is not None and not lib.srtp_protect_rtcp(self._session, memory.control, memory.length):
            send(*path, memory.said[: memory.length[0]], 0)


def set_dtls_role(dtls: RTCDtlsTransport, role: str) -> None:
    """`client` or `server`, as the answer says; aiortc derives it from the ICE role otherwise."""
    dtls._set_role(role)


class GuardedSctp(RTCSctpTransport):
    """aiortc's SCTP, behind what a phone may send: nothing that arrives can raise, or cost without limit."""

    def __init__(self, dtls: RTCDtlsTransport, counters: Counters) -> None:
        super().__init__(dtls)
        self._counters = counters
        self._chunks = Allowance(*CHUNKS)

    async def _handle_data(self, data: bytes) -> None:
        chunks = sctp.count_chunks(data)
        if chunks is None:
            self._counters.dropped_malformed += 1
        elif not self._chunks.take(monotonic(), chunks):
            self._counters.dropped_floods += 1
        else:
            try:
                await super()._handle_data(data)
            except ConnectionError:
                raise  # DTLS is gone
            except Exception:
                self._counters.dropped_malformed += 1
                log.debug("sctp_malformed", exc_info=True)
            if self._is_overrun():
                log.warning("data_channel_flooded")
                self._counters.dropped_floods += 1
                await self.stop()

    @property
    def is_flushed(self) -> bool:
        """Whether the peer has acknowledged all that was sent on its data channels."""
        return not (self._data_channel_queue or self._outbound_queue or self._sent_queue)

    def _is_overrun(self) -> bool:
        """Whether the peer sent more than the window we gave it, or too many parts: aiortc keeps them all."""
        parts = len(self._sack_misordered) + sum(len(s.reassembly) for s in self._inbound_streams.values())
        return self._advertised_rwnd < 0 or parts > PARTS
