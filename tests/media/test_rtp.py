"""RTP packets are read as they are, and anything else is no packet."""

from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp import Packet, add_color_space, distance, parse, unwrap_repair


def rtp(payload: bytes, *, first: int = 0x80, second: int = 0xE0, head: bytes = b"") -> bytes:
    return pack("!BBHII", first, second, 4_660, 90_000, 0xCAFE) + head + payload


def read(data: bytes, transport_id: int = 0, color_id: int = 0) -> Packet:
    packet = parse(data, transport_id, color_id)
    assert packet is not None
    return packet


def test_a_plain_packet_is_its_header_and_payload() -> None:
    packet = read(rtp(b"picture"))
    assert (packet.payload_type, packet.marker, packet.sequence) == (0x60, 0x80, 4_660)
    assert (packet.timestamp, packet.ssrc) == (90_000, 0xCAFE)
    assert packet.data[packet.start : packet.end] == b"picture"


def test_contributing_sources_and_padding_are_not_payload() -> None:
    packet = read(rtp(b"picture\0\0\3", first=0xA2, head=bytes(8)))
    assert packet.data[packet.start : packet.end] == b"picture"


def test_the_color_space_is_found_where_it_is_agreed_on() -> None:
    extensions = pack("!HH", 0xBEDE, 2) + b"\x51\x12\x34" + b"\x83\x01\x02\x03\x10"
    assert read(rtp(b"picture", first=0x90, head=extensions), 5).color_space == b""
    packet = read(rtp(b"picture", first=0x90, head=extensions), 5, 8)
    assert (packet.transport_sequence, packet.color_space) == (0x1234, b"\x01\x02\x03\x10")
    assert packet.data[packet.start : packet.end] == b"picture"


@pytest.mark.parametrize("extensions", [b"", pack("!HH", 0xBEDE, 1) + b"\x51\x12\x34\0"])
def test_a_color_space_is_added_to_a_header_with_an_extension_and_without(extensions: bytes) -> None:
    head = 7 + 12 + len(extensions)
    written = memoryview(bytearray(64))
    written[7:head] = rtp(b"", first=0x90 if extensions else 0x80, head=extensions)
    body = add_color_space(written, 7, head, 8, b"\x01\x02\x03\x10")
    written[body : body + 7] = b"picture"
    packet = read(bytes(written[7 : body + 7]), 5, 8)
    assert packet.color_space == b"\x01\x02\x03\x10"
    assert packet.transport_sequence == (0x1234 if extensions else -1)
    assert packet.data[packet.start : packet.end] == b"picture"


def test_extensions_with_headers_of_two_bytes_are_passed_over() -> None:
    extensions = pack("!HH", 0x1000, 2) + b"\x05\x02\x12\x34" + b"\x51\x01\x56\0"
    packet = read(rtp(b"picture", first=0x90, head=extensions), 5)
    assert packet.transport_sequence == -1
    assert packet.data[packet.start : packet.end] == b"picture"


def test_the_transport_wide_sequence_is_found_behind_other_extensions() -> None:
    extensions = pack("!HH", 0xBEDE, 2) + b"\x22abc" + b"\x51\x12\x34\0"
    assert read(rtp(b"picture", first=0x90, head=extensions), 5).transport_sequence == 0x1234
    assert read(rtp(b"picture", first=0x90, head=extensions), 6).transport_sequence == -1
    packet = read(rtp(b"picture", first=0x90, head=extensions))
    assert packet.data[packet.start : packet.end] == b"picture"


def test_a_repair_packet_holds_the_original_behind_its_number() -> None:
    original = unwrap_repair(read(rtp(b"\x12\x35picture", second=0x61)), 0x60, 0xBEEF)
    assert original is not None
    assert (original.sequence, original.payload_type, original.ssrc) == (0x1235, 0x60, 0xBEEF)
    assert original.data[original.start : original.end] == b"picture"


def test_a_repair_packet_of_padding_only_holds_nothing() -> None:
    assert unwrap_repair(read(rtp(b"\0\0\0\4", first=0xA0)), 0x60, 0xBEEF) is None


def test_a_header_that_promises_more_than_there_is_makes_no_packet() -> None:
    assert parse(rtp(b"")[:11]) is None
    assert parse(rtp(b"", first=0x8F)) is None
    assert parse(rtp(b"", first=0x90)) is None
    assert parse(rtp(b"", first=0x90, head=pack("!HH", 0xBEDE, 9))) is None
    assert parse(rtp(b"\xff", first=0xA0)) is None


@given(st.binary(max_size=200), st.integers(0, 14), st.integers(0, 14))
def test_no_bytes_make_the_parser_stumble(data: bytes, transport_id: int, color_id: int) -> None:
    packet = parse(data, transport_id, color_id)
    if packet is not None:
        assert 12 <= packet.start <= packet.end <= len(data)
        unwrap_repair(packet, 96, 1)


@given(st.integers(0, 0xFFFF), st.integers(-0x8000, 0x7FFF))
def test_distance_is_told_across_the_wrap(reference: int, ahead: int) -> None:
    assert distance((reference + ahead) & 0xFFFF, reference) == ahead
