"""Following a session: events from the notes when they follow at once, from the store when they do not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from signaling.bus.memory import MemoryBus
from signaling.domain import facts
from signaling.domain.errors import Unavailable
from signaling.domain.facts import Event
from signaling.hub import Hub
from signaling.service.journal import NOTE_BYTES, news, read_news, session_topic


class Shelf:
    """A store's events, and how often they were asked for."""

    def __init__(self) -> None:
        self.all: list[Event] = []
        self.asked: list[int] = []
        self.away = False

    async def events(self, centre: str, session: str, since: int) -> Sequence[Event]:
        self.asked.append(since)
        if self.away:
            raise Unavailable("the database can't be reached")
        return [event for event in self.all if event.version > since]


def event(version: int) -> Event:
    return Event(version, 0, facts.PageShown(participant="p"))


async def test_an_event_that_follows_at_once_needs_no_look_into_the_store() -> None:
    shelf, bus = Shelf(), MemoryBus()
    shelf.all = [event(1)]
    following = Hub(shelf, bus).follow("c", "s", 0)  # type: ignore[arg-type]
    assert await anext(following) == [event(1)]
    await bus.publish(session_topic("s"), news([event(2), event(3)]))
    assert list(await anext(following)) == [event(2), event(3)]
    assert shelf.asked == [0]
    await following.aclose()  # type: ignore[attr-defined]


async def test_a_gap_is_read_from_the_store_and_an_old_note_says_nothing() -> None:
    shelf, bus = Shelf(), MemoryBus()
    shelf.all = [event(1)]
    following = Hub(shelf, bus).follow("c", "s", 0)  # type: ignore[arg-type]
    await anext(following)
    shelf.all = [event(version) for version in range(1, 5)]
    await bus.publish(session_topic("s"), news([event(1)]))
    await bus.publish(session_topic("s"), news([event(4)]))  # the notes of 2 and 3 were lost
    assert list(await anext(following)) == [event(2), event(3), event(4)]
    await bus.publish(session_topic("s"), news([event(3)]))  # they come late
    await bus.publish(session_topic("s"), news([event(5)]))
    assert list(await anext(following)) == [event(5)]
    assert shelf.asked == [0, 1]
    await following.aclose()  # type: ignore[attr-defined]


async def test_a_store_that_is_away_for_a_while_ends_nothing_and_leaves_no_gap() -> None:
    shelf, bus = Shelf(), MemoryBus()
    shelf.all = [event(1)]
    following = Hub(shelf, bus).follow("c", "s", 0)  # type: ignore[arg-type]
    await anext(following)
    shelf.away = True
    await bus.publish(session_topic("s"), news([event(3)]))  # the note of 2 was lost
    coming = asyncio.ensure_future(anext(following))
    while len(shelf.asked) < 2:  # noqa: ASYNC110 - it is asked by a task that waits for nothing else
        await asyncio.sleep(0)
    shelf.away, shelf.all = False, [event(1), event(2), event(3)]
    await bus.publish(session_topic("s"), news([event(3)]))
    assert list(await coming) == [event(2), event(3)]
    await following.aclose()  # type: ignore[attr-defined]


def test_events_too_large_for_a_note_are_announced_by_their_version() -> None:
    long = facts.PositionAddressed(position="p", address="x" * NOTE_BYTES, source="BAN")
    assert read_news(news([Event(7, 0, long)])).version == 7
    assert read_news(news([Event(7, 0, long)])).events == ()
