"""Calls through the embedded relay: stock aiortc phones and viewers, real codecs, the loopback."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import uvloop

from media import stream
from media.connection import Connection
from media.relay import EmbeddedRelay
from signaling.domain.errors import BadOffer, RelayUnavailable
from signaling.messages.relay import Connected, Resumed, Stalled, ViewerLost
from tests.media.peers import LOOPBACK, Ear, Phone, Viewer, until

MakePhone = Callable[..., Phone]
MakeViewer = Callable[..., Viewer]


async def test_a_viewer_that_came_first_sees_the_phone(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer
) -> None:
    console = await viewer().view(relay)
    await phone(shade=200).publish(relay)
    await console.sees(200)


async def test_the_first_keyframe_is_not_lost_when_it_comes_before_our_keys(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = Connection._connect

    async def connect_late(connection: Connection) -> None:
        await connect(connection)
        await asyncio.sleep(0.3)  # the phone is connected and sends

    monkeypatch.setattr(Connection, "_connect", connect_late)
    caller, console = phone(shade=60), await viewer().view(relay)
    await until(lambda: console.pc.connectionState == "connected")
    await caller.publish(relay)
    await console.sees(60)
    assert relay.stats().counters.keyframes_asked == 0


async def test_a_viewer_that_joins_has_a_keyframe_asked_for_at_once(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.relay.TICK", 3600)
    await phone(shade=60, codecs=["VP8"]).publish(relay)
    await until(lambda: relay.stats().counters.packets_in > 5)
    console = await viewer().view(relay)
    await console.sees(60)


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_viewers_that_come_later_see_the_phone(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer, codec: str
) -> None:
    caller = await phone(shade=60, codecs=[codec]).publish(relay)
    alice = await viewer().view(relay, participant="alice")
    await alice.sees(60)
    bob = await viewer().view(relay, participant="bob")
    await bob.sees(60)
    caller.camera.shade = 180
    await alice.sees(180)
    await bob.sees(180)


async def test_the_phone_sends_h264_unless_a_viewer_lacks_it(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer
) -> None:
    assert "H264" in await relay.publish("one", "phone", await phone().offer())
    await viewer(codecs=["VP8"]).view(relay, "two")
    answer = await relay.publish("two", "phone", await phone().offer())
    assert "VP8" in answer
    assert "H264" not in answer


async def test_a_viewer_that_lacks_the_phones_codec_makes_it_come_back_with_another(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    alice = await viewer().view(relay, participant="alice")
    await phone(shade=60).publish(relay)
    await alice.sees(60)
    bob = await viewer(codecs=["VP8"]).view(relay, participant="bob")
    await ear.hears(Stalled)
    await phone(shade=180).publish(relay)
    await alice.sees(180)
    await bob.sees(180)


async def test_a_viewer_with_no_codec_in_common_is_told_so(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    await phone(codecs=["H264"]).publish(relay)
    with pytest.raises(BadOffer):
        await viewer(codecs=["VP8"]).view(relay)
    assert ear.count(Stalled) == 0


async def test_a_phone_that_comes_back_leaves_its_viewers_connection_untouched(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    console = await viewer().view(relay)
    before = await phone(shade=60).publish(relay)
    await console.sees(60)
    connection = console.pc.connectionState, console.track_id
    await phone(shade=180).publish(relay)
    await console.sees(180)
    assert (console.pc.connectionState, console.track_id) == connection
    await until(lambda: before.control.readyState == "closed")
    assert ear.count(Connected) == 2
    assert ear.count(Stalled) == ear.count(ViewerLost) == 0
    assert relay.stats().publishers == relay.stats().viewers == 1


async def test_a_phone_that_comes_back_with_another_codec_is_seen(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer
) -> None:
    console = await viewer().view(relay)
    for shade, codec in ((60, "VP8"), (180, "H264"), (60, "VP8")):
        await phone(shade=shade, codecs=[codec]).publish(relay)
        await console.sees(shade)


async def test_the_earlier_connection_serves_until_the_new_one_has_a_picture(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    console = await viewer().view(relay)
    await phone(shade=60).publish(relay)
    await console.sees(60)
    dark = phone(shade=180)
    dark.camera.running.clear()
    await dark.publish(relay)
    await ear.hears(Connected, 2)
    frames = console.frames
    await until(lambda: console.frames > frames + 10)
    assert console.shade < 80
    dark.camera.running.set()
    await console.sees(180)


async def test_a_viewer_that_comes_back_takes_its_own_place(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    await phone(shade=60).publish(relay)
    before = await viewer().view(relay)
    await before.sees(60)
    after = await viewer().view(relay)
    await after.sees(60)
    await until(lambda: relay.stats().viewers == 1)
    assert ear.count(ViewerLost) == 0


async def test_of_two_phones_the_one_that_began_last_is_seen_until_it_goes(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer
) -> None:
    console = await viewer().view(relay)
    await phone(shade=60).publish(relay, participant="caller")
    await console.sees(60)
    guest = await phone(shade=180).publish(relay, participant="guest")
    await console.sees(180)
    asked = relay.stats().counters.keyframes_asked
    await guest.close()
    await console.sees(60)
    assert relay.stats().counters.keyframes_asked == asked + 1


async def test_sessions_do_not_see_each_other(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer
) -> None:
    nancy, paris = await viewer().view(relay, "nancy"), await viewer().view(relay, "paris")
    await phone(shade=60).publish(relay, "nancy")
    await phone(shade=180).publish(relay, "paris")
    await nancy.sees(60)
    await paris.sees(180)


async def test_a_phone_without_viewers_is_taken_without_being_kept(
    relay: EmbeddedRelay, phone: MakePhone
) -> None:
    await phone().publish(relay)
    await until(lambda: relay.stats().counters.packets_in > 40)
    assert relay.stats().counters.packets_out == 0


async def test_a_phone_that_falls_silent_is_stalled_and_one_that_goes_on_is_resumed(
    relay: EmbeddedRelay,
    phone: MakePhone,
    viewer: MakeViewer,
    ear: Ear,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "WATCHDOG", 0.4)
    console = await viewer().view(relay)
    caller = await phone(shade=60).publish(relay)
    await console.sees(60)
    caller.camera.running.clear()
    await ear.hears(Stalled)
    assert ear.count(Resumed) == 0
    caller.camera.shade = 180
    caller.camera.running.set()
    await ear.hears(Resumed)
    await console.sees(180)


async def test_a_phone_that_hangs_up_is_stalled_at_once_and_resumed_when_it_comes_back(
    relay: EmbeddedRelay, phone: MakePhone, ear: Ear
) -> None:
    caller = await phone().publish(relay)
    await until(lambda: relay.stats().counters.packets_in)
    await caller.close()
    await ear.hears(Stalled)
    await phone().publish(relay)
    await ear.hears(Resumed)


async def test_a_viewer_that_goes_is_told_once(relay: EmbeddedRelay, viewer: MakeViewer, ear: Ear) -> None:
    console = await viewer().view(relay)
    await until(lambda: console.pc.connectionState == "connected")
    await console.close()
    await ear.hears(ViewerLost)
    assert relay.stats().viewers == 0


async def test_dropping_one_participant_leaves_the_others(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer
) -> None:
    caller = await phone(shade=60).publish(relay)
    alice = await viewer().view(relay, participant="alice")
    bob = await viewer().view(relay, participant="bob")
    await alice.sees(60)
    await bob.sees(60)
    await relay.drop("visio", "alice")
    await relay.drop("visio", "nobody")
    await until(lambda: alice.pc.connectionState == "closed")
    caller.camera.shade = 180
    await bob.sees(180)
    assert relay.stats().viewers == 1


async def test_an_offer_that_was_answered_and_never_followed_is_given_up(
    relay: EmbeddedRelay, phone: MakePhone, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.connection.PATIENCE", 0.3)
    await relay.publish("visio", "phone", await phone().offer())
    await ear.hears(Stalled)
    assert relay.stats().publishers == 0


async def test_a_peer_that_vanishes_is_given_up(
    relay: EmbeddedRelay, phone: MakePhone, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.connection.SILENCE", 0.5)
    caller = await phone().publish(relay)
    await until(lambda: relay.stats().counters.packets_in)
    caller.vanish()
    await until(lambda: relay.stats().publishers == 0)
    assert ear.count(Stalled) == 1


async def test_sockets_are_bound_in_the_range_and_a_full_range_is_told(phone: MakePhone, ear: Ear) -> None:
    relay = EmbeddedRelay(addresses=(LOOPBACK,), ports=(47_310, 47_311))
    await relay.open(ear)
    ports = {(await _port(relay, phone(), name)) for name in ("one", "two")}
    assert ports == {47_310, 47_311}
    with pytest.raises(RelayUnavailable):
        await relay.publish("three", "phone", await phone().offer())
    await relay.end("one")
    assert await _port(relay, phone(), "three") in ports
    await relay.close()


async def _port(relay: EmbeddedRelay, phone: Phone, session: str) -> int:
    answer = await relay.publish(session, "phone", await phone.offer())
    return next(int(line.split()[5]) for line in answer.split("\r\n") if line.startswith("a=candidate:"))


async def test_a_session_that_nobody_ended_is_forgotten_in_the_end(
    relay: EmbeddedRelay, phone: MakePhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = await phone().publish(relay)
    with pytest.raises(BadOffer):
        await relay.publish("another", "phone", "bonjour")
    monkeypatch.setattr("media.relay.FORGET", 0.2)
    await until(lambda: relay.stats().sessions == 1)
    await until(lambda: relay.stats().counters.packets_in > 20)
    await caller.close()
    await until(lambda: relay.stats().sessions == 0)


async def test_a_closed_relay_takes_nobody(relay: EmbeddedRelay, phone: MakePhone) -> None:
    await relay.close()
    with pytest.raises(RelayUnavailable):
        await relay.publish("visio", "phone", await phone().offer())


async def test_twenty_calls_leave_no_task_and_no_socket_behind(ear: Ear) -> None:
    async def calls(number: int) -> None:
        for _ in range(number):
            console, caller = await Viewer().view(relay), await Phone(shade=60).publish(relay)
            await console.sees(60)
            await relay.end("visio")
            await console.close()
            await caller.close()

    relay = EmbeddedRelay(addresses=(LOOPBACK,))
    await relay.open(ear)
    await calls(1)
    tasks, sockets = len(asyncio.all_tasks()), _open_files()
    await calls(20)
    await until(lambda: len(asyncio.all_tasks()) <= tasks)
    assert _open_files() <= sockets
    assert relay.stats().sessions == 0
    await relay.close()


def _open_files() -> int:
    return len(list(Path(f"/proc/{os.getpid()}/fd").iterdir()))


def test_a_call_works_on_uvloop_too() -> None:
    async def call() -> Sequence[type]:
        ear = Ear()
        relay = EmbeddedRelay(addresses=(LOOPBACK,))
        await relay.open(ear)
        console, caller = await Viewer().view(relay), await Phone(shade=60).publish(relay)
        await console.sees(60)
        await console.close()
        await caller.close()
        await ear.hears(ViewerLost)
        await ear.hears(Stalled)
        await relay.close()
        return [type(event) for event in ear.events]

    assert Connected in uvloop.run(call())
