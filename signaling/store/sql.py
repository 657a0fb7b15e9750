"""The records in SQLite or PostgreSQL."""

from __future__ import annotations

import secrets

from signaling.domain.indexing import Numbers
from signaling.ports import Clock
from signaling.store import schema
from signaling.store.accounts import Accounts
from signaling.store.audit import AuditChains
from signaling.store.database import Database, Timed
from signaling.store.depths import StoreDepths
from signaling.store.doors import Doors
from signaling.store.figures import Figures
from signaling.store.history import History
from signaling.store.keys import CentreKeys
from signaling.store.messages import Messages
from signaling.store.passkeys import Passkeys
from signaling.store.people import People
from signaling.store.phone_tests import PhoneTests
from signaling.store.quality import Qualities
from signaling.store.retention import Retention
from signaling.store.sessions import Sessions
from signaling.store.uploads import Uploads


class SqlStore(
    Sessions,
    History,
    Figures,
    Qualities,
    Doors,
    Messages,
    PhoneTests,
    Uploads,
    Retention,
    CentreKeys,
    Accounts,
    People,
    Passkeys,
    AuditChains,
    StoreDepths,
):
    """Implements `signaling.ports.Store`; each base class is one section of it.

    Every call raises Unavailable while the database can't be reached, and BadInput for numbers and text
    that it can't hold. The clock gives events their time.
    """

    def __init__(
        self, database_url: str, clock: Clock, search_key: bytes | None = None, timed: Timed | None = None
    ) -> None:
        """`sqlite:///path` or `postgresql://...`, migrated. Raises ValueError for any other database.
        `search_key`: what numbers are found by is made with it; without one they are found by this object
        only, until `index` is asked of a store that has one. `timed`: is told of every transaction."""
        self._database = Database(database_url, timed)
        self._clock = clock
        self._numbers = Numbers(search_key or secrets.token_bytes(32))

    async def open(self) -> None:
        """Raises Unavailable, or `schema.NotMigrated`."""
        await schema.check(self._database)

    async def close(self) -> None:
        await self._database.close()
