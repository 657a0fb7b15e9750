"""Calls live through whatever is sent at them: by strangers, while they come about and later, and by their
own peers when these turn bad. Frames are counted."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
import uvloop

from media import sieve
from media.relay import EmbeddedRelay
from media.rtp import Packet
from media.viewer import ASKED, Viewer
from signaling.messages.relay import ChannelClosed
from tests.media.attackers import OFF_PATH, Target
from tests.media.counted import CountedCall
from tests.media.insiders import INSIDE, ON_THE_CHANNEL, Attack
from tests.media.peers import LOOPBACK, Ear, until

FRAMES = 20
ENOUGH = 0.95  # of the frames; the rest may fall to a loss that nobody has time to repair


@asynccontextmanager
async def strangers(*targets: Target) -> AsyncIterator[Callable[[], int]]:
    """All attacks of strangers on these ports, again and again; yields how often all were sent."""
    chance, rounds = random.Random(15), 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:

        async def attack() -> None:
            nonlocal rounds
            while True:
                for datagrams in OFF_PATH.values():
                    for at in targets:
                        for datagram in datagrams(at, chance):
                            sock.sendto(datagram, (LOOPBACK, at.port))
                    await asyncio.sleep(0)
                rounds += 1
                await asyncio.sleep(0.005)

        task = asyncio.create_task(attack())
        yield lambda: rounds
        task.cancel()
        await asyncio.wait([task])


async def among_strangers(setup: str) -> int:
    """A call that is attacked while it comes about and while it runs. Returns how much was dropped."""
    raised: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context))
    relay = EmbeddedRelay(addresses=(LOOPBACK,))
    await relay.open(Ear())
    call = CountedCall(relay, "visio", setup)
    async with strangers(*await call.offer()) as rounds:
        await until(lambda: rounds() >= 2)
        await call.connect()
        connected = rounds()
        assert await call.play(FRAMES) >= ENOUGH
        await until(lambda: rounds() >= connected + 2)
        assert await call.play(FRAMES) >= ENOUGH
    assert not raised
    count = dropped(relay)
    await call.close()
    await relay.close()
    return count


async def counted(relay: EmbeddedRelay, attack: Awaitable[None]) -> None:
    """Returns once something of that attack was dropped."""
    before = dropped(relay)
    await attack
    await until(lambda: dropped(relay) > before)


def dropped(relay: EmbeddedRelay) -> int:
    counts = msgspec.structs.asdict(relay.stats().counters)
    return sum(count for name, count in counts.items() if name.startswith("dropped_"))


def on_asyncio(work: Coroutine[Any, Any, int]) -> int:
    return asyncio.run(work)


def on_uvloop(work: Coroutine[Any, Any, int]) -> int:
    return uvloop.run(work)


@pytest.mark.parametrize("run", [on_asyncio, on_uvloop])
@pytest.mark.parametrize("setup", ["actpass", "active"])
@pytest.mark.parametrize("with_sieve", [True, False])
def test_a_call_comes_about_and_lives_among_strangers_in_both_dtls_roles(
    monkeypatch: pytest.MonkeyPatch,
    run: Callable[[Coroutine[Any, Any, int]], int],
    setup: str,
    with_sieve: bool,
) -> None:
    """Without the filter too: not every kernel takes one."""
    if not with_sieve:
        monkeypatch.setattr(sieve, "attach", lambda *_: None)
    assert run(among_strangers(setup)) > 2_000


@pytest.fixture
async def bystander(relay: EmbeddedRelay) -> AsyncIterator[CountedCall]:
    call = CountedCall(relay, "elsewhere")
    await call.offer()
    await call.connect()
    yield call
    await call.close()


@pytest.mark.parametrize("attack", INSIDE.values(), ids=INSIDE)
async def test_a_peer_that_turns_bad_harms_nobody_and_its_datagrams_are_counted(
    relay: EmbeddedRelay, bystander: CountedCall, attack: Attack
) -> None:
    """From the phone's address and from the viewer's, in both DTLS roles."""
    chance = random.Random(15)
    for setup in ("actpass", "active"):
        call = CountedCall(relay, "visio", setup)
        await call.offer()
        for insider in await call.connect():
            await counted(relay, attack(insider, chance))
        assert await bystander.play(FRAMES) >= ENOUGH
        await call.goes_on()
        await call.close()


@pytest.mark.parametrize("attack", ON_THE_CHANNEL.values(), ids=ON_THE_CHANNEL)
async def test_a_phone_that_floods_its_channel_may_lose_the_channel_but_not_the_call(
    relay: EmbeddedRelay, bystander: CountedCall, attack: Attack
) -> None:
    chance = random.Random(15)
    for setup in ("actpass", "active"):
        call = CountedCall(relay, "visio", setup)
        await call.offer()
        insider, _ = await call.connect()
        await counted(relay, attack(insider, chance))
        assert await bystander.play(FRAMES) >= ENOUGH
        await call.goes_on()
        await call.close()


async def test_messages_that_never_end_cost_the_phone_its_channel_and_the_relay_little_memory(
    relay: EmbeddedRelay, ear: Ear
) -> None:
    call = CountedCall(relay, "visio")
    await call.offer()
    insider, _ = await call.connect()
    await ON_THE_CHANNEL["messages in parts that never end"](insider, random.Random(15))
    await ear.hears(ChannelClosed)
    await call.goes_on()
    await call.close()


async def test_a_storm_of_nacks_has_few_packets_looked_up(
    monkeypatch: pytest.MonkeyPatch, relay: EmbeddedRelay, bystander: CountedCall
) -> None:
    looked_up: list[int] = []
    stock = Viewer._packet

    def look_up(viewer: Viewer, sequence: int) -> Packet | None:
        looked_up.append(sequence)
        return stock(viewer, sequence)

    monkeypatch.setattr(Viewer, "_packet", look_up)
    call = CountedCall(relay, "visio")
    await call.offer()
    _, insider = await call.connect()
    before = relay.stats().counters.dropped_floods
    await INSIDE["NACK storm"](insider, random.Random(15))
    await until(
        lambda: relay.stats().counters.dropped_floods > before
    )  # 200 of 1,024 numbers each got so far
    assert 0 < len(looked_up) < 20 * ASKED
    await call.close()


async def test_nothing_is_left_of_a_call_that_was_attacked(relay: EmbeddedRelay) -> None:
    tasks = len(asyncio.all_tasks())
    call = CountedCall(relay, "visio")
    await call.offer()
    insiders = await call.connect()
    for attack in (INSIDE["signed STUN of ever new addresses"], ON_THE_CHANNEL["thousands of channels"]):
        await attack(insiders[0], random.Random(15))
    await call.close()
    await until(lambda: len(asyncio.all_tasks()) <= tasks)
