"""What a relay counts. One `Counters` for a relay; `Stats` is what the outside sees of it."""

from __future__ import annotations

import msgspec


class Counters(msgspec.Struct):
    """Since the relay was made. Written in the path of each packet, so plain integers."""

    packets_in: int = 0  # RTP packets of phones that were genuine
    packets_out: int = 0  # RTP packets that left for viewers, repeated ones too
    bytes_in: int = 0  # of those packets, without SRTP's trailer
    bytes_out: int = 0
    dropped: int = 0  # datagrams that the guard or SRTP refused, or that nobody wanted
    nacked: int = 0  # packets we asked a phone for again, counted at each try
    recovered: int = 0  # packets that came after we asked
    repeated: int = 0  # packets repeated for a viewer that asked
    keyframes_asked: int = 0


class Stats(msgspec.Struct, frozen=True):
    """A moment of a relay: how many of each there are now, and the counters since it was made."""

    sessions: int
    publishers: int  # connections of phones
    viewers: int  # connections of consoles
    counters: Counters
