"""Where the load and the relays meet: on the machine itself, but not at 127.0.0.1, which Janus refuses."""

from __future__ import annotations

from typing import Final

from aioice.ice import get_host_addresses

ADDRESS: Final = get_host_addresses(use_ipv4=True, use_ipv6=False)[0]  # what is sent there stays on `lo`
