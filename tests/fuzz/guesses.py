"""Guesses at links and spoken codes, over the running product's own door: one in two by a single address, the
others each by one of its own."""

from __future__ import annotations

import asyncio
import random
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Final

import httpx2

from tests.fuzz.counts import Counts, memory
from tests.fuzz.stage import Visio

AT_ONCE: Final = 8
# What a guess may be answered: 404 and 409 no such code or link, 429 too often
REFUSALS: Final = {404, 409, 429}


async def fuzz(visio: Visio, guesses: int, mark: int = 0) -> Counts:
    counts = Counts(memory=(memory(visio.product.pid), 0.0))
    chance = random.Random(mark)
    left = iter(range(guesses))
    headers = {"Origin": visio.product.origin}
    async with httpx2.AsyncClient(base_url=visio.product.origin, headers=headers, timeout=30) as browser:
        await asyncio.gather(*(_guess(browser, left, chance, counts) for _ in range(AT_ONCE)))
    counts.memory = (counts.memory[0], memory(visio.product.pid))
    if "Traceback" in visio.product.log():
        counts.blame("a trace in the log")
    return counts


async def _guess(
    browser: httpx2.AsyncClient, left: Iterator[int], chance: random.Random, counts: Counts
) -> None:
    for number in left:
        source = "192.0.2.7" if number % 2 else f"198.51.{chance.randrange(256)}.{chance.randrange(256)}"
        path, guess = _invented(chance)
        answer = await browser.post(path, json=guess, headers={"X-Forwarded-For": source})
        counts.note(f"{path} {answer.status_code}")
        told = answer.json() if answer.content else {}
        unknown = answer.status_code == 200 and told.get("state") == "unknown"
        if answer.status_code not in REFUSALS and not unknown:
            counts.blame(f"{path} answers {answer.status_code} to {guess}")


def _invented(chance: random.Random) -> tuple[str, dict[str, str]]:
    path = chance.choice(["/j/open", "/j/claim", "/j/code"])
    if path == "/j/code":
        return path, {"code": f"{chance.randrange(1_000_000):06d}"}
    return path, {"token": urlsafe_b64encode(chance.randbytes(16)).decode().rstrip("=")}
