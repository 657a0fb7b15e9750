"""RTCP that we make is RTCP that others read; what others send is heeded or passed over."""

from __future__ import annotations

from struct import pack

from aiortc.rtp import (
    AnyRtcpPacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    pack_remb_fci,
    unpack_remb_fci,
)
from hypothesis import given
from hypothesis import strategies as st

from media import rtcp


def only(compound: bytes) -> AnyRtcpPacket:
    (packet,) = RtcpPacket.parse(compound)
    return packet


def test_a_receiver_report_says_how_the_stream_arrives() -> None:
    block = rtcp.Reception(
        ssrc=7, fraction_lost=12, lost=-3, highest=70_000, jitter=5, middle_ntp=9, delay=65_536
    )
    report = only(rtcp.receiver_report(1, [block]))
    assert isinstance(report, RtcpRrPacket)
    (read,) = report.reports
    assert (read.ssrc, read.fraction_lost, read.packets_lost) == (7, 12, -3)
    assert (read.highest_sequence, read.jitter, read.lsr, read.dlsr) == (70_000, 5, 9, 65_536)


def test_a_sender_report_comes_with_its_name() -> None:
    sender, name = RtcpPacket.parse(rtcp.sender_report(1, 0.5, 90_000, 1 << 33, 12))
    assert isinstance(sender, RtcpSrPacket)
    assert sender.sender_info.ntp_timestamp == (2_208_988_800 << 32) + (1 << 31)
    assert (sender.sender_info.rtp_timestamp, sender.sender_info.packet_count) == (90_000, 0)
    assert isinstance(name, RtcpSdesPacket)
    assert name.chunks[0].items == [(1, b"relay")]


def test_what_a_report_says_is_read_as_it_was_written() -> None:
    blocks = [
        rtcp.Reception(
            ssrc=7, fraction_lost=12, lost=-3, highest=70_000, jitter=5, middle_ntp=9, delay=65_536
        ),
        rtcp.Reception(ssrc=8, fraction_lost=255, lost=4, highest=1, jitter=0, middle_ntp=0, delay=0),
    ]
    assert rtcp.parse(rtcp.receiver_report(1, blocks)) == blocks


def test_the_blocks_of_a_sender_report_are_read_too() -> None:
    sender = RtcpSrPacket(
        ssrc=3,
        sender_info=RtcpSenderInfo(ntp_timestamp=1 << 40, rtp_timestamp=0, packet_count=0, octet_count=0),
        reports=[
            RtcpReceiverInfo(
                ssrc=7, fraction_lost=1, packets_lost=2, highest_sequence=3, jitter=4, lsr=5, dlsr=6
            )
        ],
    )
    assert rtcp.parse(bytes(sender)) == [
        rtcp.SenderReport(3, 1 << 24),
        rtcp.Reception(ssrc=7, fraction_lost=1, lost=2, highest=3, jitter=4, middle_ntp=5, delay=6),
    ]


def test_the_round_trip_is_what_is_left_of_the_time_since_our_report() -> None:
    (sent,) = rtcp.parse(rtcp.sender_report(7, 1_000.0, 0, 0, 0))
    assert isinstance(sent, rtcp.SenderReport)
    block = rtcp.Reception(
        ssrc=7, fraction_lost=0, lost=0, highest=0, jitter=0, middle_ntp=sent.middle_ntp, delay=65_536
    )
    assert block.round_trip(1_001.25) == 0.25
    assert block.round_trip(1_000.5) is None  # a clock was set back
    assert block.round_trip(1_020.0) is None
    unknown = rtcp.Reception(ssrc=7, fraction_lost=0, lost=0, highest=0, jitter=0, middle_ntp=0, delay=0)
    assert unknown.round_trip(1_001.25) is None


@given(st.lists(st.integers(0, 600), unique=True, min_size=1), st.integers(0, 0xFFFF))
def test_every_packet_asked_for_is_heard(steps: list[int], start: int) -> None:
    lost = [(start + step) & 0xFFFF for step in sorted(steps)]
    (report,) = rtcp.parse(rtcp.nack(1, 7, lost))
    assert report == rtcp.Nack(tuple(lost))


def test_asking_for_a_keyframe_is_understood() -> None:
    request = only(rtcp.picture_loss(1, 7))
    assert isinstance(request, RtcpPsfbPacket)
    assert (request.fmt, request.media_ssrc) == (1, 7)


@given(st.integers(0, (1 << 31) - 1))
def test_a_bitrate_limit_is_understood_to_one_part_in_100_000(bitrate: int) -> None:
    limit = only(rtcp.bitrate_limit(1, 7, bitrate))
    assert isinstance(limit, RtcpPsfbPacket)
    told, sources = unpack_remb_fci(limit.fci)
    assert sources == [7]
    assert bitrate * 0.999_99 - 1 <= told <= bitrate


def test_what_a_viewer_says_is_heeded() -> None:
    said: list[AnyRtcpPacket] = [
        RtcpRrPacket(ssrc=1),
        RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=2, lost=[5, 6, 30]),
        RtcpPsfbPacket(fmt=1, ssrc=1, media_ssrc=2),
        RtcpPsfbPacket(fmt=4, ssrc=1, media_ssrc=0, fci=pack("!IBxxx", 2, 1)),
        RtcpPsfbPacket(fmt=15, ssrc=1, media_ssrc=0, fci=pack_remb_fci(1_200_000, [2])),
    ]
    assert rtcp.parse(b"".join(bytes(packet) for packet in said)) == [
        rtcp.Nack((5, 6, 30)),
        rtcp.KeyframeWanted(),
        rtcp.KeyframeWanted(),
        rtcp.BitrateLimit(1_200_000),
    ]


def test_the_middle_of_a_sender_reports_time_is_kept() -> None:
    (report,) = rtcp.parse(rtcp.sender_report(7, 1.5, 0, 0, 0))
    assert report == rtcp.SenderReport(7, (2_208_988_801 & 0xFFFF) << 16 | 0x8000)


def test_what_follows_a_malformed_packet_is_not_read() -> None:
    cut = rtcp.nack(1, 2, [5])[:-1]
    assert rtcp.parse(rtcp.picture_loss(1, 2) + cut) == [rtcp.KeyframeWanted()]
    assert rtcp.parse(b"\0" + rtcp.picture_loss(1, 2)[1:]) == []


@given(st.binary(max_size=100))
def test_no_bytes_make_the_reader_stumble(data: bytes) -> None:
    rtcp.parse(data)
    for kind in (200, 205, 206):
        for form in (1, 4, 15):
            rtcp.parse(pack("!BBH", 0x80 | form, kind, len(data) // 4) + data)
