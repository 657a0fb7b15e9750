"""A datagram of the DTLS handshake that gets lost costs a moment, not OpenSSL's second."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from media.relay import EmbeddedRelay
from media.sockets import Addresses
from tests.media.peers import Viewer, until


class Forgetful(socket.socket):
    """Loses the first flight of a handshake that it is to send."""

    said: list[bytes]

    def sendto(self, data: Any, address: Any) -> int:  # type: ignore[override]
        if 19 < data[0] < 64:
            self.said.append(bytes(data))
            if len(self.said) == 1:
                return len(data)
        return super().sendto(data, address)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the relay's sockets say of DTLS."""
    bind, said = Addresses.bind, list[bytes]()

    def bind_forgetful(addresses: Addresses) -> tuple[socket.socket, ...]:
        sockets = tuple(Forgetful(fileno=sock.detach()) for sock in bind(addresses))
        for sock in sockets:
            sock.said = said
        return sockets

    monkeypatch.setattr(Addresses, "bind", bind_forgetful)
    return said


async def test_a_lost_flight_is_repeated_as_it_was_before_openssl_makes_a_new_one(
    relay: EmbeddedRelay, viewer: Callable[..., Viewer], said: list[bytes]
) -> None:
    console = await viewer().view(relay)
    await until(lambda: console.pc.connectionState == "connected")
    assert said[0] == said[1]
