"""Full text searches over what meetings are found by, as SQLite (FTS5) and PostgreSQL (GIN) take them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.indexing import (
    DEBRIEF,
    ENDS,
    OVER,
    PART,
    RUNNING,
    Numbers,
    centre_token,
    ending_token,
    regulator_token,
)
from signaling.domain.search import By, Clue, Digits, Search, Whole, Word


class _Signs(msgspec.Struct, frozen=True):
    both: str
    either: str
    quote: str
    beginning: str


# What is quoted is letters, digits and `#`: nothing in it ends a quotation
_SIGNS: Final = {"sqlite": _Signs(" AND ", " OR ", '"', " *"), "postgresql": _Signs(" & ", " | ", "'", ":*")}
_SPAN: Final = "place >= :lowest AND place <= :highest"
_SQLITE: Final = (
    "SELECT rowid FROM meeting_words WHERE meeting_words MATCH :words"
    " AND rowid >= :lowest AND rowid <= :highest ORDER BY rowid {order} LIMIT :limit"
)
_MATCH: Final = f"array_to_tsvector(string_to_array(words, ' ')) @@ CAST(:words AS tsquery) AND {_SPAN}"
# So many nearest meetings are looked through first, in their order: what is frequent fills a page there. Then
# so many matches are read wherever they are, or of so many nearest meetings those that have the words
_RARE: Final = 200
_NEAR: Final = 3_000
_NEARER: Final = 64_000
_FEW: Final = 4_000  # more of them are found faster in the order of their places than by their words
_BY_WORDS: Final = (
    f"SELECT place, count(*) OVER () AS matches FROM (SELECT place FROM meeting WHERE {{of}} AND {_MATCH}"  # noqa: S608 - constants
    " LIMIT {most} + 1) AS found ORDER BY place {order} LIMIT :limit"
)
_BY_PLACES: Final = (
    f"SELECT place FROM meeting WHERE {{of}} AND {_MATCH} ORDER BY place {{order}} LIMIT :limit"  # noqa: S608 - constants
)
_EDGE: Final = (
    f"SELECT place FROM meeting WHERE {{of}} AND {_SPAN} ORDER BY place {{order}} OFFSET {{near}} LIMIT 1"  # noqa: S608 - constants
)
_OF_ONE: Final = "centre = :centre"
# No index of centres, which over several has no order: that of all places, whose matches are close together
_OF_SEVERAL: Final = "(centre || '') = ANY (:centres)"


async def find(
    connection: AsyncConnection,
    numbers: Numbers,
    centres: tuple[str, ...],
    search: Search,
    limits: tuple[int, int, int],
) -> list[int]:
    """Places of meetings of these centres that meet all of the search. `limits`: the lowest and the highest
    place, how many; the newest first, or the oldest first after a place."""
    order = "ASC" if search.after is not None else "DESC"
    dialect = connection.dialect.name
    signs = _SIGNS[dialect]
    values: dict[str, Any] = dict(zip(("lowest", "highest", "limit"), limits, strict=True))
    words = _words(signs, numbers, centres, search)
    of = _any(signs, (_quoted(signs, centre_token(centre)) for centre in centres))
    if dialect == "sqlite":
        values |= {"words": words + signs.both + of}
        return [row[0] for row in await connection.execute(text(_SQLITE.format(order=order)), values)]
    # Beside the beginning of a word, or as one of several, GIN reads all that a centre ever had
    told = words if len(centres) > 1 or _has_beginning(search) else words + signs.both + of
    return await _find_in_postgres(connection, centres, order, values | {"words": words}, told)


async def _find_in_postgres(
    connection: AsyncConnection, centres: tuple[str, ...], order: str, values: dict[str, Any], told: str
) -> list[int]:
    """What is frequent among the nearest meetings, what is rare by its words, what is neither by its words
    near by, at last by all of them, or in the order of places. Its planner knows too little of words to
    choose between these ways, and errs by a whole table. `told`: the words as the index is asked for them."""
    one = len(centres) == 1
    of = {"order": order, "of": _OF_ONE if one else _OF_SEVERAL}
    values |= {"centre": centres[0], "centres": list(centres)}
    await _scan(connection, "index")
    edge = await _places(connection, _EDGE.format(**of, near=_NEAR), values)
    found = await _places(connection, _BY_PLACES.format(**of), _until(edge, order, values))
    if edge and len(found) < values["limit"]:
        found = await _less_frequent(connection, of, values, told)
    await _scan(connection, "seq", "index", "bitmap")
    return found


async def _less_frequent(
    connection: AsyncConnection, of: dict[str, str], values: dict[str, Any], told: str
) -> list[int]:
    asked, order = values | {"words": told}, of["order"]
    edge = await _places(connection, _EDGE.format(**of, near=_NEARER), values)
    await _scan(connection, "bitmap")
    for most, near in ((_RARE, []), (_FEW, edge), (_FEW, [])):
        query = text(_BY_WORDS.format(order=order, of=_OF_SEVERAL, most=most))
        rows = (await connection.execute(query, _until(near, order, asked))).all()
        is_all = not rows or rows[0].matches <= most
        if is_all and (not near or len(rows) == values["limit"]):
            return [row.place for row in rows]
    await _scan(connection, "index")
    return await _places(connection, _BY_PLACES.format(**of), values)


def _until(edge: list[int], order: str, values: dict[str, Any]) -> dict[str, Any]:
    """`edge`: the place up to which is asked, none for all."""
    return values | ({} if not edge else {"highest" if order == "ASC" else "lowest": edge[0]})


async def _places(connection: AsyncConnection, query: str, values: dict[str, Any]) -> list[int]:
    return [row.place for row in await connection.execute(text(query), values)]


async def _scan(connection: AsyncConnection, *ways: str) -> None:
    """No others until the end of the transaction."""
    settings = (
        f"set_config('enable_{way}scan', '{way in ways}', true)" for way in ("seq", "index", "bitmap")
    )
    await connection.execute(text(f"SELECT {', '.join(settings)}"))


def _words(signs: _Signs, numbers: Numbers, centres: tuple[str, ...], search: Search) -> str:
    """Without the tokens of the centres."""
    tokens = []
    if search.regulator:
        tokens.append(regulator_token(search.regulator))
    if search.ending is not None:
        tokens.append(ending_token(search.ending))
    if search.debrief:
        tokens.append(DEBRIEF)
    if search.running is not None:
        tokens.append(RUNNING if search.running else OVER)
    terms = [
        _any(signs, (one for clue in term for one in _clue(signs, numbers, centres, clue)))
        for term in search.terms
    ]
    return signs.both.join([*terms, *(_quoted(signs, token) for token in tokens)])


def _has_beginning(search: Search) -> bool:
    return any(isinstance(clue, Word) and clue.beginning for term in search.terms for clue in term)


def _any(signs: _Signs, words: Iterable[str]) -> str:
    return f"({signs.either.join(words)})"


def _clue(signs: _Signs, numbers: Numbers, centres: tuple[str, ...], clue: Clue) -> list[str]:
    """Each of which is it. A number has other tokens in each centre."""
    match clue:
        case Word(text=word, beginning=beginning):
            return [_quoted(signs, word) + (signs.beginning if beginning else "")]
        case Whole(address=address):
            return [_quoted(signs, numbers.whole(centre, address)) for centre in centres]
        case By(regulator=regulator):
            return [_quoted(signs, regulator_token(regulator))]
        case Digits(digits=digits):
            parts = (_parts(numbers, centre, digits) for centre in centres)
            return [f"({signs.both.join(_quoted(signs, part) for part in one)})" for one in parts]


def _parts(numbers: Numbers, centre: str, digits: str) -> list[str]:
    if len(digits) in ENDS:
        return [numbers.end(centre, digits)]
    return [numbers.part(centre, digits[at : at + PART]) for at in range(len(digits) - PART + 1)]


def _quoted(signs: _Signs, token: str) -> str:
    """A user id that was typed into an address may hold anything."""
    return signs.quote + "".join(sign for sign in token if sign.isalnum() or sign == "#") + signs.quote
