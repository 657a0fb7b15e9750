"""Where simulated peers enter aiortc 1.16, aioice 0.13 and pylibsrtp 1.0: the names that are not public.

A stock `RTCPeerConnection` does signalling, ICE, DTLS and SCTP. Its media never passes through aiortc: it
would cost a hundred times what the relay under test needs. `tests/media/test_simulator_entry.py` fails when a
new version moved a name.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import Any

from aioice.candidate import Candidate
from aioice.ice import CandidatePair, Connection
from aiortc import RTCRtpTransceiver
from pylibsrtp._binding import ffi, lib  # type: ignore[import-not-found]

ROOM = 2048  # bytes; more than any datagram of media
EARLY = 256  # datagrams that may come before DTLS has told us their keys

OnDatagram = Callable[[bytes, float], None]


class MediaPath:
    """SRTP and SRTCP of one transceiver, straight from and to its sockets.

    `received_rtp` and `received_rtcp` get each decrypted packet, with when it came in seconds of the
    monotonic clock. `loss`: share of the datagrams of media, in both directions, that get lost here.
    """

    def __init__(
        self, transceiver: RTCRtpTransceiver, received_rtp: OnDatagram, received_rtcp: OnDatagram
    ) -> None:
        self.packet = ffi.new("char[]", ROOM)
        self.view = memoryview(ffi.buffer(self.packet))  # where a packet to be sent is written
        self.loss = 0.0
        self._received_rtp = received_rtp
        self._received_rtcp = received_rtcp
        self._incoming = ffi.new("char[]", ROOM)
        self._decrypted = memoryview(ffi.buffer(self._incoming))
        self._length = ffi.new("int *")
        self._early: deque[tuple[bytes, float]] = deque(maxlen=EARLY)
        self._sessions: tuple[Any, Any] | None = None  # they own the handles below
        self._rx = self._tx = ffi.NULL
        self._dtls = transceiver.sender.transport
        self._agent = self._dtls.transport._connection
        self._agent._check_periodic = partial(_check_next, self._agent)  # type: ignore[method-assign]
        transceiver.sender.send = _no_media  # type: ignore[method-assign,assignment]
        transceiver.receiver.receive = _no_media  # type: ignore[method-assign,assignment]
        self._dtls.on("statechange", self._dtls_changed)

    @property
    def is_up(self) -> bool:
        return self._sessions is not None

    def gather_on(self, own: Sequence[str]) -> None:
        """Offer these local addresses, which may be the loopback, instead of all but the loopback."""
        stock = self._agent.get_component_candidates

        async def gather(component: int, addresses: list[str], timeout: int = 5) -> list[Candidate]:
            del addresses  # those that it found
            return await stock(component, list(own), timeout)

        self._agent.get_component_candidates = gather  # type: ignore[method-assign]

    def listen(self) -> None:
        """Take the media off the sockets; call it once they are gathered."""
        for protocol in self._agent._protocols:
            receive = partial(self._datagram_received, protocol.datagram_received)
            protocol.datagram_received = receive  # type: ignore[method-assign]

    # ------------------------------------------------------------ sending
    def send_rtp(self, size: int) -> None:
        """Encrypt and send the packet at the start of `view`, which is spent then."""
        self._send(lib.srtp_protect, size)

    def send_rtcp(self, compound: bytes) -> None:
        self.view[: len(compound)] = compound
        self._send(lib.srtp_protect_rtcp, len(compound))

    def _send(self, protect: Any, size: int) -> None:
        pair = self._agent._nominated.get(1)
        if self._sessions is None or pair is None:
            return
        self._length[0] = size
        if protect(self._tx, self.packet, self._length) or self._is_lost():
            return
        pair.protocol.transport.sendto(bytes(self.view[: self._length[0]]), pair.remote_addr)

    # ------------------------------------------------------------ receiving
    def _datagram_received(self, otherwise: Callable[[Any, Any], None], data: Any, address: Any) -> None:
        if not data or not 127 < data[0] < 192:
            otherwise(data, address)
        elif self._sessions is None:
            self._early.append((data, monotonic()))
        elif not self._is_lost():
            self._media(data, monotonic())

    def _media(self, data: bytes, now: float) -> None:
        """RTP and RTCP told apart by RFC 5761, 4. What is forged or comes twice is dropped."""
        size = self._length[0] = len(data)
        if not 1 < size <= ROOM:
            return
        self._decrypted[:size] = data
        is_rtcp = 192 <= data[1] <= 223
        unprotect = lib.srtp_unprotect_rtcp if is_rtcp else lib.srtp_unprotect
        if unprotect(self._rx, self._incoming, self._length):
            return
        receive = self._received_rtcp if is_rtcp else self._received_rtp
        receive(bytes(self._decrypted[: self._length[0]]), now)

    def _is_lost(self) -> bool:
        return self.loss > 0 and random.random() < self.loss  # noqa: S311 - a bad line, no secret

    def _dtls_changed(self) -> None:
        if self._dtls.state == "connected":
            self._sessions = (self._dtls._rx_srtp, self._dtls._tx_srtp)
            self._rx, self._tx = (session._srtp[0] for session in self._sessions)
            while self._early:
                self._media(*self._early.popleft())
        else:
            self._sessions = None


def _check_next(agent: Connection) -> bool:
    """Start the next connectivity check; False once all are under way. aioice looks again every 20 ms whether
    it can stop, so that a path that is found at once costs 20 ms all the same."""
    waiting = {CandidatePair.State.WAITING, CandidatePair.State.FROZEN}
    goes_on = Connection._check_periodic(agent)
    pairs = agent._check_list
    return goes_on and (not pairs or any(pair.task is None and pair.state in waiting for pair in pairs))


async def _no_media(_parameters: object) -> None:
    """In place of aiortc's own sender and receiver."""
