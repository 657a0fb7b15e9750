"""A relay on the loopback, and peers that offer the loopback only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import aioice.ice
import pytest

from media.relay import EmbeddedRelay
from tests.media.peers import LOOPBACK, Ear, Peer, Phone, Viewer


@pytest.fixture(autouse=True)
def on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice leaves 127.0.0.1 out of a peer's offers."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: [LOOPBACK])


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
async def relay(ear: Ear) -> AsyncIterator[EmbeddedRelay]:
    relay = EmbeddedRelay(addresses=(LOOPBACK,))
    await relay.open(ear)
    yield relay
    await relay.close()


@pytest.fixture
async def peers() -> AsyncIterator[list[Peer]]:
    """Those put in are closed after the test."""
    opened: list[Peer] = []
    yield opened
    for peer in opened:
        await peer.close()


@pytest.fixture
def phone(peers: list[Peer]) -> Callable[..., Phone]:
    def make(**fields: object) -> Phone:
        made = Phone(**fields)  # type: ignore[arg-type]
        peers.append(made)
        return made

    return make


@pytest.fixture
def viewer(peers: list[Peer]) -> Callable[..., Viewer]:
    def make(**fields: object) -> Viewer:
        made = Viewer(**fields)  # type: ignore[arg-type]
        peers.append(made)
        return made

    return make
