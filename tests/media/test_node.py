"""Relay nodes behind Redis: placed, killed, drained, cut off; and web processes that share the events."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from redis.asyncio import Redis

from media import registry, remote
from media.remote import RemoteRelay
from signaling.domain.errors import NoChannel, RelayUnavailable
from signaling.messages.relay import ChannelMessage, ChannelOpened, Connected, RelayEvent, Stalled
from tests import servers
from tests.media.nodes import NodeProcess
from tests.media.peers import Ear, Phone, Viewer, until

MakePhone = Callable[..., Phone]
MakeViewer = Callable[..., Viewer]


@contextlib.asynccontextmanager
async def web(url: str, on_event: Callable[[RelayEvent], Awaitable[None]]) -> AsyncIterator[RemoteRelay]:
    """A web process's relay."""
    relay = RemoteRelay(url)
    await relay.open(on_event)
    try:
        yield relay
    finally:
        await relay.close()


async def placed(url: str, session: str) -> str:
    """The node of a session."""
    async with registry.connect(url) as redis:
        node = await registry.Registry(redis).find(session)
    assert node is not None
    return node


async def test_phone_and_viewer_of_a_session_meet_whichever_processes_took_them(
    redis_url: str, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    with NodeProcess(redis_url), NodeProcess(redis_url):
        async with web(redis_url, ear) as one, web(redis_url, ear) as other:
            console = await viewer().view(one)
            await phone(shade=60).publish(other)
            await console.sees(60)


async def test_sessions_go_to_the_node_that_has_least_to_do(
    redis_url: str, phone: MakePhone, ear: Ear
) -> None:
    with NodeProcess(redis_url) as one, NodeProcess(redis_url) as other:
        async with web(redis_url, ear) as relay:
            for session in ("nancy", "paris", "lyon", "brest"):
                await relay.publish(session, "phone", await phone().offer())
        nodes = [await placed(redis_url, session) for session in ("nancy", "paris", "lyon", "brest")]
        assert nodes.count(one.id) == nodes.count(other.id) == 2


async def test_without_a_node_there_is_no_relay(redis_url: str, phone: MakePhone, ear: Ear) -> None:
    async with web(redis_url, ear) as relay:
        with pytest.raises(RelayUnavailable):
            await relay.publish("visio", "phone", await phone().offer())
        with pytest.raises(NoChannel):
            await relay.send("visio", "phone", "bonjour")
        await relay.drop("visio", "phone")
        await relay.end("visio")


async def test_a_node_that_does_not_answer_is_no_relay_either(
    redis_url: str, phone: MakePhone, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "REPLY_WITHIN", 0.3)
    with NodeProcess(redis_url) as node:
        async with web(redis_url, ear) as relay:
            node.send(signal.SIGSTOP)
            with pytest.raises(RelayUnavailable):
                await relay.publish("visio", "phone", await phone().offer())


async def test_when_a_node_is_killed_its_phones_are_told_stalled_and_both_ends_meet_on_another(
    redis_url: str, phone: MakePhone, viewer: MakeViewer, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "CALM", 0)
    with NodeProcess(redis_url) as first:
        async with web(redis_url, ear) as relay:
            console, _ = await viewer().view(relay), await phone(shade=60).publish(relay)
            await console.sees(60)
            with NodeProcess(redis_url) as second:
                await first.stop(signal.SIGKILL)
                await ear.hears(Stalled)
                again, _ = await viewer().view(relay), await phone(shade=180).publish(relay)
                await again.sees(180)
                assert await placed(redis_url, "visio") == second.id
    assert ear.count(Stalled) == 1


async def test_a_node_that_is_told_to_stop_hands_its_sessions_over(
    redis_url: str, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    with NodeProcess(redis_url) as first:
        async with web(redis_url, ear) as relay:
            console, caller = await viewer().view(relay), await phone(shade=60).publish(relay)
            await console.sees(60)
            with NodeProcess(redis_url) as second:
                assert await first.stop(signal.SIGTERM) == 0
                await ear.hears(Stalled)
                await until(lambda: caller.pc.connectionState == console.pc.connectionState == "closed")
                again, _ = await viewer().view(relay), await phone(shade=180).publish(relay)
                await again.sees(180)
                assert await placed(redis_url, "visio") == second.id


async def test_a_node_that_was_frozen_lets_go_of_a_session_that_went_elsewhere(
    redis_url: str, phone: MakePhone, viewer: MakeViewer, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    with NodeProcess(redis_url) as first:
        async with web(redis_url, ear) as relay:
            console = await viewer().view(relay)
            await until(lambda: console.pc.connectionState == "connected")
            with NodeProcess(redis_url):
                monkeypatch.setattr(remote, "REPLY_WITHIN", 1.0)
                first.send(signal.SIGSTOP)
                await _until_published(relay, phone())
                first.send(signal.SIGCONT)
                await until(lambda: console.pc.connectionState == "closed")


async def _until_published(relay: RemoteRelay, caller: Phone) -> None:
    """Until the lease of a node that does not answer has run out."""
    offer = await caller.offer()
    async with asyncio.timeout(15):
        while True:
            try:
                return await caller.answer(await relay.publish("visio", "phone", offer))
            except RelayUnavailable:
                await asyncio.sleep(0.05)


async def test_each_event_is_handled_by_one_process_and_those_of_a_phone_in_order(
    redis_url: str, phone: MakePhone
) -> None:
    taken: list[tuple[str, RelayEvent]] = []

    def note(process: str) -> Callable[[RelayEvent], Awaitable[None]]:
        async def handle(event: RelayEvent) -> None:
            await asyncio.sleep(0)
            taken.append((process, event))

        return handle

    def texts() -> list[str]:
        return [event.data for _, event in taken if isinstance(event, ChannelMessage)]

    with NodeProcess(redis_url):
        async with web(redis_url, note("one")) as relay, web(redis_url, note("other")):
            caller = await phone().publish(relay)
            await until(lambda: caller.control.readyState == "open")
            for number in range(200):
                caller.control.send(str(number))
            await until(lambda: len(texts()) == 200)
    assert texts() == [str(number) for number in range(200)]
    assert {process for process, _ in taken} == {"one", "other"}


async def test_an_event_that_a_process_took_and_never_finished_is_handled_by_another(
    redis_url: str, phone: MakePhone, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "ABANDONED", 200)
    took, dead = Ear(), asyncio.Event()

    async def never(event: RelayEvent) -> None:
        await took(event)
        await dead.wait()

    with NodeProcess(redis_url):
        async with web(redis_url, never) as relay:
            await phone().publish(relay)
            await took.hears(Connected)
            async with web(redis_url, ear):
                await ear.hears(Connected)
                await ear.hears(ChannelOpened)
                dead.set()


async def test_media_goes_on_while_redis_is_away_and_all_is_well_when_it_is_back(
    phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    with servers.redis_server() as redis, NodeProcess(redis.url):
        async with web(redis.url, ear) as relay:
            console, caller = await viewer().view(relay), await phone(shade=60).publish(relay)
            await console.sees(60)
            await ear.hears(ChannelOpened)
            redis.kill()
            with pytest.raises(RelayUnavailable):
                await relay.send("visio", "phone", "bonjour")
            caller.camera.shade = 180
            await console.sees(180)
            caller.control.send("said while Redis was away")
            redis.start()
            await ear.hears(ChannelMessage)
            await _until_sent(relay, "bonjour")
            await until(lambda: caller.told)
    assert ear.count(Stalled) == 0


async def _until_sent(relay: RemoteRelay, data: str) -> None:
    """The node tells an empty Redis within a heartbeat what lies on it."""
    async with asyncio.timeout(15):
        while True:
            try:
                return await relay.send("visio", "phone", data)
            except (NoChannel, RelayUnavailable):
                await asyncio.sleep(0.05)


async def test_a_malformed_request_hurts_nobody(redis_url: str, phone: MakePhone, ear: Ear) -> None:
    with NodeProcess(redis_url) as node:
        async with Redis.from_url(redis_url) as redis:
            for junk in ("", "{}", '{"type":"publish"}', '{"type":"handled","ref":"x"}', b"\xff\xfe"):
                await redis.rpush(registry.inbox(node.id), junk)
        async with web(redis_url, ear) as relay:
            await phone().publish(relay)
            await ear.hears(Connected)
