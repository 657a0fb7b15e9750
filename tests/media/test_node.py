"""Relay nodes behind Redis, and web processes that share their events."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from media import registry, remote, requests
from signaling.domain.errors import NoChannel, NoPicture, RelayUnavailable
from signaling.messages.relay import ChannelMessage, ChannelOpened, Connected, RelayEvent
from tests.media.nodes import ANY_SPEED, NodeProcess, placed, web
from tests.media.peers import Ear, Phone, Viewer, until

MakePhone = Callable[..., Phone]
MakeViewer = Callable[..., Viewer]


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
    with NodeProcess(redis_url, **ANY_SPEED) as one, NodeProcess(redis_url, **ANY_SPEED) as other:
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
        with pytest.raises(NoPicture):
            await relay.still("visio")
        await relay.drop("visio", "phone")
        await relay.end("visio")


async def test_a_node_that_does_not_answer_is_no_relay_either(
    redis_url: str, phone: MakePhone, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "REPLY_WITHIN", 0.3)
    with NodeProcess(redis_url) as node:
        async with web(redis_url, ear) as relay:
            node.send(signal.SIGSTOP)
            with pytest.raises(RelayUnavailable):
                await relay.publish("visio", "phone", await phone().offer())


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


async def test_a_malformed_request_hurts_nobody(redis_url: str, phone: MakePhone, ear: Ear) -> None:
    with NodeProcess(redis_url) as node:
        async with Redis.from_url(redis_url) as redis:
            for junk in ("", "{}", '{"type":"publish"}', '{"type":"handled","ref":"x"}', b"\xff\xfe"):
                await redis.rpush(registry.inbox(node.id), junk)
        async with web(redis_url, ear) as relay:
            await phone().publish(relay)
            await ear.hears(Connected)
