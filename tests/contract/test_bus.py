"""Notes reach whoever follows their topic; a follower that may have missed one is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from redis.asyncio import Redis

from signaling.bus.memory import MemoryBus
from signaling.bus.redis import RedisBus
from signaling.ports import Bus
from tests import servers

TOPIC = "session:1"


async def read(notes: AsyncIterator[bytes], count: int) -> list[bytes]:
    async with asyncio.timeout(10):
        return [await anext(notes) for _ in range(count)]


async def rest(notes: AsyncIterator[bytes]) -> list[bytes]:
    """What is left of an iterator that ends."""
    async with asyncio.timeout(10):
        return [note async for note in notes]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(1000):
        if await condition():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


# ---------------------------------------------------------------- on every bus
@pytest.fixture(params=["memory", "redis"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    opened: Bus
    opened = MemoryBus() if request.param == "memory" else RedisBus(request.getfixturevalue("redis_url"))
    await opened.open()
    yield opened
    await opened.close()


async def test_every_follower_of_a_topic_gets_its_notes_in_order(bus: Bus) -> None:
    async with bus.subscribe(TOPIC) as one, bus.subscribe(TOPIC) as two:
        for note in (b"1", b"2", b"3"):
            await bus.publish(TOPIC, note)
        assert await read(one, 3) == [b"1", b"2", b"3"]
        assert await read(two, 3) == [b"1", b"2", b"3"]


async def test_a_follower_gets_no_note_of_another_topic(bus: Bus) -> None:
    async with bus.subscribe(TOPIC) as notes:
        await bus.publish("session:2", b"other")
        await bus.publish("session:*", b"pattern")
        await bus.publish(TOPIC, b"mine")
        assert await read(notes, 1) == [b"mine"]


async def test_a_follower_gets_nothing_from_before_it_came(bus: Bus) -> None:
    await bus.publish(TOPIC, b"before")
    async with bus.subscribe(TOPIC) as notes:
        await bus.publish(TOPIC, b"after")
        assert await read(notes, 1) == [b"after"]


async def test_a_topic_is_followed_again_after_everybody_left(bus: Bus) -> None:
    for note in (b"1", b"2", b"3"):
        async with bus.subscribe(TOPIC) as notes:
            await bus.publish(TOPIC, note)
            assert await read(notes, 1) == [note]


async def test_one_follower_leaves_and_the_other_goes_on(bus: Bus) -> None:
    async with bus.subscribe(TOPIC) as staying:
        async with bus.subscribe(TOPIC):
            pass
        await bus.publish(TOPIC, b"still here")
        assert await read(staying, 1) == [b"still here"]


@pytest.mark.parametrize("note", [b"", b"\x00\r\n\xff", b"x" * 65_536])
async def test_any_bytes_up_to_64_kb_are_a_note(bus: Bus, note: bytes) -> None:
    async with bus.subscribe(TOPIC) as notes:
        await bus.publish(TOPIC, note)
        assert await read(notes, 1) == [note]


async def test_a_larger_note_is_refused(bus: Bus) -> None:
    with pytest.raises(ValueError, match="65536 bytes at most, not 65537"):
        await bus.publish(TOPIC, b"x" * 65_537)


async def test_256_notes_wait_for_a_slow_reader(bus: Bus) -> None:
    async with bus.subscribe(TOPIC) as slow:
        for number in range(256):
            await bus.publish(TOPIC, b"%d" % number)
        assert await read(slow, 256) == [b"%d" % number for number in range(256)]


async def test_a_reader_that_lags_more_is_told_and_nobody_else(bus: Bus) -> None:
    async with bus.subscribe(TOPIC) as lagging, bus.subscribe(TOPIC) as quick:
        for number in range(300):
            await bus.publish(TOPIC, b"%d" % number)
            assert await read(quick, 1) == [b"%d" % number]
        assert await rest(lagging) == []
    async with bus.subscribe(TOPIC) as again:
        await bus.publish(TOPIC, b"301")
        assert await read(again, 1) == [b"301"]


async def test_a_follower_that_is_cancelled_disturbs_nobody(bus: Bus) -> None:
    async def follow() -> None:
        async with bus.subscribe("session:2") as notes:
            await rest(notes)

    async with bus.subscribe(TOPIC) as staying:
        for steps in range(30):
            follower = asyncio.create_task(follow())
            for _ in range(steps):
                await asyncio.sleep(0)
            follower.cancel()
            await asyncio.wait([follower])
            assert follower.cancelled()
        await bus.publish(TOPIC, b"still here")
        assert await read(staying, 1) == [b"still here"]


async def test_closing_the_bus_ends_every_iterator(bus: Bus) -> None:
    async with bus.subscribe(TOPIC) as one, bus.subscribe("session:2") as two:
        reading = [asyncio.create_task(rest(notes)) for notes in (one, two)]
        await bus.close()
        assert await asyncio.gather(*reading) == [[], []]


# ---------------------------------------------------------------- many processes
@pytest.fixture
async def buses(redis_url: str) -> AsyncIterator[tuple[RedisBus, RedisBus]]:
    """Those of two processes."""
    one, two = RedisBus(redis_url), RedisBus(redis_url)
    yield one, two
    await one.close()
    await two.close()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


async def test_a_note_reaches_the_followers_of_another_process(buses: tuple[RedisBus, RedisBus]) -> None:
    here, there = buses
    async with there.subscribe(TOPIC) as notes:
        await here.publish(TOPIC, b"hello")
        assert await read(notes, 1) == [b"hello"]


async def test_a_process_listens_on_one_connection_whatever_it_follows(
    buses: tuple[RedisBus, RedisBus], redis: Redis
) -> None:
    here, _ = buses

    async def follow(topic: str, ready: asyncio.Semaphore) -> list[bytes]:
        async with here.subscribe(topic) as notes:
            ready.release()
            return await read(notes, 1)

    ready = asyncio.Semaphore(0)
    topics = [f"session:{number}" for number in range(200)]
    followers = [asyncio.create_task(follow(topic, ready)) for topic in topics]
    for _ in topics:
        await ready.acquire()
    assert len(await redis.client_list(_type="pubsub")) == 1
    for topic in topics:
        await here.publish(topic, topic.encode())
    assert await asyncio.gather(*followers) == [[topic.encode()] for topic in topics]


async def test_redis_forgets_a_topic_that_nobody_follows(
    buses: tuple[RedisBus, RedisBus], redis: Redis
) -> None:
    here, _ = buses
    async with here.subscribe(TOPIC), here.subscribe(TOPIC):
        assert await redis.pubsub_channels() == [TOPIC.encode()]

    async def forgotten() -> bool:
        return await redis.pubsub_channels() == []

    await until(forgotten)


# ---------------------------------------------------------------- Redis goes away
@pytest.fixture
def own_redis() -> Iterator[servers.RedisServer]:
    with servers.redis_server() as server:
        yield server


@pytest.fixture
async def hasty(own_redis: servers.RedisServer) -> AsyncIterator[RedisBus]:
    """A bus that does not wait long."""
    bus = RedisBus(own_redis.url, pause=0.05, quiet=0.1, patience=0.3)
    yield bus
    await bus.close()


async def test_followers_are_told_when_redis_goes_away(
    hasty: RedisBus, own_redis: servers.RedisServer
) -> None:
    async with hasty.subscribe(TOPIC) as one, hasty.subscribe("session:2") as two:
        own_redis.kill()
        assert await rest(one) == []
        assert await rest(two) == []


async def test_followers_are_told_when_redis_no_longer_answers(
    hasty: RedisBus, own_redis: servers.RedisServer
) -> None:
    async with hasty.subscribe(TOPIC) as notes:
        own_redis.freeze()
        assert await rest(notes) == []


async def test_a_quiet_redis_is_not_away(hasty: RedisBus, own_redis: servers.RedisServer) -> None:
    async def was_asked_three_times() -> bool:
        commands = await client.info("commandstats")
        return bool(commands["cmdstat_ping"]["calls"] >= pings + 3)

    client = Redis.from_url(own_redis.url)
    pings = (await client.info("commandstats"))["cmdstat_ping"]["calls"]  # of the server's own start
    async with hasty.subscribe(TOPIC) as notes:
        await until(was_asked_three_times)
        await hasty.publish(TOPIC, b"hello")
        assert await read(notes, 1) == [b"hello"]
    await client.aclose()


@pytest.mark.parametrize("how", ["kill", "freeze"])
async def test_publishing_never_raises(hasty: RedisBus, own_redis: servers.RedisServer, how: str) -> None:
    await hasty.publish(TOPIC, b"there")
    getattr(own_redis, how)()
    for _ in range(5):
        await hasty.publish(TOPIC, b"away")


@pytest.mark.parametrize("how", ["kill", "freeze"])
async def test_following_while_redis_is_away_ends_by_itself(
    hasty: RedisBus, own_redis: servers.RedisServer, how: str
) -> None:
    getattr(own_redis, how)()
    for _ in range(3):
        async with hasty.subscribe(TOPIC) as notes:
            assert await rest(notes) == []


async def test_all_goes_on_when_redis_is_back(hasty: RedisBus, own_redis: servers.RedisServer) -> None:
    async with hasty.subscribe(TOPIC) as notes:
        await hasty.publish(TOPIC, b"before")
        assert await read(notes, 1) == [b"before"]
        own_redis.kill()
        await hasty.publish(TOPIC, b"lost")
        assert await rest(notes) == []
    own_redis.start()

    async def followed() -> bool:
        async with hasty.subscribe(TOPIC) as notes:
            await hasty.publish(TOPIC, b"after")
            return await anext(notes, None) == b"after"

    await until(followed)


async def test_the_first_note_after_a_restart_of_redis_is_not_lost(
    hasty: RedisBus, own_redis: servers.RedisServer
) -> None:
    """The connections that published before are dead, and nobody has noticed yet."""
    await hasty.publish(TOPIC, b"before")
    own_redis.kill()
    own_redis.start()
    other = RedisBus(own_redis.url)
    async with other.subscribe(TOPIC) as notes:
        await hasty.publish(TOPIC, b"after")
        assert await read(notes, 1) == [b"after"]
    await other.close()
