"""The echo of the test page: a phone sends its video to the relay, and gets it back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from signaling.domain.errors import RelayFull, Throttled
from signaling.domain.ids import new_mark
from signaling.domain.phone_test import TEST_CENTRE
from signaling.domain.throttle import TEST_ECHOES, Limit, network
from signaling.ports import Limiter, Relay
from signaling.service.ice_servers import IceServers
from signaling.service.negotiate import relay_key


class Echo:
    """One phone's place in the relay, under a key that is no session's."""

    def __init__(self, relay: Relay, key: str, ice_servers: list[dict[str, Any]]) -> None:
        self._relay = relay
        self._key = key
        self.ice_servers = ice_servers

    async def send(self, offer: str) -> str:
        """The answer to the phone as it offers its camera. Raises BadOffer, RelayUnavailable."""
        return await self._relay.publish(self._key, "phone", offer)

    async def receive(self, offer: str) -> str:
        """The answer to the same phone as a viewer. Raises BadOffer, RelayUnavailable."""
        return await self._relay.view(self._key, "viewer", offer)


class Echoes:
    """At most `most` at once in this process, and so many from one network: calls come first."""

    def __init__(
        self, relay: Relay, ice_servers: IceServers, limiter: Callable[[Limit], Limiter], most: int
    ) -> None:
        self._relay = relay
        self._ice_servers = ice_servers
        self._limiter = limiter(TEST_ECHOES)
        self._left = most

    @asynccontextmanager
    async def place(self, source: str) -> AsyncIterator[Echo]:
        """`source`: the phone's address. Raises Throttled, RelayFull."""
        network_ = network(source)
        if (wait := await self._limiter.wait(network_)) > 0:
            raise Throttled(wait)
        await self._limiter.hit(network_)
        if self._left <= 0:
            raise RelayFull("no further test can run now")
        mark = new_mark()
        key = relay_key(TEST_CENTRE, mark)
        self._left -= 1
        try:
            yield Echo(self._relay, key, self._ice_servers.of(mark))
        finally:
            self._left += 1
            await self._relay.end(key)
