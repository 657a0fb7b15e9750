"""RTCP reports are right on each leg, and go on when the phone comes back."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from aiortc.rtp import RtcpSrPacket

from media.relay import EmbeddedRelay
from tests.media.numbered import Call
from tests.media.peers import Phone, Viewer, until

MakePhone = Callable[..., Phone]
MakeViewer = Callable[..., Viewer]

CLOCK = 90_000


def reports_to(console: Viewer) -> list[RtcpSrPacket]:
    """The sender reports that it gets from now on."""
    receiver: Any = console.video.receiver
    heed, heard = receiver._handle_rtcp_packet, []

    async def hear(packet: object) -> None:
        if isinstance(packet, RtcpSrPacket):
            heard.append(packet)
        await heed(packet)

    receiver._handle_rtcp_packet = hear
    return heard


async def three_more(reports: list[RtcpSrPacket]) -> None:
    enough = len(reports) + 3
    await until(lambda: len(reports) >= enough)


async def test_a_viewers_clock_runs_on_when_another_phone_takes_over(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.viewer.REPORT_EVERY", 0.1)
    console = viewer()
    reports = reports_to(console)
    await console.view(relay)
    for shade in (60, 180):
        await phone(shade=shade, codecs=["VP8"]).publish(relay)
        await console.sees(shade)
        await three_more(reports)
    assert len({report.ssrc for report in reports}) == 1
    for one, other in pairwise(report.sender_info for report in reports):
        seconds = (other.ntp_timestamp - one.ntp_timestamp) / (1 << 32)
        ticks = (other.rtp_timestamp - one.rtp_timestamp) & 0xFFFFFFFF
        assert abs(ticks / CLOCK - seconds) < 0.5
        assert one.packet_count <= other.packet_count
        assert one.octet_count <= other.octet_count


async def test_the_relay_and_the_phone_know_the_round_trips_of_their_lines(relay: EmbeddedRelay) -> None:
    async with Call(relay, "visio", "VP8") as call:
        (viewer,) = relay._sessions["visio"]._viewers()
        for line in (call.phones_line, call.consoles_line):
            line.up.delay = line.down.delay = 0.15
        await until(lambda: 0.2 <= viewer.line.round_trip < 3.0)
        await until(lambda: 0.2 <= _round_trip(call.phone) < 3.0)


def _round_trip(phone: Phone) -> float:
    """Seconds, as the phone reckons from our receiver reports."""
    sender: Any = phone.video.sender
    return float(sender._RTCRtpSender__rtt or 0.0)
