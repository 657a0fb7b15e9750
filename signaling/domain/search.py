"""What a person types to find a meeting, and what it means.

Understood, alone or together: a whole number or mail address, or a part of a number (`12 34`, `0612`); a day
(`22/11`, `22/11/2026`, `2026-11-22`, `hier`, `today`), an hour of it (`14h`, `14:30`); names of regulators;
words of a file number, a note, an address or a town; "à débriefer".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

import msgspec
from msgspec.structs import replace

from signaling.domain.addresses import parse
from signaling.domain.errors import BadAddress
from signaling.domain.indexing import words_of
from signaling.domain.outcomes import Ending

LONGEST: Final = 200  # signs typed
MOST_TERMS: Final = 8
FEWEST_OF_PART: Final = 3  # signs of a word that is looked for as the beginning of one
MOST_DIGITS: Final = 15
MOST_REGULATORS: Final = 20  # that one word may name


class Word(msgspec.Struct, frozen=True, tag=True):
    text: str
    beginning: bool = False  # longer words that begin so, too


class Digits(msgspec.Struct, frozen=True, tag=True):
    """In a row, within a number; two or three at its end only."""

    digits: str


class Whole(msgspec.Struct, frozen=True, tag=True):
    address: str  # E.164 number, or mail address


class By(msgspec.Struct, frozen=True, tag=True):
    regulator: str  # user id


Clue = Word | Digits | Whole | By


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for of a centre's meetings; what is empty or None is not asked.

    `terms`: each is met, by any of its clues. `since`, `until`: ms since the epoch, the second one not
    included. `before` or `after`: the place of the meeting where a page begins, not included.
    """

    terms: tuple[tuple[Clue, ...], ...] = ()
    ending: Ending | None = None
    regulator: str = ""  # user id
    debrief: bool = False
    running: bool | None = None
    since: int | None = None
    until: int | None = None
    before: int | None = None
    after: int | None = None

    def within(self, since: int | None, until: int | None) -> Search:
        """In this span too."""
        return replace(
            self,
            since=max((at for at in (self.since, since) if at is not None), default=None),
            until=min((at for at in (self.until, until) if at is not None), default=None),
        )


def understand(typed: str, regulators: Mapping[str, str], now: int, zone: tzinfo) -> Search:
    """`regulators`: user id -> name. `zone`: in which days and hours are meant. Raises nothing, whatever is
    typed; what is no more than that is looked for as words."""
    typed = " ".join(typed[:LONGEST].split())
    try:
        address = parse(typed).value
    except BadAddress:
        return _parts(typed, regulators, datetime.fromtimestamp(now / 1000, zone))
    digits = "".join(sign for sign in typed if sign in "0123456789")
    return Search(terms=((Whole(address), *([Word(digits)] if digits else [])),))


# ---------------------------------------------------------------- days and hours
_DAYS_AGO: Final = {
    "aujourd'hui": 0, "aujourd’hui": 0, "today": 0, "avant-hier": 2, "hier": 1, "yesterday": 1,
}  # fmt: skip
_NAMED_DAY: Final = re.compile(rf"(?<!\w)(?:{'|'.join(_DAYS_AGO)})(?!\w)", re.IGNORECASE)
_ISO_DAY: Final = re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)", re.ASCII)
_DAY: Final = re.compile(
    r"(?<![\d/])(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>\d{4}|\d{2}))?(?![\d/])", re.ASCII
)
_HOUR: Final = re.compile(
    r"(?<![\d:])(?P<hour>\d{1,2})(?: ?[hH](?: ?(?P<minute>\d{2}))?|:(?P<minute2>\d{2}))(?![\d:\w])", re.ASCII
)
_DEBRIEF: Final = re.compile(r"(?<!\w)(?:(?:à|a|to) )?d[ée]brief(?:er)?(?!\w)", re.IGNORECASE)
HALF_AN_HOUR: Final = timedelta(minutes=30)


def _parts(typed: str, regulators: Mapping[str, str], now: datetime) -> Search:
    day, rest = _day(typed, now.date())
    hour, rest = _hour(rest)
    debrief = bool(_DEBRIEF.search(rest))
    rest = _DEBRIEF.sub(" ", rest)
    since, until = _span(day, hour, now)
    return Search(terms=_terms(rest, regulators), debrief=debrief, since=since, until=until)


def _day(text: str, today: date) -> tuple[date | None, str]:
    """The first one, and the text without it. A day without a year is the last such day."""
    if found := _NAMED_DAY.search(text):
        return today - timedelta(days=_DAYS_AGO[found[0].lower()]), _without(text, found)
    for pattern in (_ISO_DAY, _DAY):
        found = pattern.search(text)
        if found and (day := _date(found, today)):
            return day, _without(text, found)
    return None, text


def _date(found: re.Match[str], today: date) -> date | None:
    year = int(found["year"]) if found["year"] else today.year
    try:
        day = date(year + 2000 if year < 100 else year, int(found["month"]), int(found["day"]))
        if not found["year"] and day > today:
            day = day.replace(year=today.year - 1)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2099 else None


def _hour(text: str) -> tuple[tuple[time, bool] | None, str]:
    """The first one, whether its minute is told, and the text without it."""
    found = _HOUR.search(text)
    if found is None:
        return None, text
    minute = found["minute"] or found["minute2"]
    if int(found["hour"]) > 23 or int(minute or 0) > 59:
        return None, text
    return (time(int(found["hour"]), int(minute or 0)), minute is not None), _without(text, found)


def _span(day: date | None, hour: tuple[time, bool] | None, now: datetime) -> tuple[int | None, int | None]:
    """A whole day; one hour of it; half an hour around a minute of it. Without a day the last such hour."""
    if hour is None:
        if day is None:
            return None, None
        midnight = datetime.combine(day, time(), now.tzinfo)
        return _milliseconds(midnight), _milliseconds(
            datetime.combine(day + timedelta(days=1), time(), now.tzinfo)
        )
    at, to_the_minute = hour
    moment = datetime.combine(day or now.date(), at, now.tzinfo)
    if day is None and moment > now:
        moment -= timedelta(days=1)
    if to_the_minute:
        return _milliseconds(moment - HALF_AN_HOUR), _milliseconds(moment + HALF_AN_HOUR)
    return _milliseconds(moment), _milliseconds(moment + 2 * HALF_AN_HOUR)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


# ---------------------------------------------------------------- words and numbers
_NUMBER: Final = re.compile(r"(?<!\w)(?:\+|00)?\d+(?:[ .\-]\d+)*(?!\w)", re.ASCII)


def _terms(text: str, regulators: Mapping[str, str]) -> tuple[tuple[Clue, ...], ...]:
    terms: list[tuple[Clue, ...]] = []
    end = 0
    names = {user: words_of(name) for user, name in regulators.items()}
    for found in _NUMBER.finditer(text):
        terms += [_word(word, names, last=False) for word in words_of(text[end : found.start()])]
        terms += _number(found[0])
        end = found.end()
    words = words_of(text[end:])
    terms += [_word(word, names, last=at == len(words)) for at, word in enumerate(words, 1)]
    return tuple(terms[:MOST_TERMS])


def _number(typed: str) -> list[tuple[Clue, ...]]:
    digits = "".join(sign for sign in typed if sign.isdecimal())
    national = re.sub(r"^(?:\+|00)33", "0", typed.replace(" ", "").replace(".", "").replace("-", ""))
    part = "".join(sign for sign in national if sign.isdecimal())
    word = Word(digits, beginning=len(digits) >= FEWEST_OF_PART)
    return [(Digits(part), word) if 2 <= len(part) <= MOST_DIGITS else (word,)]


def _word(word: str, names: Mapping[str, list[str]], *, last: bool) -> tuple[Clue, ...]:
    """In a text, or in the name of a regulator. The last one may not be whole yet."""
    long_enough = len(word) >= FEWEST_OF_PART
    named = [
        By(user)
        for user, parts in names.items()
        if any(part.startswith(word) if long_enough else part == word for part in parts)
    ]
    return (Word(word, beginning=last and long_enough), *named[:MOST_REGULATORS])
