"""`python -m config.serve [--lan]`: make what is missing, say where to log in, serve.

Exit codes: 0 stopped, 1 can't start, 2 wrong settings or arguments.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import io
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Final
from urllib.parse import urlsplit

import msgspec
import segno
import uvicorn
from starlette.types import ASGIApp

from config import certificate, log, telemetry
from config.asgi import create
from config.drain import Drain
from config.http import PromptHead
from config.settings import LOOPBACK, Settings, SettingsError, read
from console import demo
from console.demo import DemoLogin
from media.pauses import spare_the_lasting
from signaling import private_file
from signaling.clock import SystemClock
from signaling.domain.errors import Unavailable
from signaling.files.choice import sealed_files
from signaling.passwords import Argon2Passwords
from signaling.service.accounts import Accounts
from signaling.store.schema import upgrade
from signaling.store.sql import SqlStore

CANNOT_START: Final = 1
MISUSED: Final = 2
GRACE: Final = 5  # seconds that requests may still take after a stop
# Frames over 64 KB are answered with an error and the line goes on; only far larger ones end it.
FRAME_BYTES: Final = 256 * 1024
PING: Final = 20.0  # seconds between pings, and for the answer


class CannotStart(Exception):
    """The text says why, for a person."""


class Start(msgspec.Struct, frozen=True):
    """All that was found or made before serving."""

    settings: Settings
    listener: socket.socket
    login: DemoLogin | None
    users: bool  # whether anybody can log in
    pem: Path | None = None  # certificate and key, when we serve HTTPS ourselves


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.serve", description=__doc__)
    parser.add_argument("--lan", action="store_true", help="serve HTTPS to the phones of the local network")
    lan: bool = parser.parse_args(argv).lan
    try:
        settings = read(os.environ)
        log.configure(settings.log_format, settings.log_level)
        telemetry.check(settings)
        start = prepare(settings, lan=lan)
    except SettingsError as error:
        print(f"These settings can't be used (docs/settings.md):\n{error}", file=sys.stderr)
        return MISUSED
    except (CannotStart, certificate.NoNetwork) as error:
        print(f"Can't start: {error}.", file=sys.stderr)
        return CANNOT_START
    return serve(start)


# ---------------------------------------------------------------- before serving
def prepare(settings: Settings, *, lan: bool) -> Start:
    """Everything that must be there. Raises CannotStart, SettingsError, NoNetwork."""
    pem = None
    _make_data_dir(settings.data_dir)
    if lan:
        address = certificate.lan_address()
        pem = certificate.ensure(settings.data_dir / "lan", address, datetime.now(UTC))
        settings = on_lan(settings, address)
    with ExitStack() as undo:
        listener = undo.enter_context(listen(settings.host, settings.port))
        settings = with_secret_key(settings)
        _migrate(settings.database_url)
        login, users = asyncio.run(_accounts(settings))
        undo.pop_all()
    return Start(settings, listener, login, users, pem)


def on_lan(settings: Settings, address: str) -> Settings:
    public_url = f"https://{address}:{settings.port}"
    # nobody stands between the phones and us, so nobody's X-Forwarded-For counts
    everywhere = "0.0.0.0"  # noqa: S104 - phones are to reach it
    return msgspec.structs.replace(settings, host=everywhere, public_url=public_url, trusted_proxies="")


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections from now on; they wait until the server is up."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise CannotStart(_why_not(host, port, error)) from None
    listener.listen()
    return listener


def _why_not(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"port {port} is in use; stop the program that has it, or choose another one: PORT={port + 1}"
            )
        case errno.EACCES:
            return f"port {port} is for the system only; choose one above 1023: PORT=8000"
        case errno.EADDRNOTAVAIL | socket.EAI_NONAME:
            return f"{host} is no address of this machine; correct HOST"
        case _:
            return f"{host}:{port} can't be opened: {error.strerror}"


def with_secret_key(settings: Settings) -> Settings:
    """The key of links and known browsers: made at the first start, kept in the data folder (0600)."""
    if settings.secret_key:
        return settings
    path = settings.data_dir / "secret.key"
    try:
        if not path.exists():
            private_file.write(path, f"{secrets.token_hex(32)}\n")
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"the secret key can't be kept in {path} ({error})") from None
    if len(key) < 32:
        raise CannotStart(f"{path} holds no key; delete it to make another one (open links stop working)")
    return msgspec.structs.replace(settings, secret_key=key)


def _make_data_dir(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise CannotStart(f"DATA_DIR can't be used: {error.strerror} ({folder})") from None


def _migrate(database_url: str) -> None:
    try:
        upgrade(database_url)
    except ValueError as error:
        raise SettingsError(f"DATABASE_URL: {error}") from None
    except Unavailable as error:
        raise CannotStart(str(error)) from None


async def _accounts(settings: Settings) -> tuple[DemoLogin | None, bool]:
    """(how to log in to the demonstration, whether the database has any centre)."""
    clock = SystemClock()
    store = SqlStore(settings.database_url, clock)
    try:
        await _keys_open(settings, store, clock)
        login = None
        if settings.demo:
            accounts = Accounts(store, clock, Argon2Passwords())
            login = await demo.prepare(store, accounts, settings.data_dir, settings.demo_password)
        return login, bool(await store.centres())
    finally:
        await store.close()


async def _keys_open(settings: Settings, store: SqlStore, clock: SystemClock) -> None:
    """Better no start than files that do not open in the middle of a call."""
    try:
        files = sealed_files(settings, store, clock)
        try:
            await files.check()
        finally:
            await files.close()
    except Unavailable as error:
        raise CannotStart(str(error)) from None


# ---------------------------------------------------------------- serving
class Server(uvicorn.Server):
    """Says where it is once it is there."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None], drain: Drain) -> None:
        super().__init__(config)
        self._announce = announce
        self._drain = drain

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A second signal, or Ctrl+C, ends without delay."""
        end = partial(super().handle_exit, sig, frame)
        if sig == signal.SIGTERM:
            self._drain.begin(end)
        else:
            end()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        spare_the_lasting()
        self._announce()


def serve(start: Start) -> int:
    """Until a signal ends it."""
    app = create(start.settings, start.pem)
    drain = Drain(app.state.readiness.drain, start.settings.drain_seconds)
    server = Server(uvicorn_config(start, app), lambda: print(announcement(start), flush=True), drain)
    try:
        server.run(sockets=[start.listener])
    except KeyboardInterrupt:
        return 0
    return 0 if server.started else CANNOT_START


def uvicorn_config(start: Start, app: ASGIApp) -> uvicorn.Config:
    settings = start.settings
    return uvicorn.Config(
        log.RequestLog(telemetry.reported(settings, app)),
        loop="uvloop",
        http=PromptHead,
        ws="websockets-sansio",
        ws_max_size=FRAME_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=PING,
        ws_ping_timeout=PING,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=GRACE,
        ssl_certfile=start.pem,
    )


def announcement(start: Start) -> str:
    settings = start.settings
    lines = ["", f"VisioRegul   {settings.public_url}"]
    lines += _login_lines(start)
    if start.pem is not None:
        qr = io.StringIO()
        segno.make(settings.public_url).terminal(qr, compact=True)
        lines += [
            "Phones       open the same address, on the same Wi-Fi. They warn once about the certificate,",
            "             which was made on this machine: show the details and go on.",
            qr.getvalue().rstrip("\n"),
        ]
    elif not settings.secure and urlsplit(settings.public_url).hostname not in LOOPBACK:
        lines += [
            "Note         phones give their camera to https pages only: see PUBLIC_URL in docs/settings.md"
        ]
    return "\n".join([*lines, "Stop         Ctrl+C", ""])


def _login_lines(start: Start) -> list[str]:
    if start.login is not None:
        chosen = "that of DEMO_PASSWORD" if start.settings.demo_password else start.login.password
        return [
            f"Log in       {' or '.join(start.login.emails)}",
            f"Password     {chosen or 'as before'} (kept in {start.login.file})",
        ]
    if start.users:
        return []
    return [
        "Log in       nobody can yet; make a centre, then a user with the id that it prints:",
        '             .venv/bin/python -m console.admin centre add "SAMU 54"',
        "             .venv/bin/python -m console.admin user add --centre ID --email alice@example.org \\",
        '                 --name "Alice" --role regulator',
    ]


if __name__ == "__main__":
    sys.exit(main())
