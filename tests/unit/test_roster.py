"""A list of people, as spreadsheets write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.domain.errors import BadInput
from signaling.domain.roster import LONGEST, Line, read, write

ALICE = Line(1, "alice@example.org", "Alice Noël", "regulator")
BOB = Line(2, "bob@example.org", "Bob", "administrator")


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_list_is_read_whatever_spreadsheet_wrote_it(separator: str, encoding: str) -> None:
    rows = [
        ["Alice@Example.org ", " Alice  Noël", "Régulatrice"],
        ["bob@example.org", "Bob", "ADMINISTRATOR"],
    ]
    text = "\r\n".join(separator.join(cells) for cells in rows)
    assert read(text.encode(encoding)) == [ALICE, BOB]


def test_a_line_of_titles_and_empty_lines_are_left_out() -> None:
    text = "e-mail;nom;rôle\n\nalice@example.org;Alice Noël;régulateur\n;;\n"
    assert read(text.encode()) == [Line(3, "alice@example.org", "Alice Noël", "regulator")]


def test_each_wrong_line_says_why() -> None:
    text = "a@b.fr;A;chef\nb@b.fr;;regulator\nc@d.fr;C;regulator\nC@d.fr;C;regulator\ne@f.fr;E"
    assert [line.fault for line in read(text.encode())] == ["role", "name", "", "twice", "columns"]


def test_what_is_written_is_read_again() -> None:
    odd = Line(1, "a@b.fr", '"=cmd|x', "supervisor")
    assert read(write([odd]).encode()) == [odd]


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"titles;only", b"a@b.fr;A;regulator\n" * (LONGEST + 1), b"x" * 500_000]
)
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        read(data)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        lines = read(data)
    except BadInput:
        return
    assert all(len(line.email) <= 254 and len(line.name) <= 80 for line in lines)
