"""Stills of what flows through the relay: real aiortc phones, the real worker."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from io import BytesIO

import pytest
import uvloop
from PIL import Image

from media import stills
from media.decoding import Undecodable
from media.encoded_frames import EncodedFrame
from media.relay import EmbeddedRelay
from signaling.domain.errors import NoPicture, RelayUnavailable
from signaling.messages.relay import Stalled
from tests.media.peers import LOOPBACK, Ear, Phone, Viewer, until

MakePhone = Callable[..., Phone]
MakeViewer = Callable[..., Viewer]


async def publish(
    relay: EmbeddedRelay, phone: Phone, session: str = "visio", participant: str = "phone"
) -> Phone:
    """Returns once its media flows."""
    before = relay.stats().counters.packets_in
    await phone.publish(relay, session, participant)
    await until(lambda: relay.stats().counters.packets_in > before + 5)
    return phone


def look(jpeg: bytes) -> tuple[str, tuple[int, int], int]:
    """(format, size, shade) of a still."""
    with Image.open(BytesIO(jpeg)) as image:
        return str(image.format), image.size, round(sum(image.convert("L").resize((8, 8)).tobytes()) / 64)


def shows(jpeg: bytes, shade: int) -> bool:
    """Within what two codecs change; a picture's grey is stretched from the 219 steps of luma to 255."""
    return abs(look(jpeg)[2] - (shade - 16) * 255 / 219) < 15


# ---------------------------------------------------------------- through the relay
@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_a_still_is_a_jpeg_of_what_the_phone_sees_while_nobody_watches(
    relay: EmbeddedRelay, phone: MakePhone, codec: str
) -> None:
    await publish(relay, phone(shade=60, codecs=[codec]))
    jpeg = await relay.still("visio")
    assert look(jpeg)[:2] == ("JPEG", (160, 96))
    assert shows(jpeg, 60)


async def test_the_phone_is_asked_for_a_keyframe_at_once(
    relay: EmbeddedRelay, phone: MakePhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.relay.TICK", 3600)
    await publish(relay, phone(shade=60, codecs=["VP8"]))
    await relay.still("visio")
    assert relay.stats().counters.keyframes_asked == 1


async def test_the_same_still_comes_again_until_another_may_be_taken(
    relay: EmbeddedRelay, phone: MakePhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stills, "AGAIN", 0.5)
    caller = await publish(relay, phone(shade=60, codecs=["VP8"]))
    first, second = await asyncio.gather(relay.still("visio"), relay.still("visio", "phone"))
    assert first is second
    assert await relay.still("visio") is first
    caller.camera.shade = 200
    await until(lambda: not relay._stills._taken)
    assert shows(await relay.still("visio"), 200)


async def test_a_phone_whose_keyframe_no_decoder_takes_keeps_nobody_else_waiting(
    relay: EmbeddedRelay, phone: MakePhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stills, "AGAIN", 0.0)
    await publish(relay, phone(shade=60, codecs=["VP8"]), participant="hostile")
    await publish(relay, phone(shade=60, codecs=["VP8"]), participant="phone")
    tried = []

    async def refuse(keyframe: EncodedFrame) -> bytes:
        tried.append(keyframe)
        raise Undecodable("the keyframe can't be decoded")

    with monkeypatch.context() as hostile:
        hostile.setattr(relay._stills._decoder, "jpeg", refuse)
        for _ in range(3):
            with pytest.raises(NoPicture):
                await relay.still("visio", "hostile")
    assert len(tried) == 1
    assert shows(await relay.still("visio", "phone"), 60)


async def test_each_phone_has_its_own_still_and_the_last_that_began_is_the_main_one(
    relay: EmbeddedRelay, phone: MakePhone
) -> None:
    await publish(relay, phone(shade=60, codecs=["VP8"]), participant="alice")
    await publish(relay, phone(shade=200, codecs=["H264"]), participant="bob")
    assert shows(await relay.still("visio", "alice"), 60)
    assert shows(await relay.still("visio"), 200)


async def test_a_still_disturbs_no_viewer(relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer) -> None:
    await publish(relay, phone(shade=60, codecs=["VP8"]))
    console = await viewer().view(relay)
    await console.sees(60)
    assert shows(await relay.still("visio"), 60)
    seen = console.frames
    await until(lambda: console.frames > seen + 5)


async def test_where_nothing_flows_there_is_no_still(relay: EmbeddedRelay, phone: MakePhone) -> None:
    for participant in ("", "phone"):
        with pytest.raises(NoPicture):
            await relay.still("visio", participant)
    caller = phone()
    await caller.publish(relay)
    with pytest.raises(NoPicture):
        await relay.still("visio", "phone")


async def test_a_phone_that_has_stalled_is_not_waited_for(
    relay: EmbeddedRelay, phone: MakePhone, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.stream.WATCHDOG", 0.3)
    monkeypatch.setattr(stills, "WITHIN", 3600)
    caller = await publish(relay, phone(codecs=["VP8"]))
    caller.camera.running.clear()
    await ear.hears(Stalled)
    with pytest.raises(NoPicture):
        await relay.still("visio")


async def test_a_phone_that_sends_no_keyframe_gives_no_still(
    relay: EmbeddedRelay, phone: MakePhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stills, "WITHIN", 0.2)
    caller = await publish(relay, phone(codecs=["VP8"]))
    with caller.deaf(), pytest.raises(NoPicture):
        await relay.still("visio")
    stream = relay._stream("visio", "")
    assert stream.taps == []


async def test_a_phone_that_leaves_meanwhile_gives_no_still(relay: EmbeddedRelay, phone: MakePhone) -> None:
    caller = await publish(relay, phone(codecs=["VP8"]))
    caller.camera.running.clear()
    asking = asyncio.create_task(relay.still("visio"))
    await until(lambda: relay._stream("visio", "").taps)
    await relay.drop("visio", "phone")
    with pytest.raises(NoPicture):
        await asking


async def test_who_asks_and_goes_away_leaves_the_still_to_the_others(
    relay: EmbeddedRelay, phone: MakePhone
) -> None:
    await publish(relay, phone(shade=60, codecs=["VP8"]))
    hasty, patient = (asyncio.create_task(relay.still("visio")) for _ in range(2))
    await until(lambda: relay._stream("visio", "").taps)
    hasty.cancel()
    assert shows(await patient, 60)
    assert hasty.cancelled()


async def test_a_still_that_fails_when_nobody_waits_any_more_is_no_news(
    relay: EmbeddedRelay, phone: MakePhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    news: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: news.append(context))
    monkeypatch.setattr(stills, "AGAIN", 0.0)
    caller = await publish(relay, phone(codecs=["VP8"]))
    caller.camera.running.clear()
    hasty = asyncio.create_task(relay.still("visio"))
    await until(lambda: relay._stream("visio", "").taps)
    hasty.cancel()
    await relay.drop("visio", "phone")
    await until(lambda: not relay._stills._taken)
    gc.collect()
    assert news == []


async def test_a_relay_that_closes_says_so_to_those_who_wait(relay: EmbeddedRelay, phone: MakePhone) -> None:
    caller = await publish(relay, phone(codecs=["VP8"]))
    caller.camera.running.clear()
    asking = asyncio.create_task(relay.still("visio"))
    await until(lambda: relay._stream("visio", "").taps)
    await relay._stills.close()
    with pytest.raises(RelayUnavailable):
        await asking


def test_stills_are_taken_under_uvloop_too() -> None:
    uvloop.run(_still_of_a_call())


async def _still_of_a_call() -> None:
    relay, caller = EmbeddedRelay(addresses=(LOOPBACK,)), Phone(shade=60, codecs=["VP8"])
    await relay.open(Ear())
    try:
        await publish(relay, caller)
        assert shows(await relay.still("visio"), 60)
    finally:
        await caller.close()
        await relay.close()
