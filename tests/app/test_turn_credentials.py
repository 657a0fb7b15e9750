"""TURN credentials on both sockets of the application: fresh at each welcome, renewed before they end."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec
import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from config.asgi import create
from config.settings import Settings, read
from signaling.clock import SystemClock
from signaling.store.sql import SqlStore
from tests import cast
from tests.servers import LOOPBACK, free_port

SECRET = "north"
URLS = ["turn:turn.example.fr:3478", "turns:turn.example.fr:443?transport=tcp"]
SECONDS = 3  # what the credentials last here: long enough to be told apart, short enough to see them renewed


@pytest.fixture
async def site(migrated_sqlite_url: str, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """The application, and a browser in which Alice has signed in."""
    await people(migrated_sqlite_url)
    environ = {"PORT": str(free_port()), "DATABASE_URL": migrated_sqlite_url, "DATA_DIR": str(tmp_path)}
    environ |= {"SECRET_KEY": "k" * 32, "MEDIA_ADDRESSES": LOOPBACK, "TURN_SECRET": SECRET}
    settings = read({**environ, "TURN_URLS": ",".join(URLS), "STUN_URLS": "stun:turn.example.fr"})
    short = msgspec.structs.replace(settings, turn_minutes=SECONDS / 60)
    headers = {"Origin": settings.origin}
    async with serving(short), httpx2.AsyncClient(base_url=settings.origin, headers=headers) as browser:
        form = {"email": cast.ALICE.email, "password": cast.PASSWORD, "next": "/"}
        assert (await browser.post("/login", data=form)).status_code == 303
        yield browser


async def people(database_url: str) -> None:
    store = SqlStore(database_url, SystemClock())
    await store.open()
    await cast.settle(store)
    await store.close()


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(create(settings), port=settings.port, log_config=None))
    task = asyncio.create_task(server.serve())
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield
    server.should_exit = True
    await task


async def started(browser: httpx2.AsyncClient) -> str:
    """A new session's id; its link is taken by a phone that shares the browser's cookies."""
    answer = await browser.post("/sessions", data={"address": "06 12 34 56 78"})
    path = urlsplit(answer.headers["location"]).path
    link = (await browser.get(f"{path}/link.json")).json()["link"]["url"]
    claim = await browser.post("/j/claim", json={"token": urlsplit(link).fragment})
    assert claim.status_code == 204
    return path.rsplit("/", 1)[1]


def socket(browser: httpx2.AsyncClient, path: str) -> connect:
    site = str(browser.base_url).rstrip("/")
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)
    address = site.replace("http", "ws", 1) + path
    return connect(address, origin=site, additional_headers={"Cookie": cookies})  # type: ignore[arg-type]


@asynccontextmanager
async def room(browser: httpx2.AsyncClient, session: str) -> AsyncIterator[ClientConnection]:
    async with socket(browser, "/ws/console") as line:
        await line.send(json.dumps({"type": "join", "session": session}))
        yield line


@asynccontextmanager
async def phone(browser: httpx2.AsyncClient) -> AsyncIterator[ClientConnection]:
    async with socket(browser, "/ws/caller") as line:
        await line.send(json.dumps({"type": "join", "page": "p" * 16}))
        yield line


async def hear(line: ClientConnection, kind: str) -> dict[str, Any]:
    """The TURN server in the next frame of that type."""
    while (frame := json.loads(await line.recv()))["type"] != kind:
        pass
    stun, turn = frame["ice_servers"]
    assert stun == {"urls": ["stun:turn.example.fr"]}
    assert turn["urls"] == URLS
    return dict(turn)


def ends(turn: dict[str, Any]) -> int:
    """When the credentials end, in seconds since the epoch; they are those that coturn will compute."""
    proof = hmac.new(SECRET.encode(), turn["username"].encode(), hashlib.sha1).digest()
    assert turn["credential"] == base64.b64encode(proof).decode()
    return int(turn["username"].partition(":")[0])


async def test_each_browser_is_welcomed_with_credentials_of_its_own(site: httpx2.AsyncClient) -> None:
    session = await started(site)
    async with room(site, session) as one, room(site, session) as other, phone(site) as caller:
        told = [await hear(line, "welcome") for line in (one, other, caller)]
    assert len({turn["username"] for turn in told}) == 3
    assert all(ends(turn) <= time.time() + SECONDS for turn in told)


async def test_a_socket_that_stays_open_is_told_new_ones_before_the_last_end(
    site: httpx2.AsyncClient,
) -> None:
    session = await started(site)
    async with room(site, session) as console, phone(site) as caller:
        for line in (console, caller):
            first, renewed = await hear(line, "welcome"), await hear(line, "ice_servers")
            assert ends(renewed) > ends(first)
            assert renewed["username"].partition(":")[2] == first["username"].partition(":")[2]
