"""A viewer on a narrow line gets fewer temporal layers, as a stream in which nothing seems to be missing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.layers import FRAMES, MEMORY, Thinning, describe, has_layers
from media.rtp import Packet

# Layer and layer sync of each frame, as Chromium sends three layers
PATTERN = ((0, 0), (2, 1), (1, 1), (2, 0), (0, 0), (2, 0), (1, 0), (2, 0))


def payload(picture: int, tl0: int, layer: int, sync: int, *, starts: bool = True, bits: int = 15) -> bytes:
    head = bytes([0x90 if starts else 0x80, 0xE0])
    number = (picture | 0x8000).to_bytes(2, "big") if bits == 15 else bytes([picture])
    return head + number + bytes([tl0, layer << 6 | sync << 5]) + b"picture"


def packet(sequence: int, body: bytes, marker: int = 0x80) -> Packet:
    return Packet(96, marker, sequence & 0xFFFF, 0, 7, 12, 12 + len(body), bytes(12) + body)


def stream(frames: int, *, first: int = 0, picture: int = 0, size: int = 2, bits: int = 15) -> list[Packet]:
    """`frames` of `size` packets each."""
    packets, tl0 = [], 0
    for frame in range(frames):
        layer, sync = PATTERN[frame % len(PATTERN)]
        tl0 += layer == 0
        for part in range(size):
            number = (picture + frame) % (1 << bits)
            body = payload(number, tl0 & 0xFF, layer, sync, starts=part == 0, bits=bits)
            marker = 0x80 if part == size - 1 else 0
            packets.append(packet(first + frame * size + part, body, marker))
    return packets


def described(packets: list[Packet]) -> Iterator[tuple[int, int]]:
    """(PictureID, layer) of each."""
    for one in packets:
        about = describe(one.data, one.start, one.end)
        assert about is not None
        yield about.picture, about.layer


def without_gaps(numbers: list[int], modulus: int) -> bool:
    steps = {(after - before) % modulus for before, after in pairwise(numbers)}
    return steps <= {0, 1}


def test_a_payload_tells_its_frame() -> None:
    about = describe(payload(1_000, 9, 2, 1), 0, 20)
    assert about is not None
    assert (about.picture, about.bits, about.layer, about.is_sync, about.begins) == (1_000, 15, 2, True, True)
    about = describe(payload(100, 9, 1, 0, starts=False, bits=7), 0, 20)
    assert about is not None
    assert (about.picture, about.bits, about.layer, about.is_sync, about.begins) == (100, 7, 1, False, False)


@pytest.mark.parametrize(
    "body", [b"", b"\x10abc", b"\x90\x80\x81\x00abc", b"\x90\xe0\x81\x00", b"\x90\x20\x40abc"]
)
def test_what_tells_no_layer_or_picture_is_not_described(body: bytes) -> None:
    assert describe(body, 0, len(body)) is None


def test_layers_are_noticed() -> None:
    assert has_layers(stream(8))
    assert not has_layers(stream(1))
    assert not has_layers([packet(1, b"\x10plain VP8")])


@pytest.mark.parametrize(("layer", "share"), [(0, 1 / 4), (1, 1 / 2), (2, 1)])
@pytest.mark.parametrize("bits", [7, 15])
def test_fewer_layers_are_fewer_frames_and_the_numbers_run_on(layer: int, share: float, bits: int) -> None:
    thinned = Thinning(layer).take(stream(400, first=65_000, picture=120, bits=bits))
    assert len(thinned) == 800 * share
    assert without_gaps([one.sequence for one in thinned], 1 << 16)
    assert without_gaps([picture for picture, _ in described(thinned)], 1 << bits)
    assert {about for _, about in described(thinned)} == set(range(layer + 1))


def test_what_is_not_vp8_in_layers_passes_unchanged() -> None:
    packets = [packet(sequence, b"\x10plain VP8") for sequence in range(5)]
    assert Thinning(0).take(packets) == packets


def test_more_layers_come_one_at_a_time_where_a_frame_needs_nothing_that_was_left_out() -> None:
    thinning, packets = Thinning(0), stream(40, size=1)
    low = thinning.take(packets[:10])
    thinning.layer = 2
    high = thinning.take(packets[10:])
    # The first frame of layer 1 that is a sync is frame 10; the first of layer 2 after it is frame 17.
    assert [layer for _, layer in described(low)] == [0, 0, 0]
    assert [layer for _, layer in described(high)][:7] == [1, 0, 1, 0, 2, 1, 2]
    assert without_gaps([picture for picture, _ in described(low + high)], 1 << 15)
    assert without_gaps([one.sequence for one in low + high], 1 << 16)


def test_fewer_layers_come_at_once() -> None:
    thinning, packets = Thinning(2), stream(24, size=1)
    before = thinning.take(packets[:8])
    thinning.layer = 0
    after = thinning.take(packets[8:])
    assert len(before) == 8
    assert [layer for _, layer in described(after)] == [0, 0, 0, 0]


def test_a_frame_under_way_is_given_whole() -> None:
    packets = stream(2)[3:] + stream(3)[4:]  # the end of a frame of layer 2, and a frame of layer 1
    assert [layer for _, layer in described(Thinning(0).take(packets))] == [2]


def test_a_late_packet_takes_the_place_that_was_kept_for_it() -> None:
    packets = stream(8)
    late = packets.pop(9)  # of frame 4, in layer 0
    thinning = Thinning(0)
    before = thinning.take(packets)
    (repaired,) = thinning.take([late])
    numbers = sorted(one.sequence for one in [*before, repaired])
    assert numbers == list(range(4))
    assert repaired.data[repaired.start + 6 :] == b"picture"


def test_a_late_packet_that_nobody_needs_leaves_no_hole() -> None:
    packets = stream(8)
    late = packets.pop(3)  # of frame 1, in layer 2
    thinning = Thinning(0)
    before = thinning.take(packets)
    (empty,) = thinning.take([late])
    assert sorted(one.sequence for one in [*before, empty]) == list(range(5))
    assert empty.start == empty.end


def test_a_frame_that_comes_late_as_a_whole_is_numbered_as_it_would_have_been() -> None:
    on_time, delayed = Thinning(1), Thinning(1)
    packets = stream(16, size=1)
    expected = {picture for picture, _ in described(on_time.take(packets))}
    late = packets.pop(4)
    got = delayed.take(packets) + delayed.take([late])
    assert {picture for picture, _ in described(got)} == expected


def test_a_frame_that_comes_late_as_a_whole_is_left_out_like_any_of_its_layer() -> None:
    packets, thinning = stream(16, size=1), Thinning(0)
    late = packets.pop(5)  # in layer 2
    thinning.take(packets)
    (empty,) = thinning.take([late])
    assert empty.start == empty.end


def test_a_packet_asked_for_again_is_found_and_written_as_it_was() -> None:
    packets, thinning = stream(16), Thinning(1)
    for given_before in thinning.take(packets):
        source = thinning.source(given_before.sequence)
        assert source is not None
        again = thinning.repeat(packets[source], given_before.sequence)
        assert again == given_before


def test_packets_of_before_the_thinning_are_found_unchanged() -> None:
    packets = stream(16, first=65_530)
    thinning = Thinning(0)
    thinning.take(packets[8:])
    assert thinning.source(65_531) == 65_531
    assert thinning.repeat(packets[1], 65_531) == packets[1]
    assert thinning.take([packets[2]]) == [packets[2]]


def test_what_is_long_gone_is_not_repeated() -> None:
    packets, thinning = stream(MEMORY + 16), Thinning(1)
    first = thinning.take(packets[:2])[0]
    thinning.take(packets[2:])
    assert thinning.source(first.sequence) is None
    assert thinning.repeat(packets[0], first.sequence) is None
    assert thinning.take([packets[0]]) == []
    assert len(thinning._shifts) == FRAMES
    assert len(thinning._numbers._numbers) == len(thinning._numbers._sources) == MEMORY


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from((0, 1, 2))), min_size=1, max_size=60),
    st.integers(0, 0xFFFF),
    st.integers(0, 0x7FFF),
)
def test_whatever_is_lost_and_late_no_number_is_given_twice(
    fates: list[tuple[int, int]], first: int, picture: int
) -> None:
    """Each packet comes up to three places late, or (3) never; the layer changes on the way."""
    thinning = Thinning(2)
    given_out: list[Packet] = []
    packets = stream(len(fates), first=first, picture=picture, size=1)
    order = [(place + delay, place) for place, (delay, _) in enumerate(fates) if delay < 3]
    for _, place in sorted(order):
        thinning.layer = fates[place][1]
        given_out += thinning.take([packets[place]])
    numbers = [one.sequence for one in given_out]
    assert len(set(numbers)) == len(numbers)
    pictures = [number for number, _ in described([one for one in given_out if one.start < one.end])]
    assert len(set(pictures)) == len(pictures)


@given(st.lists(st.binary(max_size=12), max_size=30))
def test_no_bytes_make_it_stumble(bodies: list[bytes]) -> None:
    thinning = Thinning(0)
    for sequence, body in enumerate(bodies):
        thinning.take([packet(sequence, body)])
