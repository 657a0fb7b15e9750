"""Invented input against the running product: the short form of `scripts/fuzz`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fuzz import guesses, media, routes, sockets
from tests.fuzz.stage import Visio, visio

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Visio]:
    async with visio(tmp_path) as made:
        yield made


async def test_no_request_breaks_a_route(running: Visio) -> None:
    counts = await asyncio.to_thread(routes.fuzz, running, 600)
    assert counts.faults == []
    assert {"200", "404"} < set(counts.outcomes)
    assert counts.memory[1] < counts.memory[0] + 200


async def test_no_frame_breaks_a_socket(running: Visio) -> None:
    counts = await sockets.fuzz(running, 2400)
    assert counts.faults == []
    assert counts.outcomes["refused"] > 500


async def test_no_guess_opens_anything(running: Visio) -> None:
    counts = await guesses.fuzz(running, 300)
    assert counts.faults == []
    assert {"/j/open 429", "/j/claim 429", "/j/code 429"} < set(counts.outcomes)


async def test_no_packet_and_no_offer_drops_a_call() -> None:
    counts = await media.fuzz(600)
    assert counts.faults == []
    assert counts.memory[1] < counts.memory[0] + 50
