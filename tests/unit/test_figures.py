"""Buckets, percentiles, steps of time, and what has to be read for some days."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from signaling.domain.contribution import network_of
from signaling.domain.figures import Step, beginning, bucket_of, percentile, stretches

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(st.floats(1, 10**9))
def test_a_bucket_is_near_what_is_in_it(value: float) -> None:
    assert abs(bucket_of(value) - value) <= 0.045 * value + 0.5
    if value >= 100:
        assert abs(bucket_of(value) - value) <= 0.05 * value


@given(st.floats(0, 10**9), st.floats(0, 10**9))
def test_a_larger_value_is_never_in_a_smaller_bucket(one: float, other: float) -> None:
    assert bucket_of(min(one, other)) <= bucket_of(max(one, other))


def test_a_percentile_is_the_smallest_that_so_many_lie_up_to() -> None:
    counts = {30: 1, 10: 5, 20: 4}
    assert [percentile(counts, percent) for percent in (50, 51, 90, 91, 99)] == [10, 20, 20, 30, 30]
    assert percentile({0: 1}, 99) == 0


def test_weeks_begin_on_monday_and_may_be_of_the_year_before() -> None:
    steps: tuple[Step | None, ...] = ("day", "week", "month", None)
    friday = date(2027, 1, 1)
    assert [beginning(friday, step) for step in steps] == [
        friday, date(2026, 12, 28), date(2027, 1, 1), friday,
    ]  # fmt: skip


@given(DAYS, DAYS)
def test_months_and_days_read_are_each_day_that_was_asked_for_once(first: date, last: date) -> None:
    read = stretches(first, last, by_month=True)
    days = [one.first + timedelta(days=n) for one in read for n in range((one.last - one.first).days + 1)]
    assert days == [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for one in read:
        if one.span == "month":
            assert one.first.day == (one.last + timedelta(days=1)).day == 1
    assert sum(one.span == "day" for one in read) <= 2


def test_a_number_tells_the_operator_of_its_range_and_what_is_no_number_none() -> None:
    assert network_of("+33612345678") == "SFR"
    assert network_of("+33383858585") == ""  # a landline
    assert network_of("jeanne@example.org") == network_of("") == network_of("+") == ""
