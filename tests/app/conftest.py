"""What tests of whole pages may ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from signaling.store.sql import SqlStore
from tests import cast
from tests.app.office import ADMIN, SUPERVISOR, Office
from tests.cast import Clock


@pytest.fixture
async def office(migrated_sqlite_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Office]:
    store = SqlStore(migrated_sqlite_url, clock)
    await store.open()
    await cast.settle(store)
    await store.add_user(ADMIN, cast.person(ADMIN))
    await store.add_user(SUPERVISOR, cast.person(SUPERVISOR))
    made = Office(store, clock, tmp_path / "files")
    yield made
    await made.demonstrations.close()
    await store.close()
