"""`python -m console.admin`: centres, users and logins, from a terminal on the server (docs/accounts.md).

Exit codes: 0 done, 1 refused (the reason is on standard error), 2 wrong arguments or settings.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias, get_args

from config import settings
from signaling.clock import SystemClock
from signaling.domain.errors import NotFound, VisioError
from signaling.domain.records import Role
from signaling.passwords import Argon2Passwords, new_password
from signaling.ports import Store
from signaling.service.accounts import Accounts
from signaling.store.schema import NotMigrated
from signaling.store.sql import SqlStore

REFUSED: Final = 1
MISUSED: Final = 2


class Desk:
    """What the commands work with."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.accounts = Accounts(store, SystemClock(), Argon2Passwords())


Command = Callable[[Desk, argparse.Namespace], Awaitable[None]]
Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


# ---------------------------------------------------------------- centres
async def centre_add(desk: Desk, given: argparse.Namespace) -> None:
    centre = await desk.accounts.add_centre(given.name)
    print(centre.id)


async def centre_list(desk: Desk, given: argparse.Namespace) -> None:
    for centre in await desk.store.centres():
        print("  ".join(filter(None, (centre.id, centre.name, centre.phone))))


async def centre_phone(desk: Desk, given: argparse.Namespace) -> None:
    centre = await desk.accounts.set_phone(given.id, given.number)
    print(f"Callers read {centre.phone}." if centre.phone else "Callers read no number.")


# ---------------------------------------------------------------- users
async def user_add(desk: Desk, given: argparse.Namespace) -> None:
    password = _password(given)
    user = await desk.accounts.add_user(given.centre, given.email, given.name, given.role, password)
    print(f"{user.email} may sign in as {user.role}.")


async def user_list(desk: Desk, given: argparse.Namespace) -> None:
    centres = await desk.store.centres()
    if given.centre:
        centres = [await desk.store.centre(given.centre)]
    for centre in centres:
        for user in await desk.store.users(centre.id):
            state = "disabled" if user.disabled_at is not None else "enabled"
            print(f"{user.email}  {user.role}  {state}  {user.name}  ({centre.name})")


async def user_password(desk: Desk, given: argparse.Namespace) -> None:
    await desk.accounts.set_password(given.email, _password(given))
    print("The password is changed. All logins of this user are ended.")


async def user_disable(desk: Desk, given: argparse.Namespace) -> None:
    await desk.accounts.disable(given.email)
    print("The account is shut. All its logins are ended.")


async def user_enable(desk: Desk, given: argparse.Namespace) -> None:
    await desk.accounts.enable(given.email)
    print("The account is open again.")


# ---------------------------------------------------------------- logins
async def login_revoke(desk: Desk, given: argparse.Namespace) -> None:
    await desk.accounts.revoke_logins(given.email)
    print("All logins of this user are ended.")


# ---------------------------------------------------------------- the command line
def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m console.admin", description="Centres, users and logins.")
    things = top.add_subparsers(required=True, metavar="THING")
    _centre_commands(things)
    _user_commands(things)
    _login_commands(things)
    return top


def _centre_commands(things: Subparsers) -> None:
    centre = _actions(things, "centre", "a SAMU centre")
    add = _command(centre, "add", centre_add, "make a centre and print its id")
    add.add_argument("name", help='as callers read it in the SMS, e.g. "SAMU 54"')
    _command(centre, "list", centre_list, "print the id, name and telephone number of every centre")
    phone = _command(centre, "phone", centre_phone, "set the number that callers read on their page")
    phone.add_argument("id", metavar="ID", help="as `centre list` prints it")
    phone.add_argument("number", help='e.g. "03 83 85 85 85"; "" for none')


def _user_commands(things: Subparsers) -> None:
    user = _actions(things, "user", "a person")
    add = _command(user, "add", user_add, "make a user")
    add.add_argument("--centre", required=True, metavar="ID", help="as `centre list` prints it")
    add.add_argument("--email", required=True, help="what they sign in with")
    add.add_argument("--name", required=True, help="as colleagues read it")
    add.add_argument("--role", required=True, choices=get_args(Role))
    _password_options(add)
    listing = _command(user, "list", user_list, "print every user")
    listing.add_argument("--centre", metavar="ID", help="of this centre only")
    password = _command(user, "password", user_password, "set a new password and end all logins")
    password.add_argument("email")
    _password_options(password)
    _command(user, "disable", user_disable, "shut an account and end its logins").add_argument("email")
    _command(user, "enable", user_enable, "open a shut account again").add_argument("email")


def _login_commands(things: Subparsers) -> None:
    login = _actions(things, "login", "signed-in browsers")
    _command(login, "revoke", login_revoke, "sign a user out of every browser").add_argument("email")


def _actions(things: Subparsers, thing: str, summary: str) -> Subparsers:
    made = things.add_parser(thing, help=summary, description=summary)
    return made.add_subparsers(required=True, metavar="ACTION")


def _command(actions: Subparsers, action: str, run: Command, summary: str) -> argparse.ArgumentParser:
    made = actions.add_parser(action, help=summary, description=summary)
    made.set_defaults(run=run)
    return made


def _password_options(command: argparse.ArgumentParser) -> None:
    source = command.add_mutually_exclusive_group()
    source.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    source.add_argument("--password-random", action="store_true", help="make a password and print it")


def _password(given: argparse.Namespace) -> str:
    if given.password_random:
        password = new_password()
        print(password)
        return password
    if given.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Misuse("no terminal to ask for a password: use --password-stdin or --password-random")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise Misuse("the two passwords differ")
    return password


class Misuse(Exception):
    """The command can't be carried out as it was given."""


def main(argv: Sequence[str] | None = None) -> int:
    given = parser().parse_args(argv)
    try:
        store = SqlStore(settings.read(os.environ).database_url, SystemClock())
    except (settings.SettingsError, ValueError) as error:
        print(error, file=sys.stderr)
        return MISUSED
    try:
        asyncio.run(_run(given, store))
    except Misuse as error:
        print(error, file=sys.stderr)
        return MISUSED
    except NotFound:
        print("There is no such centre or user.", file=sys.stderr)
        return REFUSED
    except (VisioError, NotMigrated) as error:
        print(f"Refused: {error}.", file=sys.stderr)
        return REFUSED
    return 0


async def _run(given: argparse.Namespace, store: SqlStore) -> None:
    try:
        await store.open()
        await given.run(Desk(store), given)
    finally:
        await store.close()


if __name__ == "__main__":
    sys.exit(main())
