"""A workbook of more rows than a sheet holds."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

from console.history_book import Book

HEAD = ("Réunion", "Note")


def sheets(file: Path) -> dict[str, list[list[str]]]:
    """Their rows by their names."""
    with ZipFile(file) as book:
        names = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
        texts = [book.read(f"xl/worksheets/sheet{place}.xml").decode() for place in range(1, len(names) + 1)]
    assert all('<pane ySplit="1" topLeftCell="A2"' in text for text in texts)
    rows = [re.findall(r"<row [^>]*>(.*?)</row>", text) for text in texts]
    return {
        name: [re.findall(r"<t[^>]*>(.*?)</t>", row) for row in sheet]
        for name, sheet in zip(names, rows, strict=True)
    }


def test_a_full_sheet_is_followed_by_another_with_its_head(tmp_path: Path) -> None:
    book = Book(tmp_path / "history.xlsx", HEAD, most=3)
    book.add([["a", "1"], ["b", "2"], ["c", "3"]])
    book.add([["d", "4"], ["e", "=5"]])
    book.finish()
    book.close()
    head = list(HEAD)
    assert sheets(tmp_path / "history.xlsx") == {
        "1": [head, ["a", "1"], ["b", "2"]],
        "2": [head, ["c", "3"], ["d", "4"]],
        "3": [head, ["e", "=5"]],
    }
    assert [one.name for one in tmp_path.iterdir()] == ["history.xlsx"]


def test_a_sheet_that_is_just_full_has_no_empty_one_behind_it(tmp_path: Path) -> None:
    book = Book(tmp_path / "history.xlsx", HEAD, most=3)
    book.add([["a", "1"], ["b", "2"]])
    book.finish()
    book.close()
    assert list(sheets(tmp_path / "history.xlsx")) == ["1"]
