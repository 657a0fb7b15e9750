"""The history as a workbook (XLSX) that grows on the disk, not in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]

MOST_ROWS: Final = 1_048_576  # of a sheet (Excel specifications and limits)
_OPTIONS: Final = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


class Book:
    """Rows go to the disk as they come, beside `file`. Once sheet "1" is full "2" begins, with the same head.
    `most`: rows of a sheet, its head among them."""

    def __init__(self, file: Path, head: Sequence[str], most: int = MOST_ROWS) -> None:
        self._book = xlsxwriter.Workbook(str(file), _OPTIONS | {"tmpdir": str(file.parent)})
        self._head = head
        self._most = most
        self._begin()

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        for row in rows:
            if self._rows == self._most:
                self._begin()
            self._write(row)

    def finish(self) -> None:
        """The file is whole then."""
        self._book.close()

    def close(self) -> None:
        """Nothing of it stays open, however far it came; its files go with their folder."""
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()

    def _begin(self) -> None:
        self._sheet = self._book.add_worksheet(str(len(self._book.worksheets()) + 1))
        self._sheet.freeze_panes(1, 0)
        self._rows = 0
        self._write(self._head)

    def _write(self, row: Sequence[str]) -> None:
        for column, cell in enumerate(row):
            self._sheet.write_string(self._rows, column, cell)
        self._rows += 1
