"""Frames of real encoders, cut into payloads and put together again."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.payloads import BrokenFrame, join
from tests.media.encoding import SHADES, encoded, looks_like, payloads, shades_of

CODECS = ["VP8", "VP9", "H264", "AV1"]


@pytest.mark.parametrize("codec", CODECS)
def test_a_decoder_shows_what_was_cut_into_payloads(codec: str) -> None:
    cut = [payloads(codec, frame, first=not number) for number, frame in enumerate(encoded(codec))]
    assert all(len(pieces) > 2 for pieces in cut)
    joined = [join(codec, pieces) for pieces in cut]
    assert looks_like(shades_of(codec, [frame for frame, _ in joined]), SHADES)
    assert [keyframe for _, keyframe in joined] == [True, False, False]


@pytest.mark.parametrize("codec", ["VP8", "VP9"])
def test_a_frame_without_its_first_payload_is_broken(codec: str) -> None:
    with pytest.raises(BrokenFrame):
        join(codec, payloads(codec, encoded(codec, [120])[0], first=True)[1:])


@pytest.mark.parametrize("codec", ["H264", "AV1"])
def test_a_frame_without_the_payload_of_its_parameters_is_no_keyframe(codec: str) -> None:
    assert not join(codec, payloads(codec, encoded(codec, [120])[0], first=True)[1:])[1]


@pytest.mark.parametrize("codec", ["H264", "AV1"])
def test_a_frame_without_its_last_payload_is_broken(codec: str) -> None:
    pieces = payloads(codec, encoded(codec, [120])[0], first=True)
    with pytest.raises(BrokenFrame):
        join(codec, pieces[:-1])


def test_h264_without_its_parameter_sets_is_no_keyframe() -> None:
    parameters, idr = b"\x78\x00\x02\x67\x01\x00\x02\x68\x01", b"\x65slice"
    assert join("H264", [parameters, idr]) == (b"\0\0\0\1\x67\x01\0\0\0\1\x68\x01\0\0\0\1\x65slice", True)
    assert join("H264", [b"\x67\x01", b"\x68\x01", idr])[1]
    assert not join("H264", [idr])[1]


@pytest.mark.parametrize(
    "payload", [b"\x00", b"\x1d\x85x", b"\x78\xff\xff\x67", b"\x78\x00\x00", b"\x7c", b"\x7c\x05x"]
)
def test_h264_that_was_not_agreed_on_is_broken(payload: bytes) -> None:
    with pytest.raises(BrokenFrame):
        join("H264", [payload])


def test_av1_has_one_delimiter_and_a_size_in_each_unit() -> None:
    """Delimiter, padding with a size of its own, frame: W=3, so that the last has no length."""
    payload = b"\x38" + b"\x01\x10" + b"\x04\x7a\x02\x01\x80" + b"\x30frame"
    assert join("AV1", [payload]) == (b"\x12\x00" + b"\x7a\x02\x01\x80" + b"\x32\x05frame", True)


@pytest.mark.parametrize("payload", [b"\x00", b"\x20\x01\x30", b"\x00\x09\x30", b"\x80\x01\x30", b"\x00\xff"])
def test_av1_whose_elements_do_not_fit_is_broken(payload: bytes) -> None:
    with pytest.raises(BrokenFrame):
        join("AV1", [payload])


@pytest.mark.parametrize("codec", CODECS)
@given(pieces=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=5))
def test_any_payloads_are_a_frame_or_broken(codec: str, pieces: list[bytes]) -> None:
    with contextlib.suppress(BrokenFrame):
        frame, keyframe = join(codec, pieces)
        assert isinstance(frame, bytes)
        assert isinstance(keyframe, bool)
