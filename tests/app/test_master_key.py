"""A server that lost its master key says so at its start, not at the first file of a call."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from config import serve
from config.adapters import adapters
from config.application import build, opened
from config.settings import Settings, read
from signaling.clock import SystemClock
from signaling.domain.errors import WrongMasterKey
from signaling.files.choice import sealed_files
from signaling.store.sql import SqlStore
from tests import cast
from tests.cast import SAMU_54


@pytest.fixture
def settings(migrated_sqlite_url: str, tmp_path: Path) -> Settings:
    environ = {"DATABASE_URL": migrated_sqlite_url, "DATA_DIR": str(tmp_path), "MEDIA_ADDRESSES": "127.0.0.1"}
    return serve.with_secret_key(read({**environ, "DEMO": "0"}))


@pytest.fixture
async def used(settings: Settings) -> Settings:
    """It has kept a file."""
    store = SqlStore(settings.database_url, SystemClock())
    await cast.settle(store)
    await sealed_files(settings, store, SystemClock()).put(SAMU_54.id, "photo.jpg", b"picture")
    await store.close()
    return settings


def lost(settings: Settings) -> None:
    (settings.data_dir / "master.key").write_text(b64encode(secrets.token_bytes(32)).decode())


def damaged(settings: Settings) -> None:
    (settings.data_dir / "master.key").write_text("half a k")


@pytest.mark.parametrize(("harm", "said"), [(lost, "give it as MASTER_KEY"), (damaged, "not 32 bytes")])
async def test_a_server_without_its_master_key_does_not_start(
    used: Settings, harm: Callable[[Settings], None], said: str
) -> None:
    await serve._accounts(used)
    harm(used)
    before = (used.data_dir / "master.key").read_text()
    with pytest.raises(serve.CannotStart, match=said):
        await serve._accounts(used)
    assert (used.data_dir / "master.key").read_text() == before


async def test_nor_does_one_that_another_program_starts(used: Settings) -> None:
    lost(used)
    made = build(used, adapters(used, SystemClock()), SystemClock())
    with pytest.raises(WrongMasterKey):
        async with opened(made):
            pass
