"""Who watches a session, on every bus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from signaling.bus.memory import MemoryBus
from signaling.bus.redis import RedisBus
from signaling.messages.console import Watcher
from signaling.ports import Bus
from signaling.service import presence
from signaling.service.presence import Attendance

ALICE = Watcher("alice", "Alice", "regulator", 1)
BOB = Watcher("bob", "Bob", "regulator", 2)


@pytest.fixture(params=["memory", "redis"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    opened: Bus
    opened = MemoryBus() if request.param == "memory" else RedisBus(request.getfixturevalue("redis_url"))
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANNOUNCE_SECONDS", "FORGET_SECONDS", "RELOAD_SECONDS", "ANSWER_SECONDS"):
        monkeypatch.setattr(presence, name, getattr(presence, name) / 20)


class Seat:
    """A connection, and what it has heard last."""

    def __init__(self, bus: Bus, leg: str, watcher: Watcher | None = None, session: str = "s1") -> None:
        self.attendance = Attendance(bus, session, leg, watcher)
        self._watchers: Sequence[Watcher] = ()
        self._changed = asyncio.Condition()

    async def listen(self) -> None:
        async for watchers in self.attendance.changes():
            async with self._changed:
                self._watchers = watchers
                self._changed.notify_all()

    async def until(self, *wanted: Watcher) -> None:
        async with asyncio.timeout(30), self._changed:  # a lost note is said again after 5 s
            await self._changed.wait_for(lambda: tuple(self._watchers) == wanted)


@asynccontextmanager
async def seated(*seats: Seat) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(seat.listen()) for seat in seats]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_all_hear_of_one_another_and_a_caller_hears_without_being_counted(bus: Bus) -> None:
    alice, bob, caller = Seat(bus, "a", ALICE), Seat(bus, "b", BOB), Seat(bus, "c")
    elsewhere = Seat(bus, "d", BOB, session="s2")
    async with seated(alice, elsewhere):
        await alice.until(ALICE)
        async with seated(bob, caller):
            for seat in (alice, bob, caller):
                await seat.until(ALICE, BOB)
        await elsewhere.until(BOB)


async def test_a_user_with_two_windows_watches_once_since_the_first(bus: Bus) -> None:
    later = Watcher("alice", "Alice", "regulator", 9)
    first, second, caller = Seat(bus, "a", ALICE), Seat(bus, "b", later), Seat(bus, "c")
    async with seated(first, second, caller):
        for seat in (first, second, caller):
            await seat.until(ALICE)


async def test_who_leaves_is_forgotten_and_so_is_who_falls_silent(bus: Bus, quick: None) -> None:
    alice, bob, caller = Seat(bus, "a", ALICE), Seat(bus, "b", BOB), Seat(bus, "c")
    async with seated(alice, caller):
        async with seated(bob):  # and then not a word more, as after a crash
            await caller.until(ALICE, BOB)
            assert await alice.attendance.is_there("bob")
        await caller.until(ALICE)
        assert not await alice.attendance.is_there("bob")
        await alice.attendance.leave()
    async with seated(caller):
        await caller.until()


async def test_who_comes_back_at_once_was_never_away(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "FORGET_SECONDS", 0.0)  # only what is said on leaving holds
    alice, bob, again = Seat(bus, "a", ALICE), Seat(bus, "b", BOB), Seat(bus, "e", BOB)
    async with seated(alice):
        await alice.until(ALICE)
        await bob.attendance.leave()
        await alice.until(ALICE, BOB)
        async with seated(again):
            assert await alice.attendance.is_there("bob")
