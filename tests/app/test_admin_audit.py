"""`python -m console.admin audit`, on a real database that somebody laid hands on."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from signaling.store.heads import HeadsFile
from tests.app.test_admin import Printed, Terminal
from tests.app.test_admin import empty as empty  # the fixtures
from tests.app.test_admin import terminal as terminal
from tests.app.test_audit import tamper
from tests.cast import ALICE, SAMU_54


@pytest.fixture
def audited(terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Four commands were given; heads are kept in a file."""
    monkeypatch.setenv("AUDIT_HEADS_FILE", str(tmp_path / "heads"))
    assert terminal.run("centre", "phone", SAMU_54.id, "15") == 0
    assert terminal.run("user", "disable", ALICE.email) == 0
    assert terminal.run("user", "enable", ALICE.email) == 0
    assert terminal.run("login", "revoke", ALICE.email) == 0
    return terminal


def test_what_a_command_changes_is_in_the_audit(audited: Terminal, capsys: Printed) -> None:
    capsys.readouterr()
    assert audited.run("audit", "export", "--centre", SAMU_54.id) == 0
    entries = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    by_command = {"actor": "", "detail": '{"by":"command"}'}
    assert [(one["action"], one["subject"]) for one in entries[:4] if by_command.items() <= one.items()] == [
        ("centre.changed", SAMU_54.id),
        ("account.changed", ALICE.id),
        ("account.changed", ALICE.id),
        ("login.ended", ALICE.id),
    ]
    assert entries[4]["action"] == "export.made"


def test_an_audit_that_nobody_touched_is_whole(audited: Terminal, capsys: Printed) -> None:
    capsys.readouterr()
    assert audited.run("audit", "verify") == 0
    assert capsys.readouterr().out == f"{SAMU_54.id}  4 entries, whole\n"


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit SET detail = '{}' WHERE number = 2", "entry 2: altered"),
        ("DELETE FROM audit WHERE number = 2", "entry 2: missing"),
        ("DELETE FROM audit WHERE number = 4", "entry 4: truncated"),
        ("DELETE FROM audit", "entry 1: truncated"),
    ],
)
def test_tampering_is_found_with_the_heads_that_were_kept(
    audited: Terminal, migrated_sqlite_url: str, capsys: Printed, statement: str, fault: str
) -> None:
    assert audited.run("audit", "head") == 0
    asyncio.run(tamper(migrated_sqlite_url, statement))
    capsys.readouterr()
    assert audited.run("audit", "verify") == 1
    assert capsys.readouterr().err == f"{SAMU_54.id}  {fault}\n"


def test_a_head_that_was_written_down_finds_the_end_that_was_cut_off(
    audited: Terminal, migrated_sqlite_url: str, capsys: Printed, tmp_path: Path
) -> None:
    capsys.readouterr()
    assert audited.run("audit", "head") == 0
    printed = capsys.readouterr().out.splitlines()[-1].split()[-1]
    [head] = HeadsFile(tmp_path / "heads").read()
    assert printed == f"{head.number}:{head.hash}"
    (tmp_path / "heads").unlink()
    asyncio.run(tamper(migrated_sqlite_url, "DELETE FROM audit WHERE number = 4"))
    assert audited.run("audit", "verify") == 0  # nothing says that there was more
    assert audited.run("audit", "verify", "--centre", SAMU_54.id, "--head", printed) == 1


def test_a_file_that_holds_no_heads_is_refused(audited: Terminal, capsys: Printed, tmp_path: Path) -> None:
    (tmp_path / "heads").write_text("no head\n")
    assert audited.run("audit", "verify") == 1
    assert "Refused" in capsys.readouterr().err
