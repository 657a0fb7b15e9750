"""Memory of a whole server while the history is taken along, for ten times as many rows, and a report of many
pictures."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

import msgspec
from aiohttp import ClientSession, ClientTimeout, CookieJar
from PIL import Image

from console.history_paper import MOST_ROWS
from console.report_pictures import MOST
from signaling.domain.ways_in import TERMS
from signaling.passwords import Argon2Passwords
from tests.bench import proc
from tests.bench.made_history import CENTRES, fill
from tests.bench.report import Report, Row
from tests.e2e.stage import PASSWORD, Product, product

ROWS: Final = (10_000, 100_000)
SHARE: Final = dict(CENTRES)["SAMU 54"]  # percent of the sessions that are of the first centre
KINDS: Final = ("csv", "xlsx")
GOAL: Final = 200.0  # MB
EVERY: Final = 0.1  # seconds between two looks at the memory, each of which costs some of a core
CHUNK: Final = 1 << 16  # bytes
PHOTO: Final = (4000, 3000)  # pixels: what a phone takes
REGULATOR: Final = "regulateur@demo.test"
TIMEOUT: Final = ClientTimeout(total=600)


class Taken(msgspec.Struct, frozen=True):
    """`idle`, `peak`: MB of the server and what it started, before and at most meanwhile."""

    size: int  # bytes that came
    seconds: float
    idle: float
    peak: float

    @property
    def more(self) -> float:
        return self.peak - self.idle


async def run() -> Report:
    taken: dict[str, dict[int, Taken]] = {kind: {} for kind in (*KINDS, "pdf")}
    for rows in ROWS:
        with TemporaryDirectory(prefix="visio-export-") as folder:
            file = Path(folder) / "visio.db"
            # A few more: chance decides which centre a session is of
            await asyncio.to_thread(fill, f"sqlite:///{file}", rows * 103 // SHARE, 1, b"")
            for kind in KINDS if rows != ROWS[-1] else (*KINDS, "pdf"):
                taken[kind][rows] = await _export(Path(folder), file, kind)
    return _report(taken, await _pictures())


async def _export(folder: Path, database: Path, kind: str) -> Taken:
    """By a server of its own, which has done nothing else."""
    data = folder / kind
    data.mkdir()
    email = await asyncio.to_thread(_let_in, database, await Argon2Passwords().hash(PASSWORD))
    with product(data, {"DATABASE_URL": f"sqlite:///{database}"}) as made:
        async with _logged_in(made, email) as client:
            return await _taken(made, client, f"/history/export.{kind}")


async def _pictures() -> Taken:
    """The report of a meeting with as many pictures as one holds, by a server that did not take them."""
    with TemporaryDirectory(prefix="visio-report-") as name:
        folder = Path(name)
        with product(folder, {}) as made:
            async with _logged_in(made, REGULATOR) as client:
                started = await client.post("/sessions", data={"address": "06 12 34 56 78"})
                session = str(started.url).rpartition("/")[2]
                picture = await asyncio.to_thread(_photo)
                for _ in range(MOST):
                    await client.post(f"/sessions/{session}/captures", data=picture)
        with product(folder, {}) as made:
            async with _logged_in(made, REGULATOR) as client:
                taken = await _taken(made, client, f"/history/{session}/report.pdf?pictures=1")
                shown = re.findall(
                    r"/captures/[0-9a-f]{32}", await (await client.get(f"/history/{session}")).text()
                )
        assert len(set(shown)) == MOST
        return taken


def _photo() -> bytes:
    """As hard to press together as a camera's: 3 MB."""
    out = BytesIO()
    grain = Image.effect_noise((PHOTO[0] // 3, PHOTO[1] // 3), 40).resize(PHOTO)
    grain.convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


async def _taken(made: Product, client: ClientSession, path: str) -> Taken:
    await (await client.get("/history")).read()
    idle, began = proc.memory(made.pid), perf_counter()
    reading = asyncio.create_task(_read(client, path))
    peak = idle
    while not reading.done():
        peak = max(peak, proc.memory(made.pid))
        await asyncio.wait({reading}, timeout=EVERY)
    return Taken(await reading, perf_counter() - began, idle, peak)


def _let_in(database: Path, password_hash: str) -> str:
    """A regulator of the first centre, who gets this password. Returns their mail address."""
    with sqlite3.connect(database) as connection:
        (email,) = connection.execute(
            "SELECT user_account.email FROM user_account JOIN centre ON centre.id = user_account.centre"
            " WHERE centre.name = ? ORDER BY user_account.id LIMIT 1",
            [CENTRES[0][0]],
        ).fetchone()
        values = {"hash": password_hash, "terms": TERMS, "email": email}
        connection.execute(
            "UPDATE person SET password_hash = :hash, terms = :terms WHERE email = :email", values
        )
    connection.close()
    return str(email)


@asynccontextmanager
async def _logged_in(made: Product, email: str) -> AsyncIterator[ClientSession]:
    jar = CookieJar(unsafe=True)  # aiohttp's word for cookies of an address without a name
    async with ClientSession(
        made.origin,
        cookie_jar=jar,
        headers={"Origin": made.origin},
        raise_for_status=True,
        timeout=TIMEOUT,
    ) as client:
        await client.post("/login", data={"email": email, "password": PASSWORD})
        yield client


async def _read(client: ClientSession, path: str) -> int:
    size = 0
    async with client.get(path) as answer:
        async for chunk in answer.content.iter_chunked(CHUNK):
            size += len(chunk)
    return size


def _report(taken: Mapping[str, Mapping[int, Taken]], report: Taken) -> Report:
    rows: list[Row] = []
    numbers: dict[str, float] = {}
    for kind, by_rows in taken.items():
        for count, one in by_rows.items():
            few = by_rows[min(by_rows)]
            of = f"{MOST_ROWS:,} of {count:,}" if kind == "pdf" else f"{count:,}"
            what = f"{kind.upper()} of {of} rows, {one.size / 1e6:.1f} MB in {one.seconds:.0f} s"
            compared = f"{one.more / few.more:.2f} times" if one is not few else ""
            rows.append(_row(what, one, compared, GOAL))
            numbers[f"{kind}_{count}_mb"] = one.more
    what = f"report with {MOST} pictures, {report.size / 1e6:.1f} MB in {report.seconds:.0f} s"
    rows.append(_row(what, report))
    return Report(rows, numbers | {"report_mb": report.more})


def _row(what: str, one: Taken, compared: str = "", goal: float | None = None) -> Row:
    return Row(
        what=what,
        here=f"{one.more:.0f} MB more than idle ({one.idle:.0f})",
        compared=compared,
        goal="" if goal is None else f"{goal:.0f} MB",
        reached=None if goal is None else one.more <= goal,
    )
