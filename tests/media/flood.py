"""Sends one datagram as often as the machine can, in a process of its own, until it is ended.

    python -m tests.media.flood FILENO PORT < DATAGRAM

It says when it begins. 64 at a time leave in one call of the kernel (UDP_SEGMENT): a million a second.
"""

from __future__ import annotations

import contextlib
import socket
import sys
from struct import pack

from media.datagrams import UDP_SEGMENT
from tests.media.peers import LOOPBACK


def main(fileno: str, port: str) -> None:
    datagram = sys.stdin.buffer.read()
    copies = datagram * min(64, 60_000 // len(datagram))
    segments = [(socket.IPPROTO_UDP, UDP_SEGMENT, pack("=H", len(datagram)))]
    with socket.socket(fileno=int(fileno)) as sock:
        sys.stdout.write("begins\n")
        sys.stdout.flush()
        while True:
            with contextlib.suppress(OSError):
                sock.sendmsg([copies], segments, 0, (LOOPBACK, int(port)))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(*sys.argv[1:])
