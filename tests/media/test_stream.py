"""Which of a phone's connections its picture comes from, and when that is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

import pytest

from media.events import Events
from media.publisher import Publisher
from media.rtp import Packet
from media.stream import WATCHDOG, Stream
from signaling.messages.relay import Connected, Resumed, Stalled
from tests.media.peers import Ear, until

PICTURE = [Packet(96, 0x80, 1, 0, 7, 12, 20, bytes(20))]
PADDING = [Packet(96, 0x80, 2, 0, 7, 12, 12, bytes(20))]


class Leg:
    """A publisher, as far as its stream sees it; its own connection."""

    def __init__(self) -> None:
        self.connection = self
        self.is_up = True

    def close(self) -> None:
        self.is_up = False

    def tick(self, now: float) -> None:
        """Nothing to ask for."""


class Audience:
    changes = 0

    def stream_changed(self, _stream: Stream, _now: float) -> None:
        self.changes += 1


def leg() -> Publisher:
    return cast(Publisher, Leg())


@pytest.fixture
async def stream(ear: Ear) -> AsyncIterator[Stream]:
    events = Events(ear)
    yield Stream("visio", "phone", events, Audience())
    await events.close()


async def test_padding_alone_takes_no_place(stream: Stream) -> None:
    first = leg()
    stream.place.add(first)
    stream.forward(first, PADDING, 1.0)
    assert stream.publisher is None
    stream.forward(first, PICTURE, 1.0)
    assert stream.publisher is first


async def test_a_new_connection_takes_the_place_with_its_first_picture_and_closes_the_old(
    stream: Stream,
) -> None:
    first, second = leg(), leg()
    for publisher in (first, second):
        stream.place.add(publisher)
        stream.forward(publisher, PICTURE, 1.0)
    assert stream.publisher is second
    assert not first.connection.is_up
    stream.forward(first, PICTURE, 1.1)
    assert stream.publisher is second


async def test_a_connection_replaced_before_it_had_a_picture_is_closed_and_told_nothing_of(
    stream: Stream, ear: Ear
) -> None:
    first, second = leg(), leg()
    stream.place.add(first)
    stream.place.add(second)
    assert not first.connection.is_up
    stream.up(first, 1.0)
    stream.lost(first, 1.0)
    stream.up(second, 1.0)
    await ear.hears(Connected)
    assert len(ear.events) == 1


async def test_silence_is_told_once_and_so_is_its_end(stream: Stream, ear: Ear) -> None:
    publisher = leg()
    stream.place.add(publisher)
    stream.up(publisher, 1.0)
    stream.forward(publisher, PICTURE, 1.0)
    for late in (0.0, 0.1, 0.2):
        stream.tick(1.0 + WATCHDOG + late)
    await ear.hears(Stalled)
    stream.forward(publisher, PICTURE, 9.0)
    stream.forward(publisher, PICTURE, 9.1)
    await ear.hears(Resumed)
    assert [type(event) for event in ear.events] == [Connected, Stalled, Resumed]


async def test_a_connection_that_never_has_a_picture_is_told_stalled(stream: Stream, ear: Ear) -> None:
    publisher = leg()
    stream.place.add(publisher)
    stream.up(publisher, 1.0)
    stream.tick(1.0 + WATCHDOG - 0.1)
    stream.tick(1.0 + WATCHDOG + 0.1)
    await ear.hears(Stalled)


async def test_the_end_of_the_last_connection_is_told_stalled_and_that_of_another_is_not(
    stream: Stream, ear: Ear
) -> None:
    first, second = leg(), leg()
    stream.place.add(first)
    stream.forward(first, PICTURE, 1.0)
    stream.place.add(second)
    stream.lost(second, 1.1)
    assert stream.flowing
    stream.lost(first, 1.2)
    await until(lambda: ear.events)
    assert [type(event) for event in ear.events] == [Stalled]
    assert not stream.flowing
