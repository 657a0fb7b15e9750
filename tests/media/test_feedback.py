"""Keyframe requests, reception reports and bitrates, by the clock."""

from __future__ import annotations

from media.bitrate import LossEstimate
from media.keyframes import KeyframeRequests
from media.reception import Statistics
from media.rtcp import SenderReport


def test_a_keyframe_is_asked_for_at_once_and_not_again_within_300_ms() -> None:
    requests = KeyframeRequests()
    assert requests.want(10.0)
    assert not requests.want(10.2)
    assert requests.want(10.31)


def test_a_request_that_came_too_soon_is_made_up_for() -> None:
    requests = KeyframeRequests()
    requests.want(10.0)
    requests.want(10.1)
    assert not requests.due(10.2, waiting=False)
    assert requests.due(10.3, waiting=False)
    assert not requests.due(10.9, waiting=False)


def test_a_keyframe_that_does_not_come_is_asked_for_every_second() -> None:
    requests = KeyframeRequests()
    assert requests.due(10.0, waiting=True)
    assert not requests.due(10.9, waiting=True)
    assert requests.due(11.0, waiting=True)


def test_reception_counts_losses_across_the_wrap() -> None:
    statistics = Statistics(7, 65_534, 90_000)
    for sequence in (65_534, 65_535, 1, 2):
        statistics.add(sequence, 0, 0.0)
    report = statistics.report(1.0)
    assert (report.ssrc, report.lost, report.highest) == (7, 1, 0x10002)
    assert report.fraction_lost == 256 // 5
    assert statistics.report(2.0).fraction_lost == 0


def test_reception_tells_how_evenly_packets_come() -> None:
    steady, shaken = Statistics(7, 0, 90_000), Statistics(7, 0, 90_000)
    for number in range(60):
        steady.add(number, number * 3_000, number / 30)
        shaken.add(number, number * 3_000, number / 30 + (number % 2) * 0.01)
    assert steady.report(2.0).jitter <= 1
    assert 700 < shaken.report(2.0).jitter <= 900


def test_reception_gives_a_sender_report_back_with_its_age() -> None:
    statistics = Statistics(7, 0, 90_000)
    statistics.add(0, 0, 0.0)
    statistics.heard(SenderReport(7, 123), 1.0)
    statistics.heard(SenderReport(8, 999), 1.2)
    report = statistics.report(1.5)
    assert (report.middle_ntp, report.delay) == (123, 32_768)


def test_loss_lowers_the_estimate_and_its_absence_raises_it() -> None:
    estimate = LossEstimate(1_000_000)
    estimate.update(0.05)
    assert estimate.bitrate == 1_000_000
    estimate.update(0.2)
    assert estimate.bitrate == 900_000
    estimate.update(0.0)
    assert estimate.bitrate == 972_000
