"""Relay nodes that die, leave or freeze, and a Redis that goes away: the picture comes back, or stays."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable

import pytest
from redis import Redis

from media import frames, heartbeat, registry, remote
from media import node as nodes
from media.film_recorder import FilmRecorder
from media.node import Node
from media.relay import EmbeddedRelay
from media.remote import RemoteRelay
from signaling.domain.errors import NoChannel, RelayUnavailable
from signaling.domain.ids import new_id
from signaling.messages.relay import ChannelMessage, ChannelOpened, Connected, Moved, Stalled
from signaling.ports import NodeLoad
from tests import servers
from tests.media.nodes import ANY_SPEED, NodeProcess, placed, until_alive, until_late, web
from tests.media.peers import LOOPBACK, Ear, Phone, Viewer, until

MakePhone = Callable[..., Phone]
MakeViewer = Callable[..., Viewer]


# ---------------------------------------------------------------- a node dies
async def test_when_a_node_is_killed_both_ends_are_told_and_meet_on_another(
    redis_url: str, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    with NodeProcess(redis_url) as first:
        async with web(redis_url, ear) as relay:
            console, _ = await viewer().view(relay), await phone(shade=60).publish(relay)
            await console.sees(60)
            with NodeProcess(redis_url) as second:
                await first.stop(signal.SIGKILL)
                await ear.hears(Stalled)
                await ear.hears(Moved)
                again, _ = await viewer().view(relay), await phone(shade=180).publish(relay)
                await again.sees(180)
                assert await placed(redis_url, "visio") == second.id
    assert ear.count(Stalled) == ear.count(Moved) == 1


async def test_one_of_many_web_processes_tells_of_a_dead_node_and_of_sessions_that_have_no_phone_yet(
    redis_url: str, viewer: MakeViewer, ear: Ear
) -> None:
    with NodeProcess(redis_url) as first, NodeProcess(redis_url):
        async with web(redis_url, ear) as relay, web(redis_url, ear), web(redis_url, ear):
            await viewer().view(relay, "nancy")
            await viewer().view(relay, "paris")
            await first.stop(signal.SIGKILL)
            await ear.hears(Moved)
            await viewer().view(relay, ear.moved[0])
    assert ear.count(Moved) == 1
    assert ear.count(Stalled) == 0


async def test_an_offer_to_a_node_that_dies_is_answered_by_the_next_one(
    redis_url: str, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    with NodeProcess(redis_url) as first:
        async with web(redis_url, ear) as relay:
            console = await viewer().view(relay)
            await until(lambda: console.pc.connectionState == "connected")
            with NodeProcess(redis_url) as second:
                first.send(signal.SIGSTOP)
                await phone().publish(relay)
                assert await placed(redis_url, "visio") == second.id
                first.send(signal.SIGCONT)
                await until(lambda: console.pc.connectionState == "closed")  # nobody forwards to it any more


async def test_a_session_that_found_no_node_is_told_when_there_is_one(
    redis_url: str, phone: MakePhone, ear: Ear
) -> None:
    async with web(redis_url, ear) as relay:
        with pytest.raises(RelayUnavailable):
            await relay.publish("visio", "phone", await phone().offer())
        assert ear.count(Moved) == 0
        with NodeProcess(redis_url):
            await ear.hears(Moved)
            await phone().publish(relay)
    assert ear.moved == ["visio"]


async def test_a_node_that_is_busy_keeps_its_lease_and_one_that_hangs_loses_it(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    beating = heartbeat.Heartbeat(redis_url, "busy")
    async with registry.connect(redis_url) as redis:
        await registry.Registry(redis).announce(NodeLoad("busy", 0, 0.0, 0.0, 0.0), 0, ())
    beating.start()
    with Redis.from_url(redis_url) as blocking:  # the event loop stands still meanwhile
        lease, renewals, left = f"{registry.PREFIX}lease:busy", 0, 0
        while renewals < 4:
            before, left = left, int(blocking.pttl(lease))
            assert left > 0
            renewals += left > before
    monkeypatch.setattr(heartbeat, "STUCK", 0.0)
    await until_late(redis_url, "busy")
    beating.stop()


# ---------------------------------------------------------------- a node leaves
async def test_a_node_that_is_told_to_stop_forwards_until_both_ends_have_gone_elsewhere(
    redis_url: str, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    with NodeProcess(redis_url) as first:
        async with web(redis_url, ear) as relay:
            console, caller = await viewer().view(relay), await phone(shade=60).publish(relay)
            await console.sees(60)
            with NodeProcess(redis_url) as second:
                first.send(signal.SIGTERM)
                await ear.hears(Moved)
                again, _ = await viewer().view(relay), await phone(shade=180).publish(relay)
                await again.sees(180)
                frames = console.frames
                await until(lambda: console.frames > frames + 10)
                assert await placed(redis_url, "visio") == second.id
                await console.close()
                await caller.close()
                assert await first.ended() == 0
    assert ear.count(Stalled) == 0


async def test_a_node_that_is_the_last_one_waits_for_nobody(
    redis_url: str, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    with NodeProcess(redis_url) as last:
        async with web(redis_url, ear) as relay:
            console, caller = await viewer().view(relay), await phone().publish(relay)
            await ear.hears(Connected)
            assert await last.stop(signal.SIGTERM) == 0
            await ear.hears(Stalled)
            await ear.hears(Moved)
            await until(lambda: caller.pc.connectionState == console.pc.connectionState == "closed")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "OVERLAP", 0.2)


@pytest.mark.usefixtures("impatient")
async def test_a_node_does_not_wait_for_ever_for_those_who_stay(
    redis_url: str, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    stop, ready = asyncio.Event(), asyncio.Event()
    own = EmbeddedRelay(addresses=(LOOPBACK,))
    leaving = Node(redis_url, own, FilmRecorder(own, lambda: new_id(0)))
    running = asyncio.create_task(leaving.run(stop, ready.set))
    await ready.wait()
    async with web(redis_url, ear) as relay:
        console, _ = await viewer().view(relay), await phone(shade=60).publish(relay)
        await console.sees(60)
        with NodeProcess(redis_url):
            stop.set()
            await running
            await until(lambda: console.pc.connectionState == "closed")


# ---------------------------------------------------------------- Redis goes away
async def test_media_goes_on_while_redis_is_away_and_all_is_well_when_it_comes_back_empty(
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


async def test_an_event_that_redis_gave_to_a_connection_that_is_gone_is_handled_all_the_same(
    ear: Ear,
) -> None:
    """As a Redis that stood still does with the questions that waited in its sockets."""
    with servers.redis_server() as redis:
        async with web(redis.url, ear) as relay, contextlib.AsyncExitStack() as stack:
            client = stack.enter_context(Redis.from_url(redis.url))
            await until(lambda: bool(client.exists(registry.EVENTS)))
            lost = ChannelMessage(session="visio", participant="phone", data="unheard")
            with client.pipeline() as both:
                both.xadd(registry.EVENTS, dict(frames.told("", "", lost)))
                both.xreadgroup(registry.GROUP, relay._id, {registry.EVENTS: ">"})
                assert both.execute()[1]
            redis.freeze()
            with pytest.raises(RelayUnavailable):
                await relay.send("visio", "phone", "bonjour")
            redis.thaw()
            await ear.hears(ChannelMessage)


async def test_leases_that_run_out_while_redis_stands_still_move_nobody(
    phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    with servers.redis_server() as redis, NodeProcess(redis.url, **ANY_SPEED) as first:
        async with web(redis.url, ear) as relay:
            console, caller = await viewer().view(relay), await phone(shade=60).publish(relay)
            await console.sees(60)
            with NodeProcess(redis.url, **ANY_SPEED) as second:
                redis.freeze()
                with pytest.raises(RelayUnavailable):
                    await relay.send("visio", "phone", "bonjour")
                first.send(signal.SIGSTOP)  # it comes back last
                redis.thaw()
                await until_alive(redis.url, second.id)
                viewing = asyncio.create_task(viewer().view(relay, participant="colleague"))
                await until_late(redis.url, first.id)
                first.send(signal.SIGCONT)
                caller.camera.shade = 180
                await (await viewing).sees(180)
                assert await placed(redis.url, "visio") == first.id
    assert ear.count(Stalled) == ear.count(Moved) == 0


async def test_a_node_that_is_late_once_is_not_given_up(
    redis_url: str, viewer: MakeViewer, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "HEARTBEAT", 1.0)
    with NodeProcess(redis_url) as first:
        async with web(redis_url, ear) as relay:
            await viewer().view(relay)
            with NodeProcess(redis_url):
                first.send(signal.SIGSTOP)
                await until(lambda: relay._late)
                first.send(signal.SIGCONT)
                await until(lambda: not relay._late)
                assert await placed(redis_url, "visio") == first.id
    assert ear.count(Moved) == 0


async def _until_sent(relay: RemoteRelay, data: str) -> None:
    """The node tells an empty Redis within a heartbeat what lies on it."""
    async with asyncio.timeout(15):
        while True:
            try:
                return await relay.send("visio", "phone", data)
            except (NoChannel, RelayUnavailable):
                await asyncio.sleep(0.05)
