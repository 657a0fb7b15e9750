"""Where the caller is, on a real screen: notations, copy, distance, the map with its tiles or without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, expect
from pytest_httpserver import HTTPServer

from tests.e2e.stage import Product, product
from tests.e2e.test_console_screen import WORKSTATION, ToldRoom, faults
from tests.servers import free_port

FIX: dict[str, Any] = {"type": "position.fixed", "latitude": 48.6936, "longitude": 6.1832, "accuracy": 12}
MOVED = {**FIX, "position": "b" * 32, "latitude": 48.6942}
DISTANT = {"type": "Point", "coordinates": [6.1745, 48.6906]}
STATION = {"label": "3 Place Thiers 54000 Nancy", "score": 0.9, "type": "housenumber"}


@contextmanager
def served(folder: Path, geocoder: dict[str, str], port: int) -> Iterator[Product]:
    tiles = f"http://127.0.0.1:{port}/tiles/{{z}}/{{x}}/{{y}}.png"
    with product(folder, {**geocoder, "MAP_TILES": tiles, "MAP_ATTRIBUTION": "© <b>Nancy</b>"}) as made:
        yield made


@pytest.fixture
def tiles(httpserver: HTTPServer) -> HTTPServer:
    tile = BytesIO()
    Image.new("RGB", (256, 256), (222, 230, 215)).save(tile, "PNG")
    httpserver.expect_request(re.compile(r"/tiles/\d+/\d+/\d+\.png")).respond_with_data(
        tile.getvalue(), content_type="image/png"
    )
    answer = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": DISTANT, "properties": STATION},
    ]}  # fmt: skip
    httpserver.expect_request("/geocodage/search").respond_with_json(answer)
    return httpserver


async def located(browser: Browser, made: Product) -> tuple[Page, ToldRoom]:
    page = await browser.new_page(viewport=WORKSTATION, locale="fr-FR")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    room = ToldRoom()
    await room.enter(page, made)
    room.join()
    room.happen({**FIX, "position": "a" * 32})
    await expect(page.locator("[data-part=plus-code]")).to_have_text("8FW8M5VM+C7")
    return page, room


async def test_a_position_is_passed_on_measured_and_followed_on_the_map(
    tmp_path: Path, geocoder: dict[str, str], tiles: HTTPServer, browser: Browser
) -> None:
    with served(tmp_path, geocoder, tiles.port) as made:
        page, room = await located(browser, made)
        await expect(page.get_by_role("status").filter(has_text="Position transmise")).to_be_visible()
        await expect(page.locator("[data-part=mgrs]")).to_have_text("32U KU 92721 97224")
        await page.keyboard.press("y")
        await expect(page.get_by_role("button", name="Copié")).to_be_visible()
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert copied == "48.693600, 6.183200 (± 12 m)\n8FW8M5VM+C7"

        assert not [request for request, _ in tiles.log if request.path.startswith("/tiles/")]
        await page.keyboard.press("a")
        tile = page.locator(".leaflet-tile-loaded").first
        await expect(tile).to_be_visible()
        assert await tile.evaluate("(tile) => tile.naturalWidth") == 256
        asked = [request for request, _ in tiles.log if request.path.startswith("/tiles/")]
        assert {request.headers.get("Referer") for request in asked} == {f"{made.origin}/"}  # no session
        await expect(page.get_by_role("button", name="Carte")).to_have_attribute("aria-pressed", "true")
        await expect(page.locator(".leaflet-control-attribution")).to_have_text("© <b>Nancy</b>")
        room.happen(MOVED)
        news = page.get_by_role("status").filter(has_text="s’est déplacé : nouvelle position transmise")
        await expect(news).to_be_visible()
        await expect(page.locator(".map-track")).to_have_attribute("d", re.compile(r"^M.*L"))
        await expect(page.locator("[data-part=plus-code]")).to_have_text("8FW8M5VM+M7")

        where = page.locator(".leaflet-map-pane")
        before = await where.get_attribute("style")
        await page.locator("[data-part=map-canvas]").press("ArrowRight")
        await expect(where).not_to_have_attribute("style", before or "")
        assert await faults(page) == []

        field = page.get_by_role("textbox", name="Distance jusqu’à")
        await field.fill("gare de Nancy")
        await field.press("Enter")
        said = page.locator("[data-part=distance]")
        await expect(said).to_have_text("À 760 m au sud-ouest de l’appelant : 3 Place Thiers 54000 Nancy")
        assert room.commands() == []


async def test_without_tiles_and_geocoder_the_circle_the_track_and_a_sentence_stay(
    tmp_path: Path, browser: Browser
) -> None:
    nobody = {"BAN_DOMAIN": f"127.0.0.1:{free_port()}", "GEOCODER_SCHEME": "http"}
    with served(tmp_path, nobody, free_port()) as made:
        page, room = await located(browser, made)
        await page.get_by_role("button", name="Carte").click()
        await expect(page.get_by_text("La carte ne peut pas être chargée")).to_be_visible()
        await expect(page.locator(".map-accuracy")).to_be_visible()
        room.happen(MOVED)
        await expect(page.locator(".map-track")).to_have_attribute("d", re.compile(r"^M.*L"))

        field = page.get_by_role("textbox", name="Distance jusqu’à")
        await field.fill("gare de Nancy")
        await field.press("Enter")
        await expect(page.get_by_text("Le service d’adresses ne répond pas")).to_be_visible()
        await field.fill("48.6936, 6.1832")
        await field.press("Enter")
        await expect(page.get_by_text("au sud de l’appelant : 48.6936, 6.1832")).to_be_visible()
        await page.locator("[data-part=map-toggle]").press("a")
        await expect(page.locator("[data-part=map]")).to_be_hidden()
