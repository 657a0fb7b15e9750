"""The guard on every socket of a connection: which datagrams go on, and to whom.

Found by attacking aiortc 1.16: one empty datagram, one over 1500 bytes, or one forged DTLS alert from anybody
ends a call. So what is not STUN passes only from an address that proved to know the ICE password: it sent a
STUN request whose integrity was checked, or it answered one of ours. Kinds by their first byte: RFC 7983.
"""

from __future__ import annotations

import enum
from typing import Any

from media.stats import Counters

LARGEST = 1500  # bytes; libsrtp and aiortc have buffers of that size
TRUSTED_LIMIT = 32  # addresses of one peer: each change of network adds one or two


class Kind(enum.Enum):
    STUN = "stun"
    DTLS = "dtls"
    MEDIA = "media"


class Guard:
    """One for each connection. `heard` rises with each datagram of a trusted address."""

    __slots__ = ("_trusted", "counters", "heard")

    def __init__(self, counters: Counters) -> None:
        self.counters = counters
        self.heard = 0
        self._trusted: set[tuple[str, int]] = set()

    def trust(self, address: tuple[Any, ...]) -> bool:
        """Let an address in that knows the password. False when there are too many already."""
        self.heard += 1
        known = address[:2]
        if known not in self._trusted:
            if len(self._trusted) >= TRUSTED_LIMIT:
                return False
            self._trusted.add(known)
        return True

    def kind(self, datagram: bytes | memoryview, address: tuple[Any, ...]) -> Kind | None:
        """Where a datagram goes; None when it is to be dropped."""
        if 0 < len(datagram) <= LARGEST:
            first = datagram[0]
            if first < 4:
                return Kind.STUN
            if address[:2] in self._trusted:
                if 127 < first < 192:
                    self.heard += 1
                    return Kind.MEDIA
                if 19 < first < 64:
                    self.heard += 1
                    return Kind.DTLS
        self.counters.dropped += 1
        return None
