"""The guard on every socket of a connection: which datagrams go on, and to whom.

Found by attacking aiortc 1.16: one empty datagram, one over 1500 bytes, or one forged DTLS alert from anybody
ends a call. So what is not STUN passes only from an address that proved to know the ICE password: it sent a
STUN request whose integrity we checked, or it answered one of ours. Kinds by their first byte: RFC 7983.

What is dropped is counted by its reason. Nothing that is dropped is answered.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Container
from struct import Struct
from time import monotonic
from typing import Any, Protocol

from media import stun
from media.allowance import Allowance
from media.stats import Counters

LARGEST = 1500  # bytes; libsrtp and aiortc have buffers of that size
TRUSTED_LIMIT = 32  # addresses of one peer at a time: each change of network adds one or two
STALE = 30.0  # seconds; who uses an address proves it again each 2.5 to 6 s (RFC 7675)
CHECKS = (50.0, 100.0)  # STUN requests of one address: a second, at once; aioice takes 0.2 ms for each
DTLS = (300.0, 300.0)  # the same for DTLS of one peer: 64 KB of the control channel are 60 datagrams

_HANDSHAKE, _DATA = 22, 23  # content types of DTLS records
# Content type and epoch of an alert in plain text. One ends a handshake, and anybody can make it; a peer that
# means it goes silent too, so a connection that must fail does so a little later.
_PLAIN_ALERT = (21, 0)
# The head of a record: type, version, epoch, number (48 bits), length of the rest (RFC 6347, 4.1).
_RECORD = Struct("!BHHHIH")
_VERSIONS = (0xFEFF, 0xFEFD)  # a ClientHello may say DTLS 1.0; all others say 1.2
_SHORT = 0x20  # from here on: an encrypted record of DTLS 1.3, with a head of its own (RFC 9147, 4)
Address = tuple[str, int]


class Kind(enum.Enum):
    STUN = "stun"
    DTLS = "dtls"
    MEDIA = "media"


class Agent(Protocol):
    """aioice's ICE agent: who speaks to us names our username and signs with our password."""

    @property
    def local_username(self) -> str: ...
    @property
    def local_password(self) -> str: ...


class Endpoint(Protocol):
    """A socket of that agent, with the STUN requests of its own that wait for an answer, by their ids."""

    @property
    def receiver(self) -> Agent: ...
    @property
    def transactions(self) -> Container[bytes]: ...


class Friend:
    """An address that proved to know the password."""

    __slots__ = ("checks", "proved_at")

    def __init__(self, now: float) -> None:
        self.proved_at = now
        self.checks = Allowance(*CHECKS)


class Guard:
    """One for each connection. `heard` rises with each datagram of a trusted address.

    `changed` is called when `friends` are others than before.
    """

    __slots__ = ("_clock", "_dtls", "_friends", "_is_up", "_peer_is_up", "changed", "counters", "heard")

    def __init__(self, counters: Counters, clock: Callable[[], float] = monotonic) -> None:
        self.counters = counters
        self.heard = 0
        self._is_up = self._peer_is_up = False  # have the DTLS handshake behind them
        self.changed: Callable[[], None] = lambda: None
        self._clock = clock
        self._friends: dict[Address, Friend] = {}
        self._dtls = Allowance(*DTLS)

    def up(self, *, as_client: bool) -> None:
        """Our end has its DTLS handshake behind it; a server may still have to repeat its last flight.

        Once the peer has too, there is no second one: after it refused that, OpenSSL can't send any more.
        """
        self._is_up = True
        self._peer_is_up |= as_client

    def trust(self, address: tuple[Any, ...]) -> bool:
        """Let an address in that knows the password. False when there are too many already."""
        return self._befriend(address[:2], self._clock()) is not None

    @property
    def friends(self) -> Collection[Address]:
        return self._friends.keys()

    def trusts(self, address: tuple[Any, ...]) -> bool:
        return address[:2] in self._friends

    def kind(self, datagram: bytes | memoryview, address: tuple[Any, ...], endpoint: Endpoint) -> Kind | None:
        """Where a datagram that came to `endpoint` goes; None when it is to be dropped."""
        if not 0 < len(datagram) <= LARGEST:
            self.counters.dropped_malformed += 1
            return None
        first = datagram[0]
        if first < 4:
            return self._stun(bytes(datagram), address[:2], endpoint)
        if not (127 < first < 192 or 19 < first < 64):
            self.counters.dropped_malformed += 1
            return None
        if address[:2] not in self._friends:
            self.counters.dropped_strangers += 1
            return None
        if first < 64 and not self._passes(bytes(datagram)):
            return None
        self.heard += 1
        if first < 64:
            return Kind.DTLS
        self._peer_is_up = True
        return Kind.MEDIA

    # ------------------------------------------------------------ parts
    def _stun(self, message: bytes, address: Address, endpoint: Endpoint) -> Kind | None:
        agent = endpoint.receiver
        if not stun.is_message(message):
            self.counters.dropped_malformed += 1
        elif message[:2] in stun.RESPONSES:
            if stun.transaction(message) in endpoint.transactions:
                return Kind.STUN  # its integrity is checked by who asked
            self.counters.dropped_strangers += 1
        elif message[:2] != stun.REQUEST or f"{agent.local_username}:".encode() not in message:
            self.counters.dropped_strangers += 1
        elif not stun.is_genuine(message, agent.local_password.encode()):
            self.counters.dropped_forged += 1
        elif self._may_check(address):
            return Kind.STUN
        else:
            self.counters.dropped_floods += 1
        return None

    def _may_check(self, address: Address) -> bool:
        now = self._clock()
        friend = self._befriend(address, now)
        return friend is not None and friend.checks.take(now)

    def _befriend(self, address: Address, now: float) -> Friend | None:
        friend = self._friends.get(address)
        if friend is None:
            if len(self._friends) >= TRUSTED_LIMIT and not self._forget_one(now):
                return None
            friend = self._friends[address] = Friend(now)
            self.changed()
        friend.proved_at = now
        self.heard += 1
        return friend

    def _forget_one(self, now: float) -> bool:
        """Make room by the address that was left first; those in use are never given up for a new one."""
        address, oldest = min(self._friends.items(), key=lambda item: item[1].proved_at)
        if now - oldest.proved_at < STALE:
            return False
        del self._friends[address]
        return True

    def _passes(self, datagram: bytes) -> bool:
        """DTLS of a trusted address."""
        records = _records(datagram)
        if not records:
            self.counters.dropped_malformed += 1
        elif _PLAIN_ALERT in records:
            self.counters.dropped_forged += 1
        elif self._is_up and self._peer_is_up and any(kind == _HANDSHAKE for kind, _ in records):
            self.counters.dropped_unwanted += 1
        elif not self._dtls.take(self._clock()):
            self.counters.dropped_floods += 1
        else:
            self._peer_is_up |= any(kind == _DATA for kind, _ in records)
            return True
        return False


def _records(datagram: bytes) -> list[tuple[int, int]]:
    """(type, epoch) of each record of a DTLS datagram; none when one of them is broken."""
    found: list[tuple[int, int]] = []
    position = 0
    while position < len(datagram) and datagram[position] < _SHORT:
        if position + _RECORD.size > len(datagram):
            return []
        kind, version, epoch, _, _, length = _RECORD.unpack_from(datagram, position)
        position += _RECORD.size + length
        if version not in _VERSIONS or position > len(datagram):
            return []
        found.append((kind, epoch))
    return found or [(_SHORT, 2)]
