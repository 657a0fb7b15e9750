"""Whatever arrives as RTP or RTCP is read or is nothing: no bytes of a peer make the packet path raise."""

from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import rtcp
from media.codecs import ENCODINGS
from media.keyframe_starts import starts_keyframe
from media.layers import describe
from media.payloads import BrokenFrame, join
from media.rtp import Packet, parse, unwrap_repair

byte, word = st.integers(0, 0xFF), st.integers(0, 0xFFFF)
heads = st.builds(
    lambda first, second, sequence, clock, source: pack("!BBHII", first, second, sequence, clock, source),
    byte, byte, word, st.integers(0, 0xFFFFFFFF), st.integers(0, 0xFFFFFFFF),
)  # fmt: skip
extensions = st.builds(
    lambda profile, words, body: pack("!HH", profile, words) + body,
    st.sampled_from([0xBEDE, 0x1000, 0]), st.one_of(st.integers(0, 12), word), st.binary(max_size=60),
)  # fmt: skip
packets = st.one_of(
    st.builds(bytes.__add__, heads, st.one_of(extensions, st.binary(max_size=60))), st.binary(max_size=80)
)
compounds = st.lists(
    st.one_of(
        st.builds(
            lambda form, kind, words, body: pack("!BBH", 0x80 | form, kind, words) + body,
            st.integers(0, 63), st.integers(192, 223), st.one_of(st.integers(0, 16), word),
            st.binary(max_size=64),
        ),
        st.builds(
            lambda form, kind, body: pack("!BBH", 0x80 | form, kind, len(body) // 4) + body,
            st.integers(0, 31), st.sampled_from([200, 201, 205, 206]),
            st.integers(0, 20).flatmap(lambda words: st.binary(min_size=words * 4, max_size=words * 4)),
        ),
    ),
    max_size=4,
).map(b"".join)  # fmt: skip


def is_inside(packet: Packet) -> bool:
    """The payload lies behind the header and within the bytes."""
    return 12 <= packet.start <= packet.end <= len(packet.data)


@given(packets, st.integers(0, 14))
def test_an_rtp_packet_has_its_payload_within_its_bytes_or_is_none(data: bytes, transport_id: int) -> None:
    packet = parse(data, transport_id)
    if packet is not None:
        assert is_inside(packet)
        assert -1 <= packet.transport_sequence <= 0xFFFF
        original = unwrap_repair(packet, 96, 1)
        assert original is None or is_inside(original)


@given(st.sampled_from(list(ENCODINGS)), st.binary(max_size=60), st.integers(0, 12), st.integers(0, 12))
def test_any_payload_is_judged_whether_a_keyframe_starts_there(
    codec: str, data: bytes, before: int, behind: int
) -> None:
    start, end = min(before, len(data)), max(min(before, len(data)), len(data) - behind)
    assert starts_keyframe(codec, data, start, end) in (True, False)


@given(packets)
def test_a_layer_is_read_of_any_vp8_payload_or_is_none(data: bytes) -> None:
    if (packet := parse(data)) is not None:
        described = describe(packet.data, packet.start, packet.end)
        assert described is None or packet.start < described.place < packet.end


@given(st.sampled_from(list(ENCODINGS)), st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=5))
def test_any_payloads_are_a_frame_or_broken(codec: str, payloads: list[bytes]) -> None:
    try:
        frame, keyframe = join(codec, payloads)
    except BrokenFrame:
        return
    assert isinstance(frame, bytes)
    assert keyframe in (True, False)


@given(compounds)
def test_a_compound_says_what_can_be_used(data: bytes) -> None:
    for report in rtcp.parse(data):
        if isinstance(report, rtcp.Nack):
            assert all(0 <= sequence <= 0xFFFF for sequence in report.sequences)
        elif isinstance(report, rtcp.BitrateLimit):
            assert 0 <= report.bitrate < 1 << 81
            again = rtcp.parse(rtcp.bitrate_limit(1, 2, min(report.bitrate, 5_000_000)))
            assert isinstance(again[0], rtcp.BitrateLimit)


def test_a_nack_of_all_numbers_is_heeded_in_part_only() -> None:
    (report,) = rtcp.parse(pack("!BBHII", 0x81, rtcp.RTPFB, 350, 1, 2) + b"\0\0\xff\xff" * 348)
    assert isinstance(report, rtcp.Nack)
    assert len(report.sequences) == rtcp.NACKED


@pytest.mark.parametrize("size", range(24))
def test_what_ends_too_early_is_not_read_beyond_its_end(size: int) -> None:
    whole = pack("!BBHIIHHI", 0xB1, 96, 1, 2, 3, 0xBEDE, 1, 0x10000000) + bytes(4)
    parse(whole[:size], 1)
    for kind in (200, 201, 205, 206):
        rtcp.parse((pack("!BBH", 0x81, kind, 5) + b"REMB" * 5)[:size])
