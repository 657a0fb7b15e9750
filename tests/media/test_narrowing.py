"""What leaves for a viewer on a narrow line leaves at its rate; and what it asks for again, no faster."""

from __future__ import annotations

from media.downlink import Downlink
from media.layers import TOP
from media.narrowing import FULL, PACE, Narrowing
from media.repeats import BURST, MEMORY, Repeats
from tests.media.test_layers import packet, stream

TICK = 0.1


def narrow(bitrate: int) -> Downlink:
    """A line that was sent twice what it carries."""
    line = Downlink()
    line.limited(bitrate, 1.0)
    line.measure(1, 1.0)
    line.conclude(1.0)
    line.measure(1 + bitrate // 8, 1.5)
    line.conclude(1.5)
    assert line.is_narrow
    return line


def test_a_keyframe_leaves_at_the_rate_of_the_line() -> None:
    line = narrow(400_000)
    narrowing = Narrowing(line)
    keyframe = [packet(number, bytes(1_000)) for number in range(40)]
    left, ticks = len(narrowing.take(keyframe, 10.0)), 0
    assert left < 8
    while left < len(keyframe):
        ticks += 1
        left += len(narrowing.take([], 10.0 + ticks * TICK))
    assert 0.7 < ticks * TICK * PACE * 400_000 / (40 * 1_000 * 8) < 1.1


def test_packets_leave_in_their_order() -> None:
    narrowing = Narrowing(narrow(400_000))
    packets = [packet(number, bytes(1_000)) for number in range(30)]
    left = narrowing.take(packets[:20], 10.0) + narrowing.take(packets[20:], 10.1)
    for tick in range(2, 30):
        left += narrowing.take([], 10.0 + tick * TICK)
    assert left == packets


def test_what_fits_on_the_line_does_not_wait() -> None:
    line = narrow(400_000)
    narrowing = Narrowing(line)
    for number in range(100):
        one = packet(number, bytes(1_000))
        assert narrowing.take([one], 10.0 + number / 30) == [one]
    assert line.backlog == 0.0


def test_on_a_line_that_is_free_again_nothing_waits() -> None:
    line = narrow(400_000)
    narrowing = Narrowing(line)
    left = narrowing.take([packet(number, bytes(1_000)) for number in range(20)], 10.0)
    line.measure(100_000, 60.0)
    line.conclude(60.0)
    assert len(left + narrowing.take([], 60.0)) == 20
    assert line.backlog == 0.0


def test_what_waits_is_bounded_and_a_line_overrun_is_told() -> None:
    line = narrow(400_000)
    narrowing = Narrowing(line)
    for number in range(5_000):
        narrowing.take([packet(number, bytes(1_000))], 10.0 + number / 1_000)
    assert narrowing.is_overrun
    assert len(narrowing._queue) <= FULL * PACE * 400_000 / 8 / 1_000


def test_a_line_that_never_was_too_narrow_for_layers_is_not_thinned() -> None:
    narrowing = Narrowing(narrow(5_000_000))
    narrowing.thin(TOP)
    packets = stream(8)
    assert narrowing.take(packets, 10.0) == packets
    assert narrowing.source(5) == 5
    assert narrowing.repeat(packets[5], 5) is packets[5]
    narrowing.thin(0)
    assert len(narrowing.take(stream(8, first=16, picture=8), 11.0)) == 4
    narrowing.thin(TOP)
    assert len(narrowing.take(stream(16, first=32, picture=16), 12.0)) > 16


def test_a_packet_is_not_repeated_twice_within_a_round_trip() -> None:
    line = Downlink()
    for _ in range(30):
        line.reported(0.0, 0.3)
    repeats = Repeats(line)
    assert repeats.allow(7, 1_000, 1.0)
    assert repeats.allow(8, 1_000, 1.0)
    assert not repeats.allow(7, 1_000, 1.2)
    assert repeats.allow(7, 1_000, 1.25)
    assert repeats.refused == 0


def test_repeats_are_bounded_and_those_refused_are_counted() -> None:
    repeats = Repeats(Downlink())
    allowed = sum(repeats.allow(number, 1_000, 1.0) for number in range(1_000))
    assert allowed == BURST // 1_000
    assert repeats.refused == 1_000 - allowed
    assert len(repeats._last) <= MEMORY
    assert repeats.allow(5_000, 1_000, 2.0)


def test_a_narrow_line_is_repeated_less() -> None:
    narrow_line, free = Repeats(narrow(400_000)), Repeats(Downlink())
    counts = [sum(one.allow(number, 1_000, 1.0) for number in range(200)) for one in (narrow_line, free)]
    assert 0 < counts[0] < counts[1] / 10
