"""Messages that wait to be sent."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select, update

from signaling.domain.backoff import LONGEST
from signaling.domain.records import Message
from signaling.store import rows
from signaling.store.database import Database
from signaling.store.tables import message as message_table


class Messages:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def due_messages(self, now: int, limit: int, lease_until: int) -> Sequence[Message]:
        """The longest due first. Two processes that ask at the same time get different ones."""
        planned = message_table.c.next_try_at
        due = (
            select(message_table.c.id)
            .where(planned.is_not(None), or_(planned <= now, planned > now + LONGEST))
            .order_by(planned, message_table.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        lease = (
            update(message_table)
            .where(message_table.c.id.in_(due.scalar_subquery()))
            .values(next_try_at=lease_until)
            .returning(*message_table.c)
        )
        leased = (await self._database.write(lambda connection: connection.execute(lease))).mappings()
        return sorted((rows.record_of(Message, row) for row in leased), key=lambda message: message.id)

    async def message(self, message: str) -> Message:
        query = select(message_table).where(message_table.c.id == message)
        return await self._database.read(lambda connection: rows.fetch_one(connection, Message, query))
