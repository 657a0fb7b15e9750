"""A viewer's numbers run on, whatever happens to the source."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media.rewriting import Rewriter
from media.rtp import distance


def test_numbers_and_timestamps_keep_their_distances() -> None:
    rewriter = Rewriter(90_000)
    first = rewriter.map(65_535, 0xFFFFFFFF, 0.0)
    second = rewriter.map(1, 2_999, 0.033)
    assert first is not None
    assert second is not None
    assert distance(second[0], first[0]) == 2
    assert (second[1] - first[1]) & 0xFFFFFFFF == 3_000


def test_another_source_goes_on_where_the_last_one_stopped() -> None:
    rewriter = Rewriter(90_000)
    before = rewriter.map(500, 1_000_000, 10.0)
    rewriter.restart()
    after = rewriter.map(20_000, 77, 12.5)
    assert before is not None
    assert after is not None
    assert distance(after[0], before[0]) == 1
    assert (after[1] - before[1]) & 0xFFFFFFFF == 225_000  # 2.5 s of the 90 kHz clock


def test_the_time_between_two_sources_is_told_in_ticks_of_their_clock() -> None:
    rewriter = Rewriter(48_000)
    before = rewriter.map(500, 1_000_000, 10.0)
    rewriter.restart()
    after = rewriter.map(20_000, 77, 12.5)
    assert before is not None
    assert after is not None
    assert (after[1] - before[1]) & 0xFFFFFFFF == 120_000


def test_a_straggler_of_before_the_first_packet_is_not_forwarded() -> None:
    rewriter = Rewriter(90_000)
    rewriter.map(100, 0, 0.0)
    assert rewriter.map(99, 0, 0.0) is None
    rewriter.restart()
    rewriter.map(7_000, 0, 1.0)
    assert rewriter.map(6_999, 0, 1.0) is None
    assert rewriter.map(7_002, 0, 1.0) is not None
    assert rewriter.map(7_001, 0, 1.0) is not None


def test_a_number_leads_back_to_its_source() -> None:
    rewriter = Rewriter(90_000)
    mapped = [rewriter.map(sequence, 0, 0.0) for sequence in (65_534, 65_535, 0, 1)]
    assert [rewriter.source(pair[0]) for pair in mapped if pair] == [65_534, 65_535, 0, 1]


def test_a_number_of_an_earlier_source_leads_nowhere() -> None:
    rewriter = Rewriter(90_000)
    old = rewriter.map(100, 0, 0.0)
    assert old is not None
    rewriter.restart()
    assert rewriter.source(old[0]) is None
    rewriter.map(9_000, 0, 1.0)
    assert rewriter.source(old[0]) is None
    assert rewriter.source((old[0] + 2) & 0xFFFF) is None  # not sent yet


def test_the_clock_of_sender_reports_runs_between_packets() -> None:
    rewriter = Rewriter(90_000)
    mapped = rewriter.map(1, 5_000, 2.0)
    assert mapped is not None
    assert (rewriter.timestamp_at(3.0) - mapped[1]) & 0xFFFFFFFF == 90_000


@given(st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=60), min_size=1, max_size=5))
def test_no_number_is_ever_given_twice(sources: list[list[int]]) -> None:
    """Sources that come one after the other, each with its packets lost, repeated and out of order."""
    rewriter = Rewriter(90_000)
    given_before: set[int] = set()
    for number, steps in enumerate(sources):
        rewriter.restart()
        given_now = {}
        for step in steps:
            sequence = (number * 22_222 + step) & 0xFFFF
            mapped = rewriter.map(sequence, step * 3_000, float(number))
            if mapped is not None:
                given_now[sequence] = mapped[0]
        assert len(set(given_now.values())) == len(given_now)
        assert not given_before & set(given_now.values())
        assert all(rewriter.source(ours) == theirs for theirs, ours in given_now.items())
        given_before |= set(given_now.values())
