"""A back-up taken while regulators write holds all that was acknowledged before, and opens elsewhere."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path

import pytest

from tests import servers
from tests.e2e.stage import ROOT, product
from tests.faults.load import Ledger, Load, signed_in

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Settings of one to write to, and of an empty one."""
    if request.param == "sqlite":
        return {}, {}
    server: servers.PostgresServer = request.getfixturevalue("postgres_server")
    one, other = (server.url(server.create_database()) for _ in range(2))
    return {"DATABASE_URL": one}, {"DATABASE_URL": other}


async def test_a_backup_under_load_restores_all_that_was_acknowledged(
    tmp_path: Path, databases: tuple[Mapping[str, str], Mapping[str, str]]
) -> None:
    written, empty = databases
    ledger, backup = Ledger(), tmp_path / "backup"
    for machine in ("one", "two"):
        (tmp_path / machine).mkdir()
    with product(tmp_path / "one", written) as made:
        async with signed_in(made) as browser, Load(made, ledger) as load:
            await load.until_more(30)
            acknowledged = deepcopy(ledger)
            await _command(written, made.data, "take", backup)
            await load.until_more(10)
            cookies = browser.cookies
        assert ledger.refused == {}
        assert ledger.unanswered == 0
    assert acknowledged.captures

    elsewhere = tmp_path / "two" / "data"
    elsewhere.mkdir()
    # With its password the start sets no new one, which would end the logins whatever the restore does
    for name in ("secret.key", "master.key", "demo-password.txt"):
        shutil.copy(made.data / name, elsewhere)
    shutil.rmtree(made.data)
    await _command(empty, elsewhere, "restore", backup, "--no-erasures")
    with product(tmp_path / "two", empty) as restored:
        async with signed_in(restored) as browser:
            await acknowledged.check(browser)
            assert acknowledged.lost == []
            assert (await browser.get("/")).status_code == 200
            browser.cookies = cookies  # a login of the time of the back-up
            assert (await browser.get("/")).status_code == 401


async def _command(environ: Mapping[str, str], data: Path, *arguments: object) -> None:
    """As who runs the server gives it."""
    await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "config.backup", *map(str, arguments)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(data), **environ},
        check=True,
        stdout=subprocess.PIPE,
    )
