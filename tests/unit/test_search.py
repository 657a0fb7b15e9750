"""What a person types to find a meeting, and what meetings are found by."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.history_query import Asked
from signaling.domain import facts
from signaling.domain.facts import AnyFact, Event
from signaling.domain.indexing import Numbers, digits_of, place_of, words_of
from signaling.domain.ladder import higher
from signaling.domain.outcomes import ending, traces_after
from signaling.domain.search import By, Digits, Search, Whole, Word, understand
from tests import cast
from tests.cast import NOW

PARIS: Final = ZoneInfo("Europe/Paris")  # NOW is there Wednesday, 18 November 2026, 12:06
PEOPLE: Final = {"a": "Alice Martin", "b": "Élodie Nancy"}


def span(search: Search) -> tuple[str, str]:
    times = (search.since, search.until)
    assert None not in times
    first, last = (datetime.fromtimestamp((at or 0) / 1000, PARIS) for at in times)
    return f"{first:%Y-%m-%d %H:%M}", f"{last:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("typed", "since", "until"),
    [
        ("hier 14h", "2026-11-17 14:00", "2026-11-17 15:00"),
        ("yesterday", "2026-11-17 00:00", "2026-11-18 00:00"),
        ("Aujourd'hui", "2026-11-18 00:00", "2026-11-19 00:00"),
        ("22/11", "2025-11-22 00:00", "2025-11-23 00:00"),  # this year's is still to come
        ("17/11", "2026-11-17 00:00", "2026-11-18 00:00"),
        ("22/11/2026 14:30", "2026-11-22 14:00", "2026-11-22 15:00"),
        ("2026-03-29", "2026-03-29 00:00", "2026-03-30 00:00"),  # a day of 23 hours
        ("9h", "2026-11-18 09:00", "2026-11-18 10:00"),
        ("23h", "2026-11-17 23:00", "2026-11-18 00:00"),  # today's is still to come
        ("1/2/25 8 h 05", "2025-02-01 07:35", "2025-02-01 08:35"),
    ],
)
def test_days_and_hours_are_meant_where_they_are_typed(typed: str, since: str, until: str) -> None:
    search = understand(typed, PEOPLE, NOW, PARIS)
    assert span(search) == (since, until)
    assert search.terms == ()


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("06 12 34 56 78", ((Whole("+33612345678"), Word("0612345678")),)),
        ("Alice@Example.org", ((Whole("Alice@example.org"),),)),
        ("12 34", ((Digits("1234"), Word("1234", beginning=True)),)),
        ("0612", ((Digits("0612"), Word("0612", beginning=True)),)),
        ("+33 6 12", ((Digits("0612"), Word("33612", beginning=True)),)),
        ("78", ((Digits("78"), Word("78")),)),
        ("7", ((Word("7"),),)),
        ("alice", ((Word("alice", beginning=True), By("a")),)),
        ("elod plaie", ((Word("elod"), By("b")), (Word("plaie", beginning=True),))),
        ("Nancy", ((Word("nancy", beginning=True), By("b")),)),
        ("31/02", ((Word("31"),), (Word("02"),))),
        ("25h", ((Word("25h", beginning=True),),)),
        ("", ()),
    ],
)
def test_numbers_names_and_words_are_told_apart(typed: str, terms: object) -> None:
    if typed == "31/02":  # no day: two numbers of two digits
        terms = ((Digits("31"), Word("31")), (Digits("02"), Word("02")))
    assert understand(typed, PEOPLE, NOW, PARIS) == Search(terms=terms)  # type: ignore[arg-type]


def test_what_is_typed_together_is_meant_together() -> None:
    search = understand("alice hier 14h à débriefer 1234 toul", PEOPLE, NOW, PARIS)
    assert search.debrief
    assert span(search) == ("2026-11-17 14:00", "2026-11-17 15:00")
    assert search.terms == (
        (Word("alice"), By("a")),
        (Digits("1234"), Word("1234", beginning=True)),
        (Word("toul", beginning=True),),
    )


@given(st.text(max_size=300), st.integers(0, 2**41))
def test_nothing_that_is_typed_is_refused(typed: str, now: int) -> None:
    assert len(understand(typed, PEOPLE, now, PARIS).terms) <= 8


@given(st.dictionaries(st.sampled_from(["q", "outcome", "from", "to", "tz", "before", "after"]), st.text()))
def test_no_address_is_refused(query: dict[str, str]) -> None:
    asked = Asked(query)
    asked.search(PEOPLE, NOW, texts=True)
    assert asked.address(before=1).startswith("/history?")


# ---------------------------------------------------------------- what they are found by
def test_words_have_neither_accents_nor_capitals() -> None:
    assert words_of("Pont-à-Mousson, ÉTÉ « été » Œuvre") == ["pont", "a", "mousson", "ete", "œuvre"]


def test_a_number_leaves_keyed_tokens_and_none_of_its_digits() -> None:
    numbers = Numbers(b"k" * 32)
    tokens = numbers.of("54", "+33612345678")
    assert digits_of("+33612345678") == "0612345678"
    assert {numbers.part("54", part) for part in ("0612", "2345", "5678")} < set(tokens)
    assert {numbers.end("54", end) for end in ("78", "678")} < set(tokens)
    assert numbers.whole("54", "+33612345678") in tokens
    assert len(tokens) == 10
    assert not any(part in token for token in tokens for part in ("0612", "5678", "678"))
    others = Numbers(b"l" * 32).of("54", "+33612345678") + numbers.of("75", "+33612345678")
    assert not set(tokens) & set(others)


def test_places_sort_as_ids_do() -> None:
    sessions = sorted(cast.session(at=NOW + n // 9).id for n in range(99))
    assert sessions == sorted(sessions, key=lambda id_: place_of(id_, int(id_[:12], 16)))


# ---------------------------------------------------------------- how they went
PHONE: Final = {"participant": "p"}


@pytest.mark.parametrize(
    ("happened", "went"),
    [
        ((), "never_opened"),
        ((facts.MessageFailed(message="m", reason="", permanent=False),), "never_opened"),
        ((facts.MessageFailed(message="m", reason="", permanent=True),), "not_delivered"),
        (
            (facts.MessageFailed(message="m", reason="", permanent=True), facts.LinkOpened(invitation="i")),
            "no_picture",
        ),
        ((facts.CameraRefused(**PHONE, reason="denied"),), "refused"),
        (
            (
                facts.CameraRefused(**PHONE, reason="denied"),
                facts.PhotoStored(capture="c", **PHONE, width=1, height=1, size=1),
            ),
            "photo",
        ),
        ((facts.PictureWay(**PHONE, way="stills"), facts.PictureFirst(**PHONE)), "stills"),
        (
            (
                facts.PictureWay(**PHONE, way="stills"),
                facts.PictureFirst(**PHONE),
                facts.PictureWay(**PHONE, way="turn_tcp"),
            ),
            "picture",
        ),
        ((facts.PictureWay(**PHONE, way="udp"), facts.PictureFirst(**PHONE)), "picture"),
        ((facts.PictureFirst(participant="guest"),), "never_opened"),
    ],
)
def test_each_meeting_went_in_one_way(happened: tuple[AnyFact, ...], went: str) -> None:
    session = cast.session(refused=any(isinstance(fact, facts.CameraRefused) for fact in happened))
    rung = ""
    for fact in happened:
        rung = higher(rung, fact) if getattr(fact, "participant", "") != "guest" else rung
    events = [Event(version, NOW, fact) for version, fact in enumerate(happened, 1)]
    traces = traces_after(0, events, frozenset({"guest"}))
    assert ending(cast.session(refused=session.refused, rung=rung), traces) == went
