"""Changing a session and telling whoever follows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from signaling.domain.facts import Event
from signaling.domain.handover import succession
from signaling.domain.records import Session
from signaling.messages.codec import encode
from signaling.ports import Bus, Change, Decide, Observer, Room, Store

NOTE_BYTES = 60 * 1024  # the bus takes 64 KB


def session_topic(session: str) -> str:
    """Notes are the new events (`News`), or their newest version alone when they are large."""
    return f"session:{session}"


def centre_topic(centre: str) -> str:
    """Notes are the id of the session that changed."""
    return f"centre:{centre}"


def phone_topic(participant: str) -> str:
    """Notes are frames for the phone's WebSocket, as JSON."""
    return f"phone:{participant}"


def move_topic(session: str) -> str:
    """Empty notes: the session's media node is gone, both ends are to offer again."""
    return f"move:{session}"


class News(msgspec.Struct, frozen=True):
    """What followers are told. The events spare each of them a look into the store; they are never the only
    copy, and a follower that finds a gap before them reads the store."""

    version: int  # of the newest event
    events: tuple[Event, ...] = ()


def news(events: Sequence[Event]) -> bytes:
    version = events[-1].version
    note = encode(News(version, tuple(events)))
    return note if len(note) <= NOTE_BYTES else encode(News(version))


read_news = msgspec.json.Decoder(News).decode


Follower = Callable[[Room, Sequence[Event]], None]  # the room as it was before these events


class Journal:
    """Every change of a session goes through here: stored first, then counted and announced."""

    def __init__(self, store: Store, bus: Bus, observer: Observer | None = None) -> None:
        self._store = store
        self._bus = bus
        self._observer = observer
        self._followers: list[Follower] = []

    def follow(self, follower: Follower) -> None:
        """Called after each change that this process makes, once it is on its way to everybody."""
        self._followers.append(follower)

    async def start(self, session: Session, change: Change) -> Sequence[Event]:
        events = await self._store.start(session, change)
        self._observe(Room(session, (), ()), events)
        return await self._announce(session.centre, session.id, events)

    async def change(self, centre: str, session: str, decide: Decide) -> Sequence[Event]:
        """As `Store.change`; the events are on their way to every follower when it returns. What a change
        says of a phone's picture may replace the camera (`signaling.domain.handover`)."""
        before: list[Room] = []  # of each attempt; the last one counts

        def decided(room: Room) -> Change:
            before.append(room)
            return succession(room, decide(room))

        events = await self._store.change(centre, session, decided)
        self._observe(before[-1], events)
        await self._announce(centre, session, events)
        if events:
            for follower in self._followers:
                follower(before[-1], events)
        return events

    async def moved(self, session: str) -> None:
        """The session's media node is gone: nothing to store, both ends are to offer again."""
        await self._bus.publish(move_topic(session), b"")

    def _observe(self, room: Room, events: Sequence[Event]) -> None:
        if self._observer is not None:
            self._observer.happened(room, events)

    async def _announce(self, centre: str, session: str, events: Sequence[Event]) -> Sequence[Event]:
        if events:
            await self._bus.publish(session_topic(session), news(events))
            await self._bus.publish(centre_topic(centre), session.encode())
        return events
