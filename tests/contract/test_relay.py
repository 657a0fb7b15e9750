"""What every relay does: the one inside the web process, and a node in its own process behind Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import aioice.ice
import pytest

from media.relay import EmbeddedRelay
from media.remote import RemoteRelay
from signaling.domain.errors import BadOffer, NoChannel
from signaling.messages.relay import (
    ChannelClosed,
    ChannelMessage,
    ChannelOpened,
    Connected,
    FileChunk,
    Resumed,
    Stalled,
    ViewerLost,
)
from signaling.ports import NodeLoad, Relay
from tests.media.nodes import NodeProcess
from tests.media.peers import LOOPBACK, WITHIN, Ear, Peer, Phone, Viewer, until
from tests.servers import RedisServer


@pytest.fixture(autouse=True)
def on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice leaves 127.0.0.1 out of a peer's offers."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: [LOOPBACK])


@pytest.fixture(scope="module")
def node(redis_server: RedisServer) -> Iterator[NodeProcess]:
    redis_server.flush()
    with NodeProcess(redis_server.url) as process:
        yield process


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture(params=["embedded", "remote"])
async def relay(request: pytest.FixtureRequest, ear: Ear) -> AsyncIterator[Relay]:
    relay: Relay
    if request.param == "embedded":
        relay = EmbeddedRelay(addresses=(LOOPBACK,))
    else:
        request.getfixturevalue("node")
        relay = RemoteRelay(request.getfixturevalue("redis_server").url)
    await relay.open(ear)
    yield relay
    await relay.end("visio")
    await relay.close()


@pytest.fixture
async def peers() -> AsyncIterator[list[Peer]]:
    opened: list[Peer] = []
    yield opened
    for peer in opened:
        await peer.close()


@pytest.fixture
def phone(peers: list[Peer]) -> Callable[[int], Phone]:
    def make(shade: int = 200) -> Phone:
        made = Phone(shade)
        peers.append(made)
        return made

    return make


@pytest.fixture
def viewer(peers: list[Peer]) -> Callable[[], Viewer]:
    def make() -> Viewer:
        made = Viewer()
        peers.append(made)
        return made

    return make


MakePhone = Callable[..., Phone]
MakeViewer = Callable[[], Viewer]


async def test_a_viewer_sees_the_phone_whichever_came_first(
    relay: Relay, phone: MakePhone, viewer: MakeViewer
) -> None:
    early = await viewer().view(relay, participant="alice")
    await phone(60).publish(relay)
    await early.sees(60)
    late = await viewer().view(relay, participant="bob")
    await late.sees(60)


async def told(relay: Relay, *, busy: bool) -> NodeLoad:
    """The only node, once it says so: it measures once a second, and tells with a heartbeat."""
    async with asyncio.timeout(WITHIN):
        while True:
            (node,) = await relay.nodes()
            if bool(node.sessions) is busy and (node.packets > 0 or not busy):
                return node
            await asyncio.sleep(0.05)


async def test_each_node_tells_what_it_carries(relay: Relay, phone: MakePhone, viewer: MakeViewer) -> None:
    idle = await told(relay, busy=False)
    await phone(60).publish(relay)
    seen = await viewer().view(relay, participant="alice")
    await seen.sees(60)
    busy = await told(relay, busy=True)
    assert (busy.name, busy.sessions, busy.alive) == (idle.name, 1, True)
    assert busy.cpu > 0


async def test_what_happens_to_a_phone_is_told_in_order(relay: Relay, phone: MakePhone, ear: Ear) -> None:
    caller = await phone().publish(relay)
    await ear.hears(ChannelOpened)
    await until(lambda: caller.control.readyState == "open")  # a moment later on the phone's side
    for number in range(30):
        caller.control.send(str(number))
    await ear.hears(ChannelMessage, 30)
    assert [type(event) for event in ear.events[:2]] == [Connected, ChannelOpened]
    kinds = (Connected, ChannelOpened, ChannelMessage)
    of_phone = [event for event in ear.events if isinstance(event, kinds)]
    assert {(event.session, event.participant) for event in of_phone} == {("visio", "phone")}
    told = [event.data for event in ear.events if isinstance(event, ChannelMessage)]
    assert told == [str(number) for number in range(30)]
    await caller.close()
    await ear.hears(Stalled)
    await ear.hears(ChannelClosed)


async def test_rule_9_a_file_has_a_channel_of_its_own_and_its_bytes_come_in_order(
    relay: Relay, phone: MakePhone, ear: Ear
) -> None:
    caller = await phone().publish(relay)
    await ear.hears(ChannelOpened)
    channel = caller.pc.createDataChannel(f"file:{'a' * 32}", protocol="15000")
    for number in range(10):
        channel.on("open", lambda number=number: channel.send(bytes([255, number]) * 7_500))
    await ear.hears(FileChunk, 10)
    chunks = [event for event in ear.events if isinstance(event, FileChunk)]
    assert [chunk.offset for chunk in chunks] == [15_000 * number for number in range(1, 11)]
    assert {(chunk.session, chunk.participant, chunk.file) for chunk in chunks} == {
        ("visio", "phone", "a" * 32)
    }
    assert [chunk.data for chunk in chunks] == [bytes([255, number]) * 7_500 for number in range(10)]


async def test_text_reaches_the_phone_while_its_channel_is_open(
    relay: Relay, phone: MakePhone, ear: Ear
) -> None:
    caller = phone()
    with pytest.raises(NoChannel):
        await relay.send("visio", "phone", "too early")
    await caller.publish(relay)
    await ear.hears(ChannelOpened)
    await relay.send("visio", "phone", "plus près, s'il vous plaît")
    await until(lambda: caller.told == ["plus près, s'il vous plaît"])
    with pytest.raises(NoChannel):
        await relay.send("visio", "nobody", "bonjour")


async def test_what_is_no_offer_of_one_way_video_is_refused(
    relay: Relay, phone: MakePhone, viewer: MakeViewer
) -> None:
    to_send, to_receive = await phone().offer(), await viewer().offer()
    for text in ("", "bonjour", "v=0", to_receive, to_send.replace("a=setup", "a=up")):
        with pytest.raises(BadOffer):
            await relay.publish("visio", "phone", text)
    with pytest.raises(BadOffer):
        await relay.view("visio", "console", to_send)


async def test_a_phone_that_comes_back_is_seen_on_the_viewers_same_connection(
    relay: Relay, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    console = await viewer().view(relay)
    before = await phone(60).publish(relay)
    await console.sees(60)
    await before.close()
    await ear.hears(Stalled)
    await phone(180).publish(relay)
    await console.sees(180)
    await ear.hears(Resumed)
    assert console.pc.connectionState == "connected"
    assert ear.count(ViewerLost) == 0


async def test_a_thumbnail_shows_the_participant_that_it_names(
    relay: Relay, phone: MakePhone, viewer: MakeViewer
) -> None:
    console, small = await viewer().view(relay), await viewer().view(relay, thumbnail_of="first")
    await phone(shade=60).publish(relay, participant="first")
    await small.sees(60)
    await phone(shade=180).publish(relay, participant="second")
    await console.sees(180)
    frames = small.frames
    await until(lambda: small.frames > frames + 10)
    assert small.shade < 80


async def test_a_second_camera_is_a_thumbnail_beside_the_picture_and_never_the_picture(
    relay: Relay, phone: MakePhone, viewer: MakeViewer
) -> None:
    console, small = await viewer().view(relay), await viewer().view(relay, thumbnail_of="beside")
    await phone(shade=60).publish(relay, participant="camera")
    await console.sees(60)
    beside = phone(shade=180)
    await beside.answer(await relay.publish("visio", "beside", await beside.offer(), second=True))
    await small.sees(180)
    frames = console.frames
    await until(lambda: console.frames > frames + 10)
    assert console.shade < 80


async def test_a_viewer_that_goes_is_told(relay: Relay, viewer: MakeViewer, ear: Ear) -> None:
    console = await viewer().view(relay)
    await until(lambda: console.pc.connectionState == "connected")
    await console.close()
    await ear.hears(ViewerLost)


async def test_a_dropped_phone_is_cut_off_and_the_viewer_stays(
    relay: Relay, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    console, caller = await viewer().view(relay), await phone(60).publish(relay)
    await console.sees(60)
    before = ear.count(Stalled)  # a machine that is too busy for the phone's encoder may have told one
    await relay.drop("visio", "phone")
    await relay.drop("visio", "nobody")
    await relay.drop("nowhere", "phone")
    await until(lambda: caller.pc.connectionState == "closed")
    assert console.pc.connectionState == "connected"
    assert (ear.count(Stalled), ear.count(ViewerLost)) == (before, 0)


async def test_an_ended_session_is_over_for_all_and_may_begin_anew(
    relay: Relay, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    console, caller = await viewer().view(relay), await phone(60).publish(relay)
    await console.sees(60)
    await relay.end("visio")
    await relay.end("visio")
    await until(lambda: caller.pc.connectionState == console.pc.connectionState == "closed")
    with pytest.raises(NoChannel):
        await relay.send("visio", "phone", "bonjour")
    again = await viewer().view(relay)
    await phone(180).publish(relay)
    await again.sees(180)
