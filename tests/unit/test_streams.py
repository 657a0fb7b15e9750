"""Streams beside the caller's picture: who shows what to whom, and when one that nobody ends is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from signaling.bus.memory import MemoryBus
from signaling.domain import facts
from signaling.domain.errors import NotAllowed, NotFound
from signaling.domain.facts import Audience
from signaling.domain.streams import (
    OF_ALL,
    OF_ONE,
    Stream,
    must_have_room,
    own,
    relay_name,
    running,
    stream_of,
)
from signaling.messages import relay
from signaling.service.streams import Streams
from signaling.service.tasks import Tasks


def begun(stream: str, audience: Audience = "both", participant: str = "p1") -> facts.StreamStarted:
    return facts.StreamStarted(stream=stream, participant=participant, source="screen", audience=audience)


def test_what_runs_is_what_began_and_has_not_ended() -> None:
    happened: list[facts.AnyFact] = [
        begun("s1"),
        begun("s2", "caller"),
        facts.StreamEnded(stream="s1"),
        begun("s3", "guests"),
    ]
    assert [one.id for one in running(happened)] == ["s2", "s3"]
    assert [one.id for one in running(happened, ("caller", "both"))] == ["s2"]
    assert running([*happened, facts.SessionEnded(by=None)]) == ()


def test_a_stream_is_known_by_its_name_at_the_relay_and_a_phone_is_none() -> None:
    assert stream_of(relay_name("s1")) == "s1"
    assert stream_of("0198f1f27c3a7d5e9a3f0b1c2d3e4f50") is None


def test_there_is_room_for_two_of_one_and_eight_of_all() -> None:
    mine = [Stream(f"s{number}", "p1", "screen", "both") for number in range(OF_ONE)]
    with pytest.raises(NotAllowed):
        must_have_room(mine, "p1")
    must_have_room(mine, "p2")
    everybody = [Stream(f"s{number}", f"p{number}", "screen", "both") for number in range(OF_ALL)]
    with pytest.raises(NotAllowed):
        must_have_room(everybody, "p99")


def test_only_ones_own_is_ones_own() -> None:
    streams = [Stream("s1", "p1", "screen", "both")]
    assert own(streams, "p1", "s1") == streams[0]
    with pytest.raises(NotFound):
        own(streams, "p2", "s1")


class Ended(Streams):
    """Notes what would be ended; nothing else of it is asked here."""

    def __init__(self, bus: MemoryBus, tasks: Tasks) -> None:
        nobody = cast(Any, None)
        super().__init__(nobody, nobody, bus, nobody, nobody, tasks, ghost_seconds=0.2)
        self.ended = asyncio.Event()

    async def _end(self, centre: str, session: str, stream: str) -> None:
        self.ended.set()


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    made = Tasks()
    yield made
    await made.close()


async def test_a_stream_without_packets_is_over_unless_they_come_back(tasks: Tasks) -> None:
    names = {"session": "c.s", "participant": relay_name("s1")}
    ghost, living = Ended(MemoryBus(), tasks), Ended(MemoryBus(), tasks)
    await living.relay_event("c", "s", "s1", relay.Stalled(**names))
    await ghost.relay_event("c", "s", "s1", relay.Stalled(**names))
    await asyncio.sleep(0)  # both begin to wait
    await living.relay_event("c", "s", "s1", relay.Resumed(**names))
    async with asyncio.timeout(10):
        await ghost.ended.wait()
    assert not living.ended.is_set()
