"""What every test may ask for. Servers start once a worker, at the first test that needs them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hypothesis
import pytest

from signaling.store.schema import upgrade
from signaling.store.tables import metadata
from tests import servers
from tests.cast import Clock

# No test has a time limit of its own: a busy machine is no fault.
hypothesis.settings.register_profile("visio", deadline=None)
hypothesis.settings.load_profile("visio")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[servers.RedisServer]:
    with servers.redis_server() as server:
        yield server


@pytest.fixture
def redis_url(redis_server: servers.RedisServer) -> str:
    """An empty Redis."""
    redis_server.flush()
    return redis_server.url


@pytest.fixture(scope="session")
def turn_server() -> Iterator[servers.TurnServer]:
    with servers.turn_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[servers.PostgresServer]:
    with servers.postgres_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: servers.PostgresServer) -> Iterator[str]:
    """A PostgreSQL database without any table."""
    name = postgres_server.create_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: servers.PostgresServer) -> str:
    """The name of a migrated database, one for all tests: making one takes ten times as long as emptying."""
    name = postgres_server.create_database()
    migrate(postgres_server.url(name))
    return name


@pytest.fixture
def migrated_postgres_url(postgres_server: servers.PostgresServer, migrated_postgres: str) -> str:
    """A PostgreSQL database with empty tables."""
    children_first = (str(table.delete()) for table in reversed(metadata.sorted_tables))
    without_triggers = "SET session_replication_role = replica"  # that of the audit refuses to delete
    postgres_server.run_sql("; ".join((without_triggers, *children_first)), migrated_postgres)
    return postgres_server.url(migrated_postgres)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, to copy."""
    path = tmp_path_factory.mktemp("migrated") / "visio.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def migrated_sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """An SQLite file with empty tables."""
    return f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path)}"


def migrate(database_url: str) -> None:
    """In a thread, where no event loop of a test is in the way."""
    with ThreadPoolExecutor() as threads:
        threads.submit(upgrade, database_url).result()
