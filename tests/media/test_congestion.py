"""Bad lines between real peers and the relay: what is lost is repaired, and what is cut heals."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from time import monotonic
from typing import Any

import pytest

from media.bitrate import CEILING, THUMBNAIL
from media.layers import TOP
from media.load import Limits
from media.relay import EmbeddedRelay
from tests.media.numbered import Call, NumberedPhone, Reader
from tests.media.peers import until

FRAMES = 100  # that the camera paints while the line is bad


@pytest.mark.parametrize("codec", ["VP8", "H264"])
@pytest.mark.parametrize(("loss", "share"), [(0.02, 0.99), (0.05, 0.97)])
async def test_random_loss_on_either_leg_costs_no_frames(
    relay: EmbeddedRelay, codec: str, loss: float, share: float
) -> None:
    async with AsyncExitStack() as stack:
        behind = {
            leg: await stack.enter_async_context(Call(relay, leg, codec)) for leg in ("phone", "console")
        }
        lines = [behind["phone"].phones_line, behind["console"].consoles_line]
        for line in lines:
            line.up.loss = line.down.loss = loss
        painted = await asyncio.gather(*(call.paint(FRAMES) for call in behind.values()))
        for call, frames in zip(behind.values(), painted, strict=True):
            await call.sees(frames, share)
        assert lines[0].up.lost > 3
        assert lines[1].down.lost > 3
        counters = relay.stats().counters
        assert counters.nacked >= counters.recovered > 0
        assert counters.repeated > 0


async def test_packets_that_overtake_each_other_are_not_asked_for_again(
    relay: EmbeddedRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.losses.PATIENCE", 0.5)  # on a busy machine 15 ms may become many
    async with Call(relay, "visio", "VP8") as call:
        line = call.phones_line.up
        line.straggling, line.late = 0.1, 0.015
        passed, nacked = line.passed, relay.stats().counters.nacked
        frames = await call.paint(FRAMES)
        await call.sees(frames, 0.97)
        asked = relay.stats().counters.nacked - nacked
        assert asked < (line.passed - passed) * line.straggling / 2


@pytest.mark.parametrize("leg", ["phone", "console"])
async def test_a_cut_of_two_seconds_heals_within_a_keyframe(relay: EmbeddedRelay, leg: str) -> None:
    async with Call(relay, "visio", "VP8") as call:
        line = call.phones_line if leg == "phone" else call.consoles_line
        line.cut()
        await call.paint(60)
        line.cut(False)
        since = call.phone.camera.painted
        await until(lambda: len(call.console.seen.intersection(range(since, since + 1_000))) > 30)
        assert line.up.lost + line.down.lost > 60


async def test_a_slow_line_is_as_whole_as_a_fast_one(relay: EmbeddedRelay) -> None:
    async with Call(relay, "visio", "VP8") as call:
        for direction in (call.phones_line.up, call.phones_line.down):
            direction.delay, direction.loss = 0.15, 0.05
        await call.sees(await call.paint(FRAMES), 0.97)


async def test_a_console_that_stops_reading_harms_nobody_and_one_that_is_silent_too_is_given_up(
    relay: EmbeddedRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.connection.SILENCE", 2.5)
    async with Call(relay, "visio", "VP8") as call, Reader() as other:
        await other.view(relay, participant="other")
        await until(lambda: other.frames > 5)
        loop: Any = asyncio.get_running_loop()
        for protocol in other._agent._protocols:
            loop._remove_reader(protocol.transport.get_extra_info("socket").fileno())
        out = relay.stats().counters.packets_out
        await call.sees(await call.paint(60), 0.97)
        assert relay.stats().counters.packets_out - out > 2 * 60  # it still gets what it doesn't read
        other.vanish()
        await until(lambda: relay.stats().viewers == 1)
        await call.sees(await call.paint(30), 0.97)


async def test_thumbnails_give_way_to_the_picture_on_the_same_line(relay: EmbeddedRelay) -> None:
    async with Call(relay, "visio", "VP8") as call, Reader() as small:
        await small.view(relay, "visio", "console", "phone")
        await until(lambda: small.frames > 5)
        viewers = {viewer.thumbnail: viewer for viewer in relay._sessions["visio"]._viewers()}
        assert viewers[True].line.layer_at(monotonic()) == TOP
        viewers[False].line.backlog = 1.0  # its line is short
        await until(lambda: viewers[True].line.layer_at(monotonic()) == 0)
        assert viewers[False].line.layer_at(monotonic()) == TOP
        await call.sees(await call.paint(30), 0.97)


async def test_a_second_camera_is_asked_for_little_until_somebody_sees_it_large(
    relay: EmbeddedRelay,
) -> None:
    async with Reader() as small, Reader() as large:
        beside = NumberedPhone("VP8")
        await beside.answer(await relay.publish("visio", "beside", await beside.offer(), second=True))
        allocation = relay._sessions["visio"]._streams["beside"]._allocation
        await small.view(relay, "visio", "console", "beside")
        await until(lambda: allocation.limit == THUMBNAIL)
        await large.view(relay, "visio", "colleague", "beside", large=True)
        await until(lambda: allocation.limit == CEILING)
        await large.close()
        await until(lambda: allocation.limit == THUMBNAIL)
        await beside.close()


async def test_a_relay_short_of_capacity_thins_thumbnails_and_no_picture(relay: EmbeddedRelay) -> None:
    async with Call(relay, "visio", "VP8"), Reader() as small:
        await small.view(relay, "visio", "console", "phone")
        await until(lambda: small.frames > 5)
        viewers = {viewer.thumbnail: viewer for viewer in relay._sessions["visio"]._viewers()}
        relay._capacity._limits = Limits(packets=1, cpu=100, lag=1_000)
        await until(lambda: viewers[True]._narrowing is not None)
        assert viewers[False]._narrowing is None
