"""The simulated phone through a real relay: its picture, its obedience, its misbehaviour."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import Server as WebSocketServer
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from media.relay import EmbeddedRelay
from media.simulator import phone as phones
from media.simulator import publisher
from media.simulator.archive import Archive
from media.simulator.door import Server
from media.simulator.manners import Manners
from media.simulator.phone import Page
from media.tasks import end
from signaling.messages import caller
from signaling.messages.codec import decode_caller, decode_control, encode
from signaling.messages.control import Command, ControlUp, Ended, Hello, Position, Result
from signaling.messages.relay import ChannelMessage, ChannelOpened, Connected, Resumed, Stalled
from tests.media.peers import LOOPBACK, Ear, Viewer, until

MakeViewer = Callable[..., Viewer]

DARK, LIT, FACE = 91, 141, 118  # mean luma of the pictures


class FrontDesk:
    """`/ws/caller` in front of a relay, and nothing else of the product."""

    def __init__(self, relay: EmbeddedRelay) -> None:
        self.relay = relay
        self.steps: list[str] = []
        self.pages: list[str] = []
        self.said: list[ControlUp] = []  # by the socket
        self.lines: list[ServerConnection] = []
        self.answers = True

    async def __call__(self, line: ServerConnection) -> None:
        self.lines.append(line)
        with contextlib.suppress(ConnectionClosed):
            async for text in line:
                await self._take(line, decode_caller(text))

    async def _take(self, line: ServerConnection, frame: caller.CallerIn) -> None:
        match frame:
            case caller.Join():
                self.pages.append(frame.page)
                welcome = caller.Welcome(epoch=len(set(self.pages)), centre="SAMU 54", ice_servers=[])
                await line.send(encode(welcome).decode())
            case caller.Offer():
                if self.answers:
                    sdp = await self.relay.publish("visio", "phone", frame.sdp)
                    await line.send(encode(caller.Answer(ref=frame.ref, sdp=sdp)).decode())
            case caller.Step():
                self.steps.append(frame.step)
            case caller.Ping():
                await line.send(encode(caller.Pong()).decode())
            case caller.Watch():
                pass  # nobody shows it anything
            case _:
                self.said.append(frame)


class Stage:
    """A simulated phone at a front desk, until the test is over."""

    def __init__(self, desk: FrontDesk, server: Server, archive: Archive) -> None:
        self.desk = desk
        self.leaving = asyncio.Event()
        self._server = server
        self._archive = archive
        self._tasks: list[asyncio.Task[Any]] = [asyncio.create_task(archive.work())]

    def page(self, **manners: float) -> asyncio.Task[str]:
        page = Page(self._server, self._archive, Manners(**manners), (LOOPBACK,))  # type: ignore[arg-type]
        task: asyncio.Task[str] = asyncio.create_task(page.live(self.leaving))
        self._tasks.append(task)
        return task

    async def command(self, name: str, value: bool | float | str) -> None:
        frame = Command(id=f"{name} {value}", epoch=1, name=name, value=value)  # type: ignore[arg-type]
        await self.desk.relay.send("visio", "phone", encode(frame).decode())

    async def close(self) -> None:
        await end(self._tasks)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one test has filmed serves the others."""
    return tmp_path_factory.mktemp("films")


@pytest.fixture
async def stage(relay: EmbeddedRelay, films: Path) -> AsyncIterator[Stage]:
    desk = FrontDesk(relay)
    async with serve(desk, LOOPBACK, 0) as socket:
        port = _port(socket)
        made = Stage(desk, Server(f"http://{LOOPBACK}:{port}", ssl.create_default_context()), Archive(films))
        yield made
        await made.close()


def _port(server: WebSocketServer) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])


def told(ear: Ear) -> list[ControlUp]:
    """What the phone said on its data channel."""
    return [decode_control(event.data) for event in ear.events if isinstance(event, ChannelMessage)]


# ---------------------------------------------------------------- as a phone does
@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_a_viewer_sees_its_picture_and_what_commands_make_of_it(
    relay: EmbeddedRelay, stage: Stage, viewer: MakeViewer, ear: Ear, codec: str
) -> None:
    console = await viewer(codecs=[codec]).view(relay)
    stage.page()
    await console.sees(DARK)
    assert stage.desk.steps == ["camera.asked", "camera.granted"]
    await stage.command("torch", True)
    await console.sees(LIT)
    await stage.command("torch", False)
    await console.sees(DARK)
    await stage.command("camera", "user")
    await console.sees(FACE)
    assert [frame.id for frame in told(ear) if isinstance(frame, Result)] == [
        "torch True",
        "torch False",
        "camera user",
    ]


async def test_it_says_hello_on_its_channel_and_tells_where_it_walks(
    stage: Stage, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phones, "EVERY", 0.05)
    stage.page()
    await until(lambda: any(isinstance(frame, Hello) for frame in told(ear)))
    await stage.command("position", True)
    await until(lambda: len(places(ear)) > 3)
    await stage.command("position", False)
    assert all(
        abs(place.latitude - 48.6936) < 0.001 and abs(place.longitude - 6.1833) < 0.001
        for place in places(ear)
    )
    assert len({place.longitude for place in places(ear)}) == len(places(ear))


def places(ear: Ear) -> list[Position]:
    return [frame for frame in told(ear) if isinstance(frame, Position)]


async def test_a_viewer_that_joins_later_sees_it_at_once(
    relay: EmbeddedRelay, stage: Stage, viewer: MakeViewer
) -> None:
    stage.page()
    await until(lambda: relay.stats().counters.packets_in > 20)
    await (await viewer().view(relay)).sees(DARK)
    assert relay.stats().counters.keyframes_asked == 1


async def test_it_comes_back_by_itself_when_the_relay_hangs_up(
    relay: EmbeddedRelay, stage: Stage, viewer: MakeViewer, ear: Ear
) -> None:
    console = await viewer().view(relay)
    stage.page()
    await console.sees(DARK)
    await relay.drop("visio", "phone")
    await ear.hears(Connected, 2)
    before = console.frames
    await until(lambda: console.frames > before + 30)


async def test_it_comes_back_by_itself_when_the_relay_falls_silent(
    stage: Stage, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, deaf = publisher._Leg.heard, False

    def hear(leg: publisher._Leg, compound: bytes, now: float) -> None:
        if not deaf:
            heard(leg, compound, now)

    monkeypatch.setattr(publisher, "PATIENCE", 2)
    monkeypatch.setattr(publisher._Leg, "heard", hear)
    stage.page()
    await ear.hears(ChannelOpened)
    deaf = True
    await ear.hears(ChannelOpened, 2)


async def test_it_comes_back_by_itself_when_its_line_is_cut_and_keeps_its_picture(
    relay: EmbeddedRelay, stage: Stage, viewer: MakeViewer
) -> None:
    console = await viewer().view(relay)
    stage.page()
    await console.sees(DARK)
    await stage.desk.lines[0].close(1012)
    await until(lambda: len(stage.desk.lines) == 2)
    await until(lambda: len(stage.desk.pages) == 2)
    assert len(set(stage.desk.pages)) == 1  # the same load of the page
    assert relay.stats().publishers == 1


@pytest.mark.parametrize("code", [4404, 4410])
async def test_it_goes_when_the_visio_is_over(stage: Stage, code: int) -> None:
    page = stage.page()
    await until(lambda: stage.desk.steps)
    await stage.desk.lines[0].close(code)
    assert await page == "the visio has ended"


async def test_it_goes_when_the_relay_tells_the_end(stage: Stage, ear: Ear) -> None:
    page = stage.page()
    await until(lambda: told(ear))
    await stage.desk.relay.send("visio", "phone", encode(Ended()).decode())
    assert await page == "the visio has ended"


async def test_it_asks_at_the_door_again_when_the_server_does_not_know_it(stage: Stage) -> None:
    page = stage.page()
    await until(lambda: stage.desk.steps)
    await stage.desk.lines[0].close(4401)
    assert await page == "the server does not know us"


async def test_a_caller_who_hangs_up_says_so(stage: Stage) -> None:
    page = stage.page()
    await until(lambda: stage.desk.steps)
    stage.leaving.set()
    assert await page == "hung up"
    await until(lambda: stage.desk.steps[-1] == "hung_up")


# ---------------------------------------------------------------- on request
async def test_a_caller_who_refuses_shows_nothing(relay: EmbeddedRelay, stage: Stage) -> None:
    stage.page(refuses=True)
    await until(lambda: stage.desk.steps == ["camera.asked", "camera.refused"])
    await until(lambda: stage.desk.said)
    assert isinstance(stage.desk.said[0], Hello)
    assert relay.stats().publishers == 0


async def test_lost_packets_are_repaired(relay: EmbeddedRelay, stage: Stage, viewer: MakeViewer) -> None:
    console = await viewer().view(relay)
    stage.page(loss=0.05)
    await console.sees(DARK)
    before = console.frames
    await until(lambda: relay.stats().counters.recovered > 3)
    await until(lambda: console.frames > before + 30)


async def test_a_silent_phone_is_stalled_until_it_speaks(
    stage: Stage, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.stream.WATCHDOG", 0.4)
    stage.page(silence=1.2)
    await ear.hears(Stalled)
    await ear.hears(Resumed)
    assert len(stage.desk.lines) == 1


async def test_a_page_that_is_loaded_anew_is_another_page(stage: Stage) -> None:
    assert await stage.page(reconnect=0.2) == "loads the page anew"
    stage.page()
    await until(lambda: len(set(stage.desk.pages)) == 2)
