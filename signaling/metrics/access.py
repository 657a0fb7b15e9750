"""Who may read the figures: who knows the token, or asks from one of the networks and not through a proxy."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
_BEARER = "Bearer "


def networks(texts: Iterable[str]) -> list[Network]:
    """Of e.g. `10.0.0.0/8`; of `off` none. Raises ValueError for anything else."""
    return [ip_network(text) for text in texts if text != "off"]


class Access:
    """`token`: "" for none."""

    def __init__(self, token: str, allowed: Sequence[Network]) -> None:
        self._token = token.encode()
        self._allowed = allowed

    def allows(self, address: str, authorization: str, forwarded: bool) -> bool:
        """`authorization`: the header. `forwarded`: a proxy passed the request on, so that its address may be
        the proxy's."""
        shown = authorization.removeprefix(_BEARER).encode()
        if self._token and authorization.startswith(_BEARER) and secrets.compare_digest(shown, self._token):
            return True
        return not forwarded and self._is_near(address)

    def _is_near(self, address: str) -> bool:
        try:
            asking = ip_address(address)
        except ValueError:
            return False
        return any(asking in network for network in self._allowed)
