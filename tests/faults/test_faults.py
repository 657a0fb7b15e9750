"""Nothing that was acknowledged is lost, whatever goes wrong: short forms of `scripts/faults`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import faults
from tests.faults.load import Ledger

pytestmark = pytest.mark.timeout(300)


async def test_kill_9_of_the_web_process_loses_nothing(tmp_path: Path) -> None:
    ledger = await faults.web_killed(tmp_path, times=2)
    _has_all(ledger)
    assert ledger.unanswered > 0


async def test_kill_9_of_the_relay_loses_nothing_and_refuses_nothing(tmp_path: Path) -> None:
    ledger = await faults.media_killed(tmp_path, times=2)
    _has_all(ledger)
    assert ledger.refused == {}


async def test_without_redis_nobody_is_refused(tmp_path: Path) -> None:
    ledger = await faults.redis_away(tmp_path, seconds=1)
    _has_all(ledger)
    assert ledger.refused == {}


async def test_without_postgresql_writes_are_refused_and_go_on_by_themselves(tmp_path: Path) -> None:
    ledger = await faults.postgres_away(tmp_path, seconds=1)
    _has_all(ledger)
    assert set(ledger.refused) == {503}


async def test_a_full_disk_refuses_and_spoils_nothing(tmp_path: Path) -> None:
    ledger = await faults.disk_full(tmp_path, times=2)
    _has_all(ledger)
    assert set(ledger.refused) == {503}


async def test_three_hundred_clients_that_dawdle_keep_nobody_waiting(tmp_path: Path) -> None:
    ledger = await faults.slow_clients(tmp_path, 150)
    _has_all(ledger)
    assert ledger.refused == {}
    assert ledger.unanswered == 0


def _has_all(ledger: Ledger) -> None:
    assert ledger.sessions
    assert ledger.references
    assert ledger.captures
    assert ledger.lost == []
