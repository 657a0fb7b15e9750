"""From the POST of an invitation to the call of the carrier's API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from aiohttp import ClientSession, CookieJar, web

from tests.bench.report import Report, Row, Sample
from tests.carriers import ACCOUNT, AUTH_TOKEN
from tests.e2e.stage import PASSWORD, Product, product

FIRST: Final = 5  # posts that nobody counts
POSTS: Final = 50  # with the first ones, below the quota of one user's hour
GOAL: Final = 200.0  # ms
CALLED_WITHIN: Final = 10.0  # seconds
NUMBERS: Final = "+336123456{:02d}"


class Carrier:
    """Answers as Twilio's Messages resource does, and knows when it was called."""

    def __init__(self) -> None:
        self.port = 0
        self._calls: dict[str, asyncio.Future[float]] = {}

    async def take(self, request: web.Request) -> web.Response:
        at = perf_counter()
        to = str((await request.post())["To"])
        self.called(to).set_result(at)
        return web.json_response({"sid": f"SM{len(self._calls):032d}"}, status=201)

    def called(self, to: str) -> asyncio.Future[float]:
        return self._calls.setdefault(to, asyncio.get_running_loop().create_future())


async def run() -> Report:
    with TemporaryDirectory() as folder:
        async with carrier() as twilio:
            environ = {
                "SMS_PROVIDER": "twilio",
                "TWILIO_API_URL": f"http://127.0.0.1:{twilio.port}",
                "TWILIO_ACCOUNT_SID": ACCOUNT,
                "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
                "TWILIO_FROM": "+33939010101",
            }
            with product(Path(folder), environ) as made:
                waits = await _invite(made, twilio)
    return _report(Sample.of(waits[FIRST:]))


async def _invite(made: Product, twilio: Carrier) -> list[float]:
    jar = CookieJar(unsafe=True)  # aiohttp's word for cookies of an address without a name
    headers = {"Origin": made.origin}
    waits = []
    async with ClientSession(
        made.origin, cookie_jar=jar, headers=headers, raise_for_status=True
    ) as regulator:
        await regulator.post("/login", data={"email": "regulateur@demo.test", "password": PASSWORD})
        for number in range(FIRST + POSTS):
            to = NUMBERS.format(number)
            began = perf_counter()
            posting = regulator.post("/sessions", data={"address": to}, allow_redirects=False)
            async with posting, asyncio.timeout(CALLED_WITHIN):
                waits.append(await twilio.called(to) - began)
    return waits


@asynccontextmanager
async def carrier() -> AsyncIterator[Carrier]:
    made = Carrier()
    app = web.Application()
    app.router.add_post(f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", made.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        await runner.cleanup()


def _report(wait: Sample) -> Report:
    row = Row(
        what=f"POST of an invitation to the carrier's call, median / p95 of {len(wait.values)}",
        here=str(wait),
        compared=f"p95 {wait.p95:.1f} ms",
        goal=f"p95 under {GOAL:.0f} ms",
        reached=wait.p95 < GOAL,
    )
    return Report([row], {"median_ms": wait.median, "p95_ms": wait.p95})
