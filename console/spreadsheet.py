"""Rows for a spreadsheet, which must not take a cell for a formula (OWASP, CSV injection)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
BOM: Final = "\ufeff"  # without it Excel reads UTF-8 as Latin-1


def lines(rows: Iterable[Sequence[str]]) -> str:
    """As RFC 4180 writes them."""
    text = io.StringIO()
    csv.writer(text).writerows([[_safe(cell) for cell in row] for row in rows])
    return text.getvalue()


def _safe(cell: str) -> str:
    """The apostrophe says "text" to a spreadsheet, which hides it."""
    return f"'{cell}" if cell.startswith(_STARTS) else cell
