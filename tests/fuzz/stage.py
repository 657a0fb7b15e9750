"""A product with a visio that runs: a regulator, a caller's phone and a guest who have come in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import msgspec
from websockets.asyncio.client import connect

from tests.e2e.stage import PASSWORD, Product, product

ROLES: Final = {
    "regulator": "regulateur@demo.test",
    "supervisor": "superviseur@demo.test",
    "administrator": "admin@demo.test",
}
PAGE: Final = "p" * 16


class Visio(msgspec.Struct, frozen=True):
    """`cookies`: by who holds them: a role, `caller` or `guest`."""

    product: Product
    session: str
    cookies: dict[str, str]

    def headers(self, who: str) -> dict[str, str]:
        return {"Origin": self.product.origin, "Cookie": self.cookies[who]}

    def socket(self, who: str) -> connect:
        path = {"caller": "/ws/caller", "guest": "/ws/guest"}.get(who, "/ws/console")
        options: dict[str, Any] = {"additional_headers": {"Cookie": self.cookies[who]}}
        return connect(f"ws://127.0.0.1:{self.product.port}{path}", origin=self.product.origin, **options)  # type: ignore[arg-type]

    def first(self, who: str) -> dict[str, str]:
        if who in {"caller", "guest"}:
            return {"type": "join", "page": PAGE}
        return {"type": "join", "session": self.session}


@asynccontextmanager
async def visio(folder: Path) -> AsyncIterator[Visio]:
    with product(folder, {"TEST_PAGE_CALLS": "2"}) as made:
        cookies = {role: await _signed_in(made, email) for role, email in ROLES.items()}
        session, link = await _begun(made, cookies["regulator"])
        cookies["caller"] = await _claimed(made, "/j/claim", link)
        yield Visio(made, session, cookies)


async def _signed_in(made: Product, email: str) -> str:
    async with _browser(made) as browser:
        answer = await browser.post("/login", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return _cookies(browser)


async def _begun(made: Product, cookie: str) -> tuple[str, str]:
    async with _browser(made, cookie) as browser:
        answer = await browser.post("/sessions", data={"address": "06 12 34 56 78"})
        session = urlsplit(answer.headers["location"]).path.rsplit("/", 1)[1]
        found = await browser.get(f"/sessions/{session}/link.json")
        return session, found.json()["link"]["url"]


async def _claimed(made: Product, door: str, link: str) -> str:
    async with _browser(made) as phone:
        assert (await phone.post(door, json={"token": urlsplit(link).fragment})).status_code == 204
        return _cookies(phone)


def _browser(made: Product, cookie: str = "") -> httpx2.AsyncClient:
    headers = {"Origin": made.origin} | ({"Cookie": cookie} if cookie else {})
    return httpx2.AsyncClient(base_url=made.origin, headers=headers)


def _cookies(browser: httpx2.AsyncClient) -> str:
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)
