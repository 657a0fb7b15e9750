"""Where the load and the relays meet: on the machine itself, but not at 127.0.0.1, which Janus refuses."""

from __future__ import annotations

from typing import Final

from aioice.ice import get_host_addresses

from tests.servers import LOOPBACK

# What is sent to an address of the machine stays on `lo`. Without any other, all but Janus can be measured.
ADDRESS: Final = [*get_host_addresses(use_ipv4=True, use_ipv6=False), LOOPBACK][0]
