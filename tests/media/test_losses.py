"""Missing packets are asked for when lost, not when late, until they come or are hopeless."""

from __future__ import annotations

import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from media.losses import JUMP, PATIENCE, TIME, Arrival, Losses


def after(*sequences: int) -> Losses:
    losses = Losses()
    for sequence in sequences:
        losses.add(sequence, 0.0)
    return losses


def answered(losses: Losses, sequence: int, *, took: float, at: float) -> None:
    """A packet before that number is lost, asked for and repaired."""
    losses.add(sequence, at)
    losses.due(at)
    losses.add(sequence - 1, at + took, is_repair=True)


def test_a_stream_in_order_misses_nothing() -> None:
    losses = Losses()
    assert {losses.add(sequence & 0xFFFF, 0.0) for sequence in range(65_000, 66_000)} == {Arrival.NEXT}
    assert losses.due(9.0) == []
    assert losses.due_at == math.inf


def test_packets_before_a_gap_are_asked_for_at_once() -> None:
    losses = after(65_534)
    assert losses.add(2, 1.0) is Arrival.GAP
    assert losses.due_at == 1.0
    assert losses.due(1.0) == [65_535, 0, 1]
    assert losses.due(1.0) == []


def test_they_are_asked_for_again_after_a_round_trip_and_less_and_less_often() -> None:
    losses = after(10, 12)
    asked = [step for step in range(1_000) if losses.due(step / 1_000)]
    assert asked[0] == 0
    assert 100 < asked[1] < 150  # ms, as long as no repair has shown what a round trip is
    waits = [late - early for early, late in pairwise(asked)]
    assert waits == sorted(waits)
    assert waits[-1] > 2 * waits[0]


def test_repairs_show_what_a_round_trip_is() -> None:
    near, far = after(0), after(0)
    for number in range(2, 60, 2):
        answered(near, number, took=0.02, at=float(number))
        answered(far, number, took=0.4, at=float(number))
    for losses in (near, far):
        losses.add(61, 100.0)
        losses.due(100.0)
    assert 100.02 < near.due_at < 100.05
    assert 100.4 < far.due_at < 100.6


def test_a_packet_that_comes_late_is_asked_for_no_more() -> None:
    losses = after(10, 13)
    assert losses.add(11, 0.0) is Arrival.LATE
    assert losses.due(9.0) == [12]
    losses.add(12, 9.1)
    assert losses.due_at == math.inf


def test_where_packets_overtake_each_other_the_late_ones_are_waited_for() -> None:
    losses = after(0, 2)
    losses.add(1, 0.010, is_repair=False)
    losses.add(4, 1.0)
    assert losses.due(1.009) == []
    losses.add(3, 1.010, is_repair=False)
    losses.add(6, 2.0)
    assert losses.due(2.0 + PATIENCE) == [5]


def test_nobody_waits_longer_than_a_frames_time() -> None:
    losses = after(0, 2)
    losses.add(1, 5.0, is_repair=False)
    losses.add(4, 6.0)
    assert losses.due(6.0 + PATIENCE) == [3]


def test_on_a_line_that_loses_packets_waiting_is_unlearned() -> None:
    losses = after(0, 2)
    losses.add(1, 0.02, is_repair=False)
    for number in range(4, 120, 2):
        losses.add(number, float(number))
        losses.due(number + PATIENCE)
        losses.add(number - 1, number + 0.1, is_repair=True)
    losses.add(120, 200.0)
    assert losses.due(200.001) == [119]


def test_without_rtx_what_was_asked_for_counts_as_repaired() -> None:
    losses = after(0, 2)
    losses.due(0.0)
    losses.add(1, 0.02)
    losses.add(4, 1.0)
    assert losses.due(1.0) == [3]


def test_a_packet_that_comes_twice_is_told() -> None:
    losses = after(10, 13, 11)
    assert losses.add(11, 0.0) is Arrival.REPEATED
    assert losses.add(13, 0.0) is Arrival.REPEATED
    assert losses.add(9, 0.0) is Arrival.REPEATED


def test_what_was_asked_for_long_enough_is_given_up() -> None:
    losses = after(10, 12)
    losses.due(0.0)
    assert not losses.give_up(TIME - 0.01)
    assert losses.give_up(TIME)
    assert losses.due(100.0) == []
    assert losses.due_at == math.inf
    assert losses.add(11, 100.0) is Arrival.REPEATED


def test_a_jump_in_either_direction_is_a_new_start() -> None:
    losses = after(10, 12)
    assert losses.add(12 + JUMP + 1, 0.0) is Arrival.JUMPED
    assert losses.due(9.0) == []
    assert losses.due_at == math.inf
    assert losses.add(40_000, 0.0) is Arrival.JUMPED


@given(st.lists(st.integers(0, 0xFFFF), max_size=300))
def test_the_list_never_grows_over_its_bound(sequences: list[int]) -> None:
    assert len(after(*sequences)) <= JUMP


@given(st.integers(0, 0xFFFF), st.lists(st.booleans(), min_size=20, max_size=150))
def test_exactly_the_lost_packets_are_asked_for(start: int, arrived: list[bool]) -> None:
    arrived = [True, *arrived, True]
    losses = after(*((start + step) & 0xFFFF for step, came in enumerate(arrived) if came))
    assert losses.due(9.0) == [(start + step) & 0xFFFF for step, came in enumerate(arrived) if not came]
