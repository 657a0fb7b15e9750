"""When a message that could not leave is tried again."""

from __future__ import annotations

from signaling.domain.backoff import backoff


def test_a_message_is_tried_six_times_at_growing_distances() -> None:
    assert [backoff(tries) for tries in range(1, 6)] == [2_000, 5_000, 15_000, 60_000, 300_000]


def test_after_the_sixth_try_a_person_decides() -> None:
    assert backoff(6) is None
    assert backoff(1_000_000) is None


def test_a_message_that_never_failed_has_no_delay() -> None:
    assert backoff(0) is None
