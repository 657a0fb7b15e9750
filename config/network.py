"""What the settings of the way to the relay may be: its addresses and ports, STUN and TURN."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# RFC 7064 and 7065, as browsers take them: one that they refuse would leave everybody without a picture
_HOST = r"(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::(?P<port>\d{1,5}))?"
_STUN = re.compile(rf"stuns?:{_HOST}", re.ASCII)
_TURN = re.compile(rf"turns?:{_HOST}(?:\?transport=(?:udp|tcp))?", re.ASCII)


def port_range(raw: str) -> tuple[int, int] | None:
    """(lowest, highest) of `LOWEST-HIGHEST`; None when it is not such a range of unprivileged ports."""
    low, dash, high = raw.partition("-")
    if not (dash and low.isdecimal() and high.isdecimal()):
        return None
    return (int(low), int(high)) if 1024 <= int(low) <= int(high) <= 65535 else None


def external_pair(raw: str) -> tuple[str, str]:
    """(public, local) of `PUBLIC` or `PUBLIC/LOCAL`; local is empty for all of the same IP version."""
    public, _, local = raw.partition("/")
    return public, local


def media_faults(addresses: Iterable[str], external: Iterable[str], ports: str) -> Iterator[str]:
    """What is wrong with MEDIA_ADDRESSES, MEDIA_EXTERNAL_ADDRESSES and MEDIA_PORTS."""
    local = [_address(address) for address in addresses]
    if not all(local):
        yield "MEDIA_ADDRESSES: takes IP addresses of this machine, with commas"
    if not all(_is_mapping(*external_pair(raw), local) for raw in external):
        yield (
            "MEDIA_EXTERNAL_ADDRESSES: takes IP addresses as browsers reach them, with commas, each alone or"
            " as PUBLIC/LOCAL with one of MEDIA_ADDRESSES, e.g. 203.0.113.7/10.0.0.5"
        )
    if ports and not port_range(ports):
        yield "MEDIA_PORTS: takes a range such as 40000-40999"


def turn_faults(
    stun: Iterable[str], turn: tuple[str, ...], secret: str, name: str, word: str
) -> Iterator[str]:
    """What is wrong with STUN_URLS and TURN_URLS, and with how browsers sign in at TURN."""
    if not all(_matches(_STUN, url) for url in stun):
        yield "STUN_URLS: takes addresses such as stun:turn.example.fr:3478, with commas"
    if not all(_matches(_TURN, url) for url in turn):
        yield "TURN_URLS: takes addresses such as turns:turn.example.fr:443?transport=tcp, with commas"
    fixed = bool(name or word)
    if turn and not secret and not (name and word):
        yield "TURN_SECRET: needed with TURN_URLS; or TURN_USER and TURN_PASSWORD of a service without one"
    if secret and fixed:
        yield "TURN_SECRET: makes a TURN_USER and TURN_PASSWORD for each browser; give either"
    if (secret or fixed) and not turn:
        yield "TURN_URLS: needed with TURN_SECRET, TURN_USER and TURN_PASSWORD"


def _matches(pattern: re.Pattern[str], url: str) -> bool:
    found = pattern.fullmatch(url)
    return found is not None and 0 < int(found["port"] or 1) <= 65535


def _is_mapping(public: str, local: str, addresses: list[IPAddress | None]) -> bool:
    outside, inside = _address(public), _address(local)
    if outside is None or outside.is_loopback:
        return False
    if not local:
        return True
    return inside is not None and inside.version == outside.version and (not addresses or inside in addresses)


def _address(raw: str) -> IPAddress | None:
    """None for what is no address, or one that nobody reaches: `::`, and link-local without an interface."""
    try:
        address = ipaddress.ip_address(raw)
    except ValueError:
        return None
    return None if address.is_unspecified or address.is_link_local else address
