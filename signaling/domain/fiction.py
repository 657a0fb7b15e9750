"""Telephone numbers that belong to nobody: for films, training and demonstrations. No SMS is sent to them.

Ranges: ARCEP, décision n° 2018-0881 (plan national de numérotation), numbers for audiovisual works:
01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49 and 06 39 98, each with four more digits.
"""

from __future__ import annotations

from typing import Final

_RANGES: Final = (
    "+3319900", "+3326191", "+3335301", "+3346571", "+3353649",
    "+3363998", "+26263998",  # 0639 is Mayotte's, whose numbers are kept with its own country code
)  # fmt: skip


def is_fictional(address: str) -> bool:
    """`address` as it is kept: E.164, or an e-mail address."""
    return address.startswith(_RANGES)


def fictional(number: int) -> str:
    """A mobile, as a person writes it; `number` is from 0 to 9999."""
    return f"06 39 98 {number // 100:02} {number % 100:02}"
