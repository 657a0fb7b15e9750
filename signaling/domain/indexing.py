"""What a meeting is found by: tokens of its texts, and keyed tokens of its number.

Texts are cut into words without accents and capitals. A number is never among them: each four digits in a row
of it, its last two and its last three, and the whole of it become tokens made with a key of the installation
and the centre's id, so that the index tells no digit and centres can't be compared.
"""

from __future__ import annotations

import hmac
import unicodedata
from base64 import b32encode
from collections.abc import Iterable
from typing import Final

from signaling.domain.addresses import display
from signaling.domain.records import Session

PART: Final = 4  # digits in a row that are found wherever they are in a number
ENDS: Final = (2, 3)  # how many of the last digits are found, too
_LONGEST_WORD: Final = 40
_MOST_WORDS: Final = 400  # of a file number, a note of 2000 signs and some addresses


def words_of(text: str) -> list[str]:
    """Each word once, in order, without accents and in small letters."""
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(sign)
    )
    spaced = "".join(sign if sign.isalnum() else " " for sign in plain)
    return list(dict.fromkeys(word[:_LONGEST_WORD] for word in spaced.split()))[:_MOST_WORDS]


def digits_of(address: str) -> str:
    """Of a kept number, as the country itself writes it: ten digits in France. "" for a mail."""
    return "" if "@" in address else "".join(sign for sign in display(address) if sign in "0123456789")


class Numbers:
    """Tokens of numbers. They begin with `#`, which no word does."""

    def __init__(self, key: bytes) -> None:
        """`key`: 32 random bytes, the same on all processes of an installation."""
        self._key = key
        self.mark = self._token("mark", "", "")[2:]  # names the key: another one means other tokens

    def of(self, centre: str, address: str) -> list[str]:
        """All that one number, or mail address, is found by."""
        if not address:
            return []
        digits = digits_of(address)
        parts = [self.part(centre, digits[at : at + PART]) for at in range(len(digits) - PART + 1)]
        ends = [self.end(centre, digits[-length:]) for length in ENDS if len(digits) > length]
        return list(dict.fromkeys([self.whole(centre, address), *parts, *ends]))

    def whole(self, centre: str, address: str) -> str:
        """`address`: E.164, or a mail address as it is kept."""
        return self._token("w", centre, address)

    def part(self, centre: str, digits: str) -> str:
        return self._token("p", centre, digits)

    def end(self, centre: str, digits: str) -> str:
        return self._token("s", centre, digits)

    def _token(self, kind: str, centre: str, value: str) -> str:
        made = hmac.digest(self._key, f"{kind}\0{centre}\0{value}".encode(), "sha256")
        return f"#{kind}{b32encode(made[:10]).decode().lower()}"


def centre_token(centre: str) -> str:
    return f"#c{centre}"


def regulator_token(user: str) -> str:
    return f"#u{user}"


def ending_token(ending: str) -> str:
    return f"#o{ending.replace('_', '')}"


DEBRIEF: Final = "#d1"
RUNNING: Final = "#r1"
OVER: Final = "#r0"


def head_of(session: Session, ending: str) -> str:
    """Tokens of what is always there. They are the first of a meeting's words."""
    return " ".join(
        (
            centre_token(session.centre),
            regulator_token(session.started_by),
            ending_token(ending),
            DEBRIEF if session.debrief else "#d0",
            RUNNING if session.ended_at is None else OVER,
        )
    )


def tail_of(session: Session, addresses: Iterable[str], places: Iterable[str], numbers: Numbers) -> str:
    """Tokens of what goes with erasure. `addresses`: all that the caller was reached at. `places`: where
    they were, in words."""
    tokens = [token for address in dict.fromkeys(addresses) for token in numbers.of(session.centre, address)]
    texts = " ".join((session.reference, session.note, *places))
    return " ".join([*tokens, *words_of(texts)])


def place_of(session: str, started_at: int) -> int:
    """Where a session stands among all, as a number of 63 bits: its start (42 bits of ms since the epoch, to
    2109), then 21 of the random bits of its id. Sorts as ids do."""
    return first_place(started_at) + (int(session[12:18], 16) >> 3)


def first_place(at: int) -> int:
    """The lowest that a session of that ms can have."""
    return max(0, min(at, 2**42 - 1)) << 21
