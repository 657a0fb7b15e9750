"""Counts sessions that have ended, and reads the sums.

What a session added before is kept and taken away first, in the transaction that adds what it is now, so that
a session counts once whatever happens and however often it changes. Sums keep their rows for good: erasure
and retention take the people away, not the figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, tzinfo
from typing import Any, Final

import msgspec
from sqlalchemy import Table, delete, func, or_, select, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.contribution import Contribution, contribution
from signaling.domain.facts import Event
from signaling.domain.figures import SUMS, Dimension, Stretch, Sum
from signaling.domain.quality import Quality, summary
from signaling.domain.records import Session
from signaling.store import rows, tables
from signaling.store.database import Database

_BATCH: Final = 500  # rows of one statement

Group = tuple[str, str, str, str, str]  # centre, dimension, span, first, name
# What is added to a group, by measure and bucket: None is the plain sum
Tally = defaultdict[Group, defaultdict[tuple[str, int | None], int]]


class Figures:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def count_sessions(self, zone: tzinfo, limit: int) -> Sequence[str]:
        async def work(connection: AsyncConnection) -> Sequence[str]:
            due = await _due(connection, limit)
            if due:
                await _count(connection, due, zone)
            return [session.centre for session in due]

        return await self._database.write(work)

    async def recount(self) -> int:
        session, due = tables.session.c, tables.figure_due
        counted = select(tables.figure_session.c.session).where(tables.figure_session.c.session == session.id)
        ended = select(session.id, session.centre, session.version).where(
            session.ended_at.is_not(None), or_(session.erased_at.is_(None), ~counted.exists())
        )

        async def work(connection: AsyncConnection) -> int:
            statement = _insert(connection, due).from_select(["session", "centre", "version"], ended)
            return (await connection.execute(statement.on_conflict_do_nothing())).rowcount

        return await self._database.write(work)

    async def figure_sums(
        self,
        centres: Sequence[str],
        dimension: Dimension | None,
        stretches: Sequence[Stretch],
        buckets: Sequence[str],
        *,
        apart: bool,
    ) -> Sequence[Sum]:
        if not centres or not stretches:
            return ()

        async def work(connection: AsyncConnection) -> Sequence[Sum]:
            where = (centres, dimension, stretches, apart)
            plain = await _read(connection, tables.figure_sum, SUMS, *where)
            return [*plain, *await _read(connection, tables.figure_bucket, buckets, *where)]

        return await self._database.read(work)


async def to_be_counted(connection: AsyncConnection, session: Session) -> None:
    """The session has changed; it counts once it has ended. Waits while it is being counted, so that this
    change is never taken for counted."""
    if session.ended_at is None or session.erased_at is not None:
        return
    values = {"session": session.id, "centre": session.centre, "version": session.version}
    statement = _insert(connection, tables.figure_due).values(values)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["session"], set_={"version": session.version})
    )


# ---------------------------------------------------------------- counting
async def _due(connection: AsyncConnection, limit: int) -> Sequence[Session]:
    """Those that no other process counts at the moment; none of them is due any more."""
    due = tables.figure_due
    query = select(due.c.session).order_by(due.c.session).limit(limit).with_for_update(skip_locked=True)
    ids = [row.session for row in await connection.execute(query)]
    if not ids:
        return ()
    await connection.execute(delete(due).where(due.c.session.in_(ids)))
    session = tables.session.c
    found = select(tables.session).where(session.id.in_(ids), session.ended_at.is_not(None))
    return await rows.fetch(connection, Session, found)


async def _count(connection: AsyncConnection, due: Sequence[Session], zone: tzinfo) -> None:
    counted = tables.figure_session
    query = select(counted).where(counted.c.session.in_([one.id for one in due]))
    before = {row.session: row.counted for row in await connection.execute(query)}
    events, measured = await _events(connection, due), await _measured(connection, due)
    tally: Tally = defaultdict(lambda: defaultdict(int))
    kept = []
    for session in due:
        if session.id in before:
            if session.erased_at is not None:  # what it added while there was more of it stays
                continue
            taken = msgspec.json.decode(before[session.id], type=Contribution)
            _add(tally, session.centre, taken, -1)
        added = contribution(session, events.get(session.id, ()), zone, summary(measured.get(session.id, ())))
        _add(tally, session.centre, added, 1)
        text = msgspec.json.encode(added).decode()
        kept.append({"session": session.id, "centre": session.centre, "counted": text})
    if kept:
        await _keep(connection, kept)
    await _sum_up(connection, tables.figure_sum, _rows(tally, spread=False))
    await _sum_up(connection, tables.figure_bucket, _rows(tally, spread=True))


async def _events(connection: AsyncConnection, due: Sequence[Session]) -> dict[str, list[Event]]:
    """By session, in order: one question for all of them."""
    event = tables.event.c
    query = (
        select(event.session, event.version, event.at, event.fact)
        .where(event.session.in_([one.id for one in due]))
        .order_by(event.session, event.version)
    )
    found: dict[str, list[Event]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.session, []).append(Event(row.version, row.at, rows.decode_fact(row.fact)))
    return found


async def _measured(connection: AsyncConnection, due: Sequence[Session]) -> dict[str, list[Quality]]:
    """By session."""
    query = select(tables.quality).where(tables.quality.c.session.in_([one.id for one in due]))
    found: dict[str, list[Quality]] = {}
    for one in await rows.fetch(connection, Quality, query):
        found.setdefault(one.session, []).append(one)
    return found


def _add(tally: Tally, centre: str, added: Contribution, times: int) -> None:
    counts: list[tuple[tuple[str, int | None], int]] = [
        *(((measure, None), times * count) for measure, count in added.counts.items()),
        *(((measure, bucket), times) for measure, bucket in added.buckets.items()),
    ]
    for dimension, name in added.groups.items():
        for span, first in (("day", added.day), ("month", f"{added.day[:7]}-01")):
            group = tally[centre, dimension, span, first, name]
            for what, count in counts:
                group[what] += count


def _rows(tally: Tally, *, spread: bool) -> list[tuple[Any, ...]]:
    """Of the sums, or of the buckets: the columns of their tables. In the order of the key, so that two
    processes never wait for each other."""
    return sorted(
        (centre, dimension, span, measure, first, name, *(() if bucket is None else (bucket,)), total)
        for (centre, dimension, span, first, name), counts in tally.items()
        for (measure, bucket), total in counts.items()
        if total and spread == (bucket is not None)
    )


async def _keep(connection: AsyncConnection, kept: list[dict[str, Any]]) -> None:
    statement = _insert(connection, tables.figure_session)
    changed = {"counted": statement.excluded.counted}
    await connection.execute(statement.on_conflict_do_update(index_elements=["session"], set_=changed), kept)


async def _sum_up(connection: AsyncConnection, table: Table, values: list[tuple[Any, ...]]) -> None:
    names = [column.name for column in table.primary_key]
    statement = _insert(connection, table)
    total = table.c.total + statement.excluded.total
    adding = statement.on_conflict_do_update(index_elements=names, set_={"total": total})
    # As text with its values in the order of the columns: hundreds of a session, each of which would else
    # cost more to prepare than to add
    text = str(adding.compile(dialect=connection.dialect, column_keys=[*names, "total"]))
    for at in range(0, len(values), _BATCH):
        await connection.exec_driver_sql(text, values[at : at + _BATCH])


def _insert(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


# ---------------------------------------------------------------- reading
async def _read(
    connection: AsyncConnection,
    table: Table,
    measures: Sequence[str],
    centres: Sequence[str],
    dimension: Dimension | None,
    stretches: Sequence[Stretch],
    apart: bool,
) -> Sequence[Sum]:
    """Of several centres together; without a dimension: by centre."""
    if not measures:
        return ()
    column = table.c
    spread = "bucket" in column
    shown = [
        (column.centre if dimension is None else column.name).label("name"),
        column.measure,
        *([column.bucket] if spread else []),
        *([column.first] if apart else []),
    ]
    # A query a stretch: of several with OR, SQLite reads every day that there ever was
    read = union_all(
        *(
            select(*shown, column.total)
            .where(column.centre.in_(centres), column.dimension == (dimension or "all"))
            .where(column.span == one.span, column.measure.in_(measures))
            .where(column.first.between(one.first.isoformat(), one.last.isoformat()))
            for one in stretches
        )
    ).subquery()
    groups = [read.c[one.name] for one in shown]
    query = select(*groups, func.sum(read.c.total)).group_by(*groups)
    first = stretches[0].first
    return [
        Sum(
            date.fromisoformat(row[-2]) if apart else first,
            row[0],
            row[1],
            row[2] if spread else None,
            int(row[-1]),
        )
        for row in await connection.execute(query)
    ]
