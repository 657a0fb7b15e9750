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
from functools import cached_property, partial
from pathlib import Path
from typing import Final, TypeAlias, get_args

from config import log, settings
from console import admin_audit, admin_keeping, admin_keys
from signaling.clock import SystemClock
from signaling.domain.errors import NotFound, VisioError
from signaling.domain.records import Role
from signaling.files.choice import sealed_files
from signaling.passwords import Argon2Passwords, new_password
from signaling.ports import SealedFiles, Store
from signaling.service.accounts import Accounts
from signaling.service.audit import AuditTrail, Heads
from signaling.service.keys import Keys
from signaling.service.professionals import Numbers
from signaling.service.tasks import Tasks
from signaling.store.heads import HeadsFile
from signaling.store.schema import NotMigrated
from signaling.store.sql import SqlStore

REFUSED: Final = 1
MISUSED: Final = 2


class Desk:
    """What the commands work with."""

    def __init__(self, store: Store, heads: HeadsFile, open_files: Callable[[], SealedFiles]) -> None:
        self.store = store
        self._open_files = open_files
        self.heads: Heads = heads
        self.audit = AuditTrail(store, SystemClock(), Tasks(), heads)
        self.accounts = Accounts(store, SystemClock(), Argon2Passwords())

    @cached_property
    def files(self) -> SealedFiles:
        """Most commands do without them, and without the master key."""
        return self._open_files()

    async def close(self) -> None:
        if "files" in vars(self):
            await self.files.close()


Command = Callable[[Desk, argparse.Namespace], Awaitable[None]]
Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


# ---------------------------------------------------------------- centres
async def centre_add(desk: Desk, given: argparse.Namespace) -> None:
    centre = await desk.accounts.add_centre(given.name)
    await admin_audit.centre_changed(desk.audit, centre.id)
    print(centre.id)


async def centre_list(desk: Desk, given: argparse.Namespace) -> None:
    for centre in await desk.store.centres():
        print("  ".join(filter(None, (centre.id, centre.name, centre.phone))))


async def centre_phone(desk: Desk, given: argparse.Namespace) -> None:
    centre = await desk.accounts.set_phone(given.id, given.number)
    await admin_audit.centre_changed(desk.audit, centre.id)
    print(f"Callers read {centre.phone}." if centre.phone else "Callers read no number.")


# ---------------------------------------------------------------- users
async def user_add(desk: Desk, given: argparse.Namespace) -> None:
    password = None if await desk.accounts.knows(given.email) else _password(given)
    user = await desk.accounts.add_user(given.centre, given.email, given.name, given.role, password)
    await admin_audit.person_changed(desk.audit, desk.store, given.email, "account.changed")
    known = ", with the password and the name that they have" if password is None else ""
    print(f"{user.email} may sign in as {user.role}{known}.")


async def user_list(desk: Desk, given: argparse.Namespace) -> None:
    centres = await desk.store.centres()
    if given.centre:
        centres = [await desk.store.centre(given.centre)]
    for centre in centres:
        for user in await desk.store.users(centre.id):
            person = await desk.store.person(user.person)
            shut = user.disabled_at is not None or person.disabled_at is not None
            state = "disabled" if shut else "enabled"
            print(f"{user.email}  {user.role}  {state}  {user.name}  ({centre.name})")


async def user_password(desk: Desk, given: argparse.Namespace) -> None:
    await desk.accounts.set_password(given.email, _password(given))
    await admin_audit.person_changed(desk.audit, desk.store, given.email, "password.changed")
    print("The password is changed. All logins of this user are ended.")


async def user_disable(desk: Desk, given: argparse.Namespace) -> None:
    await desk.accounts.disable(given.email)
    await admin_audit.person_changed(desk.audit, desk.store, given.email, "account.changed")
    print("The account is shut. All its logins are ended.")


async def user_factors(desk: Desk, given: argparse.Namespace) -> None:
    await desk.accounts.forget_factors(given.email)
    await admin_audit.person_changed(desk.audit, desk.store, given.email, "factor.changed")
    print("The second factors are forgotten. All logins of this user are ended.")


async def user_rpps(desk: Desk, given: argparse.Namespace) -> None:
    rpps = await Numbers(desk.store).set(given.email, given.rpps)
    await admin_audit.person_changed(desk.audit, desk.store, given.email, "account.changed")
    print(f"Pro Santé Connect opens this account to {rpps or 'nobody'}.")


async def user_enable(desk: Desk, given: argparse.Namespace) -> None:
    await desk.accounts.enable(given.email)
    await admin_audit.person_changed(desk.audit, desk.store, given.email, "account.changed")
    print("The account is open again.")


# ---------------------------------------------------------------- logins
async def login_revoke(desk: Desk, given: argparse.Namespace) -> None:
    await desk.accounts.revoke_logins(given.email)
    await admin_audit.person_changed(desk.audit, desk.store, given.email, "login.ended")
    print("All logins of this user are ended.")


# ---------------------------------------------------------------- the audit
async def audit_verify(desk: Desk, given: argparse.Namespace) -> None:
    await desk.audit.settle()
    for line in await admin_audit.verified(desk.store, desk.heads, given.centre, given.head):
        print(line)


async def audit_head(desk: Desk, given: argparse.Namespace) -> None:
    await desk.audit.settle()
    await desk.audit.export_heads()
    for line in await admin_audit.heads_of(desk.store):
        print(line)


async def audit_export(desk: Desk, given: argparse.Namespace) -> None:
    await desk.audit.settle()
    async for line in admin_audit.exported(desk.audit, desk.store, given.centre):
        print(line)


# ---------------------------------------------------------------- what is kept of callers
async def session_erase(desk: Desk, given: argparse.Namespace) -> None:
    print(await admin_keeping.erased(_keeper(desk), given.id))


async def caller_export(desk: Desk, given: argparse.Namespace) -> None:
    print(await admin_keeping.exported(_keeper(desk), given.centre, given.number, given.to))


async def caller_erase(desk: Desk, given: argparse.Namespace) -> None:
    print(await admin_keeping.all_erased(_keeper(desk), given.centre, given.number))


async def erasures_replay(desk: Desk, given: argparse.Namespace) -> None:
    print(await admin_keeping.replayed(_keeper(desk), given.file))


def _keeper(desk: Desk) -> admin_keeping.Keeper:
    return admin_keeping.Keeper(desk.store, desk.files, desk.audit, SystemClock())


# ---------------------------------------------------------------- figures
async def figures_rebuild(desk: Desk, given: argparse.Namespace) -> None:
    waiting = await desk.store.recount()
    print(f"The server counts {waiting} visios anew.")


# ---------------------------------------------------------------- keys of files
async def key_list(desk: Desk, given: argparse.Namespace) -> None:
    for line in await admin_keys.listed(_keys(desk), desk.store):
        print(line)


async def key_rotate(desk: Desk, given: argparse.Namespace) -> None:
    print(await admin_keys.rotated(_keys(desk), given.centre))


async def key_rewrap(desk: Desk, given: argparse.Namespace) -> None:
    print(await admin_keys.rewrapped(_keys(desk)))


def _keys(desk: Desk) -> Keys:
    return Keys(desk.store, desk.files, SystemClock(), desk.audit)


# ---------------------------------------------------------------- the command line
def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m console.admin", description="Centres, users and logins.")
    things = top.add_subparsers(required=True, metavar="THING")
    _centre_commands(things)
    _user_commands(things)
    _login_commands(things)
    _audit_commands(things)
    _keeping_commands(things)
    _figures_commands(things)
    _key_commands(things)
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
    factors = _command(user, "factors", user_factors, "forget the authenticator of who lost it")
    factors.add_argument("email")
    rpps = _command(user, "rpps", user_rpps, "say whom Pro Santé Connect lets in as this person")
    rpps.add_argument("email")
    rpps.add_argument("rpps", help='11 digits; "" for none')
    _command(user, "enable", user_enable, "open a shut account again").add_argument("email")


def _login_commands(things: Subparsers) -> None:
    login = _actions(things, "login", "signed-in browsers")
    _command(login, "revoke", login_revoke, "sign a user out of every browser").add_argument("email")


def _audit_commands(things: Subparsers) -> None:
    audit = _actions(things, "audit", "what was done")
    verify = _command(audit, "verify", audit_verify, "find what was changed or taken out")
    verify.add_argument("--centre", metavar="ID", help="only this one's")
    verify.add_argument("--head", type=admin_audit.head, metavar="NUMBER:HASH", help="as it was printed once")
    _command(audit, "head", audit_head, "print the number and the hash of each newest entry")
    export = _command(audit, "export", audit_export, "print a centre's entries as JSON lines")
    export.add_argument("--centre", required=True, metavar="ID", help='"" for what concerns no centre')


def _keeping_commands(things: Subparsers) -> None:
    session = _actions(things, "session", "a visio")
    erase = _command(session, "erase", session_erase, "delete all of it but its figures")
    erase.add_argument("id", metavar="ID", help="as the address of its page in the history ends")
    caller = _actions(things, "caller", "a person who was called")
    export = _command(caller, "export", caller_export, "write all that is held about them into a ZIP archive")
    export.add_argument("--to", required=True, type=Path, metavar="FILE", help="a file that isn't there yet")
    all_ = _command(caller, "erase", caller_erase, "erase every visio in which they were called")
    for command in (export, all_):
        command.add_argument("number", metavar="NUMBER", help="a telephone number or an e-mail address")
        command.add_argument("--centre", required=True, metavar="ID", help="as `centre list` prints it")
    erasures = _actions(things, "erasures", "what was erased")
    replay = _command(erasures, "replay", erasures_replay, "after a restore: erase again what was erased")
    replay.add_argument("file", metavar="FILE", type=Path, help="JSON lines of the log or the audit")


def _figures_commands(things: Subparsers) -> None:
    figures = _actions(things, "figures", "sums of visios")
    _command(figures, "rebuild", figures_rebuild, "count every visio that has ended anew")


def _key_commands(things: Subparsers) -> None:
    key = _actions(things, "key", "what files are encrypted with")
    _command(key, "list", key_list, "print centre, id, use, day and master key of every key")
    rotate = _command(key, "rotate", key_rotate, "make a new key and encrypt all files of a centre with it")
    rotate.add_argument("--centre", required=True, metavar="ID", help="as `centre list` prints it")
    _command(key, "rewrap", key_rewrap, "put all keys under the new master key")


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
        given_settings = settings.read(os.environ)
        store = SqlStore(given_settings.database_url, SystemClock())
    except (settings.SettingsError, ValueError) as error:
        print(error, file=sys.stderr)
        return MISUSED
    try:
        open_files = partial(sealed_files, given_settings, store, SystemClock())
        asyncio.run(_run(given, store, _heads(given_settings), open_files))
    except Misuse as error:
        print(error, file=sys.stderr)
        return MISUSED
    except admin_audit.Broken as error:
        print(error, file=sys.stderr)
        return REFUSED
    except NotFound:
        print("There is no such centre or user.", file=sys.stderr)
        return REFUSED
    except (VisioError, NotMigrated) as error:
        print(f"Refused: {error}.", file=sys.stderr)
        return REFUSED
    return 0


def _heads(chosen: settings.Settings) -> HeadsFile:
    return HeadsFile(Path(chosen.audit_heads_file) if chosen.audit_heads_file else None)


async def _run(
    given: argparse.Namespace, store: SqlStore, heads: HeadsFile, open_files: Callable[[], SealedFiles]
) -> None:
    desk = Desk(store, heads, open_files)
    try:
        await store.open()
        await given.run(desk, given)
    finally:
        await desk.close()
        await store.close()


if __name__ == "__main__":
    log.configure("json", "info")  # on standard error: what a command prints is for scripts
    sys.exit(main())
