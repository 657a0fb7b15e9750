"""The contract of the store is tested on every database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from signaling.ports import Store
from signaling.store.sql import SqlStore
from tests import cast
from tests.cast import Clock


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with empty tables."""
    name = {"sqlite": "migrated_sqlite_url", "postgresql": "migrated_postgres_url"}[request.param]
    return str(request.getfixturevalue(name))


@pytest.fixture
async def store(database_url: str, clock: Clock) -> AsyncIterator[Store]:
    """An open store that knows the two centres and the three users of the cast."""
    opened = SqlStore(database_url, clock)
    await opened.open()
    await cast.settle(opened)
    yield opened
    await opened.close()
