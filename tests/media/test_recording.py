"""Recording what a phone sends: real aiortc phones, and a decoder for what the sink got."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from fractions import Fraction
from itertools import pairwise
from typing import cast

import av
import pytest

from media import recording
from media.codecs import Codec
from media.encoded_frames import EncodedFrame, Gap
from media.events import Events
from media.recording import End, Recorded, Recording, Segment
from media.relay import EmbeddedRelay
from media.stream import Stream
from signaling.domain.errors import NoPicture
from tests.media.encoding import shades_of
from tests.media.peers import Camera, Ear, Phone, brightness, until
from tests.media.test_encoded_frames import packet
from tests.media.test_stream import Audience

MakePhone = Callable[..., Phone]


class Ramp(Camera):
    """Each picture is a step brighter than the one before, and begins anew after `SPAN`."""

    STEP, SPAN = 6, 180

    def __init__(self) -> None:
        super().__init__(0)

    @classmethod
    def steps(cls, before: int, after: int) -> float:
        """Between two pictures. A decoder's grey is stretched from the 219 steps of luma to 255."""
        return (after - before) * 219 / 255 % cls.SPAN / cls.STEP

    async def recv(self) -> av.VideoFrame:
        self.shade = 30 + self.STEP * self.painted % self.SPAN
        return await super().recv()


class Recorder:
    """A sink that keeps everything; while `open` is not set it takes nothing."""

    def __init__(self) -> None:
        self.items: list[Recorded] = []
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, item: Recorded) -> None:
        await self.open.wait()
        self.items.append(item)

    def kinds(self) -> list[str]:
        """In order; frames in a row count as one."""
        names = [type(item).__name__ for item in self.items]
        return [name for at, name in enumerate(names) if at == 0 or name != names[at - 1]]

    @property
    def frames(self) -> list[EncodedFrame]:
        return [item for item in self.items if isinstance(item, EncodedFrame)]

    @property
    def segments(self) -> list[list[EncodedFrame]]:
        parts: list[list[EncodedFrame]] = []
        for item in self.items:
            if isinstance(item, Segment):
                parts.append([])
            elif isinstance(item, EncodedFrame):
                parts[-1].append(item)
        return parts

    async def has(self, frames: int) -> None:
        await until(lambda: len(self.frames) >= frames, f"{frames} frames")


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


async def publish(relay: EmbeddedRelay, phone: Phone) -> Phone:
    """Returns once its media flows."""
    before = relay.stats().counters.packets_in
    await phone.publish(relay)
    await until(lambda: relay.stats().counters.packets_in > before + 5)
    return phone


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_every_frame_is_recorded_in_order_and_without_a_viewer(
    relay: EmbeddedRelay, phone: MakePhone, recorder: Recorder, codec: str
) -> None:
    caller = phone(codecs=[codec])
    caller.video.sender.replaceTrack(Ramp())
    await publish(relay, caller)
    recording = relay.record("visio", "phone", recorder)
    await recorder.has(60)
    await recording.stop()
    assert relay._stream("visio", "phone").taps == []
    assert recorder.kinds() == ["Segment", "EncodedFrame", "End"]
    assert {frame.codec for frame in recorder.frames} == {codec}
    assert recorder.frames[0].keyframe
    assert recorder.frames[0].timestamp == 0
    shades = shades_of(codec, [frame.data for frame in recorder.frames])
    assert len(shades) == len(recorder.frames)
    steps = [Ramp.steps(before, after) for before, after in pairwise(shades)]
    assert all(0.5 < step < 1.5 for step in steps), steps
    times = [after.timestamp - before.timestamp for before, after in pairwise(recorder.frames)]
    assert all(time > 2000 and (time + 2) % 3000 < 5 for time in times), times  # 30 a second, rounded


@pytest.mark.parametrize(("codec", "container"), [("VP8", "webm"), ("H264", "mp4")])
async def test_what_is_recorded_is_enough_for_a_file(
    relay: EmbeddedRelay, phone: MakePhone, recorder: Recorder, codec: str, container: str
) -> None:
    await publish(relay, phone(shade=120, codecs=[codec]))
    recording = relay.record("visio", "phone", recorder)
    await recorder.has(20)
    await recording.stop()
    file = io.BytesIO()
    with av.open(file, "w", container) as written:
        stream = written.add_stream({"VP8": "libvpx", "H264": "libx264"}[codec])
        video = cast(av.VideoStream, stream)
        video.width, video.height, video.pix_fmt, video.time_base = 160, 96, "yuv420p", Fraction(1, 90_000)
        for frame in recorder.frames:
            packet = av.Packet(frame.data)
            packet.stream, packet.is_keyframe = video, frame.keyframe
            packet.pts = packet.dts = frame.timestamp
            packet.time_base = Fraction(1, 90_000)
            written.mux(packet)
    with av.open(io.BytesIO(file.getvalue()), "r") as read:
        shades = [brightness(picture) for picture in read.decode(video=0)]
    assert len(shades) == len(recorder.frames)
    assert all(abs(shade - 120) < 15 for shade in shades)


async def test_a_phone_that_reloads_with_another_codec_begins_a_segment(
    relay: EmbeddedRelay, phone: MakePhone, recorder: Recorder
) -> None:
    await publish(relay, phone(shade=60, codecs=["VP8"]))
    relay.record("visio", "phone", recorder)
    await recorder.has(10)
    await phone(shade=180, codecs=["H264"]).publish(relay)
    await until(lambda: len(recorder.segments) == 2 and len(recorder.segments[1]) >= 10)
    await relay.end("visio")
    await until(lambda: recorder.kinds()[-1] == "End")
    assert recorder.kinds() == ["Segment", "EncodedFrame", "Segment", "EncodedFrame", "End"]
    assert [item.codec for item in recorder.items if isinstance(item, Segment)] == ["VP8", "H264"]
    for segment, codec, shade in zip(recorder.segments, ("VP8", "H264"), (60, 180), strict=True):
        assert segment[0].keyframe
        assert all(abs(seen - shade) < 15 for seen in shades_of(codec, [one.data for one in segment]))
    times = [frame.timestamp for frame in recorder.frames]
    assert times == sorted(set(times))


async def test_a_recorder_that_stops_for_a_while_loses_frames_and_nobody_waits_for_it(
    relay: EmbeddedRelay, phone: MakePhone, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "LIMIT", 5_000)
    await publish(relay, phone(shade=120, codecs=["VP8"]))
    other = Recorder()
    slow, quick = relay.record("visio", "phone", recorder), relay.record("visio", "phone", other)
    await recorder.has(3)
    recorder.open.clear()
    await other.has(60)
    assert slow._size <= 5_000 + recording.OVERHEAD
    recorder.open.set()
    await until(lambda: Gap() in recorder.items)
    gap = recorder.items.index(Gap())
    await until(lambda: len(recorder.items) > gap + 10)
    await slow.stop()
    await quick.stop()
    assert other.kinds() == ["Segment", "EncodedFrame", "End"]
    assert recorder.kinds() == ["Segment", "EncodedFrame", "Gap", "EncodedFrame", "End"]
    following = recorder.items[gap + 1]
    assert isinstance(following, EncodedFrame)
    assert following.keyframe


async def test_a_recorder_that_fails_is_called_no_more_and_the_others_go_on(
    relay: EmbeddedRelay, phone: MakePhone, recorder: Recorder
) -> None:
    calls = []

    async def fail(item: Recorded) -> None:
        calls.append(item)
        raise OSError("the disk is full")

    await publish(relay, phone(codecs=["VP8"]))
    failed = relay.record("visio", "phone", fail)
    relay.record("visio", "phone", recorder)
    await until(failed.task.done)
    await recorder.has(10)
    assert calls == [Segment("VP8")]
    assert len(relay._stream("visio", "phone").taps) == 1
    await failed.stop()


async def test_who_leaves_ends_the_recording(
    relay: EmbeddedRelay, phone: MakePhone, recorder: Recorder
) -> None:
    await publish(relay, phone(codecs=["VP8"]))
    recorded = relay.record("visio", "phone", recorder)
    await recorder.has(3)
    await relay.drop("visio", "phone")
    await until(recorded.task.done)
    assert recorder.kinds() == ["Segment", "EncodedFrame", "End"]
    await recorded.stop()
    assert recorder.kinds().count("End") == 1


async def test_the_relay_waits_a_moment_for_recorders_when_it_closes(
    relay: EmbeddedRelay, phone: MakePhone, recorder: Recorder
) -> None:
    await publish(relay, phone(codecs=["VP8"]))
    relay.record("visio", "phone", recorder)
    await recorder.has(3)
    await relay.close()
    assert isinstance(recorder.items[-1], End)


async def test_a_recorder_that_hangs_does_not_keep_the_relay_from_closing(
    relay: EmbeddedRelay, phone: MakePhone, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.tasks.GRACE", 0.1)
    await publish(relay, phone(codecs=["VP8"]))
    recorder.open.clear()
    recorded = relay.record("visio", "phone", recorder)
    await relay.close()
    assert recorded.task.cancelled()


async def test_nobody_who_was_never_here_is_recorded(relay: EmbeddedRelay, recorder: Recorder) -> None:
    with pytest.raises(NoPicture):
        relay.record("visio", "phone", recorder)


# ---------------------------------------------------------------- without a connection
VP8 = Codec("VP8", 96, None, "", frozenset())


@pytest.fixture
async def recorded(ear: Ear, recorder: Recorder) -> AsyncIterator[Recording]:
    """Of a phone that was never here: a test feeds it."""
    events = Events(ear)
    recorded = Recording(Stream("visio", "phone", events, Audience()), recorder)
    yield recorded
    await recorded.stop()
    await events.close()


async def test_a_source_that_starts_its_clock_anew_goes_on_by_the_time_between(
    recorded: Recording, recorder: Recorder
) -> None:
    for at in (100.0, 103.0):
        recorded.restarted(VP8, at)
        recorded.forward([packet(1, 7000, b"\x10\x00key"), packet(2, 10_000, b"\x10\x01frame")], at)
    await recorder.has(4)
    assert [frame.timestamp for frame in recorder.frames] == [0, 3000, 270_000, 273_000]


def asks(recorded: Recording) -> bool:
    """For a keyframe."""
    return recorded.wants_keyframe


async def test_a_keyframe_is_asked_for_as_soon_as_a_slow_recorder_has_room_again(
    recorded: Recording, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "LIMIT", 5_000)
    assert not asks(recorded)
    recorded.restarted(VP8, 100.0)
    assert asks(recorded)
    recorder.open.clear()
    recorded.forward([packet(1, 0, b"\x10\x00key")], 100.0)
    for number in range(2, 50):
        recorded.forward([packet(number, number * 3000, b"\x10\x01frame")], 100.0)
    assert not asks(recorded)
    recorder.open.set()
    await until(lambda: asks(recorded))
    recorded.forward([packet(50, 150_000, b"\x10\x00key")], 102.0)
    assert not asks(recorded)
    await until(lambda: recorder.kinds() == ["Segment", "EncodedFrame", "Gap", "EncodedFrame"])
