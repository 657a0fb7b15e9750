"""The migrations make exactly the tables that the code speaks of, on both databases."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from msgspec.structs import replace
from sqlalchemy import Connection, inspect, text

from signaling.domain.errors import NotFound, Unavailable
from signaling.domain.records import Login, Record
from signaling.store.database import Database, async_url
from signaling.store.schema import NotMigrated, upgrade
from signaling.store.sql import SqlStore
from signaling.store.tables import TABLE_OF, metadata
from tests.cast import Clock
from tests.servers import free_port


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table."""
    if request.param == "sqlite":
        path = tmp_path / "données #1 50%?.db"  # nothing in a name confuses SQLite
        path.touch()
        return f"sqlite:///{quote(str(path), safe='/')}"
    return str(request.getfixturevalue("postgres_url"))


def without_full_text(name: str | None, kind: str, parents: Any) -> bool:
    """Each database has its own, which Alembic can't speak of."""
    return not (kind in {"table", "index"} and (name or "").startswith(("meeting_words", "ix_meeting_words")))


async def test_the_migrations_make_the_tables_of_the_code(database_url: str) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": without_full_text}
        )
        return list(compare_metadata(context, metadata))

    database = Database(database_url)
    assert await database.read(lambda connection: connection.run_sync(differences)) == []
    await database.close()


async def test_the_migrations_make_the_rules_of_the_code(new_url: str) -> None:
    """What Alembic does not compare: checks, and the conditions of partial indexes."""

    def rules(connection: Connection) -> set[str]:
        found = inspect(connection)
        names = {
            str(check["name"]) for table in metadata.tables for check in found.get_check_constraints(table)
        }
        for table in metadata.tables:
            for index in found.get_indexes(table):
                if not without_full_text(index["name"], "index", None):
                    continue
                condition = index["dialect_options"].get(f"{connection.dialect.name}_where")
                names.add(f"{index['name']} {re.sub('[()]', '', str(condition))}")
        return names

    def drop_all(connection: Connection) -> None:
        for view in inspect(connection).get_view_names():
            connection.execute(text(f"DROP VIEW {view}"))
        metadata.drop_all(connection)

    await asyncio.to_thread(upgrade, new_url)
    database = Database(new_url)
    migrated = await database.read(lambda connection: connection.run_sync(rules))
    await database.write(lambda connection: connection.run_sync(drop_all))
    await database.write(lambda connection: connection.run_sync(metadata.create_all))
    assert await database.read(lambda connection: connection.run_sync(rules)) == migrated
    assert {"ck_centre_own", "ix_message_due next_try_at IS NOT NULL"} < migrated
    await database.close()


def test_every_record_has_a_table_with_its_fields() -> None:
    assert set(TABLE_OF) == set(Record.__subclasses__())
    for kind, table in TABLE_OF.items():
        assert set(kind.__struct_fields__) == set(table.columns.keys())


def test_every_table_has_its_centre() -> None:
    for table in metadata.tables.values():
        assert not table.c.centre.nullable


async def test_each_user_becomes_a_person_and_keeps_what_refers_to_them(new_url: str) -> None:
    await asyncio.to_thread(upgrade, new_url, "0006")
    database = Database(new_url)
    for row in (
        "centre (id, centre, name, created_at) VALUES ('c', 'c', 'SAMU 54', 1)",
        """user_account (id, centre, email, name, role, password_hash, created_at, disabled_at, blurred)
        VALUES ('u', 'c', 'a@x', 'Alice', 'regulator', 'hash', 2, 3, true)""",
        "login (id, centre, \"user\", created_at, expires_at) VALUES ('l', 'c', 'u', 4, 5)",
    ):
        await database.write(lambda connection, row=row: connection.execute(text(f"INSERT INTO {row}")))  # type: ignore[misc]
    await database.close()
    await asyncio.to_thread(upgrade, new_url)
    store = SqlStore(new_url, Clock())
    person = await store.person_by_email("a@x")
    assert (person.id, person.password_hash, person.disabled_at) == ("u", "hash", None)
    user = await store.user("c", "u")
    assert (user.person, user.name, user.disabled_at, user.blurred) == ("u", "Alice", 3, True)
    await store.change_user("c", "u", lambda user: replace(user, disabled_at=None))
    assert (await store.signed_in("l", 4)).user.id == "u"
    with pytest.raises(NotFound):
        await store.add_login(Login(id="m", centre="c", user="nobody", created_at=4, expires_at=5))
    await store.close()


async def test_migrating_twice_changes_nothing(database_url: str) -> None:
    await asyncio.to_thread(upgrade, database_url)
    store = SqlStore(database_url, Clock())
    await store.open()
    assert await store.centres() == ()
    await store.close()


async def test_processes_that_start_together_migrate_once(new_url: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(upgrade, new_url) for _ in range(4)))
    store = SqlStore(new_url, Clock())
    await store.open()
    await store.close()


async def test_a_database_that_is_not_migrated_is_refused(new_url: str) -> None:
    store = SqlStore(new_url, Clock())
    with pytest.raises(NotMigrated, match=r"python -m signaling\.store\.migrate"):
        await store.open()
    await store.close()


async def test_a_database_newer_than_the_program_is_served(new_url: str) -> None:
    await asyncio.to_thread(upgrade, new_url)
    database = Database(new_url)
    newer = text("UPDATE alembic_version SET version_num = 'from the future'")
    await database.write(lambda connection: connection.execute(newer))
    await database.close()
    store = SqlStore(new_url, Clock())
    await store.open()
    await store.close()


def test_the_command_migrates_the_database_of_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "data" / "visio.db"
    done = _migrate({"DATABASE_URL": f"sqlite:///{path}"})
    assert done.returncode == 0, done.stderr
    assert "newest schema" in done.stdout
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_the_command_says_why_it_could_not_migrate() -> None:
    nowhere = _migrate({"DATABASE_URL": f"postgresql://visio@127.0.0.1:{free_port()}/none"})
    assert nowhere.returncode == 1
    assert nowhere.stderr == "Not migrated. the database can't be reached\n"
    other = _migrate({"DATABASE_URL": "mysql://root@localhost/visio"})
    assert other.returncode == 1
    assert "DATABASE_URL takes sqlite:///path or postgresql://" in other.stderr


def _migrate(environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-W", "error", "-m", "signaling.store.migrate"]
    return subprocess.run(argv, env={**os.environ, **environ}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///var/visio.db", "sqlite+aiosqlite:///var/visio.db"),
        ("sqlite:////srv/visio.db", "sqlite+aiosqlite:////srv/visio.db"),
        ("postgresql://u:p@db/visio", "postgresql+asyncpg://u:p@db/visio"),
        ("postgres://u@db:5433/visio", "postgresql+asyncpg://u@db:5433/visio"),
        ("postgresql://u@db/visio?sslmode=require", "postgresql+asyncpg://u@db/visio?ssl=require"),
    ],
)
def test_the_forms_of_database_url_that_hosts_hand_out_are_understood(given: str, used: str) -> None:
    assert async_url(given).render_as_string(hide_password=False) == used


@pytest.mark.parametrize("given", ["sqlite://", "sqlite:///:memory:", "mysql://u@db/visio", "visio.db", ""])
def test_any_other_database_url_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL takes"):
        async_url(given)


async def test_a_file_that_is_not_there_is_not_made_by_the_way(tmp_path: Path) -> None:
    """The disk that holds it may not be mounted yet."""
    store = SqlStore(f"sqlite:///{tmp_path}/visio.db", Clock())
    with pytest.raises(Unavailable, match="there is no database at"):
        await store.open()
    await store.close()
    assert list(tmp_path.iterdir()) == []


async def test_a_database_that_is_away_is_unavailable() -> None:
    store = SqlStore(f"postgresql://visio@127.0.0.1:{free_port()}/visio", Clock())
    with pytest.raises(Unavailable):
        await store.open()
    await store.close()
