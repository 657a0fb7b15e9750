"""Photos and documents between a real phone's page and the running product, and through its cuts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from playwright.async_api import Browser, Page, Request, expect
from websockets.asyncio.client import connect

from signaling.files.pdf import without_active_content
from tests.e2e.browsers import phone_page
from tests.e2e.desk import open_link, tap_start
from tests.e2e.stage import PASSWORD, Product
from tests.hostile_files import pdf, picture

pytestmark = pytest.mark.timeout(180)

Fact = dict[str, Any]


class Regulator:
    """In the room of a session, by its own requests and socket."""

    def __init__(self, http: httpx2.AsyncClient, session: str) -> None:
        self.http = http
        self.session = session
        self.facts: list[Fact] = []
        self.progress: list[Fact] = []
        self._since = 0

    async def until(self, product: Product, type_: str, count: int = 1) -> list[Fact]:
        """The facts of that type, once there are so many."""
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)
        headers = {"Cookie": cookies}
        url = f"ws://127.0.0.1:{product.port}/ws/console"
        async with connect(url, origin=product.origin, additional_headers=headers) as line:  # type: ignore[arg-type]
            await line.send(json.dumps({"type": "join", "session": self.session, "since": self._since}))
            while len(self._of(type_)) < count:
                if isinstance(frame := await line.recv(), str):  # stills are bytes
                    self._hear(json.loads(frame))
        return self._of(type_)

    def _of(self, type_: str) -> list[Fact]:
        return [fact for fact in self.facts if fact["type"] == type_]

    def _hear(self, frame: Fact) -> None:
        if frame["type"] == "file_progress":
            self.progress.append(frame)
        for event in frame.get("events", ()):
            self._since = event["version"]
            self.facts.append(event["fact"])


@asynccontextmanager
async def regulator(product: Product) -> AsyncIterator[tuple[Regulator, str]]:
    """With a session just begun, and its link."""
    async with httpx2.AsyncClient(base_url=product.origin, headers={"Origin": product.origin}) as http:
        form = {"email": "regulateur@demo.test", "password": PASSWORD, "next": "/"}
        assert (await http.post("/login", data=form)).status_code == 303
        before = len(product.outbox())
        answer = await http.post("/sessions", data={"address": "06 12 34 56 78"})
        session = answer.headers["location"].rsplit("/", 1)[1]
        link = product.message(before)["link"]
        yield Regulator(http, session), link


async def live(browser: Browser, link: str) -> tuple[Page, list[Request]]:
    """A phone whose picture flows, and the files that it posts."""
    phone, posted = await phone_page(browser), []
    phone.on("request", lambda request: posted.append(request) if "/j/files/" in request.url else None)
    await open_link(phone, link)
    await tap_start(phone)
    await expect(phone.locator("[data-part=attach]")).to_be_visible(timeout=20_000)
    return phone, posted


def document(name: str, data: bytes, kind: str = "application/pdf") -> Any:
    return {"name": name, "mimeType": kind, "buffer": data}


async def test_rule_9_documents_leave_the_phone_by_channels_of_their_own(
    either: Product, browser: Browser
) -> None:
    async with regulator(either) as (alice, link):
        phone, posted = await live(browser, link)
        photo = picture(size=(600, 400))
        files = [document("IMG_1.jpg", photo, "image/jpeg"), document("bilan.pdf", pdf(2))]
        await phone.set_input_files("[data-part=attach] input", files)
        stored = await alice.until(either, "document.stored", 2)
        await expect(phone.locator("[data-says=sent]")).to_be_visible()
        assert [fact["media_type"] for fact in stored] == ["image/jpeg", "application/pdf"]
        assert posted == []
        found = await alice.http.get(f"/documents/{stored[1]['document']}")
        assert found.content == without_active_content(pdf(2))
        assert found.headers["content-disposition"].startswith('attachment; filename="bilan.pdf"')
        assert "sandbox" in found.headers["content-security-policy"]
        assert {frame["kind"] for frame in alice.progress} == {"document"}


async def test_a_document_reaches_the_phone_is_opened_and_is_still_there_after_a_reload(
    shared: Product, browser: Browser
) -> None:
    async with regulator(shared) as (alice, link):
        phone, _ = await live(browser, link)
        await alice.until(shared, "media.connected")  # Alice is in the room
        sent = await alice.http.post(
            f"/sessions/{alice.session}/documents",
            content=picture("PNG"),
            headers={"X-File-Name": "sch%C3%A9ma.png"},
        )
        assert sent.status_code == 201
        await phone.locator("[data-part=arrived]").tap()
        await expect(phone.locator("[data-part=documents] p")).to_have_text("schéma.png")
        await expect(phone.locator("[data-part=documents] img")).to_have_js_property("naturalWidth", 64)
        await alice.until(shared, "document.opened")
        async with phone.expect_download() as saved:
            await phone.locator("[data-part=documents] a").tap()
        assert (await saved.value).suggested_filename == "schéma.png"
        await phone.reload()
        await expect(phone.locator("[data-part=arrived]")).to_be_visible(timeout=20_000)


async def test_a_file_outlives_the_server_that_took_half_of_it(embedded: Product, browser: Browser) -> None:
    async with regulator(embedded) as (alice, link):
        phone, _ = await live(browser, link)
        heavy = picture("PNG", (700, 500))
        await phone.set_input_files("[data-part=attach] input", [document("IMG_1.png", heavy, "image/png")])
        half = embedded.until("half of it is there", part_of(embedded, len(heavy) // 4))
        embedded.kill()
        embedded.start()
        [stored] = await alice.until(embedded, "document.stored")
        assert half < len(heavy)
        assert (await alice.http.get(f"/documents/{stored['document']}")).content[:4] == b"\x89PNG"


def part_of(product: Product, least: int) -> Callable[[], int]:
    """The size of the half file on the server's disk, once it has so many bytes."""

    def look() -> int:
        sizes = [path.stat().st_size for path in (product.data / "files").rglob("*.part")]
        return max((size for size in sizes if size >= least), default=0)

    return look


async def test_who_may_not_use_the_camera_sends_photos_one_after_the_other(
    shared: Product, browser: Browser
) -> None:
    async with regulator(shared) as (alice, link):
        phone = await phone_page(browser, camera=False)
        await open_link(phone, link)
        await tap_start(phone)
        await expect(phone.locator("[data-part=snap]")).to_be_visible(timeout=20_000)
        stored: list[Fact] = []
        for number in (1, 2):
            shot = document("image.jpg", picture("HEIF", (300, 200), place=True), "image/heic")
            await phone.set_input_files("[data-part=snap] input", [shot])
            await expect(phone.locator("[data-part=snapped]")).to_be_visible()
            stored = await alice.until(shared, "photo.stored", number)
        assert (await alice.until(shared, "picture.way"))[0]["way"] == "photo"
        capture = await alice.http.get(f"/captures/{stored[-1]['capture']}")
        assert capture.content[:2] == b"\xff\xd8"
        await expect(phone.locator("[data-act=start]:visible")).to_be_visible()  # and may still try again


async def test_a_file_that_can_not_be_read_is_told_to_both(shared: Product, browser: Browser) -> None:
    async with regulator(shared) as (alice, link):
        phone, _ = await live(browser, link)
        await phone.set_input_files("[data-part=attach] input", [document("x.pdf", b"%PDF-1.7 nothing")])
        await expect(phone.locator("[data-says=bad_file]")).to_be_visible(timeout=20_000)
        [failed] = await alice.until(shared, "file.failed")
        assert (failed["kind"], failed["reason"]) == ("document", "bad_file")
