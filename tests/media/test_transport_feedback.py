"""A phone learns from our feedback when each of its packets came."""

from __future__ import annotations

from struct import unpack_from

from hypothesis import given
from hypothesis import strategies as st

from media.transport_feedback import Arrivals


def arrivals_told(body: bytes) -> tuple[dict[int, float | None], int]:
    """What a sender reads: sequence -> seconds, None for lost; and the report's number."""
    first, count, word = unpack_from("!HHI", body)
    position = 8
    symbols: list[int] = []
    while len(symbols) < count:
        (chunk,) = unpack_from("!H", body, position)
        assert chunk >> 15 == 0 or chunk >> 14 == 3
        run = [chunk >> 13] * (chunk & 0x1FFF)
        symbols += run if chunk >> 15 == 0 else [chunk >> shift & 3 for shift in range(12, -1, -2)]
        position += 2
    ticks = (word >> 8) * 256
    told: dict[int, float | None] = {}
    for step, symbol in enumerate(symbols[:count]):
        if symbol:
            ticks += body[position] if symbol == 1 else unpack_from("!h", body, position)[0]
            position += symbol
        told[(first + step) & 0xFFFF] = ticks * 0.00025 if symbol else None
    assert len(body) % 4 == 0
    assert 0 <= len(body) - position < 4
    return told, word & 0xFF


def told(arrivals: Arrivals) -> dict[int, float | None]:
    body = arrivals.take()
    assert body is not None
    return arrivals_told(body)[0]


def test_times_are_told_to_a_quarter_of_a_millisecond() -> None:
    arrivals = Arrivals()
    for sequence, now in ((65_535, 100.0), (0, 100.010), (1, 100.500)):
        arrivals.add([sequence], now)
    times = told(arrivals)
    assert list(times) == [65_535, 0, 1]
    assert [round(time or 0, 3) for time in times.values()] == [100.0, 100.01, 100.5]


def test_a_lost_packet_is_told_even_between_two_reports() -> None:
    arrivals = Arrivals()
    arrivals.add([10], 1.0)
    assert list(told(arrivals)) == [10]
    arrivals.add([13], 1.1)
    assert [time is None for time in told(arrivals).values()] == [True, True, False]


def test_packets_that_overtook_each_other_keep_their_own_times() -> None:
    arrivals = Arrivals()
    for sequence, now in ((1, 1.0), (3, 1.02), (2, 1.04)):
        arrivals.add([sequence], now)
    assert [round(time or 0, 3) for time in told(arrivals).values()] == [1.0, 1.04, 1.02]


def test_there_is_nothing_to_tell_when_nothing_came() -> None:
    arrivals = Arrivals()
    assert arrivals.take() is None
    arrivals.add([1], 1.0)
    assert arrivals.take() is not None
    assert arrivals.take() is None


def test_reports_are_numbered() -> None:
    arrivals, numbers = Arrivals(), []
    for sequence in range(300):
        arrivals.add([sequence], sequence / 10)
        numbers.append(arrivals_told(arrivals.take() or b"")[1])
    assert numbers == [number & 0xFF for number in range(300)]


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.floats(0, 30)), min_size=1, max_size=80))
def test_any_arrivals_make_a_report_that_can_be_read(came: list[tuple[int, float]]) -> None:
    arrivals = Arrivals()
    now = 1_000.0
    for sequence, later in came:
        now += later
        arrivals.add([sequence], now)
    assert 1 <= len(told(arrivals)) <= 400
