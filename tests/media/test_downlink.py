"""What a viewer's line carries, which layers fit on it, and what the phone may send for all of them."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.bitrate import CEILING, FLOOR, THUMBNAIL, Allocation
from media.downlink import LEAST, SHARES, STEP, Downlink
from media.layers import TOP

EVERY = 0.5  # seconds between two reports


class Call:
    """A phone that sends what it may, up to `wants`, and viewers behind lines of so many bit/s.

    Estimates as Chromium makes them: 85% of what comes through a full line; else 8% more a second, up to half
    more than what comes.
    """

    def __init__(self, widths: list[float], *, wants: int = 2_000_000, layered: bool = True) -> None:
        self.widths = widths
        self.downlinks = [Downlink() for _ in widths]
        self.allocation = Allocation()
        self.wants = self.sending = wants
        self.now = 0.0
        self._layered = layered
        self._estimates = [1.5 * wants for _ in widths]
        self._octets = [1.0 for _ in widths]

    def goes_on(self, seconds: float) -> Call:
        for _ in range(int(seconds / EVERY)):
            self.now += EVERY
            for number, line in enumerate(self.downlinks):
                sent = SHARES[line.layer] * self.sending if self._layered else self.sending
                self._octets[number] += sent * EVERY / 8
                line.limited(self._estimate(number, sent), self.now)
                line.measure(int(self._octets[number]), self.now)
                line.conclude(self.now)
            self.allocation.settle(self.downlinks, self.sending, self.now, layered=self._layered)
            self.sending = min(self.wants, self.allocation.limit)
        return self

    def _estimate(self, number: int, sent: float) -> int:
        before = self._estimates[number]
        grown = max(before, min(before * 1.04, 1.5 * sent))
        self._estimates[number] = 0.85 * self.widths[number] if sent > self.widths[number] else grown
        return int(self._estimates[number])

    @property
    def layers(self) -> list[int]:
        return [line.layer for line in self.downlinks]


def test_viewers_on_free_lines_get_everything() -> None:
    call = Call([10e6, 10e6]).goes_on(30)
    assert call.layers == [TOP, TOP]
    assert call.sending == call.wants


def test_a_lone_viewer_on_a_narrow_line_gets_all_frames_at_its_bitrate() -> None:
    call = Call([400e3]).goes_on(12)
    assert call.layers == [TOP]
    assert 330_000 < call.sending < 450_000


def test_beside_a_free_line_a_narrow_one_gets_fewer_frames_and_the_other_keeps_its_bitrate() -> None:
    call = Call([10e6, 1.2e6]).goes_on(5)
    assert call.layers[0] == TOP
    assert call.layers[1] < TOP
    assert call.sending == call.wants


def test_only_a_line_too_narrow_for_the_lowest_layer_lowers_the_bitrate_of_the_others() -> None:
    call = Call([10e6, 400e3]).goes_on(5)
    assert call.layers == [TOP, 0]
    assert 700_000 < call.sending <= 1_000_000


def test_without_layers_the_narrowest_line_decides() -> None:
    call = Call([10e6, 400e3], layered=False).goes_on(5)
    assert call.layers == [TOP, TOP]
    assert 330_000 < call.sending < 450_000


def test_a_thumbnail_lowers_nobodys_bitrate() -> None:
    call = Call([10e6, 300e3])
    call.downlinks[1].is_thumbnail = True
    call.goes_on(5)
    assert call.layers == [TOP, 0]
    assert call.sending == call.wants


def test_a_phone_that_is_only_seen_small_is_asked_for_little_until_somebody_sees_it_large() -> None:
    call = Call([10e6, 10e6])
    for line in call.downlinks:
        line.is_thumbnail = True
    call.goes_on(2)
    assert call.sending == THUMBNAIL
    call.downlinks[1].is_thumbnail = False
    call.goes_on(EVERY)
    assert call.allocation.limit == CEILING


def test_a_phone_that_nobody_watches_yet_may_send_all() -> None:
    assert Call([]).goes_on(2).allocation.limit == CEILING


def test_a_line_that_is_free_again_gets_everything_again() -> None:
    call = Call([10e6, 600e3]).goes_on(5)
    call.widths[1] = 10e6
    call.goes_on(40)
    assert call.layers == [TOP, TOP]
    assert call.sending == call.wants


def test_more_than_a_line_carries_is_tried_later_and_later() -> None:
    call, ups, before = Call([10e6, 1.2e6]), [], 0
    for _ in range(600):
        call.goes_on(EVERY)
        if call.layers[1] > before:
            ups.append(call.now)
        before = call.layers[1]
    waits = [late - early for early, late in pairwise(ups)]
    assert max(waits) > 50
    assert len(ups) < 20


def test_layers_come_back_one_at_a_time() -> None:
    line = Downlink()
    line.layer = 0
    line.choose(1e6, 100.0)
    assert line.layer == 1
    line.choose(1e6, 100.0 + STEP - 0.1)
    assert line.layer == 1
    line.choose(1e6, 100.0 + STEP + 0.1)
    assert line.layer == TOP


def test_an_estimate_that_only_lags_behind_is_no_want() -> None:
    line = Downlink()
    for number in range(1, 20):
        line.limited(500_000 + number * 10_000, float(number))
        line.measure(number * 125_000, float(number))
        line.conclude(float(number))
        assert not line.is_short or number < 3


@pytest.mark.parametrize(("lost", "layer"), [(0.05, TOP), (0.4, 0)])
def test_a_line_that_loses_much_is_short_and_one_that_loses_some_is_repaired(lost: float, layer: int) -> None:
    line = Downlink()
    for number in range(1, 6):
        line.reported(lost, 0.05)
        line.measure(number * 125_000, float(number))
        line.conclude(float(number))
        line.choose(1e6, float(number))
    assert line.layer == layer


def test_loss_that_one_report_alone_tells_of_is_no_want() -> None:
    line = Downlink()
    for number, lost in enumerate((0.0, 0.9, 0.0), 1):
        line.reported(lost, 0.05)
        line.measure(number * 125_000, float(number))
        line.conclude(float(number))
        assert not line.is_short


def test_without_layers_nobody_gets_fewer() -> None:
    call = Call([10e6, 400e3]).goes_on(5)
    assert call.layers == [TOP, 0]
    call.allocation.settle(call.downlinks, 1_000_000, call.now, layered=False)
    assert call.layers == [TOP, TOP]


def test_packets_that_wait_too_long_here_mean_a_short_line_too() -> None:
    line = Downlink()
    line.measure(1, 0.0)
    line.conclude(0.0)
    line.backlog = 1.0
    line.measure(60_000, 0.5)
    line.conclude(0.5)
    assert line.is_short


def test_before_a_line_is_measured_nothing_is_believed_of_it() -> None:
    line = Downlink()
    line.limited(100_000, 0.0)
    line.reported(1.0, None)
    line.measure(50_000, 0.5)
    line.conclude(0.5)
    assert line.carries == math.inf


def test_a_line_that_is_excused_is_not_taken_for_narrow() -> None:
    line = Downlink()
    line.measure(1, 0.0)
    line.backlog = 1.0
    line.measure(60_000, 0.5)
    line.excuse()
    line.conclude(0.5)
    assert not line.is_narrow
    line.measure(120_000, 1.0)
    line.conclude(1.0)
    assert line.is_narrow


def test_thumbnails_give_way_once_and_for_a_while() -> None:
    line = Downlink(is_thumbnail=True)
    assert line.give_way(10.0)
    assert line.layer_at(10.5) == 0
    assert not line.give_way(11.0)
    assert line.layer_at(100.0) == TOP


@given(
    st.lists(
        st.tuples(st.integers(0, 1 << 80), st.floats(0, 1), st.integers(0, 10**7), st.booleans()), max_size=30
    )
)
def test_whatever_viewers_say_a_phone_may_send_something(said: list[tuple[int, float, int, bool]]) -> None:
    line, allocation, octets = Downlink(), Allocation(), 0
    for number, (limit, lost, size, layered) in enumerate(said):
        octets += size
        line.limited(limit, number * EVERY)
        line.reported(lost, None)
        line.measure(octets, number * EVERY)
        line.conclude(number * EVERY)
        allocation.settle([line], size, number * EVERY, layered=layered)
        assert FLOOR <= allocation.limit <= CEILING
        assert line.carries >= LEAST
        assert 0 <= line.layer <= TOP
