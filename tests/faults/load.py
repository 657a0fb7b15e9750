"""Regulators who write as fast as they can, and a ledger of what the product acknowledged to them."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Final

import httpx2
import msgspec
from PIL import Image

from tests.e2e.stage import PASSWORD, Product

WRITERS: Final = 3
EACH_WITHIN: Final = 15.0  # seconds for one request; the product answers sooner, or not at all
_numbers = itertools.count(1)


class Ledger(msgspec.Struct):
    """What was acknowledged, and what was not."""

    sessions: set[str] = msgspec.field(default_factory=set)
    references: dict[str, str] = msgspec.field(default_factory=dict)  # by session
    captures: dict[str, str] = msgspec.field(default_factory=dict)  # id -> SHA-256
    refused: dict[int, int] = msgspec.field(default_factory=dict)  # answers by status
    unanswered: int = 0  # the connection broke, or was none
    waited: list[float] = msgspec.field(default_factory=list)  # seconds for each new session
    lost: list[str] = msgspec.field(default_factory=list)  # acknowledged, and not there any more

    @property
    def p95(self) -> float:
        """Seconds within which most of the answers to a new session came."""
        return sorted(self.waited)[int(0.95 * (len(self.waited) - 1))]

    @property
    def acknowledged(self) -> int:
        return len(self.sessions) + len(self.references) + len(self.captures)

    async def check(self, browser: httpx2.AsyncClient) -> None:
        """Looks for all of it, as a person would, and notes what is lost."""
        for session in self.sessions:
            closing = await browser.get(f"/sessions/{session}/closing")
            if closing.status_code != 200:
                self.lost.append(f"session {session}")
            elif session in self.references and closing.json()["reference"] != self.references[session]:
                self.lost.append(f"reference of {session}")
        for capture, digest in self.captures.items():
            answer = await browser.get(f"/captures/{capture}")
            if hashlib.sha256(answer.content).hexdigest() != digest:
                self.lost.append(f"capture {capture}")


class Load:
    """While it is entered, so many writers work; `ledger` says what they were told."""

    def __init__(self, product: Product, ledger: Ledger) -> None:
        self._product = product
        self._ledger = ledger
        self._writers: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Load:
        self._writers = [asyncio.create_task(self._write()) for _ in range(WRITERS)]
        return self

    async def __aexit__(self, *_: object) -> None:
        for writer in self._writers:
            writer.cancel()
        for ended in await asyncio.gather(*self._writers, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended

    async def until_more(self, count: int) -> None:
        """So many acknowledgements more than now."""
        target = self._ledger.acknowledged + count
        async with asyncio.timeout(120):
            while self._ledger.acknowledged < target:
                await asyncio.sleep(0.01)
                if any(writer.done() for writer in self._writers):
                    await asyncio.gather(*self._writers)

    async def until_refused(self, status: int) -> None:
        """Once more than so far."""
        before = self._ledger.refused.get(status, 0)
        async with asyncio.timeout(60):
            while self._ledger.refused.get(status, 0) == before:  # noqa: ASYNC110 - many writers, one count
                await asyncio.sleep(0.01)

    async def _write(self) -> None:
        async with signed_in(self._product) as browser:
            while True:
                try:
                    await self._visio(browser)
                except httpx2.HTTPError:
                    self._ledger.unanswered += 1
                    await asyncio.sleep(0.05)

    async def _visio(self, browser: httpx2.AsyncClient) -> None:
        """A session with a reference and a capture. Raises httpx2.HTTPError."""
        number = next(_numbers)
        asked_at = asyncio.get_running_loop().time()
        begun = await browser.post("/sessions", data={"address": f"caller-{number}@example.org"})
        self._ledger.waited.append(asyncio.get_running_loop().time() - asked_at)
        if not self._took(begun, 303):
            return
        session = begun.headers["location"].rsplit("/", 1)[1]
        self._ledger.sessions.add(session)
        said = await browser.post(f"/sessions/{session}/closing", json={"reference": f"R {number}"})
        if self._took(said, 200):
            self._ledger.references[session] = f"R {number}"
        stored = await browser.post(f"/sessions/{session}/captures", content=picture(number))
        if self._took(stored, 201):
            kept = await browser.get(stored.headers["location"])
            if self._took(kept, 200):
                self._ledger.captures[stored.json()["id"]] = hashlib.sha256(kept.content).hexdigest()

    def _took(self, answer: httpx2.Response, wanted: int) -> bool:
        if answer.status_code != wanted:
            self._ledger.refused[answer.status_code] = self._ledger.refused.get(answer.status_code, 0) + 1
        return answer.status_code == wanted


@asynccontextmanager
async def signed_in(product: Product) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Origin": product.origin}
    async with httpx2.AsyncClient(base_url=product.origin, headers=headers, timeout=EACH_WITHIN) as browser:
        form = {"email": "regulateur@demo.test", "password": PASSWORD, "next": "/"}
        assert (await browser.post("/login", data=form)).status_code == 303
        yield browser


def picture(number: int) -> bytes:
    """Another one for each number."""
    out = BytesIO()
    Image.new("RGB", (64, 36), (number % 256, number // 256 % 256, 90)).save(out, "PNG")
    return out.getvalue()
