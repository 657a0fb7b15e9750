"""`python -m config.serve`: what it makes, what it says, what it refuses, whom it waits for."""

from __future__ import annotations

import asyncio
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx2
import pytest

from config import certificate, serve
from config.asgi import create
from config.drain import Drain
from config.http import HEAD_BYTES, PromptHead
from config.settings import Settings, SettingsError, read
from console import demo
from signaling.passwords import Argon2Passwords
from signaling.service.accounts import Accounts
from signaling.store.sql import SqlStore
from tests.cast import Clock
from tests.e2e.stage import Product, product
from tests.servers import free_port

ROOT: Final = Path(__file__).parents[2]
LOCAL: Final = {"MEDIA_ADDRESSES": "127.0.0.1"}


def environ(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"DATA_DIR": str(tmp_path / "data"), "PORT": str(free_port()), **LOCAL, **more}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def sign_in(site: str, email: str, password: str) -> int:
    form = {"email": email, "password": password}
    return httpx2.post(f"{site}/login", data=form, headers={"Origin": site}).status_code


# ---------------------------------------------------------------- a whole start
@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product as it starts by itself: random password, nothing set."""
    with product(tmp_path_factory.mktemp("product"), {"DEMO_PASSWORD": ""}) as made:
        made.until("the address is printed", lambda: made.origin in made.log())
        yield made


def test_the_first_start_prints_the_address_and_a_login_that_works(running: Product) -> None:
    password = (running.data / "demo-password.txt").read_text().strip()
    printed = running.log()
    assert f"Password     {password} (kept in {running.data / 'demo-password.txt'})" in printed
    for email in ("regulateur@demo.test", "superviseur@demo.test", "admin@demo.test"):
        assert email in printed
        assert sign_in(running.origin, email, password) == 303


def test_what_the_first_start_makes_is_its_owners_alone(running: Product) -> None:
    assert mode(running.data) == 0o700
    assert {mode(running.data / name) for name in ("demo-password.txt", "secret.key", "visio.db")} == {0o600}


def test_answers_do_not_name_the_server_software(running: Product) -> None:
    assert "server" not in httpx2.get(f"{running.origin}/login").headers


def test_the_machine_may_be_called_by_each_of_its_names(running: Product) -> None:
    password = (running.data / "demo-password.txt").read_text().strip()
    assert sign_in(f"http://localhost:{running.port}", "regulateur@demo.test", password) == 303


def test_the_log_holds_neither_queries_nor_addresses(running: Product) -> None:
    httpx2.get(f"{running.origin}/nowhere/0612345678?token=canary-in-query")
    log = running.until("the request is logged", lambda: "route=none" in running.log() and running.log())
    assert "canary" not in str(log)
    assert "0612345678" not in str(log)


def test_a_second_start_keeps_key_and_password_and_says_where_the_password_is(tmp_path: Path) -> None:
    with product(tmp_path, {"DEMO_PASSWORD": ""}) as made:
        kept = [(made.data / name).read_bytes() for name in ("demo-password.txt", "secret.key")]
        made.kill()
        said_before = len(made.log())
        made.start()
        said = made.until("the address is printed again", lambda: made.origin in made.log()[said_before:])
        assert said
        assert [(made.data / name).read_bytes() for name in ("demo-password.txt", "secret.key")] == kept
        again = made.log()[said_before:]
        assert kept[0].decode().strip() not in again
        assert f"as before (kept in {made.data / 'demo-password.txt'})" in again
        assert sign_in(made.origin, "regulateur@demo.test", kept[0].decode().strip()) == 303


# ---------------------------------------------------------------- starts that can't be
def start(**environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "config.serve"],
        cwd=ROOT, env=environ, check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_a_port_in_use_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = start(**environ(tmp_path, PORT=str(port)))
    assert done.returncode == 1
    assert done.stderr == (
        f"Can't start: port {port} is in use; stop the program that has it, or choose another one: "
        f"PORT={port + 1}.\n"
    )


def test_settings_that_cannot_be_used_are_listed_and_nothing_is_made(tmp_path: Path) -> None:
    done = start(**environ(tmp_path, PORT="http", LOG_LEVEL="loud"))
    assert done.returncode == 2
    assert [line.partition(":")[0] for line in done.stderr.splitlines()[1:]] == ["PORT", "LOG_LEVEL"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("setting", "error", "reason"),
    [
        ({"HOST": "203.0.113.250"}, serve.CannotStart, "203.0.113.250 is no address of this machine"),
        ({"HOST": "nowhere.invalid"}, serve.CannotStart, "nowhere.invalid"),
        ({"DATABASE_URL": "mysql://x/y"}, SettingsError, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://x@127.0.0.1:1/y"}, serve.CannotStart, "database can't be reached"),
        ({"DATA_DIR": "/proc/visio"}, serve.CannotStart, "DATA_DIR can't be used"),
    ],
)
def test_what_is_missing_is_named(
    tmp_path: Path, setting: dict[str, str], error: type[Exception], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        serve.prepare(read({**environ(tmp_path), **setting}), lan=False)


# ---------------------------------------------------------------- the secret key
def test_a_damaged_key_is_not_replaced_behind_anybodys_back(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("short")
    with pytest.raises(serve.CannotStart, match="holds no key"):
        serve.with_secret_key(Settings(data_dir=tmp_path))
    assert (tmp_path / "secret.key").read_text() == "short"


def test_a_key_that_is_set_is_the_one_that_is_used(tmp_path: Path) -> None:
    assert serve.with_secret_key(Settings(data_dir=tmp_path, secret_key="k" * 32)).secret_key == "k" * 32
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- the demonstration
@pytest.fixture
async def accounts(migrated_sqlite_url: str, clock: Clock) -> AsyncIterator[Accounts]:
    store = SqlStore(migrated_sqlite_url, clock)
    yield Accounts(store, clock, Argon2Passwords(memory_kib=8))
    await store.close()


async def passwords(accounts: Accounts, word: str) -> list[bool]:
    """Which of the three users sign in with it."""
    people = [await accounts._store.person_by_email(email) for email, _, _ in demo.USERS]
    return [await accounts._passwords.verify(person.password_hash, word) for person in people]


async def prepare(accounts: Accounts, folder: Path, wanted: str = "") -> demo.DemoLogin | None:
    return await demo.prepare(accounts._store, accounts, folder, wanted)


async def test_the_demonstration_has_one_user_of_each_role(accounts: Accounts, tmp_path: Path) -> None:
    login = await prepare(accounts, tmp_path)
    assert login is not None
    assert login.password is not None
    [centre] = await accounts._store.centres()
    assert centre.name == "SAMU de démonstration"
    roles = {user.email: user.role for user in await accounts._store.users(centre.id)}
    assert roles == {
        "regulateur@demo.test": "regulator",
        "superviseur@demo.test": "supervisor",
        "admin@demo.test": "administrator",
    }
    assert await passwords(accounts, login.password) == [True] * 3


async def test_a_database_with_centres_of_its_own_gets_no_demonstration(
    accounts: Accounts, tmp_path: Path
) -> None:
    await accounts.add_centre("SAMU 54")
    assert await prepare(accounts, tmp_path) is None
    assert len(await accounts._store.centres()) == 1


async def test_another_wanted_password_is_set_at_the_next_start(accounts: Accounts, tmp_path: Path) -> None:
    await prepare(accounts, tmp_path, "first password")
    login = await prepare(accounts, tmp_path, "second password")
    assert login is not None
    assert login.password == "second password"
    assert await passwords(accounts, "second password") == [True] * 3
    assert (await prepare(accounts, tmp_path)) == demo.DemoLogin(login.emails, login.file, None)


async def test_a_lost_password_file_gets_a_new_password(accounts: Accounts, tmp_path: Path) -> None:
    before = await prepare(accounts, tmp_path)
    assert before is not None
    before.file.unlink()
    after = await prepare(accounts, tmp_path)
    assert after is not None
    assert after.password is not None
    assert after.password != before.password
    assert await passwords(accounts, after.password) == [True] * 3


@pytest.mark.parametrize("done", [0, 1, 2, 3])
async def test_a_first_start_that_was_killed_is_completed_by_the_next(
    accounts: Accounts, tmp_path: Path, done: int
) -> None:
    """Killed after the centre and `done` users were made, before the password was written down."""
    centre = await accounts.add_centre(demo.CENTRE)
    for email, name, role in demo.USERS[:done]:
        await accounts.add_user(centre.id, email, name, role, "a password that nobody knows")
    login = await prepare(accounts, tmp_path)
    assert login is not None
    assert login.password is not None
    assert login.file.read_text().strip() == login.password
    assert await passwords(accounts, login.password) == [True] * 3


def test_without_a_demonstration_the_start_says_how_to_make_a_user(tmp_path: Path) -> None:
    settings = read(environ(tmp_path, DEMO="0"))
    begun = serve.prepare(settings, lan=False)
    begun.listener.close()
    text = serve.announcement(begun)
    assert "console.admin centre add" in text
    assert "console.admin user add" in text
    assert "Password" not in text


def test_a_public_address_without_tls_is_pointed_out(tmp_path: Path) -> None:
    settings = read(environ(tmp_path, PUBLIC_URL="http://visio.example.fr"))
    with socket.socket() as unused:
        assert "https pages only" in serve.announcement(serve.Start(settings, unused, None, users=True))


# ---------------------------------------------------------------- on the wire
@asynccontextmanager
async def server(
    tmp_path: Path, adapt: Callable[[Settings], Settings] = lambda settings: settings, pem: Path | None = None
) -> AsyncIterator[Settings]:
    """The real server in this process, on a free port of the loopback."""
    settings = adapt(serve.with_secret_key(read(environ(tmp_path))))
    listener = serve.listen("127.0.0.1", settings.port)
    begun = serve.Start(settings, listener, None, users=True, pem=pem)
    up = asyncio.Event()
    app = create(begun.settings, pem)
    drain = Drain(app.state.readiness.drain, begun.settings.drain_seconds)
    made = serve.Server(serve.uvicorn_config(begun, app), up.set, drain)
    task = asyncio.create_task(made._serve([listener]))
    await up.wait()
    try:
        yield settings
    finally:
        made.should_exit = True
        await task


@pytest.fixture
def migrated(migrated_sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(LOCAL, "DATABASE_URL", migrated_sqlite_url)
    return migrated_sqlite_url


@pytest.mark.usefixtures("migrated")
async def test_on_the_local_network_it_serves_https_under_its_own_certificate(tmp_path: Path) -> None:
    pem = certificate.ensure(tmp_path / "lan", "127.0.0.1", datetime.now(UTC))
    async with server(tmp_path, lambda settings: serve.on_lan(settings, "127.0.0.1"), pem) as settings:
        assert settings.secure
        trust = ssl.create_default_context(cafile=str(pem))
        async with httpx2.AsyncClient(verify=trust, base_url=settings.public_url) as phone:
            answer = await phone.get("/login")
    assert answer.status_code == 200
    assert "strict-transport-security" in answer.headers


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize("trickle", [b"", b"GET /login HTTP/1.1\r\n", b"GET /login HTTP/1.1\r\nHost: x"])
async def test_a_head_that_never_ends_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trickle: bytes
) -> None:
    monkeypatch.setattr(PromptHead, "HEAD_SECONDS", 0.05)
    async with server(tmp_path) as settings:
        reader, writer = await asyncio.open_connection("127.0.0.1", settings.port)
        writer.write(trickle)
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ")
        writer.close()


@pytest.mark.usefixtures("migrated")
async def test_a_second_request_on_the_same_connection_has_no_more_time_than_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PromptHead, "HEAD_SECONDS", 0.2)
    async with server(tmp_path) as settings:
        reader, writer = await asyncio.open_connection("127.0.0.1", settings.port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"ok")
        writer.write(b"GET /healthz")
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ")
        writer.close()


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize(
    "head", [b"GET / HTTP/1.1\r\nCookie: ", b"GET /", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 9]
)
async def test_a_head_beyond_all_measure_is_refused_while_it_comes(tmp_path: Path, head: bytes) -> None:
    async with server(tmp_path) as settings:
        reader, writer = await asyncio.open_connection("127.0.0.1", settings.port)
        writer.write(head + b"x" * (HEAD_BYTES + 1))
        assert (await reader.read()).startswith(b"HTTP/1.1 431 ")
        writer.close()


@pytest.mark.usefixtures("migrated")
async def test_a_slow_answer_outlives_the_limit_of_the_head(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit ends with the head: what follows, an upload or a socket, has its own."""
    monkeypatch.setattr(PromptHead, "HEAD_SECONDS", 0.05)
    async with server(tmp_path) as settings:
        reader, writer = await asyncio.open_connection("127.0.0.1", settings.port)
        origin = settings.origin.encode()
        writer.write(
            b"POST /login HTTP/1.1\r\nHost: x\r\nOrigin: " + origin + b"\r\nContent-Length: 2\r\n\r\nx"
        )
        idle_reader, idle_writer = await asyncio.open_connection("127.0.0.1", settings.port)
        assert (await idle_reader.read()).startswith(b"HTTP/1.1 408 ")  # so the limit has passed
        idle_writer.close()
        writer.write(b"x")
        assert (await reader.readline()).startswith(b"HTTP/1.1 403 ")
        writer.close()
