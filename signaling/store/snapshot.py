"""What a back-up is to know of a database: all of it read in one transaction, that of the back-up itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, select, table, union_all

from signaling.domain.audit import Head
from signaling.store import tables

_STORED: Final = (tables.capture, tables.document, tables.recording)  # a file each, of the row's id


class Snapshot(msgspec.Struct, frozen=True):
    """`schema`: revision. `counts`: rows by table. `masters`: marks of the master keys that the centres' keys
    are under. `files`: (centre, name) of what rows say is there."""

    schema: str
    counts: dict[str, int]
    heads: list[Head]
    masters: list[str]
    files: list[tuple[str, str]]


def of(connection: Connection) -> Snapshot:
    return Snapshot(
        MigrationContext.configure(connection).get_current_revision() or "",
        counts(connection, (one.name for one in tables.metadata.sorted_tables)),
        _heads(connection),
        sorted(connection.scalars(select(tables.centre_key.c.master).distinct())),
        _files(connection),
    )


def counts(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """Rows of these tables, which may be those of an earlier program."""
    rows = select(func.count())
    return {name: connection.execute(rows.select_from(table(name))).scalar_one() for name in names}


def _heads(connection: Connection) -> list[Head]:
    audit = tables.audit.c
    newest = select(audit.centre, func.max(audit.number).label("number")).group_by(audit.centre).subquery()
    at_the_end = (newest.c.centre == audit.centre) & (newest.c.number == audit.number)
    query = select(audit.centre, audit.number, audit.hash).join(newest, at_the_end).order_by(audit.centre)
    return [Head(row.centre, row.number, row.hash) for row in connection.execute(query)]


def _files(connection: Connection) -> list[tuple[str, str]]:
    names = union_all(*(select(one.c.centre, one.c.id) for one in _STORED)).subquery()
    query = select(names.c.centre, names.c.id).order_by(names.c.centre, names.c.id)
    return [(row.centre, row.id) for row in connection.execute(query)]
