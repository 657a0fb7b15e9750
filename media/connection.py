"""One peer's connection: ICE, DTLS, SRTP and, for a phone, SCTP; from its offer to its end.

One task runs a connection. It ends when the peer says goodbye, is silent for `SILENCE` seconds, does not get
through within `PATIENCE` seconds, or when we close it; then `Leg.gone` is called, once.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from time import monotonic
from typing import Protocol

from aiortc import (
    RTCCertificate,
    RTCDataChannel,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCIceCandidate,
    RTCIceParameters,
    RTCIceTransport,
    RTCSctpCapabilities,
)

from media import rtcp
from media.aiortc_entry import Gatherer, GuardedSctp, Memory, Outgoing, Srtp, set_dtls_role
from media.allowance import Allowance
from media.answers import MESSAGE_SIZE, Local
from media.guard import Guard
from media.sdp import Candidate, Offer
from media.sockets import Addresses
from media.stats import Counters

PATIENCE = 20.0  # seconds from the answer to a connection that is up
SILENCE = 15.0  # seconds; browsers check the path every 2.5 to 6 s, media or not (RFC 7675)
FAREWELL = 1.5  # seconds for the last messages of a data channel to arrive; SCTP sends again after 1 s
EARLY = 256  # packets that may come before DTLS has told us their keys: the start of the first keyframe
REPORTS = (200.0, 200.0)  # RTCP of one peer: compounds a second, at once; browsers send up to 100 a second

log = logging.getLogger(__name__)


class Leg(Protocol):
    """What lies behind a connection: a phone's stream or a viewer. `now`: seconds of the monotonic clock."""

    def connected(self, now: float) -> None: ...
    def received(self, burst: list[bytes], now: float) -> None:
        """Decrypted RTP packets that arrived together, in that order."""

    def heard(self, reports: list[rtcp.Report], now: float) -> None: ...
    def channel(self, channel: RTCDataChannel) -> None:
        """The peer opened a data channel."""

    def gone(self, now: float) -> None: ...


class Site:
    """Where connections of a relay are made: its addresses, counters and memory."""

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses
        self.counters = Counters()
        self.memory = Memory()


class Connection:
    """`open`, then `start`; `close` at any time."""

    def __init__(self, offer: Offer, site: Site, leg: Leg) -> None:
        self._offer = offer
        self._leg = leg
        self._counters = site.counters
        self._guard = Guard(site.counters)
        self._memory = site.memory
        self._addresses = site.addresses
        self._gatherer = Gatherer(site.addresses.bind(), self._guard, site.memory, self)
        self._ice = RTCIceTransport(self._gatherer)
        certificate = RTCCertificate.generateCertificate()
        self._dtls = RTCDtlsTransport(self._ice, [certificate])
        self._dtls.on("statechange", self._dtls_changed)
        self._sctp = GuardedSctp(self._dtls, site.counters) if offer.control_mid else None
        self._srtp: Srtp | None = None
        self._early: deque[bytes] = deque(maxlen=EARLY)
        self._burst: list[bytes] = []  # RTP packets that came together
        self._reports = Allowance(*REPORTS)
        self._over = asyncio.Event()
        self._connecting = True
        self._task: asyncio.Task[None] | None = None
        self._heard = (0, monotonic())  # the guard's count, and when it last rose

    async def open(self) -> Local:
        """Bind the sockets. Returns our end, for the answer."""
        await self._gatherer.gather()
        setup = "passive" if self._offer.setup == "active" else "active"
        set_dtls_role(self._dtls, "server" if setup == "passive" else "client")
        parameters = self._gatherer.getLocalParameters()
        digests = {f.algorithm: f.value for f in self._dtls.getLocalParameters().fingerprints}
        return Local(
            username=str(parameters.usernameFragment),
            password=str(parameters.password),
            fingerprint=digests["sha-256"],
            setup=setup,
            candidates=self._addresses.announced(
                Candidate(c.foundation, c.priority, c.ip, c.port, c.type)
                for c in self._gatherer.getLocalCandidates()
            ),
        )

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="media connection")

    def close(self) -> None:
        """Begin to close; `closed` returns when it is done. Calling it again is harmless."""
        self._over.set()
        if self._connecting and self._task is not None:
            self._connecting = False
            self._task.cancel()

    async def closed(self) -> None:
        if self._task is None:
            await self._stop()
        else:
            await asyncio.wait([self._task])

    @property
    def is_up(self) -> bool:
        return self._srtp is not None and not self._over.is_set()

    def check(self, now: float) -> None:
        """Called every now and then: closes a connection whose peer is silent."""
        self._counters.dropped_by_kernel += self._gatherer.connection.sifted()
        if self._heard[0] != self._guard.heard:
            self._heard = (self._guard.heard, now)
        elif self.is_up and now - self._heard[1] > SILENCE:
            self.close()

    # ------------------------------------------------------------ sending
    @property
    def outgoing(self) -> Outgoing | None:
        """Where to write RTP packets; None while the connection is not up."""
        return self._srtp.outgoing if self._srtp is not None else None

    def send_rtcp(self, compound: bytes) -> None:
        if self._srtp is not None:
            self._srtp.send_rtcp(compound)

    # ------------------------------------------------------------ receiving
    def media(self, size: int, now: float) -> None:
        """SRTP or SRTCP of a trusted address, in the relay's memory (told apart by RFC 5761, 4)."""
        srtp, received = self._srtp, self._memory.received
        if srtp is None:
            self._early.append(bytes(received[:size]))
        elif 192 <= received[1] <= 223:
            self._control(srtp, size, now)
        elif (packet := srtp.unprotect(size)) is None:
            self._counters.dropped_forged += 1
        else:
            self._burst.append(packet)

    def burst_over(self, now: float) -> None:
        if self._burst:
            burst, self._burst = self._burst, []
            self._leg.received(burst, now)

    def _control(self, srtp: Srtp, size: int, now: float) -> None:
        compound = srtp.unprotect_rtcp(size)
        if compound is None:
            self._counters.dropped_forged += 1
        elif not self._reports.take(now):
            self._counters.dropped_floods += 1
        else:
            self._leg.heard(rtcp.parse(compound), now)

    # ------------------------------------------------------------ life
    async def _run(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._connect()
            self._up()
            if self._sctp is not None:
                self._sctp.on("datachannel", self._leg.channel)
                capabilities = RTCSctpCapabilities(maxMessageSize=MESSAGE_SIZE)
                await self._sctp.start(capabilities, self._offer.sctp_port)
            await self._over.wait()
        except (ConnectionError, TimeoutError) as error:
            self._counters.unconnected += 1
            log.info("connection_missed", extra={"reason": str(error) or "too late"})
        except Exception:
            log.exception("connection_failed")
        finally:
            self._connecting = False
            await self._stop()
            self._leg.gone(monotonic())

    async def _connect(self) -> None:
        """Raises ConnectionError."""
        for candidate in self._offer.candidates:
            await self._ice.addRemoteCandidate(_to_aiortc(candidate))
        await self._ice.start(RTCIceParameters(self._offer.username, self._offer.password))
        if self._ice.state != "completed":
            raise ConnectionError("no path")
        prints = [RTCDtlsFingerprint(algorithm, value) for algorithm, value in self._offer.fingerprints]
        insisting = asyncio.create_task(self._gatherer.connection.insist())
        try:
            await self._dtls.start(RTCDtlsParameters(prints))
        finally:
            insisting.cancel()
        if self._dtls.state != "connected":
            raise ConnectionError("no DTLS session")

    def _up(self) -> None:
        self._connecting = False
        now = monotonic()
        self._guard.up(as_client=self._offer.setup != "active")
        self._srtp = Srtp(self._dtls, self._memory, self._gatherer.connection)
        self._leg.connected(now)
        while self._early:
            datagram = self._early.popleft()
            self._memory.received[: len(datagram)] = datagram
            self.media(len(datagram), now)
        self.burst_over(now)

    def _dtls_changed(self) -> None:
        if self._dtls.state in {"closed", "failed"}:
            self._over.set()

    async def _stop(self) -> None:
        """Each part in turn, whatever the state it is in, and whatever the one before says."""
        for stop in (self._stop_sctp, self._dtls.stop, self._ice.stop):
            try:
                await stop()
            except Exception:
                log.exception("connection_not_stopped")
        self._srtp = None

    async def _stop_sctp(self) -> None:
        if self._sctp is not None:
            if self._sctp.state == "connected" and self._dtls.state == "connected":
                await self._farewell(self._sctp)
            await self._sctp.stop()

    async def _farewell(self, sctp: GuardedSctp) -> None:
        """Let the last words (`ended`) reach the phone."""
        for _ in range(int(FAREWELL / 0.01)):  # aiortc tells nobody when the last chunk was acknowledged
            if sctp.is_flushed:
                break
            await asyncio.sleep(0.01)


def _to_aiortc(candidate: Candidate) -> RTCIceCandidate:
    return RTCIceCandidate(
        component=1,
        foundation=candidate.foundation,
        ip=candidate.address,
        port=candidate.port,
        priority=candidate.priority,
        protocol="udp",
        type=candidate.kind,
    )
