"""Rows and records: the same fields, in a table and in a frozen struct."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.errors import BadInput, NotFound
from signaling.domain.facts import AnyFact, Event
from signaling.domain.records import Record
from signaling.store import tables
from signaling.store.tables import TABLE_OF

R = TypeVar("R", bound=Record)

encode_fact: Final = msgspec.json.Encoder().encode
decode_fact: Final = msgspec.json.Decoder(AnyFact).decode
_parents_first: Final = {kind: place for place, kind in enumerate(TABLE_OF)}


def values_of(record: Record) -> dict[str, Any]:
    """Column -> value. Raises BadInput for text that PostgreSQL can't keep, on SQLite too."""
    values = msgspec.structs.asdict(record)
    if any(isinstance(value, str) and "\0" in value for value in values.values()):
        raise BadInput("text with a NUL character can't be kept")
    return values


def record_of(kind: type[R], row: Mapping[Any, Any]) -> R:
    """The columns of the row that are fields of the record; there may be others."""
    return msgspec.convert({field: row[field] for field in kind.__struct_fields__}, kind)


def owned(kind: type[Record], centre: str) -> Select[Any]:
    """The rows of one centre: where every query starts that has no door to go through."""
    table = TABLE_OF[kind]
    return select(table).where(table.c.centre == centre)


def within(kind: type[Record], centre: str, session: str) -> Select[Any]:
    """The rows of one session, oldest first."""
    table = TABLE_OF[kind]
    return owned(kind, centre).where(table.c.session == session).order_by(table.c.id)


async def fetch(connection: AsyncConnection, kind: type[R], query: Select[Any]) -> tuple[R, ...]:
    rows = await connection.execute(query)
    return tuple(record_of(kind, row) for row in rows.mappings())


async def fetch_one(connection: AsyncConnection, kind: type[R], query: Select[Any]) -> R:
    """Raises NotFound."""
    found = await fetch(connection, kind, query)
    if not found:
        raise NotFound(f"no such {kind.__name__.lower()}")
    return found[0]


async def insert_records(connection: AsyncConnection, records: Iterable[Record]) -> None:
    """In any order: what refers to another row goes in after it."""
    for record in sorted(records, key=lambda record: _parents_first[type(record)]):
        await connection.execute(insert(TABLE_OF[type(record)]).values(values_of(record)))


async def replace_record(connection: AsyncConnection, record: Record) -> None:
    """Raises NotFound."""
    await change_row(connection, type(record), record.centre, record.id, values_of(record))


async def change_row(
    connection: AsyncConnection, kind: type[Record], centre: str, id_: str, values: dict[str, Any]
) -> None:
    """Raises NotFound."""
    table = TABLE_OF[kind]
    statement = update(table).where(table.c.centre == centre, table.c.id == id_).values(values)
    if (await connection.execute(statement)).rowcount == 0:
        raise NotFound(f"no such {kind.__name__.lower()}")


async def insert_events(
    connection: AsyncConnection, centre: str, session: str, events: Sequence[Event]
) -> None:
    if events:
        rows = [_event_row(centre, session, event) for event in events]
        await connection.execute(insert(tables.event), rows)


async def fetch_events(
    connection: AsyncConnection, centre: str, session: str, since: int
) -> tuple[Event, ...]:
    event = tables.event.c
    query = (
        select(event.version, event.at, event.fact)
        .where(event.centre == centre, event.session == session, event.version > since)
        .order_by(event.version)
    )
    rows = await connection.execute(query)
    return tuple(Event(row.version, row.at, decode_fact(row.fact)) for row in rows)


def _event_row(centre: str, session: str, event: Event) -> dict[str, Any]:
    text = encode_fact(event.fact)
    try:
        decode_fact(text)  # NaN and infinity become null: one unreadable fact would hide the whole timeline
    except msgspec.ValidationError as error:
        raise BadInput(f"a fact that can't be read back: {error}") from None
    place = {"centre": centre, "session": session, "version": event.version, "at": event.at}
    return {**place, "type": type(event.fact).__struct_config__.tag, "fact": text.decode()}
