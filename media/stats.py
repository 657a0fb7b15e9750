"""What a relay counts. One `Counters` for a relay; `Stats` is what the outside sees of it."""

from __future__ import annotations

import msgspec


class Counters(msgspec.Struct):
    """Since the relay was made. Written in the path of each packet, so plain integers."""

    packets_in: int = 0  # RTP packets of phones that were genuine
    packets_out: int = 0  # RTP packets that left for viewers, repeated ones too
    bytes_in: int = 0  # of those packets, without SRTP's trailer
    bytes_out: int = 0
    dropped_by_kernel: int = 0  # what `media.sieve` has it keep back, and what found a full buffer
    dropped_strangers: int = 0  # of who never proved to know the connection's password
    dropped_forged: int = 0  # a wrong signature, a packet that came before, an alert that anybody can make
    dropped_malformed: int = 0  # not what its first bytes promise: datagrams, RTP, SCTP
    dropped_floods: int = 0  # more of a kind than a peer has reason to send
    dropped_unwanted: int = 0  # genuine, but never agreed on
    nacked: int = 0  # packets we asked a phone for again, counted at each try
    recovered: int = 0  # packets that came after we asked
    repeated: int = 0  # packets repeated for a viewer that asked
    keyframes_asked: int = 0
    unconnected: int = 0  # connections that did not come about: no path (ICE), no DTLS


class Stats(msgspec.Struct, frozen=True):
    """A moment of a relay: how many of each there are now, and the counters since it was made."""

    sessions: int
    publishers: int  # connections of phones
    viewers: int  # connections of consoles
    waiting: int  # sessions with a connection and no picture yet
    counters: Counters
