"""What a viewer sees goes on: another camera, another page, another source, a new connection of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from media import keyframes
from media.relay import EmbeddedRelay
from signaling.messages.relay import Connected, ViewerLost
from tests.media.lossy import Line
from tests.media.peers import Camera, Ear, Phone, Viewer, until

MakePhone = Callable[..., Phone]
MakeViewer = Callable[..., Viewer]


@pytest.fixture
def without_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """A keyframe that was not asked for when it was needed never comes."""
    monkeypatch.setattr(keyframes, "RETRY", 60.0)


@pytest.mark.usefixtures("without_retries")
async def test_another_camera_of_the_phone_comes_by_the_same_connections(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    console, caller = await viewer().view(relay), await phone(shade=60).publish(relay)
    await console.sees(60)
    connection = console.pc.connectionState, console.track_id
    caller.video.sender.replaceTrack(Camera(180))
    await console.sees(180)
    assert (console.pc.connectionState, console.track_id) == connection
    assert ear.count(Connected) == 1


@pytest.mark.usefixtures("without_retries")
async def test_a_phone_that_begins_another_source_has_a_keyframe_of_that_one_asked_for_at_once(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer
) -> None:
    console, caller = await viewer().view(relay), await phone(shade=60, codecs=["H264"]).publish(relay)
    await until(lambda: console.frames > 30)  # so that the first keyframe's request is long ago
    caller.change_source()
    caller.camera.shade = 180
    painted = caller.camera.painted
    await console.sees(180)
    assert caller.camera.painted < painted + 45  # the encoder's own next keyframe comes later than that


@pytest.mark.usefixtures("without_retries")
async def test_a_page_that_was_reloaded_and_whose_keyframe_is_lost_is_asked_for_another_at_once(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    console, _ = await viewer().view(relay), await phone(shade=60).publish(relay)
    await console.sees(60)
    reloaded = phone(shade=180, codecs=["VP8"])
    reloaded.camera.running.clear()
    async with Line() as line:
        answer = await relay.publish("visio", "phone", line.hidden(await reloaded.offer()))
        await reloaded.answer(line.through(answer))
        await ear.hears(Connected, 2)
        line.up.is_cut = True
        reloaded.camera.running.set()
        await until(lambda: reloaded.camera.painted > 5)
        line.up.is_cut = False
        await console.sees(180)


async def test_a_viewers_earlier_connection_serves_until_a_picture_comes_by_the_new_one(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    caller = phone(shade=60)
    async with Line() as line:
        answer = await relay.publish("visio", "phone", line.hidden(await caller.offer()))
        await caller.answer(line.through(answer))
        before = await viewer().view(relay)
        await before.sees(60)
        line.down.is_cut = True  # the phone hears nobody ask for a keyframe
        after = await viewer().view(relay)
        await until(lambda: after.pc.connectionState == "connected")
        frames = before.frames
        await until(lambda: before.frames > frames + 5)
        assert relay.stats().viewers == 2
        line.down.is_cut = False
        await after.sees(60)
        await until(lambda: relay.stats().viewers == 1)
    assert ear.count(ViewerLost) == 0


async def test_a_thumbnail_goes_on_when_its_phone_comes_back_and_leaves_with_its_console(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    small = await viewer().view(relay, thumbnail_of="first")
    for shade in (60, 180):
        await phone(shade=shade).publish(relay, participant="first")
        await small.sees(shade)
    await relay.drop("visio", "console")
    assert relay.stats().viewers == 0
    assert ear.count(ViewerLost) == 0
