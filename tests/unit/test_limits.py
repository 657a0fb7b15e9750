"""The count in memory: windows end, and what is over does not stay."""

from __future__ import annotations

import time

import pytest
from limits import RateLimitItemPerSecond

from signaling.limits import TIDY, MemoryCount

TWICE = RateLimitItemPerSecond(2, 60, namespace="guesses")


class Hour:
    now = 1000.0


@pytest.fixture
def hour(monkeypatch: pytest.MonkeyPatch) -> Hour:
    hour = Hour()
    monkeypatch.setattr(time, "monotonic", lambda: hour.now)
    return hour


def test_a_window_begins_with_its_first_hit_and_ends(hour: Hour) -> None:
    count = MemoryCount()
    count.hit(TWICE, "a")
    hour.now += 59
    assert count.wait(TWICE, "a") == 0
    count.hit(TWICE, "a")
    assert (count.wait(TWICE, "a"), count.wait(TWICE, "b")) == (1, 0)
    hour.now += 1
    assert count.wait(TWICE, "a") == 0
    count.hit(TWICE, "a")
    assert count.wait(TWICE, "a") == 0
    count.hit(TWICE, "a")
    assert count.wait(TWICE, "a") == 60


def test_what_is_over_is_forgotten_and_what_is_not_stays(hour: Hour) -> None:
    count = MemoryCount()
    for number in range(TIDY - 2):
        count.hit(TWICE, str(number))
    hour.now += 60
    count.hit(TWICE, "a")
    count.hit(TWICE, "a")
    assert len(count._windows) == TIDY - 1
    count.hit(TWICE, "b")
    assert len(count._windows) == 2
    assert count.wait(TWICE, "a") == 60
