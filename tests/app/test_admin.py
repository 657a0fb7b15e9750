"""`python -m console.admin`, on a real database."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import io
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

import pytest
from msgspec.structs import replace

from console import admin
from signaling.domain.errors import NotAllowed, NotSignedIn
from signaling.domain.ids import Secrets
from signaling.limits import Limits
from signaling.passwords import Argon2Passwords
from signaling.ports import Store
from signaling.service.logins import Arrival, Logins
from signaling.store.sql import SqlStore
from tests import cast
from tests.cast import ALICE, BOB, CHARLIE, PASSWORD, SAMU_54, SAMU_75, Clock
from tests.trail import trail

PAGE: Final = Path(__file__).parents[2] / "docs" / "accounts.md"
NEW: Final = "quinze fois bonjour"

T = TypeVar("T")


class Keyboard(io.StringIO):
    """Standard input with a person at it."""

    def isatty(self) -> bool:
        return True


class Terminal:
    """A shell on the server: runs commands, and looks into the database without them."""

    def __init__(self, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self._url = database_url
        self._monkeypatch = monkeypatch
        self.answers: list[str] = []  # of whoever sits there, one for each question

    def run(self, *argv: str, typed: str = "") -> int:
        """The exit code. `typed` is piped into standard input."""
        stdin = Keyboard() if self.answers else io.StringIO(typed)
        self._monkeypatch.setattr(sys, "stdin", stdin)
        self._monkeypatch.setattr(getpass, "getpass", lambda _: self.answers.pop(0))
        return admin.main(argv)

    def look(self, question: Callable[[Store], Awaitable[T]]) -> T:
        async def ask() -> T:
            store = SqlStore(self._url, Clock())
            try:
                return await question(store)
            finally:
                await store.close()

        return asyncio.run(ask())

    def cookie(self, email: str, password: str) -> str:
        """Signs in. Raises NotAllowed."""
        return self.look(lambda store: _sign_in(store, email, password))

    def is_open(self, cookie: str) -> bool:
        try:
            self.look(lambda store: _logins(store).visitor(cookie))
        except NotSignedIn:
            return False
        return True


def _logins(store: Store) -> Logins:
    passwords = Argon2Passwords(memory_kib=8)
    secrets, audit = Secrets(b"k" * 32), trail(store, Clock())
    return Logins(store, Clock(), passwords, secrets, Limits().limiter, hours=12, audit=audit)


async def _sign_in(store: Store, email: str, password: str) -> str:
    return (await _logins(store).sign_in(email, password, Arrival("192.0.2.7"))).cookie


@pytest.fixture
def empty(migrated_sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("DATABASE_URL", migrated_sqlite_url)
    return Terminal(migrated_sqlite_url, monkeypatch)


@pytest.fixture
def terminal(empty: Terminal) -> Terminal:
    """With the two centres and the three users of the cast."""
    empty.look(cast.settle)
    return empty


Printed = pytest.CaptureFixture[str]


# ---------------------------------------------------------------- centres
def test_a_centre_is_made_and_listed_under_the_id_that_was_printed(empty: Terminal, capsys: Printed) -> None:
    assert empty.run("centre", "add", "  SAMU   54 ") == 0
    made = capsys.readouterr().out.strip()
    assert empty.run("centre", "list") == 0
    assert capsys.readouterr().out == f"{made}  SAMU 54\n"


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "SAMU\x0754"])
def test_a_centre_that_no_sms_could_name_is_refused(empty: Terminal, capsys: Printed, name: str) -> None:
    assert empty.run("centre", "add", name) == 1
    assert "Refused: a name takes 1 to 40 characters" in capsys.readouterr().err


def test_the_number_that_callers_read_is_set_listed_and_taken_away(
    terminal: Terminal, capsys: Printed
) -> None:
    assert terminal.run("centre", "phone", SAMU_54.id, " 03 83  85 85 85 ") == 0
    assert capsys.readouterr().out == "Callers read 03 83 85 85 85.\n"
    assert terminal.run("centre", "list") == 0
    assert f"{SAMU_54.id}  SAMU 54  03 83 85 85 85\n" in capsys.readouterr().out
    assert terminal.run("centre", "phone", SAMU_54.id, "") == 0
    assert terminal.look(lambda store: store.centre(SAMU_54.id)) == SAMU_54


@pytest.mark.parametrize("number", ["1", "call us", "+", "03 83 ٨٥", "1" * 21])
def test_a_number_that_nobody_can_dial_is_refused(terminal: Terminal, capsys: Printed, number: str) -> None:
    assert terminal.run("centre", "phone", SAMU_54.id, number) == 1
    assert "Refused: a telephone number takes 2 to 20 digits" in capsys.readouterr().err


def test_an_unknown_centre_gets_no_number(terminal: Terminal, capsys: Printed) -> None:
    assert terminal.run("centre", "phone", "0" * 32, "15") == 1
    assert "no such centre" in capsys.readouterr().err


# ---------------------------------------------------------------- users
def add(terminal: Terminal, *more: str, typed: str = "", **changed: str) -> int:
    given = {
        "centre": SAMU_54.id,
        "email": "dora@samu54.test",
        "name": "Dora",
        "role": "supervisor",
        **changed,
    }
    options = [part for name, value in given.items() for part in (f"--{name}", value)]
    return terminal.run("user", "add", *options, *more, typed=typed)


def test_a_new_user_signs_in_with_the_password_that_was_piped(terminal: Terminal, capsys: Printed) -> None:
    assert add(terminal, "--password-stdin", typed=f"{NEW}\n", email="Dora@SAMU54.test") == 0
    assert NEW not in capsys.readouterr().out
    dora = next(one for one in terminal.look(lambda store: store.users(SAMU_54.id)) if one.name == "Dora")
    assert (dora.email, dora.role) == ("dora@samu54.test", "supervisor")
    assert terminal.cookie("dora@samu54.test", NEW)


def test_a_new_user_signs_in_with_the_password_that_was_made_for_them(
    terminal: Terminal, capsys: Printed
) -> None:
    assert add(terminal, "--password-random") == 0
    password = capsys.readouterr().out.splitlines()[0]
    assert re.fullmatch(r"(\w{4}-){3}\w{4}", password)
    assert terminal.cookie("dora@samu54.test", password)


def test_a_person_of_another_centre_keeps_their_password(terminal: Terminal, capsys: Printed) -> None:
    assert add(terminal, email=CHARLIE.email) == 0
    assert "with the password and the name that they have" in capsys.readouterr().out
    places = terminal.look(lambda store: store.users_of(CHARLIE.id))
    assert [(centre.name, user.role) for user, centre in places] == [
        ("SAMU 54", "supervisor"),
        ("SAMU 75", "regulator"),
    ]
    assert terminal.cookie(CHARLIE.email, PASSWORD)
    assert add(terminal, email=CHARLIE.email) == 1
    assert "Refused: already taken" in capsys.readouterr().err


def test_who_lost_their_application_gets_in_again(terminal: Terminal) -> None:
    terminal.look(lambda store: store.change_person(ALICE.id, lambda row: replace(row, totp="sealed")))
    assert terminal.run("user", "factors", ALICE.email) == 0
    assert terminal.look(lambda store: store.person(ALICE.id)).totp == ""


def test_a_password_is_asked_for_twice(terminal: Terminal) -> None:
    terminal.answers = [NEW, NEW]
    assert add(terminal) == 0
    assert terminal.answers == []
    assert terminal.cookie("dora@samu54.test", NEW)


def test_two_different_passwords_make_no_user(terminal: Terminal, capsys: Printed) -> None:
    terminal.answers = [NEW, "quinze fois bonsoir"]
    assert add(terminal) == 2
    assert "the two passwords differ" in capsys.readouterr().err
    assert len(terminal.look(lambda store: store.users(SAMU_54.id))) == 2


def test_without_a_terminal_the_command_says_how_to_give_a_password(
    terminal: Terminal, capsys: Printed
) -> None:
    assert add(terminal) == 2
    assert "--password-stdin" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"centre": "0" * 32}, "There is no such centre or user."),
        ({"email": ALICE.email.upper()}, "already taken"),
        ({"email": "dora"}, "an e-mail address looks like"),
        ({"email": "do ra@samu54.test"}, "an e-mail address looks like"),
        ({"name": " "}, "a name takes 1 to 80 characters"),
    ],
)
def test_a_user_who_cannot_be_is_refused_with_the_reason(
    terminal: Terminal, capsys: Printed, changed: dict[str, str], reason: str
) -> None:
    assert add(terminal, "--password-stdin", typed=NEW, **changed) == 1
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("password", ["", "sept777", "x" * 257])
def test_a_password_too_short_or_too_long_is_refused(
    terminal: Terminal, capsys: Printed, password: str
) -> None:
    assert add(terminal, "--password-stdin", typed=password) == 1
    assert "a password takes 8 to 256 characters" in capsys.readouterr().err


def test_a_role_that_does_not_exist_is_refused(terminal: Terminal, capsys: Printed) -> None:
    with pytest.raises(SystemExit) as end:
        add(terminal, role="king")
    assert end.value.code == 2
    assert "administrator" in capsys.readouterr().err


def test_users_are_listed_by_centre_with_their_state(terminal: Terminal, capsys: Printed) -> None:
    terminal.run("user", "disable", BOB.email)
    capsys.readouterr()
    assert terminal.run("user", "list") == 0
    assert capsys.readouterr().out.splitlines() == [
        "alice@samu54.test  regulator  enabled  Alice  (SAMU 54)",
        "bob@samu54.test  regulator  disabled  Bob  (SAMU 54)",
        "charlie@samu75.test  regulator  enabled  Charlie  (SAMU 75)",
    ]
    assert terminal.run("user", "list", "--centre", SAMU_75.id) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["charlie@samu75.test"]


def test_a_new_password_replaces_the_old_one_and_ends_the_logins(terminal: Terminal) -> None:
    cookie = terminal.cookie(ALICE.email, PASSWORD)
    assert terminal.run("user", "password", ALICE.email, "--password-stdin", typed=NEW) == 0
    assert not terminal.is_open(cookie)
    assert terminal.cookie(ALICE.email, NEW)
    with pytest.raises(NotAllowed):
        terminal.cookie(ALICE.email, PASSWORD)


def test_a_shut_account_is_out_at_once_and_can_be_opened_again(terminal: Terminal) -> None:
    cookie, bobs = terminal.cookie(ALICE.email, PASSWORD), terminal.cookie(BOB.email, PASSWORD)
    assert terminal.run("user", "disable", ALICE.email) == 0
    assert not terminal.is_open(cookie)
    assert terminal.is_open(bobs)
    with pytest.raises(NotAllowed):
        terminal.cookie(ALICE.email, PASSWORD)
    assert terminal.run("user", "enable", ALICE.email) == 0
    assert not terminal.is_open(cookie)
    assert terminal.cookie(ALICE.email, PASSWORD)


def test_an_rpps_number_is_set_for_one_person_only_and_taken_away(
    terminal: Terminal, capsys: Printed
) -> None:
    assert terminal.run("user", "rpps", ALICE.email, "99700218896") == 0
    assert "899700218896" in capsys.readouterr().out
    for email, rpps in ((BOB.email, "99700218896"), (ALICE.email, "12")):
        assert terminal.run("user", "rpps", email, rpps) == 1
    assert terminal.run("user", "rpps", ALICE.email, "") == 0
    assert terminal.run("user", "rpps", BOB.email, "99700218896") == 0


def test_all_logins_of_one_user_end_and_the_password_stays(terminal: Terminal) -> None:
    cookies = [terminal.cookie(ALICE.email, PASSWORD) for _ in range(2)]
    assert terminal.run("login", "revoke", ALICE.email) == 0
    assert not any(terminal.is_open(cookie) for cookie in cookies)
    assert terminal.cookie(ALICE.email, PASSWORD)


@pytest.mark.parametrize(
    "command", ["user disable", "user enable", "login revoke", "user password --password-random"]
)
def test_nobody_is_changed_who_does_not_exist(terminal: Terminal, capsys: Printed, command: str) -> None:
    assert terminal.run(*command.split(), "nobody@samu54.test") == 1
    assert capsys.readouterr().err == "There is no such centre or user.\n"


# ---------------------------------------------------------------- where it can't work
def test_a_database_that_was_never_migrated_is_named_with_the_remedy(
    empty: Terminal, capsys: Printed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    other.touch()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{other}")
    assert empty.run("centre", "list") == 1
    assert "python -m signaling.store.migrate" in capsys.readouterr().err


def test_a_database_that_is_not_there_is_named_and_not_made(
    empty: Terminal, capsys: Printed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{other}")
    assert empty.run("centre", "list") == 1
    assert str(other) in capsys.readouterr().err
    assert not other.exists()


@pytest.mark.parametrize(("name", "value"), [("DATABASE_URL", "mysql://x/y"), ("PORT", "http")])
def test_settings_that_cannot_be_used_are_misuse(
    empty: Terminal, capsys: Printed, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert empty.run("centre", "list") == 2
    assert name in capsys.readouterr().err


# ---------------------------------------------------------------- documentation
def commands(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[tuple[str, list[str]]]:
    """Every command with its own arguments, as they are typed."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for action in below:
        for name, child in action.choices.items():
            yield from commands(child, (*path, name))
    if not below:
        own = [a.option_strings[-1] if a.option_strings else a.dest for a in parser._actions]
        yield " ".join(path), [argument for argument in own if argument != "--help"]


COMMANDS: Final = dict(commands(admin.parser()))


def test_every_command_is_documented_and_nothing_else_is() -> None:
    rows = re.findall(r"^\| `([a-z]+ [a-z]+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(COMMANDS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_option_of_a_command_is_documented(command: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    [row] = re.findall(rf"^\| `{command}.*$", text, re.MULTILINE)
    for argument in COMMANDS[command]:
        if argument.startswith("--password"):
            assert f"`{argument}`" in text
        elif argument.startswith("--"):
            assert argument in row
        else:
            assert {"email": "E-MAIL"}.get(argument, argument.upper()) in row
