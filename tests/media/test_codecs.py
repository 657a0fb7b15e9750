"""Which codec a call gets, and where its keyframes begin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.codecs import Codec, choose, starts_keyframe

VP8 = Codec("VP8", 96, 97, "", frozenset())
H264 = Codec("H264", 108, 109, "", frozenset())


def starts(name: str, payload: bytes) -> bool:
    return starts_keyframe(name, b"header" + payload, 6, 6 + len(payload))


def test_h264_is_preferred_whatever_the_order_of_the_offer() -> None:
    assert choose([VP8, H264], []) is H264
    assert choose([VP8, H264], [{"VP8", "H264"}]) is H264


def test_a_viewer_without_h264_makes_it_vp8_for_all() -> None:
    assert choose([H264, VP8], [{"VP8", "H264"}, {"VP8"}]) is VP8


def test_there_is_none_when_no_codec_suits_all() -> None:
    assert choose([H264], [{"VP8"}]) is None
    assert choose([H264, VP8], [{"VP8"}, {"H264"}]) is None


@pytest.mark.parametrize(
    "payload",
    [
        b"\x10\x00frame",
        b"\x90\x80\x12\x00frame",  # PictureID of one byte
        b"\x90\x80\x92\x34\x00frame",  # of two
        b"\x90\xe0\x92\x34\x05\x20\x00frame",  # with TL0PICIDX and TID
    ],
)
def test_a_vp8_keyframe_starts_with_its_first_partition(payload: bytes) -> None:
    assert starts("VP8", payload)


@pytest.mark.parametrize(
    "payload", [b"\x10\x01frame", b"\x00\x00frame", b"\x11\x00frame", b"\x90\x80\x12\x01frame", b"\x90", b""]
)
def test_other_vp8_packets_start_none(payload: bytes) -> None:
    assert not starts("VP8", payload)


@pytest.mark.parametrize(
    "payload",
    [
        b"\x67\x42\xe0\x1f",  # a sequence parameter set
        b"\x78\x00\x04\x67\x42\xe0\x1f\x00\x02\x68\xce",  # first in a STAP-A
        b"\x78\x00\x02\x09\xf0\x00\x04\x67\x42\xe0\x1f",  # behind an access unit delimiter
    ],
)
def test_an_h264_keyframe_starts_with_its_sequence_parameters(payload: bytes) -> None:
    assert starts("H264", payload)


@pytest.mark.parametrize(
    "payload",
    [
        b"\x41slice",
        b"\x65slice",  # an IDR slice that nothing has prepared
        b"\x7c\x85slice",  # the same in fragments
        b"\x78\x00\x02\x68\xce",
        b"\x78\x00",
        b"\x78\xff\xff",
        b"",
    ],
)
def test_other_h264_packets_start_none(payload: bytes) -> None:
    assert not starts("H264", payload)


@given(st.sampled_from(["VP8", "H264"]), st.binary(max_size=60))
def test_no_payload_makes_the_detection_stumble(name: str, payload: bytes) -> None:
    starts(name, payload)
