"""The page of figures over the real store: the numbers of hand-made sessions, and who sees which."""

from __future__ import annotations

import csv
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import httpx2
import pytest
from starlette.applications import Starlette

from config.asgi import create
from config.settings import read
from console.charts.numbers import written
from signaling.bus.memory import MemoryBus
from signaling.domain.records import User
from signaling.service.figures import Counting
from signaling.store.sql import SqlStore
from tests import cast
from tests.app.office import ADMIN, SITE, SUPERVISOR
from tests.cast import ALICE, BOB, CHARLIE, PASSWORD, SAMU_54, SAMU_75, Clock
from tests.ended_sessions import ended

AUTUMN: Final = "/figures?period=own&from=2026-10-01&to=2026-11-30&step=month"
UNDER: Final = cast.user("Zoe", SAMU_75, role="supervisor")
HOSTILE: Final = (
    "period=%00&step=%ff&split=%27--&from=9999-99-99&to=x",
    "period=own&from=2026-02-31&to=0001-01-01",
    "period=own&from=2000-01-01&to=2099-12-31&step=day",
    "period=own&from=1999-12-31&to=2000-01-01&step=month&split=model",
    "split=" + "a" * 3000,
    "step=day&step=year&period=7d&period=12m",
)
Tables = dict[str, list[list[str]]]


class Product:
    def __init__(self, app: Starlette) -> None:
        self._app = app

    @asynccontextmanager
    async def browser(self, user: User, language: str = "en") -> AsyncIterator[httpx2.AsyncClient]:
        headers = {"Origin": SITE, "Accept": "text/html", "Accept-Language": language}
        transport = httpx2.ASGITransport(self._app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(base_url=SITE, headers=headers, transport=transport) as made:
            answer = await made.post("/login", data={"email": user.email, "password": PASSWORD})
            if answer.headers["location"] == "/login/centre":
                await made.post("/login/centre", data={"centre": user.centre})
            yield made


@pytest.fixture
async def product(migrated_sqlite_url: str, tmp_path: Path) -> AsyncIterator[Product]:
    environ = {"DATABASE_URL": migrated_sqlite_url, "DATA_DIR": str(tmp_path), "PUBLIC_URL": SITE}
    environ |= {"SECRET_KEY": "k" * 40, "MEDIA_ADDRESSES": "127.0.0.1"}
    clock = Clock()
    store = SqlStore(migrated_sqlite_url, clock)
    await store.open()
    await cast.settle(store)
    for user in (ADMIN, SUPERVISOR, UNDER):
        await store.add_user(user, cast.person(user))
    same = {"person": SUPERVISOR.person, "email": SUPERVISOR.email, "role": "supervisor"}
    await store.add_user(cast.user(SUPERVISOR.name, SAMU_75, **same))
    await ended(store, clock, ALICE, "2026-10-05", "ovh", assessed="worse")
    await ended(store, clock, ALICE, "2026-10-31", "ovh", seen=False)
    await ended(store, clock, BOB, "2026-11-02", "twilio", assessed="same")
    await ended(store, clock, ALICE, "2026-11-10", "ovh")
    await ended(store, clock, BOB, "2026-11-10", "twilio", seen=False)
    for _ in range(3):
        await ended(store, clock, CHARLIE, "2026-11-10", "ovh")
    await Counting(store, MemoryBus(), ZoneInfo("Europe/Paris")).round()
    await store.close()
    app = create(read(environ))
    async with app.router.lifespan_context(app):
        yield Product(app)


def tables(page: str) -> Tables:
    """By chart, as a reader goes through them."""
    found: Tables = {}
    for chart in page.split("data-chart=")[1:]:
        rows = re.findall(r"<tr>(.*?)</tr>", chart, re.DOTALL)
        cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
        found[chart.partition('"')[2].partition('"')[0]] = [[unescape(cell) for cell in row] for row in cells]
    return found


async def shown(browser: httpx2.AsyncClient, address: str) -> Tables:
    answer = await browser.get(address)
    assert answer.status_code == 200, answer.text
    return tables(answer.text)


# ---------------------------------------------------------------- numbers
async def test_months_are_those_of_the_hand_made_sessions(product: Product) -> None:
    async with product.browser(ADMIN) as browser:
        found = await shown(browser, AUTUMN)
    assert found["attempts"] == [
        ["Month", "with a picture", "without a picture"], ["Oct 2026", "1", "1"], ["Nov 2026", "2", "1"],
    ]  # fmt: skip
    assert found["reached"][1:] == [["Oct 2026", "50%"], ["Nov 2026", "66.7%"]]
    assert found["causes"] == [["Month", "Link never opened"], ["Oct 2026", "1"], ["Nov 2026", "1"]]
    assert found["assessment"][1:] == [["Oct 2026", "100%", "0%", "0%"], ["Nov 2026", "0%", "100%", "0%"]]
    assert found["functions"][1] == ["Capture", "0%"]


async def test_carriers_stand_side_by_side_and_month_by_month(product: Product) -> None:
    async with product.browser(ADMIN, "fr") as browser:
        found = await shown(browser, f"{AUTUMN}&split=carrier")
    assert found["attempts"] == [
        ["Opérateur de SMS", "avec une image", "sans image"], ["ovh", "2", "1"], ["twilio", "1", "1"],
    ]  # fmt: skip
    assert found["reached"][1:] == [["ovh", "66,7\u00a0%"], ["twilio", "50\u00a0%"]]
    assert found["attempts-over-time"] == [
        ["Mois", "ovh", "twilio"], ["oct. 2026", "2", "0"], ["nov. 2026", "1", "2"],
    ]  # fmt: skip


@pytest.mark.parametrize("split", ["", "&split=regulator", "&split=browser", "&centre={paris}"])
async def test_each_file_has_exactly_the_numbers_of_its_table(product: Product, split: str) -> None:
    async with product.browser(SUPERVISOR) as browser:
        address = f"{AUTUMN}{split}".format(paris=SAMU_75.id)
        found = await shown(browser, address)
        assert len(found) >= 12
        for key, table in found.items():
            answer = await browser.get(address.replace("/figures", f"/figures/{key}.csv"))
            rows = list(csv.reader(answer.text.removeprefix("\ufeff").splitlines()))
            assert rows[0] == table[0]
            for row, drawn in zip(rows[1:], table[1:], strict=False):
                assert row[0] == drawn[0]
                assert [
                    read_back(cell, like) for cell, like in zip(row[1:], drawn[1:], strict=True)
                ] == drawn[1:]
            assert all(row[0].startswith("Copenhagen") for row in rows[len(table) :])


def read_back(cell: str, like: str) -> str:
    return written(float(cell) if cell else None, "share" if like.endswith("%") else "seconds", "en")


async def test_a_page_that_follows_gets_its_numbers_once(product: Product) -> None:
    async with product.browser(ADMIN) as browser:
        page = (await browser.get(AUTUMN)).text
        version = unescape(page.partition('data-version="')[2].partition('"')[0])
        same = await browser.get(AUTUMN, headers={"If-None-Match": version})
        other = await browser.get(f"{AUTUMN}&split=carrier", headers={"If-None-Match": version})
    assert (same.status_code, same.text) == (304, "")
    assert other.status_code == 200


# ---------------------------------------------------------------- rights
async def test_a_supervisor_sees_the_people_of_all_their_centres(product: Product) -> None:
    async with product.browser(SUPERVISOR) as browser:
        people = await shown(browser, f"{AUTUMN}&split=regulator")
        one = await shown(browser, f"{AUTUMN}&split=regulator&centre={SAMU_54.id}")
        places = await shown(browser, f"{AUTUMN}&split=centre")
    assert {row[0] for row in people["attempts"][1:]} == {
        "Alice · SAMU 54", "Charlie · SAMU 75", "Bob · SAMU 54",
    }  # fmt: skip
    assert one["attempts"][1:] == [["Alice", "2", "1"], ["Bob", "1", "1"]]
    assert places["attempts"][1:] == [["SAMU 54", "3", "2"], ["SAMU 75", "3", "0"]]


async def test_a_regulator_sees_themselves_beside_the_whole_centre_and_no_colleague(product: Product) -> None:
    async with product.browser(BOB) as browser:
        page = (await browser.get(f"{AUTUMN}&split=regulator")).text
        refused = await browser.get(f"{AUTUMN}&split=centre")
    assert tables(page)["attempts"][1:] == [["Bob", "1", "1"], ["the whole centre", "3", "2"]]
    assert "Alice" not in page
    assert refused.status_code == 403


async def test_an_administrator_sees_figures_without_people(product: Product) -> None:
    async with product.browser(ADMIN) as browser:
        refused = [
            await browser.get(f"{path}?split=regulator") for path in ("/figures", "/figures/attempts.csv")
        ]
        page = (await browser.get(AUTUMN)).text
    assert [answer.status_code for answer in refused] == [403, 403]
    assert 'value="regulator"' not in page
    assert "Alice" not in page


@pytest.mark.parametrize("user", [ALICE, ADMIN, UNDER], ids=["regulator", "administrator", "supervisor"])
async def test_another_centre_is_not_found(product: Product, user: User) -> None:
    foreign = SAMU_54 if user.centre == SAMU_75.id else SAMU_75
    async with product.browser(user) as browser:
        page = await browser.get(f"{AUTUMN}&centre={foreign.id}")
        file = await browser.get(f"/figures/attempts.csv?centre={foreign.id}")
        own = await shown(browser, f"{AUTUMN}&centre={user.centre}")
    assert (page.status_code, file.status_code) == (404, 404)
    assert sum(int(row[1]) for row in own["attempts"][1:]) == 3


# ---------------------------------------------------------------- whatever is asked
async def test_any_query_is_a_plain_page_or_a_sentence(product: Product) -> None:
    async with product.browser(SUPERVISOR) as browser:
        for query in HOSTILE:
            answer = await browser.get(f"/figures?{query}")
            assert answer.status_code == 200, query
        backwards = await browser.get("/figures?period=own&from=2026-11-30&to=2026-11-01")
        nothing = await browser.get("/figures/attempts.csv?period=own&from=2026-11-30&to=2026-11-01")
        unknown = await browser.get("/figures/salaries.csv")
        none = await browser.get("/figures?centre=%00")
    assert "The first day is after the last one." in backwards.text
    assert nothing.text.count("\n") == 1
    assert (unknown.status_code, none.status_code) == (404, 404)
