"""The word by which a caller knows that the link is genuine."""

from __future__ import annotations

import unicodedata
from itertools import combinations

from signaling.domain.ids import Secrets
from signaling.domain.words_of_day import WORDS

KEY = b"k" * 32


def plain(word: str) -> str:
    """Without accents, as a bad line carries it."""
    return "".join(mark for mark in unicodedata.normalize("NFD", word) if not unicodedata.combining(mark))


def differ_in_one_letter(one: str, other: str) -> bool:
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) <= 1
    short, long = sorted((one, other), key=len)
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def test_there_are_enough_words_and_each_can_be_read_aloud() -> None:
    assert len(WORDS) >= 350
    assert len(set(WORDS)) == len(WORDS)
    assert list(WORDS) == sorted(WORDS, key=plain)
    assert all(word.isalpha() and word.islower() and 4 <= len(word) <= 12 for word in WORDS)


def test_no_two_words_can_be_taken_for_one_another() -> None:
    pairs = combinations(map(plain, WORDS), 2)
    near = [(one, other) for one, other in pairs if abs(len(one) - len(other)) <= 1]
    assert [pair for pair in near if differ_in_one_letter(*pair)] == []


def test_a_session_keeps_its_word() -> None:
    assert Secrets(KEY).word("a-session") == Secrets(KEY).word("a-session")
    assert Secrets(KEY).word("a-session").lower() in WORDS


def test_only_the_key_tells_the_word() -> None:
    sessions = [f"session-{number}" for number in range(50)]
    ours = [Secrets(KEY).word(session) for session in sessions]
    theirs = [Secrets(b"other" * 8).word(session) for session in sessions]
    assert ours != theirs
    assert len(set(ours)) > 30
