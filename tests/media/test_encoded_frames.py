"""Frames put together from packets that come late, twice, or not at all."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.encoded_frames import HOLD, WINDOW, EncodedFrame, FrameAssembler, Gap, Timeline
from media.rtp import Packet
from tests.media.encoding import encoded, looks_like, payloads, shades_of

SHADES = (40, 200, 60, 180, 80, 160, 100, 140)
TICKS = 3000  # of a frame


def packet(sequence: int, timestamp: int, payload: bytes, marker: bool = True) -> Packet:
    data = b"header" + payload
    return Packet(96, 0x80 * marker, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 7, 6, len(data), data)


def packets(codec: str, keyframe_every: int = 100, sequence: int = 65_530) -> list[list[Packet]]:
    """Those of each frame; numbers and timestamps wrap."""
    cut = []
    for number, frame in enumerate(encoded(codec, SHADES, keyframe_every=keyframe_every)):
        pieces = payloads(codec, frame, first=number % keyframe_every == 0)
        timestamp = 2**32 - 2 * TICKS + number * TICKS
        last = len(pieces) - 1
        cut.append([packet(sequence + n, timestamp, piece, n == last) for n, piece in enumerate(pieces)])
        sequence += len(pieces)
    return cut


def flat(frames: Sequence[Sequence[Packet]]) -> list[Packet]:
    return [packet for frame in frames for packet in frame]


class Assembly:
    """An assembler, and what came out of it; `at`: seconds."""

    def __init__(self, codec: str = "VP8") -> None:
        self.codec = codec
        self.at = 100.0
        self.items: list[EncodedFrame | Gap] = []
        self.assembler = FrameAssembler(codec, Timeline())

    def take(self, *taken: Packet) -> Assembly:
        self.items += self.assembler.take(taken, self.at)
        return self

    @property
    def frames(self) -> list[EncodedFrame]:
        return [item for item in self.items if isinstance(item, EncodedFrame)]

    @property
    def gaps(self) -> list[int]:
        """After how many frames there is one."""
        before = [number for number, item in enumerate(self.items) if isinstance(item, Gap)]
        return [number - earlier for earlier, number in enumerate(before)]

    def shows(self, shades: Sequence[int]) -> bool:
        return looks_like(shades_of(self.codec, [frame.data for frame in self.frames]), shades)


@pytest.mark.parametrize("codec", ["VP8", "VP9", "H264", "AV1"])
def test_frames_come_out_complete_with_rising_time_across_all_wraps(codec: str) -> None:
    assembly = Assembly(codec).take(*flat(packets(codec)))
    assert assembly.shows(SHADES)
    assert [frame.timestamp for frame in assembly.frames] == [n * TICKS for n in range(len(SHADES))]
    assert [frame.keyframe for frame in assembly.frames] == [True] + [False] * 7
    assert {frame.codec for frame in assembly.frames} == {codec}


def test_nothing_comes_before_a_keyframe() -> None:
    cut = packets("VP8", keyframe_every=4)
    assembly = Assembly().take(*flat(cut[1:4]))
    assert assembly.assembler.waiting
    assembly.take(*flat(cut[4:]))
    assert assembly.shows(SHADES[4:])
    assert assembly.gaps == []


@given(seed=st.integers(0, 1 << 30))
def test_packets_that_overtake_each_other_are_put_in_order(seed: int) -> None:
    order = random.Random(seed)
    sent = FRAMES
    arriving = sorted(range(len(sent)), key=lambda n: n + order.uniform(0, 12))
    again = order.choices(range(len(sent)), k=5)
    assembly = Assembly()
    for number in arriving:
        assembly.take(sent[number], *(sent[n] for n in again if n < number))
    assert [frame.data for frame in assembly.frames] == WHOLE
    assert assembly.gaps == []


FRAMES = flat(packets("VP8"))
WHOLE = [frame.data for frame in Assembly().take(*FRAMES).frames]


def test_a_packet_that_is_sent_again_completes_what_waited_for_it() -> None:
    cut = packets("VP8")
    late = cut[2].pop(1)
    assembly = Assembly().take(*flat(cut[:5]))
    assembly.at += HOLD
    assembly.take(*flat(cut[5:]))
    assert len(assembly.frames) == 2
    assert assembly.take(late).shows(SHADES)
    assert assembly.gaps == []


def test_each_packet_that_is_missing_has_its_own_time_to_come() -> None:
    cut = packets("VP8")
    first, second = cut[2].pop(1), cut[4].pop(1)
    assembly = Assembly().take(*flat(cut[:6]))
    assembly.at += HOLD * 0.9
    assembly.take(first)
    assembly.at += HOLD * 0.9
    assembly.take(*cut[6]).take(second, *cut[7])
    assert assembly.shows(SHADES)
    assert assembly.gaps == []


def test_packets_of_long_ago_change_nothing() -> None:
    cut = packets("VP8", sequence=5000)
    assembly = Assembly().take(*flat(cut[:4]))
    assembly.take(*(packet(5000 - n, 7, b"x") for n in range(1, 2 * WINDOW)))
    assert assembly.take(*flat(cut[2:])).shows(SHADES)
    assert assembly.gaps == []


def test_parameter_sets_without_a_keyframe_begin_nothing() -> None:
    parameters = b"\x78\x00\x02\x67\x01\x00\x02\x68\x01"
    assembly = Assembly("H264").take(
        packet(1, 0, parameters, False), packet(2, 0, b"\x41slice"), packet(3, TICKS, b"\x41slice")
    )
    assert assembly.items == []
    assert assembly.assembler.waiting
    assembly.take(packet(4, 2 * TICKS, parameters, False), packet(5, 2 * TICKS, b"\x65slice"))
    assert [frame.keyframe for frame in assembly.frames] == [True]


@pytest.mark.parametrize("lost", [0, 1, -1])
def test_a_packet_that_never_comes_is_one_gap_until_the_next_keyframe(lost: int) -> None:
    cut = packets("VP8", keyframe_every=4)
    del cut[1][lost]
    assembly = Assembly().take(*flat(cut[:3]))
    assembly.at += HOLD + 0.1
    assembly.take(*cut[3])
    assert assembly.assembler.waiting
    assembly.take(*flat(cut[4:]))
    assert assembly.shows([SHADES[0], *SHADES[4:]])
    assert assembly.gaps == [1]


def test_a_keyframe_that_came_meanwhile_follows_a_gap_at_once() -> None:
    cut = packets("VP8", keyframe_every=4)
    del cut[1][0]
    assembly = Assembly().take(*flat(cut[:7]))
    assert len(assembly.frames) == 1
    assembly.at += HOLD + 0.1
    assembly.take(*cut[7])
    assert assembly.shows([SHADES[0], *SHADES[4:]])
    assert assembly.gaps == [1]


def test_a_keyframe_that_is_lost_after_others_makes_the_gap_longer() -> None:
    cut = packets("VP8", keyframe_every=2)
    del cut[1][0], cut[2][1], cut[4][1]
    assembly = Assembly()
    for frame in cut:
        assembly.take(*frame)
        assembly.at += HOLD + 0.1
    assert assembly.shows([SHADES[0], *SHADES[6:]])
    assert assembly.gaps == [1]


def test_a_lost_keyframe_is_no_gap_when_nothing_came_before_it() -> None:
    cut = packets("VP8", keyframe_every=4)
    del cut[0][1]
    assembly = Assembly().take(*flat(cut[:4]))
    assembly.at += HOLD + 0.1
    assembly.take(*flat(cut[4:]))
    assert assembly.shows(SHADES[4:])
    assert assembly.gaps == []


def test_padding_is_no_frame() -> None:
    cut = packets("VP8", sequence=1000)
    following = cut[3][-1].sequence + 1
    padding = [packet(following + n, cut[3][-1].timestamp, b"", False) for n in range(3)]
    for one in flat(cut[4:]):
        one.sequence += len(padding)
    assembly = Assembly().take(*flat(cut[:4]), *padding, *flat(cut[4:]))
    assert assembly.shows(SHADES)


def test_a_phone_that_forgets_the_marker_loses_nothing_but_time() -> None:
    cut = packets("VP8")
    for one in flat(cut[:-1]):
        one.marker = 0
    assert Assembly().take(*flat(cut)).shows(SHADES)


def test_a_frame_that_never_ends_is_let_go() -> None:
    keyframe = packets("VP8")[0]
    first = keyframe[0].sequence
    assembly = Assembly().take(keyframe[0])
    for n in range(1, 3 * WINDOW):
        assembly.take(packet(first + n, keyframe[0].timestamp, b"\x00x", False))
    assert assembly.assembler.waiting
    assert len(assembly.assembler._packets) <= WINDOW
    assert assembly.items == []


def test_packets_behind_one_that_never_comes_are_let_go() -> None:
    cut = packets("VP8")
    del cut[1][0]
    assembly = Assembly().take(*flat(cut))
    following = cut[-1][-1].sequence + 1
    for n in range(3 * WINDOW):
        assembly.take(packet(following + n, 12345 + n * TICKS, b"\x10\x01x"))
    assert assembly.assembler.waiting
    assert len(assembly.assembler._packets) <= WINDOW
    assert assembly.gaps == [1]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 40), st.integers(0, 3), st.binary(max_size=8), st.booleans(), st.floats(0, 1)
        ),
        max_size=60,
    ),
    st.sampled_from(["VP8", "VP9", "H264", "AV1", "opus"]),
)
def test_any_packets_are_taken_without_an_error(
    arriving: list[tuple[int, int, bytes, bool, float]], codec: str
) -> None:
    assembly = Assembly(codec)
    for sequence, timestamp, payload, marker, pause in arriving:
        assembly.at += pause
        assembly.take(packet(sequence, timestamp, payload, marker))
    times = [frame.timestamp for frame in assembly.frames]
    assert times == sorted(set(times))


# ---------------------------------------------------------------- time
def test_another_source_goes_on_by_the_time_between() -> None:
    timeline = Timeline()
    assert timeline.ticks(4_000_000_000, 7.0) == 0
    assert timeline.ticks(4_000_003_000, 7.1) == 3000
    timeline.restart()
    assert timeline.ticks(17, 9.0) == 180_000
    assert timeline.ticks(3017, 9.0) == 183_000


def test_a_clock_that_jumps_is_set_by_ours() -> None:
    timeline = Timeline()
    assert timeline.ticks(1000, 7.0) == 0
    assert timeline.ticks(1000 + 2**31, 8.0) == 90_000
    assert timeline.ticks(4000 + 2**31, 8.0) == 93_000


def test_time_never_stands_still_nor_goes_back() -> None:
    timeline = Timeline()
    assert [timeline.ticks(stamp, 7.0) for stamp in (9000, 9000, 3000, 9003)] == [0, 1, 2, 3]


def test_an_encoder_of_the_tests_leaves_the_process_its_priority() -> None:
    encoded("AV1")
    assert os.sched_getscheduler(0) == os.SCHED_OTHER
