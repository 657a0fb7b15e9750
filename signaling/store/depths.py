"""How much waits, counted when somebody asks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from signaling.ports.store import CarrierCount, Depths
from signaling.store.database import Database
from signaling.store.tables import audit_due, message, session, upload


class StoreDepths:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def carriers(self, since: int) -> Sequence[CarrierCount]:
        """Ids begin with their time, so that only what is young is looked at."""
        of = message.c
        query = (
            select(of.provider, of.state, func.count())
            .where(of.id >= f"{max(since, 0):012x}")
            .group_by(of.provider, of.state)
            .order_by(of.provider)
        )
        found: dict[str, dict[str, int]] = {}
        for provider, state, count in await self._database.read(lambda connection: connection.execute(query)):
            found.setdefault(provider, {})[state] = count
        return [CarrierCount(provider, **counts) for provider, counts in found.items()]

    async def depths(self, now: int) -> Depths:
        calls = select(func.count()).where(session.c.ended_at.is_(None))
        messages = select(func.count()).where(message.c.next_try_at <= now)
        uploads = select(func.count()).where(upload.c.finished_at.is_(None))
        audit = select(func.count()).select_from(audit_due)
        counts = select(*(query.scalar_subquery() for query in (calls, messages, uploads, audit)))
        found = await self._database.read(lambda connection: connection.execute(counts))
        return Depths(*found.one())
