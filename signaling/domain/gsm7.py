"""The alphabet of SMS: what fits, what it costs, what to write instead.

3GPP TS 23.038, 6.2.1: a text of this alphabet alone packs 160 characters of 7 bits (septets) in one SMS. One
character outside it (a non-breaking space, an ê) turns the whole text into UCS-2, 70 to an SMS: twice the
price, and the parts may come apart on the way. A longer text loses 7 septets (or 3 UCS-2 units) a part to the
header that joins the parts.
"""

from __future__ import annotations

import unicodedata
from typing import Final

# TS 23.038 table 6.2.1. It has è é ù ì ò à, but no ê ô î û ë ï â and no œ; and Ç but no ç: code 0x09 is the
# capital. (Unicode's mapping, ETSI/GSM0338.TXT, notes that some phones read it as the small one.) So a ç in
# the text becomes a c: a capital inside a word would be worse.
BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION: Final = frozenset("\f^{}\\[~]|€")  # table 6.2.1.1: an escape, then the character: two septets

SINGLE: Final = 160  # septets of a text that is one SMS
_PART: Final = 153  # septets of each part of a longer one
_SINGLE_UCS2: Final = 70
PART_UCS2: Final = 67  # units of each part of a longer text outside the alphabet

_INSTEAD: Final = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("•·", "-"),
        "…": "...",
        "⁄": "/",
        "œ": "oe",
        "Œ": "OE",
        "ł": "l",
        "Ł": "L",
        "ı": "i",
        "đ": "d",
        "Đ": "D",
        "\t": " ",
    }
)


def fits(text: str) -> bool:
    """Whether the text can be sent in the 7-bit alphabet."""
    return all(char in BASIC or char in EXTENSION for char in text)


def septets(text: str) -> int:
    """Length of a text that `fits`."""
    return sum(2 if char in EXTENSION else 1 for char in text)


def units(text: str) -> int:
    """Length of a text in UCS-2, where what lies outside the 16 bits takes two units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def segments(text: str) -> int:
    """How many SMS the text makes, as carriers count and bill them. The empty text makes one."""
    if fits(text):
        return _parts([2 if char in EXTENSION else 1 for char in text], SINGLE, _PART)
    return _parts([units(char) for char in text], _SINGLE_UCS2, PART_UCS2)


def to_gsm7(text: str) -> str:
    """The nearest text that `fits`: accents it lacks are dropped, what has no likeness becomes `?`."""
    return "".join(_nearest(char) for char in unicodedata.normalize("NFC", text).translate(_INSTEAD))


def _nearest(char: str) -> str:
    if char in BASIC or char in EXTENSION:
        return char
    likeness = unicodedata.normalize("NFKD", char).translate(_INSTEAD)
    plain = "".join(part for part in likeness if part in BASIC or part in EXTENSION)
    invisible = unicodedata.category(char)[0] in "CM"  # controls, joiners, accents without a letter
    return plain or ("" if invisible else "?")


def _parts(widths: list[int], single: int, part: int) -> int:
    """Parts needed when no character may be cut in two."""
    if sum(widths) <= single:
        return 1
    count, room = 1, part
    for width in widths:
        if width > room:
            count, room = count + 1, part
        room -= width
    return count
