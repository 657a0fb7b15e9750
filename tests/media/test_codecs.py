"""Which codec a call gets, and where its keyframes begin."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import read
from media.codecs import ENCODINGS, VIDEO, Codec, choose, variant
from media.keyframe_starts import starts_keyframe
from media.sdp import read_phone, read_viewer

OFFERS = Path(__file__).parent / "offers"
BROWSERS = ("chromium", "firefox", "safari17", "safari18")
BASELINE, HIGH = "constrained-baseline 1", "constrained-high 1"


def codec(name: str, variant: str = "") -> Codec:
    return Codec(name, 96, 97, "", frozenset(), variant)


VP8, VP9, AV1, H264 = codec("VP8"), codec("VP9"), codec("AV1"), codec("H264", BASELINE)


# ---------------------------------------------------------------- choosing
def test_h264_is_preferred_whatever_the_order_of_the_offer() -> None:
    assert choose([VP8, H264], []) is H264
    assert choose([AV1, VP9, VP8, H264], [{VP8.format, H264.format}]) is H264


def test_a_viewer_without_h264_makes_it_vp8_for_all() -> None:
    assert choose([H264, VP8], [{VP8.format, H264.format}, {VP8.format}]) is VP8


def test_there_is_none_when_no_codec_suits_all() -> None:
    assert choose([H264], [{VP8.format}]) is None
    assert choose([H264, VP8], [{VP8.format}, {H264.format}]) is None


def test_the_setting_names_the_codecs_that_we_have() -> None:
    assert read({}).video_codecs == VIDEO
    assert choose([H264, VP8], [], read({"VIDEO_CODECS": "VP8, H264"}).video_codecs) is VP8


def test_the_same_codec_in_another_variant_does_not_suit() -> None:
    high = codec("H264", HIGH)
    assert choose([high, VP8], [{H264.format, VP8.format}]) is VP8
    assert choose([high, VP8], [{high.format, VP8.format}]) is high


def test_the_order_of_preference_can_be_another_and_leave_codecs_out() -> None:
    assert choose([H264, VP8, VP9], [], ("VP9", "H264")) is VP9
    assert choose([H264, VP8], [], ("VP9", "AV1")) is None


@pytest.mark.parametrize("viewer", BROWSERS)
@pytest.mark.parametrize("phone", BROWSERS)
def test_every_phone_finds_a_codec_with_every_viewer(phone: str, viewer: str) -> None:
    offered = read_phone((OFFERS / f"{phone}_phone.sdp").read_text()).codecs
    accepted = {one.format for one in read_viewer((OFFERS / f"{viewer}_viewer.sdp").read_text()).codecs}
    chosen = choose(offered, [accepted])
    assert chosen is not None
    assert chosen.format == ("VP8" if "firefox" in {phone, viewer} else f"H264 {BASELINE}")


def test_a_safari_that_offers_high_only_is_seen_by_another_safari() -> None:
    text = (OFFERS / "safari18_phone.sdp").read_text().replace("42e01f", "f4001f")
    offered = read_phone(text).codecs
    accepted = [
        {one.format for one in read_viewer((OFFERS / f"{name}_viewer.sdp").read_text()).codecs}
        for name in ("safari17", "chromium")
    ]
    assert choose(offered, accepted[:1]).payload_type == 96  # type: ignore[union-attr]
    assert choose(offered, accepted).name == "VP8"  # type: ignore[union-attr]


# ---------------------------------------------------------------- variants
@pytest.mark.parametrize(
    ("level_id", "profile"),
    [
        ("42e01f", "constrained-baseline"),
        ("42E02A", "constrained-baseline"),  # levels may differ
        ("42c00d", "constrained-baseline"),
        ("4de01f", "constrained-baseline"),  # what conforms to main and to baseline
        ("58f00d", "constrained-baseline"),
        ("42001f", "baseline"),
        ("4d001f", "main"),
        ("4d401f", "main"),
        ("4d201f", None),  # a flag that main leaves clear
        ("640c1f", "constrained-high"),
        ("64001f", "high"),
        ("f4001f", None),  # 4:4:4
        ("surprise", None),
        ("42e0", None),
    ],
)
def test_an_h264_profile_is_known_by_its_first_two_bytes(level_id: str, profile: str | None) -> None:
    found = variant("H264", f"level-asymmetry-allowed=1;packetization-mode=1;profile-level-id={level_id}")
    assert found == (f"{profile} 1" if profile else None)


@pytest.mark.parametrize(
    ("name", "parameters", "known"),
    [
        ("H264", "", "constrained-baseline 0"),
        ("H264", "packetization-mode=1", "constrained-baseline 1"),
        ("H264", "profile-level-id=42e01f;packetization-mode=0", "constrained-baseline 0"),
        ("H264", "packetization-mode=2;profile-level-id=42e01f", None),  # interleaved
        ("VP8", "max-fs=12288;max-fr=60", ""),
        ("VP9", "", ""),
        ("VP9", "profile-id=0", ""),
        ("VP9", "profile-id=2", None),
        ("AV1", "level-idx=5;profile=0;tier=0", ""),
        ("AV1", "level-idx=5;profile=1;tier=0", None),
        ("opus", "minptime=10;useinbandfec=1", ""),
    ],
)
def test_what_must_be_alike_on_both_legs_is_read_from_the_parameters(
    name: str, parameters: str, known: str | None
) -> None:
    assert variant(name, parameters) == known


@given(st.sampled_from(sorted(ENCODINGS)), st.text(max_size=60))
def test_no_parameters_make_the_reader_stumble(name: str, parameters: str) -> None:
    variant(name, parameters)
    variant(name, f"packetization-mode=1;profile-level-id={parameters}")


# ---------------------------------------------------------------- keyframes
def starts(name: str, payload: bytes) -> bool:
    return starts_keyframe(name, b"header" + payload + b"padding", 6, 6 + len(payload))


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


# Scalability structure of two spatial layers with their sizes and a group of two pictures.
STRUCTURE = b"\x38\x05\x00\x02\xd0\x05\x00\x02\xd0\x02\x04\x01\x08\x01\x02"


@pytest.mark.parametrize(
    "payload",
    [
        b"\x08\x82frame",
        b"\x88\x12\x82frame",  # picture id of one byte
        b"\x88\x92\x34\x80frame",  # of two
        b"\xa8\x92\x34\x00\x07\x82frame",  # layer indices and TL0PICIDX
        b"\xb8\x92\x34\x00\x82frame",  # flexible mode has no TL0PICIDX
        b"\x0a" + STRUCTURE + b"\x82frame",
    ],
)
def test_a_vp9_keyframe_starts_with_its_lowest_layer(payload: bytes) -> None:
    assert starts("VP9", payload)


@pytest.mark.parametrize(
    "payload",
    [
        b"\x48\x82frame",  # inter-picture prediction
        b"\x00\x82frame",  # not the start of a frame
        b"\x08\x86frame",  # intra-only: not a keyframe
        b"\x08\x8aframe",  # shows a frame of before
        b"\x08\xa2frame",  # another profile
        b"\x28\x02\x07\x86frame",  # of a higher spatial layer
        b"\x0a" + STRUCTURE[:4],
        b"\x0a" + STRUCTURE,
        b"\x88",
        b"",
    ],
)
def test_other_vp9_packets_start_none(payload: bytes) -> None:
    assert not starts("VP9", payload)


def test_an_av1_keyframe_starts_a_coded_video_sequence() -> None:
    assert starts("AV1", b"\x18\x0a\x0b\x00\x00\x00")
    assert starts("AV1", b"\x28\x0c\x0a\x0b")


@pytest.mark.parametrize("payload", [b"\x10\x32frame", b"\x90frame", b"\x98frame", b"\x50frame", b""])
def test_other_av1_packets_start_none(payload: bytes) -> None:
    assert not starts("AV1", payload)


def test_sound_begins_with_any_packet_that_holds_some() -> None:
    assert starts("opus", b"\x78\x01")
    assert not starts("opus", b"")


@given(st.sampled_from(sorted(ENCODINGS)), st.binary(max_size=60))
def test_no_payload_makes_the_detection_stumble(name: str, payload: bytes) -> None:
    starts(name, payload)
