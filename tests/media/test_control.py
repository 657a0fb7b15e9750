"""The control channel of a phone: text both ways, in order, and never more than can be handled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from media.events import LIMIT, Events
from media.relay import EmbeddedRelay
from signaling.domain.errors import NoChannel
from signaling.messages.relay import ChannelClosed, ChannelMessage, ChannelOpened, RelayEvent
from tests.media.peers import LOOPBACK, Ear, Phone, until

MakePhone = Callable[..., Phone]


def texts(ear: Ear) -> list[str]:
    return [event.data for event in ear.events if isinstance(event, ChannelMessage)]


@pytest.fixture
async def caller(relay: EmbeddedRelay, phone: MakePhone, ear: Ear) -> Phone:
    """A phone whose channel is open."""
    caller = await phone().publish(relay)
    await ear.hears(ChannelOpened)
    return caller


async def test_text_goes_both_ways_in_order(relay: EmbeddedRelay, caller: Phone, ear: Ear) -> None:
    for number in range(100):
        caller.control.send(f"é{number}")
        await relay.send("visio", "phone", f"à{number}")
    await until(lambda: len(texts(ear)) == len(caller.told) == 100)
    assert texts(ear) == [f"é{number}" for number in range(100)]
    assert caller.told == [f"à{number}" for number in range(100)]


async def test_there_is_no_channel_before_it_opens_and_after_it_closes(
    relay: EmbeddedRelay, caller: Phone, ear: Ear
) -> None:
    for session, participant in (("visio", "nobody"), ("nowhere", "phone")):
        with pytest.raises(NoChannel):
            await relay.send(session, participant, "bonjour")
    caller.control.close()
    await ear.hears(ChannelClosed)
    with pytest.raises(NoChannel):
        await relay.send("visio", "phone", "bonjour")


async def test_a_message_too_large_for_the_phone_is_refused_and_the_channel_stays(
    relay: EmbeddedRelay, caller: Phone
) -> None:
    with pytest.raises(NoChannel):
        await relay.send("visio", "phone", "x" * 70_000)
    await relay.send("visio", "phone", "bonjour")
    await until(lambda: caller.told == ["bonjour"])


async def test_what_is_not_text_or_too_large_is_dropped_and_the_channel_stays(
    caller: Phone, ear: Ear
) -> None:
    caller.control.send(b"bytes")
    caller.lift_message_limit()
    caller.control.send("é" * 32_769)
    caller.control.send("é" * 32_768)
    caller.control.send("bonjour")
    await until(lambda: len(texts(ear)) == 2)
    assert texts(ear) == ["é" * 32_768, "bonjour"]


async def test_a_channel_of_another_name_is_closed(relay: EmbeddedRelay, caller: Phone, ear: Ear) -> None:
    other = caller.pc.createDataChannel("chat")
    await until(lambda: other.readyState == "closed")
    assert ear.count(ChannelOpened) == 1


async def test_the_newest_channel_counts_and_the_end_of_an_older_one_is_not_told(
    relay: EmbeddedRelay, caller: Phone, ear: Ear
) -> None:
    again = caller.pc.createDataChannel("control")
    await ear.hears(ChannelOpened, 2)
    caller.control.send("from the old page")
    caller.control.close()
    again.send("from the new page")
    await until(lambda: texts(ear))
    assert texts(ear) == ["from the new page"]
    assert ear.count(ChannelClosed) == 0
    again.close()
    await ear.hears(ChannelClosed)


async def test_the_last_words_reach_the_phone_even_if_the_network_loses_them_once(
    relay: EmbeddedRelay, caller: Phone
) -> None:
    with caller.deaf():
        await relay.send("visio", "phone", "ended")
        ending = asyncio.create_task(relay.end("visio"))
        await until(lambda: caller.unheard)
    await ending
    await until(lambda: caller.told == ["ended"])


async def test_a_flood_costs_the_phone_its_channel_and_the_relay_no_memory(phone: MakePhone) -> None:
    handled, going_on = Ear(), asyncio.Event()

    async def slow(event: RelayEvent) -> None:
        await handled(event)
        if isinstance(event, ChannelMessage):
            await going_on.wait()

    relay = EmbeddedRelay(addresses=(LOOPBACK,))
    await relay.open(slow)
    caller = await phone().publish(relay)
    await until(lambda: caller.control.readyState == "open")
    for number in range(LIMIT * 4):
        caller.control.send(str(number))
    await until(lambda: caller.control.readyState == "closed")
    going_on.set()
    await handled.hears(ChannelClosed)
    assert texts(handled) == [str(number) for number in range(len(texts(handled)))]
    assert len(texts(handled)) <= LIMIT
    await relay.close()


async def test_events_of_one_participant_come_one_at_a_time_and_those_of_others_beside() -> None:
    going_on, seen = asyncio.Event(), []

    async def handle(event: RelayEvent) -> None:
        assert isinstance(event, ChannelOpened | ChannelClosed)
        seen.append((event.participant, type(event)))
        if event.participant == "slow":
            await going_on.wait()

    events = Events(handle)
    for kind in (ChannelOpened, ChannelClosed):
        for participant in ("slow", "quick"):
            events.put(kind(session="visio", participant=participant))
    await until(lambda: len(seen) == 3)
    going_on.set()
    await until(lambda: len(seen) == 4)
    assert [kind for participant, kind in seen if participant == "slow"] == [ChannelOpened, ChannelClosed]
    await events.close()


async def test_a_handler_that_fails_does_not_stop_the_events() -> None:
    seen = Ear()

    async def handle(event: RelayEvent) -> None:
        await seen(event)
        raise ValueError("a bug")

    events = Events(handle)
    for kind in (ChannelOpened, ChannelClosed):
        events.put(kind(session="visio", participant="phone"))
    await seen.hears(ChannelClosed)
    await events.close()
