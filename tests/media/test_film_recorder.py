"""Which phones a relay records: as it was told last, whatever comes late; and what nobody takes is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from media.film_recorder import FilmRecorder
from media.relay import EmbeddedRelay
from signaling.domain.errors import Unavailable
from signaling.messages.relay import FilmBegun, FilmEnded, RelayEvent
from tests.media.nodes import ANY_SPEED, NodeProcess, web
from tests.media.peers import LOOPBACK, WITHIN, Ear, Phone, until

MakePhone = Callable[..., Phone]


class Refusing(Ear):
    """Takes no film, as a server whose disk is full."""

    async def __call__(self, event: RelayEvent) -> None:
        await super().__call__(event)
        if isinstance(event, FilmBegun):
            raise Unavailable("the disk is full")


def ids() -> Callable[[], str]:
    left = iter(f"{number:032x}" for number in range(100))
    return lambda: next(left)


@asynccontextmanager
async def inside(ear: Ear) -> AsyncIterator[tuple[EmbeddedRelay, FilmRecorder]]:
    relay = EmbeddedRelay(addresses=(LOOPBACK,))
    await relay.open(ear)
    yield relay, FilmRecorder(relay, ids())
    await relay.close()


async def test_a_phone_is_recorded_until_it_is_told_otherwise_and_an_older_word_counts_for_nothing(
    phone: MakePhone, ear: Ear
) -> None:
    async with inside(ear) as (relay, recorder):
        await recorder.film("visio", {"phone": 1}, 4)  # which is not there
        await phone().publish(relay)
        await recorder.film("visio", {"phone": 1}, 5)
        await ear.hears(FilmBegun)
        begun = [event.film for event in ear.events if isinstance(event, FilmBegun)]
        await recorder.film("visio", {}, 4)
        assert list(recorder._sessions["visio"].running) == ["phone"]
        assert list(await recorder.being_made([*begun, "another"])) == begun
        await recorder.film("visio", {}, 6)
        await ear.hears(FilmEnded)
        await until(lambda: not recorder.films)
        await recorder.film("visio", {"phone": 1}, 7)
        await ear.hears(FilmBegun, 2)


async def test_a_film_that_nobody_takes_is_over_until_its_phone_connects_anew(phone: MakePhone) -> None:
    ear = Refusing()
    async with inside(ear) as (relay, recorder):
        await phone().publish(relay)
        await recorder.film("visio", {"phone": 1}, 1)
        await until(lambda: recorder._sessions["visio"].running["phone"].recording.over)
        await recorder.film("visio", {"phone": 1}, 2)
        assert recorder._sessions["visio"].running["phone"].recording.over
        await recorder.film("visio", {"phone": 3}, 3)
        await ear.hears(FilmBegun, 2)
    assert ear.count(FilmEnded) == 0


async def test_a_node_hears_that_nobody_takes_its_film(phone: MakePhone, redis_url: str) -> None:
    ear = Refusing()
    with NodeProcess(redis_url, **ANY_SPEED):
        async with web(redis_url, ear) as relay:
            await phone().publish(relay)
            await relay.film("visio", {"phone": 1}, 1)
            await ear.hears(FilmBegun)
            async with asyncio.timeout(WITHIN):
                connection = 1
                while ear.count(FilmBegun) == 1:  # the refusal is on its way
                    connection += 1
                    await relay.film("visio", {"phone": connection}, 1)
    assert ear.count(FilmEnded) == 0
