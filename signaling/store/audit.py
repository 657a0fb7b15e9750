"""The chains of the audit: one a centre, added to and never changed (the database itself refuses it)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Select, delete, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.audit import Head, Sought, chained
from signaling.domain.records import AuditDue, AuditEntry
from signaling.store import rows
from signaling.store.database import Database
from signaling.store.tables import audit, audit_due

LOCK: Final = 0x41554449  # any number that no other lock of ours has
SETTLED: Final = 500  # lines a transaction


class AuditChains:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def append_audit(self, lines: Sequence[AuditDue]) -> Sequence[AuditEntry]:
        return await self._database.write(lambda connection: _append(connection, lines))

    async def settle_audit(self) -> Sequence[AuditEntry]:
        waiting = await self._database.read(
            lambda connection: connection.execute(select(exists().select_from(audit_due)))
        )
        return await self._database.write(_settle) if waiting.scalar_one() else ()

    async def audit_heads(self) -> Sequence[Head]:
        newest = select(audit.c.centre, func.max(audit.c.number).label("number")).group_by(audit.c.centre)
        last = newest.subquery()
        query = (
            select(audit.c.centre, audit.c.number, audit.c.hash)
            .join(last, (last.c.centre == audit.c.centre) & (last.c.number == audit.c.number))
            .order_by(audit.c.centre)
        )
        found = await self._database.read(lambda connection: connection.execute(query))
        return [Head(row.centre, row.number, row.hash) for row in found]

    async def audit_entries(self, centre: str, above: int, limit: int) -> Sequence[AuditEntry]:
        query = rows.owned(AuditEntry, centre).where(audit.c.number > above).order_by(audit.c.number)
        return await self._fetch(query.limit(limit))

    async def audit_page(self, centre: str, sought: Sought, limit: int) -> Sequence[AuditEntry]:
        query = _narrowed(rows.owned(AuditEntry, centre), sought)
        if sought.after is None:
            return await self._fetch(query.order_by(audit.c.number.desc()).limit(limit))
        nearest = await self._fetch(query.order_by(audit.c.number).limit(limit))
        return tuple(reversed(nearest))

    async def _fetch(self, query: Select[Any]) -> tuple[AuditEntry, ...]:
        return await self._database.read(lambda connection: rows.fetch(connection, AuditEntry, query))


def _narrowed(query: Select[Any], sought: Sought) -> Select[Any]:
    column = audit.c
    wanted = (
        (sought.action or None, column.action.__eq__),
        (sought.actor or None, column.actor.__eq__),
        (sought.since, column.at.__ge__),
        (sought.until, column.at.__lt__),
        (sought.before, column.number.__lt__),
        (sought.after, column.number.__gt__),
    )
    return query.where(*(compare(value) for value, compare in wanted if value is not None))


async def _append(connection: AsyncConnection, lines: Sequence[AuditDue]) -> Sequence[AuditEntry]:
    """Locks the chains in one order, so that two transactions with several centres can't wait for each
    other."""
    made: list[AuditEntry] = []
    centre = attrgetter("centre")
    for one, own in groupby(sorted(lines, key=centre), key=centre):
        entries = chained(own, await _locked_head(connection, one))
        await connection.execute(insert(audit), [rows.values_of(entry) for entry in entries])
        made += entries
    return made


async def _locked_head(connection: AsyncConnection, centre: str) -> Head:
    """Nobody else adds to this chain until the transaction ends (on SQLite the transaction itself is that
    lock). No row can be locked in its place: who waited for the last one would go on with it, though it is
    the last no longer, and an empty chain has none."""
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(LOCK, func.hashtext(centre))))
    query = select(audit.c.number, audit.c.hash).where(audit.c.centre == centre)
    last = (await connection.execute(query.order_by(audit.c.number.desc()).limit(1))).first()
    return Head(centre, 0, "") if last is None else Head(centre, last.number, last.hash)


async def _settle(connection: AsyncConnection) -> Sequence[AuditEntry]:
    """Lines that another process has in hand are left to it."""
    query = select(audit_due).order_by(audit_due.c.id).limit(SETTLED).with_for_update(skip_locked=True)
    lines = await rows.fetch(connection, AuditDue, query)
    await connection.execute(delete(audit_due).where(audit_due.c.id.in_([line.id for line in lines])))
    return await _append(connection, lines)
