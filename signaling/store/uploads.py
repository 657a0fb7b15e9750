"""Files on their way from phones, and the documents that came of them or went to phones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, select

from signaling.domain.records import Document, Upload
from signaling.store import rows
from signaling.store.database import Database
from signaling.store.tables import document as document_table
from signaling.store.tables import session as session_table
from signaling.store.tables import upload as upload_table

STALE: Final = 100


class Uploads:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def upload(self, centre: str, upload: str) -> Upload:
        query = rows.owned(Upload, centre).where(upload_table.c.id == upload)
        return await self._database.read(lambda connection: rows.fetch_one(connection, Upload, query))

    async def uploads(self, centre: str, session: str) -> Sequence[Upload]:
        query = (
            rows.owned(Upload, centre)
            .where(upload_table.c.session == session)
            .order_by(upload_table.c.created_at, upload_table.c.id)
        )
        return await self._database.read(lambda connection: rows.fetch(connection, Upload, query))

    async def stale_uploads(self, created_before: int) -> Sequence[Upload]:
        query = (
            select(upload_table)
            .where(upload_table.c.finished_at.is_(None), upload_table.c.created_at < created_before)
            .where(~_of_held())
            .order_by(upload_table.c.created_at)
            .limit(STALE)
        )
        return await self._database.read(lambda connection: rows.fetch(connection, Upload, query))

    async def document(self, centre: str, document: str) -> Document:
        query = rows.owned(Document, centre).where(document_table.c.id == document)
        return await self._database.read(lambda connection: rows.fetch_one(connection, Document, query))

    async def documents(self, centre: str, session: str) -> Sequence[Document]:
        query = rows.within(Document, centre, session)
        return await self._database.read(lambda connection: rows.fetch(connection, Document, query))


def _of_held() -> ColumnElement[bool]:
    """Nothing of a session under legal hold is deleted, not even half a file."""
    session = session_table.c
    own = (session.centre == upload_table.c.centre, session.id == upload_table.c.session)
    return select(session.id).where(*own, session.held).exists()
