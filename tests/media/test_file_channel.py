"""Files that a phone sends: a channel of their own, one at a time, and never more than can be handled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from aiortc import RTCDataChannel

from media.file_channel import AHEAD, CHUNK
from media.relay import EmbeddedRelay
from signaling.messages.relay import ChannelOpened, FileChunk, RelayEvent
from tests.media.peers import LOOPBACK, Ear, Phone, until

MakePhone = Callable[..., Phone]
FILE = "0123456789abcdef" * 2
OTHER = "f" * 32


def chunks(ear: Ear) -> list[tuple[str, int, bytes]]:
    return [(event.file, event.offset, event.data) for event in ear.events if isinstance(event, FileChunk)]


@pytest.fixture
async def caller(relay: EmbeddedRelay, phone: MakePhone, ear: Ear) -> Phone:
    """A phone whose control channel is open."""
    caller = await phone().publish(relay)
    await ear.hears(ChannelOpened)
    return caller


async def opened(caller: Phone, label: str = f"file:{FILE}", protocol: str = "0") -> RTCDataChannel:
    channel = caller.pc.createDataChannel(label, protocol=protocol)
    await until(lambda: channel.readyState == "open")
    return channel


async def test_rule_9_chunks_of_a_file_come_in_order_from_where_it_was_resumed(
    caller: Phone, ear: Ear
) -> None:
    channel = await opened(caller, protocol="45000")
    for number in range(20):
        channel.send(bytes([number]) * 15_000)
    await until(lambda: len(chunks(ear)) == 20)
    assert chunks(ear) == [(FILE, 45_000 + 15_000 * number, bytes([number]) * 15_000) for number in range(20)]


async def test_the_control_channel_goes_on_beside_a_file_and_after_it(
    relay: EmbeddedRelay, caller: Phone, ear: Ear
) -> None:
    channel = await opened(caller)
    await relay.send("visio", "phone", "during")
    channel.close()
    await relay.send("visio", "phone", "after")
    await until(lambda: caller.told == ["during", "after"])
    assert ear.count(ChannelOpened) == 1


async def test_a_second_file_takes_the_place_of_the_first(caller: Phone, ear: Ear) -> None:
    first = await opened(caller)
    second = await opened(caller, f"file:{OTHER}")
    await until(lambda: first.readyState == "closed")
    second.send(b"of the second")
    await until(lambda: chunks(ear))
    assert chunks(ear) == [(OTHER, 0, b"of the second")]


@pytest.mark.parametrize(
    ("label", "protocol"),
    [
        ("file:", "0"), ("file:../../etc/passwd", "0"), (f"file:{FILE.upper()}", "0"), (f"file:{FILE}0", "0"),
        (f"file:{FILE}", "-1"), (f"file:{FILE}", "1e9"), (f"file:{FILE}", "9" * 10), (f"file:{FILE}", "0x1"),
    ],
    ids=range(8),
)  # fmt: skip
async def test_a_channel_of_another_label_or_offset_is_closed(
    caller: Phone, label: str, protocol: str
) -> None:
    channel = caller.pc.createDataChannel(label, protocol=protocol)
    await until(lambda: channel.readyState == "closed")
    assert caller.control.readyState == "open"


@pytest.mark.parametrize("message", ["text", b"x" * (CHUNK + 1)], ids=["text", "too-large"])
async def test_what_is_no_chunk_costs_the_phone_the_files_channel_and_not_the_call(
    caller: Phone, ear: Ear, message: str | bytes
) -> None:
    channel = await opened(caller)
    channel.send(message)
    await until(lambda: channel.readyState == "closed")
    assert chunks(ear) == []
    assert caller.control.readyState == "open"


async def test_a_phone_that_does_not_wait_for_answers_loses_the_channel_and_the_relay_no_memory(
    phone: MakePhone,
) -> None:
    handled, going_on = Ear(), asyncio.Event()

    async def slow(event: RelayEvent) -> None:
        await handled(event)
        if isinstance(event, FileChunk):
            await going_on.wait()

    relay = EmbeddedRelay(addresses=(LOOPBACK,))
    await relay.open(slow)
    caller = await phone().publish(relay)
    await until(lambda: caller.control.readyState == "open")
    channel = await opened(caller)
    for number in range(AHEAD * 2):
        channel.send(bytes([number]) * CHUNK)
    await until(lambda: channel.readyState == "closed")
    going_on.set()
    await until(lambda: len(chunks(handled)) >= AHEAD - 1)
    assert len(chunks(handled)) <= AHEAD
    assert caller.control.readyState == "open"
    await relay.close()
