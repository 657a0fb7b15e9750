"""The relay's UDP sockets: on which addresses, and on which ports."""

from __future__ import annotations

import contextlib
import ipaddress
import random
import socket

from aioice.ice import get_host_addresses

from signaling.domain.errors import RelayUnavailable

LOOPBACK = "127.0.0.1"
BUFFER = 1 << 20  # bytes; a keyframe of several streams arrives at once while the loop is busy


def local_addresses(given: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses given, or all of this machine; the loopback where it has no other."""
    return given or tuple(get_host_addresses(use_ipv4=True, use_ipv6=True)) or (LOOPBACK,)


def bind(addresses: tuple[str, ...], ports: tuple[int, int] | None) -> tuple[socket.socket, ...]:
    """One socket on each address that can be bound. Raises RelayUnavailable when none can."""
    bound = []
    for address in addresses:
        with contextlib.suppress(OSError):
            bound.append(_bind_one(address, ports))
    if not bound:
        raise RelayUnavailable(f"no free UDP port on {', '.join(addresses)}")
    return tuple(bound)


def _bind_one(address: str, ports: tuple[int, int] | None) -> socket.socket:
    """Ports are tried from a random one on, so that a port just left is not taken up again at once."""
    family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
    low, high = ports or (0, 0)
    size = high - low + 1
    first = random.randrange(size)  # noqa: S311 - not a secret
    for step in range(size):
        with contextlib.suppress(OSError):
            sock.bind((address, low + (first + step) % size))
            return sock
    sock.close()
    raise OSError(f"no free port from {low} to {high} on {address}")
