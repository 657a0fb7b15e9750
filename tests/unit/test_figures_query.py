"""The address of the figures: any of them means some days, not too many steps, and comes back as it was."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.figures_query import MOST_STEPS, Chosen, chosen, steps

TODAY = date(2026, 11, 23)


def asked(text: str) -> Chosen:
    query = parse_qsl(text, keep_blank_values=True)
    return chosen(dict(query), [value for name, value in query if name == "centre"], TODAY)


@given(
    query=st.dictionaries(
        st.sampled_from(["period", "from", "to", "step", "split"]),
        st.one_of(
            st.text(max_size=20),
            st.dates().map(str),
            st.sampled_from(["own", "7d", "30d", "12m", "day", "week", "month"]),
        ),
    )
)
@settings(max_examples=100, deadline=None)
def test_any_query_is_understood(query: dict[str, str]) -> None:
    found = chosen(query, [], TODAY)
    days = steps(found.first, found.last, found.step)
    assert len(days) <= MOST_STEPS + 1
    assert days == sorted(set(days))
    assert bool(days) != found.wrong_order
    assert asked(found.address().partition("?")[2]) == found


@pytest.mark.parametrize(
    ("text", "first", "last", "step"),
    [
        ("", "2026-10-25", "2026-11-23", "day"),
        ("period=7d", "2026-11-17", "2026-11-23", "day"),
        ("period=12m", "2025-12-01", "2026-11-23", "month"),
        ("period=12m&step=week", "2025-12-01", "2026-11-23", "week"),
        ("period=own&from=2026-02-03&to=2026-02-05", "2026-02-03", "2026-02-05", "day"),
        ("period=own&from=2000-01-01&to=2099-01-01&step=day", "2093-12-28", "2099-01-01", "week"),
        ("from=2026-02-03&to=2026-02-05", "2026-10-25", "2026-11-23", "day"),
    ],
)
def test_a_period_means_these_days(text: str, first: str, last: str, step: str) -> None:
    found = asked(text)
    assert (str(found.first), str(found.last), found.step) == (first, last, step)


def test_steps_begin_on_the_first_day_then_on_mondays_or_firsts() -> None:
    first, last = date(2026, 10, 28), date(2026, 11, 10)
    assert [str(day) for day in steps(first, last, "week")] == ["2026-10-28", "2026-11-02", "2026-11-09"]
    assert [str(day) for day in steps(first, last, "month")] == ["2026-10-28", "2026-11-01"]
    assert len(steps(first, last, "day")) == 14


def test_the_address_holds_the_choice() -> None:
    found = asked(
        "period=own&from=2026-02-03&to=2026-02-05&step=week&split=carrier&centre=b&centre=a&centre=b"
    )
    assert found.address() == (
        "/figures?period=own&from=2026-02-03&to=2026-02-05&step=week&split=carrier&centre=b&centre=a"
    )
