"""The product in its two forms, and a local geocoder that speaks as the national one does."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from pytest_httpserver import HTTPServer

from tests.e2e.browsers import chromium
from tests.e2e.stage import Product, product

ADDRESS = "1 Place Stanislas 54000 Nancy"
HERE: Final = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for all: a browser outlives the test that it was started for."""
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture
def geocoder(httpserver: HTTPServer) -> dict[str, str]:
    """Settings that make positions known as Place Stanislas, by a server of the national service's form."""
    return knows_the_place(httpserver)


def knows_the_place(httpserver: HTTPServer) -> dict[str, str]:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [6.1833, 48.6936]},
        "properties": {"label": ADDRESS, "score": 0.98, "type": "housenumber", "name": "1 Place Stanislas"},
    }
    answer = {"type": "FeatureCollection", "version": "draft", "features": [feature]}
    httpserver.expect_request("/geocodage/reverse").respond_with_json(answer)
    httpserver.expect_request("/geocodage/reverse/").respond_with_json(answer)
    return {"BAN_DOMAIN": f"127.0.0.1:{httpserver.port}/geocodage", "GEOCODER_SCHEME": "http"}


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """As `embedded`, started once: for tests that ask for no more than calls of their own."""
    with HTTPServer() as server, product(tmp_path_factory.mktemp("shared"), knows_the_place(server)) as made:
        yield made


@pytest.fixture
def embedded(tmp_path: Path, geocoder: dict[str, str]) -> Iterator[Product]:
    """One process, SQLite, the bus and the relay inside."""
    with product(tmp_path, geocoder) as made:
        yield made


@pytest.fixture
def scaled(tmp_path: Path, geocoder: dict[str, str], redis_url: str, postgres_url: str) -> Iterator[Product]:
    """A web process and a media process, Redis and PostgreSQL between and behind them."""
    apart = {"REDIS_URL": redis_url, "DATABASE_URL": postgres_url, "SECRET_KEY": secrets.token_hex(32)}
    with product(tmp_path, {**geocoder, **apart}, media_process=True) as made:
        yield made


@pytest.fixture(params=["embedded", "scaled"])
def either(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def one_chromium() -> AsyncIterator[Browser]:
    async with chromium() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def browser(one_chromium: Browser) -> AsyncIterator[Browser]:
    """The same for all tests; each begins without a page."""
    yield one_chromium
    for context in one_chromium.contexts:
        await context.close()
