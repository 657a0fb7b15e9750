"""How wide words are, as far as a server can tell that has no font."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from unicodedata import east_asian_width

SIZE: Final = 12  # of letters, in units of a drawing
LINE: Final = 18  # from one line of words to the next
_LETTER: Final = 6.8  # wider than most: too early cut off beats overlapping
_WIDE: Final = 12.5


def width(text: str) -> float:
    return sum(_WIDE if east_asian_width(sign) in "WF" else _LETTER for sign in text)


def fitted(text: str, room: float) -> str:
    """Cut off where it would need more than `room`."""
    if width(text) <= room:
        return text
    while text and width(text) + _LETTER > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def every(texts: Sequence[str], slot: float) -> int:
    """Of words in the middle of slots of that width: each how many-th can be written."""
    longest = max((width(text) for text in texts), default=0.0) + SIZE
    return max(1, -int(-longest // slot)) if slot > 0 else max(1, len(texts))
