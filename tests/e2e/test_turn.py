"""Closed networks: Chromium may use nothing but TURN, and the picture comes all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.e2e.browsers import chromium, console_page, phone_page
from tests.e2e.closed_network import closed_network
from tests.e2e.desk import call
from tests.e2e.picture import until_live
from tests.e2e.stage import product
from tests.servers import TurnServer

# The page's connections, for the tests to look at.
KEPT = """
window.connections = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration) {
    super(configuration);
    window.connections.push(this);
  }
};
"""
# They may go by TURN only.
ONLY_TURN = """
{
  const closed = (configuration) => ({ ...configuration, iceTransportPolicy: "relay" });
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration) {
      super(closed(configuration));
    }
    setConfiguration(configuration) {
      super.setConfiguration(closed(configuration));
    }
  };
}
"""
TRANSPORTS_USED = """
async () => {
  const used = [];
  for (const connection of window.connections) {
    if (connection.connectionState !== "connected") continue;
    const stats = await connection.getStats();
    for (const { type, selectedCandidatePairId } of stats.values()) {
      if (type !== "transport" || !selectedCandidatePairId) continue;
      const local = stats.get(stats.get(selectedCandidatePairId).localCandidateId);
      used.push(`${local.candidateType} over ${local.relayProtocol}`);
    }
  }
  return used;
}
"""


@pytest_asyncio.fixture(loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The certificate of the tests' TURN server is signed by nobody that Chromium knows."""
    async with chromium("--ignore-certificate-errors") as made:
        yield made


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_the_picture_comes_through_turn_alone(
    tmp_path: Path, browser: Browser, turn_server: TurnServer, transport: str
) -> None:
    settings = {"TURN_URLS": turn_server.urls[transport], "TURN_SECRET": turn_server.secret}
    with product(tmp_path, settings) as made:
        console, phone = await console_page(browser), await phone_page(browser)
        for page in (console, phone):
            await page.context.add_init_script(KEPT + ONLY_TURN)
        await call(console, phone, made)
        await until_live(console)
        for page in (console, phone):
            assert await transports(page) == [f"relay over {transport}"]


async def test_where_only_tcp_443_gets_out_the_picture_comes_by_itself(
    tmp_path: Path, turn_server: TurnServer
) -> None:
    """Nothing is forced here: the pages find the one way that is open, among all that they are told."""
    settings = {"TURN_URLS": ",".join(turn_server.urls.values()), "TURN_SECRET": turn_server.secret}
    with product(tmp_path, settings) as made:
        async with (
            closed_network(tmp_path, made.port, turn_server.tls_port) as executable,
            chromium("--ignore-certificate-errors", executable=executable) as browser,
        ):
            console, phone = await console_page(browser), await phone_page(browser)
            for page in (console, phone):
                await page.context.add_init_script(KEPT)
            await call(console, phone, made)
            await until_live(console)
            for page in (console, phone):
                assert await transports(page) == ["relay over tls"]


async def transports(page: Page) -> list[str]:
    """How the page's connections reach the relay: the kind of their candidate, and its way to TURN."""
    used: list[str] = await page.evaluate(TRANSPORTS_USED)
    return used
