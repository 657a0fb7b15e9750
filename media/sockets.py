"""The relay's UDP sockets: on which addresses and ports, and at which addresses browsers find them."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import random
import socket
from collections.abc import Iterable

import msgspec
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import get_host_addresses

from media.sdp import Candidate
from signaling.domain.errors import RelayFull, RelayUnavailable

LOOPBACK = "127.0.0.1"
BUFFER = 1 << 20  # bytes; a keyframe of several streams arrives at once while the loop is busy


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """Where a relay is.

    `local`: its own addresses, all of this machine when empty. `external`: (public, local) where a NAT maps
    1:1, the local one empty for all of that IP version. `ports`: lowest and highest, None for any.
    """

    local: tuple[str, ...] = ()
    external: tuple[tuple[str, str], ...] = ()
    ports: tuple[int, int] | None = None

    def bind(self) -> tuple[socket.socket, ...]:
        """One socket on each address. Raises RelayFull when one has no free port, RelayUnavailable when no
        address is this machine's."""
        addresses = self.local or machine_addresses()
        with contextlib.ExitStack() as undoing:
            bound = [_bind_one(address, self.ports, undoing) for address in addresses]
            undoing.pop_all()
        sockets = tuple(sock for sock in bound if sock is not None)
        if not sockets:
            raise RelayUnavailable(f"this machine has none of the addresses {', '.join(addresses)}")
        return sockets

    def check(self) -> None:
        """Raises RelayUnavailable when this machine has not these addresses."""
        with contextlib.ExitStack() as closing, contextlib.suppress(RelayFull):  # full is a matter of time
            here = {closing.enter_context(sock).getsockname()[0] for sock in self.bind()}
            for _, local in self.external:
                if local and str(ipaddress.ip_address(local)) not in here:
                    raise RelayUnavailable(f"the relay has no address {local} for an external one")

    def announced(self, candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
        """What browsers are told: each candidate of a socket, after its external addresses: most browsers are
        outside, and those within may not reach the public address of their own network.

        All are host candidates: 1:1 NAT is no more than another name of the same port.
        """
        told: list[Candidate] = []
        for candidate in candidates:
            for address in (*self._public(candidate.address), candidate.address):
                told.append(_named(candidate, address, 65535 - len(told)))
        return tuple(told)

    def _public(self, address: str) -> list[str]:
        here = ipaddress.ip_address(address)
        return [public for public, local in self.external if _maps(public, local, here)]


def machine_addresses() -> tuple[str, ...]:
    """Of this machine; the loopback where it has no other. Without those that only one link knows."""
    found = get_host_addresses(use_ipv4=True, use_ipv6=True)
    return tuple(one for one in found if not ipaddress.ip_address(one).is_link_local) or (LOOPBACK,)


def _maps(public: str, local: str, here: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if local:
        return ipaddress.ip_address(local) == here
    return ipaddress.ip_address(public).version == here.version


def _named(candidate: Candidate, address: str, preference: int) -> Candidate:
    foundation = candidate_foundation("host", "udp", address)
    priority = candidate_priority(1, "host", preference)
    return msgspec.structs.replace(candidate, foundation=foundation, priority=priority, address=address)


def _bind_one(
    address: str, ports: tuple[int, int] | None, undoing: contextlib.ExitStack
) -> socket.socket | None:
    """None when the address is not this machine's. Raises RelayFull; `undoing` then closes the socket.

    Ports are tried from a random one on, so that a port just left is not taken up again at once.
    """
    sock = _socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    if sock is None:
        return None
    undoing.enter_context(sock)
    low, high = ports or (0, 0)
    size = high - low + 1
    first = random.randrange(size)  # noqa: S311 - not a secret
    for step in range(size):
        try:
            sock.bind((address, low + (first + step) % size))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                continue
            sock.close()
            return None
        return sock
    raise RelayFull(f"all UDP ports from {low} to {high} on {address} are taken")


def _socket(family: socket.AddressFamily) -> socket.socket | None:
    """None when this machine has no such addresses at all. Raises RelayFull."""
    try:
        sock = socket.socket(family, socket.SOCK_DGRAM)
    except OSError as error:
        if error.errno == errno.EAFNOSUPPORT:
            return None
        raise RelayFull(f"no socket for another connection: {error.strerror}") from None
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
    return sock
