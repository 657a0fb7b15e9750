"""A list of people as spreadsheets save it: who is to have an account, line by line."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from signaling.domain.errors import BadInput
from signaling.domain.records import Role

LONGEST: Final = 2_000  # lines
LARGEST: Final = 400_000  # bytes

Fault = Literal["email", "name", "role", "twice", "columns", ""]

_ROLES: Final[dict[str, Role]] = {
    "regulator": "regulator",
    "regulateur": "regulator",
    "regulatrice": "regulator",
    "supervisor": "supervisor",
    "superviseur": "supervisor",
    "superviseuse": "supervisor",
    "administrator": "administrator",
    "administrateur": "administrator",
    "administratrice": "administrator",
}
_COLUMNS: Final = 3


class Line(msgspec.Struct, frozen=True):
    number: int  # of the line in the file, from 1
    email: str
    name: str
    role: Role = "regulator"
    fault: Fault = ""


def read(data: bytes) -> list[Line]:
    """`e-mail; name; role` a line, by semicolons, commas or tabs; a line of titles is left out. Raises
    BadInput for what is no such list."""
    if len(data) > LARGEST:
        raise BadInput("a list of people has 400 kB at most")
    text = _text(data)
    rows = [(number, cells) for number, cells in _rows(text) if any(cells)]
    if rows and "@" not in rows[0][1][0]:
        rows = rows[1:]
    if not rows or len(rows) > LONGEST:
        raise BadInput(f"a list of people has 1 to {LONGEST} lines")
    seen: set[str] = set()
    return [_line(number, cells, seen) for number, cells in rows]


def write(lines: Iterable[Line]) -> str:
    """As `read` reads it."""
    out = io.StringIO()
    csv.writer(out, delimiter="\t").writerows((one.email, one.name, one.role) for one in lines)
    return out.getvalue()


def _text(data: bytes) -> str:
    """UTF-8, or what Excel on Windows writes."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _rows(text: str) -> list[tuple[int, list[str]]]:
    first = text.lstrip().partition("\n")[0]
    separator = max(";,\t", key=first.count)
    lines = text.replace("\0", "").splitlines()
    reader = csv.reader(lines, delimiter=separator)
    try:
        return [(reader.line_num, [" ".join(cell.split()) for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise BadInput("the list can't be read as a table") from error


def _line(number: int, cells: list[str], seen: set[str]) -> Line:
    if len(cells) < _COLUMNS:
        return Line(number, cells[0][:254], "", fault="columns")
    email, name = unicodedata.normalize("NFC", cells[0]).lower(), cells[1]
    role = _ROLES.get(_plain(cells[2]))
    fault: Fault = "role" if role is None else ""
    if not name or len(name) > 80 or not name.isprintable():
        fault = "name"
    if email in seen:
        fault = "twice"
    seen.add(email)
    return Line(number, email[:254], name[:80], role or "regulator", fault)


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
