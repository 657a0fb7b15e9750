"""Missing packets are asked for at once, then every 100 ms, until they come or are hopeless."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media.losses import JUMP, TRIES, Arrival, Losses


def after(*sequences: int) -> Losses:
    losses = Losses()
    for sequence in sequences:
        losses.add(sequence, 0.0)
    return losses


def test_a_stream_in_order_misses_nothing() -> None:
    losses = Losses()
    assert {losses.add(sequence & 0xFFFF, 0.0) for sequence in range(65_000, 66_000)} == {Arrival.NEXT}
    assert losses.due(9.0) == []


def test_packets_before_a_gap_are_asked_for_at_once_and_again_after_100_ms() -> None:
    losses = after(65_534)
    assert losses.add(2, 1.0) is Arrival.GAP
    assert losses.due(1.0) == [65_535, 0, 1]
    assert losses.due(1.05) == []
    assert losses.due(1.11) == [65_535, 0, 1]


def test_a_packet_that_comes_late_is_asked_for_no_more() -> None:
    losses = after(10, 13)
    assert losses.add(11, 0.0) is Arrival.LATE
    assert losses.due(9.0) == [12]


def test_a_packet_that_comes_twice_is_told() -> None:
    losses = after(10, 13, 11)
    assert losses.add(11, 0.0) is Arrival.REPEATED
    assert losses.add(13, 0.0) is Arrival.REPEATED
    assert losses.add(9, 0.0) is Arrival.REPEATED


def test_what_was_asked_for_often_enough_is_given_up() -> None:
    losses = after(10, 12)
    for tried in range(TRIES):
        assert not losses.give_up(float(tried))
        assert losses.due(float(tried)) == [11]
    assert losses.give_up(99.0)
    assert losses.due(100.0) == []
    assert losses.add(11, 100.0) is Arrival.REPEATED


def test_a_jump_in_either_direction_is_a_new_start() -> None:
    losses = after(10, 12)
    assert losses.add(12 + JUMP + 1, 0.0) is Arrival.JUMPED
    assert losses.due(9.0) == []
    assert losses.add(40_000, 0.0) is Arrival.JUMPED
    assert losses.add(40_001, 0.0) is Arrival.NEXT


@given(st.lists(st.integers(0, 0xFFFF), max_size=300))
def test_the_list_never_grows_over_its_bound(sequences: list[int]) -> None:
    assert len(after(*sequences)) <= JUMP


@given(st.integers(0, 0xFFFF), st.lists(st.booleans(), min_size=20, max_size=150))
def test_exactly_the_lost_packets_are_asked_for(start: int, arrived: list[bool]) -> None:
    arrived = [True, *arrived, True]
    losses = after(*((start + step) & 0xFFFF for step, came in enumerate(arrived) if came))
    assert losses.due(9.0) == [(start + step) & 0xFFFF for step, came in enumerate(arrived) if not came]
