"""What only a real screen shows of the console: who can use it, what fits, what a slip of the hand does."""

from __future__ import annotations

import json
import re
import time
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, FilePayload, Page, ViewportSize, WebSocketRoute, expect

from tests.e2e.desk import end, invite, log_in
from tests.e2e.stage import Product

AXE: Final = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()
AUDIT: Final = """async () => (await axe.run()).violations.flatMap((rule) =>
  rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`))"""
WORKSTATION: Final[ViewportSize] = {"width": 1280, "height": 720}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}

PHONE_ID: Final = "0193a1b2c3d5bbbbbbbbbbbbbbbbbbbb"
LENSES: Final = [{"id": "a", "label": "Grand angle"}, {"id": "b", "label": "camera2 0, facing back"}]
STATE: Final[dict[str, Any]] = {
    "capabilities": {
        "facing": ["environment", "user"], "lenses": LENSES, "torch": True, "zoom": [1, 8, 0.1],
        "position": True, "photo": True,
    },
    "wanted": {},
    "actual": {},
}  # fmt: skip
SAYS: Final = {"type": "phone.state", "participant": PHONE_ID, "epoch": 1, **STATE}
FULL: Final = {
    "camera": "environment", "lens": "b", "torch": False, "zoom": 1.0, "profile": "weak", "position": False,
    "guidance": "coming", "message": "Posez la main sur son ventre", "metronome": "sound", "language": "ar",
}  # fmt: skip
MEASURED: Final = {
    "bitrate": 210, "frames": 14, "width": 480, "height": 640, "loss": 0.02, "round_trip": 380,
    "battery": 0.09,
}  # fmt: skip
PIXEL: Final = """[...document.querySelector("[data-part=jpeg]").getContext("2d")
  .getImageData(10, 10, 1, 1).data.slice(0, 3)]"""


async def faults(page: Page) -> list[str]:
    """What axe-core finds wrong (WCAG A, AA and best practice)."""
    await page.evaluate(AXE)
    found: list[str] = await page.evaluate(AUDIT)
    return [f"{page.url}: {fault}" for fault in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_can_be_used_by_everyone(shared: Product, browser: Browser, scheme: Any) -> None:
    page = await browser.new_page(color_scheme=scheme, viewport=WORKSTATION, locale="fr-FR")
    await page.goto(f"{shared.origin}/login")
    found = await faults(page)
    await log_in(page, shared)
    await invite(page, shared)
    await expect(page.locator("[data-rung=delivered][data-status=done]")).to_be_visible()
    room = page.url
    found += await faults(page)
    report = room.replace("/sessions/", "/history/")
    for path in ("/", "/history", report.removeprefix(shared.origin), "/nothing"):
        await page.goto(shared.origin + path)
        found += await faults(page)
        await page.set_viewport_size(PHONE)
        found += await faults(page)
        await page.set_viewport_size(WORKSTATION)
    await page.goto(room)
    await end(page)
    found += await faults(page)
    assert found == []


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720)])
async def test_the_room_fits_the_window_with_all_its_controls(
    shared: Product, browser: Browser, size: tuple[int, int]
) -> None:
    page = await browser.new_page(viewport={"width": size[0], "height": size[1]}, locale="fr-FR")
    await log_in(page, shared)
    await invite(page, shared)
    await expect(page.locator("[data-part=code]")).to_be_visible()
    scrolled = "[document.documentElement, ...document.querySelectorAll('.panel-scroll')]"
    assert await page.evaluate(f"{scrolled}.every((one) => one.scrollHeight <= one.clientHeight)")
    stage = await page.locator("[data-part=stage]").bounding_box()
    assert stage
    for button in await page.locator("[data-part=bar] button:visible").all():
        box = await button.bounding_box()
        assert box
        assert stage["x"] <= box["x"]
        assert box["x"] + box["width"] <= stage["x"] + stage["width"]
        assert box["y"] + box["height"] <= stage["y"] + stage["height"]


@pytest.mark.parametrize("path", ["/login", "/", "/history"])
async def test_nothing_is_wider_than_a_phone(shared: Product, browser: Browser, path: str) -> None:
    page = await browser.new_page(viewport=PHONE, locale="fr-FR")
    if path != "/login":
        await log_in(page, shared)
        await invite(page, shared)
    await page.goto(shared.origin + path)
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


async def test_a_double_click_ends_no_visio_and_escape_takes_the_question_back(
    shared: Product, browser: Browser
) -> None:
    page = await browser.new_page(locale="fr-FR")
    await log_in(page, shared)
    await invite(page, shared)
    await expect(page.locator("[data-rung=delivered][data-status=done]")).to_be_visible()
    await page.dblclick("[data-part=end]")
    await expect(page.locator("[data-part=confirm]")).to_be_visible()
    await expect(page.locator("[data-part=cancel]")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("[data-part=confirm]")).to_be_hidden()
    await expect(page.locator("[data-part=end]")).to_be_focused()
    await expect(page.locator("[data-part=ended]")).to_be_hidden()


async def test_enter_pressed_twice_sends_one_message(embedded: Product, browser: Browser) -> None:
    page = await browser.new_page(locale="fr-FR")
    await log_in(page, embedded)
    await page.fill("#address", "06 12 34 56 78")
    form = page.locator("form[action='/sessions']")
    await form.evaluate("(form) => { form.requestSubmit(); form.requestSubmit(); }")
    await page.wait_for_url("**/sessions/*")
    await page.goto(embedded.origin)
    await expect(page.locator("[data-part=running] a")).to_have_count(1)
    await expect(form.locator("button")).to_have_attribute("aria-busy", "false")


async def test_the_letter_keys_can_be_turned_off_and_stay_off(shared: Product, browser: Browser) -> None:
    page = await browser.new_page(locale="fr-FR")
    await log_in(page, shared)
    await invite(page, shared)
    fullscreen = "document.fullscreenElement?.dataset.part ?? null"
    await expect(page.locator("[data-rung=delivered][data-status=done]")).to_be_visible()
    await page.keyboard.press("f")
    await expect(page.locator("[data-part=stage]:fullscreen")).to_be_visible()
    await page.keyboard.press("f")
    await expect(page.locator("[data-part=stage]:fullscreen")).to_have_count(0)
    await page.keyboard.press("?")
    await page.get_by_role("checkbox", name="Raccourcis actifs").uncheck()
    await page.reload()
    await expect(page.locator("[data-part=keys]")).to_have_attribute("data-on", "false")
    await page.keyboard.press("f")
    await page.evaluate("new Promise(requestAnimationFrame)")
    assert await page.evaluate(fullscreen) is None


async def test_a_colleagues_visio_appears_on_the_home_page_and_goes_by_itself(
    embedded: Product, browser: Browser
) -> None:
    colleague = await browser.new_page(locale="fr-FR")
    await log_in(colleague, embedded)
    context = await browser.new_context(locale="fr-FR")
    page = await context.new_page()
    await log_in(page, embedded)
    await invite(page, embedded)
    row = colleague.locator("[data-part=running] a")
    await expect(row).to_have_count(1)
    await expect(row.locator("[data-part=words]")).to_have_text("Message remis")
    await end(page)
    await expect(row).to_have_count(0)
    await expect(colleague.locator("[data-part=none]")).to_be_visible()


class ToldRoom:
    """A room that is told more than a real phone would do in a test: frames are put into its own socket."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self._version = 0

    async def enter(self, page: Page, product: Product) -> None:
        await page.route_web_socket(re.compile("/ws/console"), self._join)
        await log_in(page, product)
        await invite(page, product)
        await expect(page.locator("[data-rung=delivered][data-status=done]")).to_be_visible()

    def _join(self, route: WebSocketRoute) -> None:
        self._page = route
        server = route.connect_to_server()
        route.on_message(lambda data: self._up(server, data))
        server.on_message(self._down)

    def _up(self, server: WebSocketRoute, data: str | bytes) -> None:
        self.sent.append(json.loads(data))
        if self.sent[-1]["type"] not in {"command", "decide"}:
            server.send(data)

    def _down(self, data: str | bytes) -> None:
        for event in json.loads(data).get("events", []):
            self._version = event["version"]
        self._page.send(data)

    def tell(self, **frame: Any) -> None:
        self._page.send(json.dumps(frame))

    def happen(self, *facts: dict[str, Any]) -> None:
        at = int(time.time() * 1000)
        events = [
            {"version": self._version + 1 + index, "at": at, "fact": f} for index, f in enumerate(facts)
        ]
        self._version += len(events)
        self.tell(type="events", events=events)

    def join(self, **state: Any) -> None:
        """The phone joins, and says what it can and does."""
        self.happen(
            {"type": "link.claimed", "participant": PHONE_ID, "browser": "Chrome", "language": "fr"},
            {"type": "camera.granted", "participant": PHONE_ID},
            {"type": "phone.state", "participant": PHONE_ID, "epoch": 1, "revision": 1, **STATE, **state},
        )

    def still(self, colour: str) -> None:
        picture = BytesIO()
        Image.new("RGB", (720, 1280), colour).save(picture, "JPEG")
        at = int(time.time() * 1000)
        self._page.send(PHONE_ID.encode() + at.to_bytes(8, "big") + picture.getvalue())

    def commands(self) -> list[tuple[str, Any]]:
        return [(frame["name"], frame["value"]) for frame in self.sent if frame["type"] == "command"]


@pytest_asyncio.fixture(loop_scope="session")
async def told(shared: Product, browser: Browser) -> tuple[Page, ToldRoom]:
    page = await browser.new_page(viewport=WORKSTATION, locale="fr-FR")
    room = ToldRoom()
    await room.enter(page, shared)
    room.join()
    return page, room


async def test_stills_are_shown_in_the_place_of_the_picture_with_their_age(
    told: tuple[Page, ToldRoom],
) -> None:
    page, room = told
    room.happen({"type": "picture.way", "participant": PHONE_ID, "way": "stills"})
    room.still("red")
    await expect(page.locator("[data-part=jpeg]")).to_be_visible()
    await expect(page.locator("[data-part=stage]")).to_have_attribute("data-way", "stills")
    await expect(page.locator("[data-part=way]")).to_have_text("Images fixes")
    await expect(page.locator("[data-part=way-advice]")).to_contain_text("ne porte pas la vidéo")
    await expect(page.locator("[data-part=sheet]")).to_be_hidden()
    await expect(page.locator("[data-part=age]")).to_contain_text("il y a 2\u00a0s")
    assert await page.evaluate(PIXEL) == [254, 0, 0]
    room.still("lime")
    await expect(page.locator("[data-part=age]")).to_contain_text("il y a 0\u00a0s")
    assert await page.evaluate(PIXEL) == [0, 255, 1]
    assert {"type": "seen", "participant": PHONE_ID} in room.sent


async def test_what_the_caller_reads_is_shown_pressed_and_taken_away(told: tuple[Page, ToldRoom]) -> None:
    page, room = told
    room.still("gray")
    phrase = page.locator("[data-phrase=closer]")
    await expect(phrase).to_be_visible()
    await page.keyboard.press("2")
    await expect(phrase).to_have_attribute("aria-pressed", "true")
    room.happen({**SAYS, "revision": 2, "actual": {"guidance": "closer", "metronome": "silent"}})
    await expect(page.locator("[data-part=on-screen-text]")).to_have_text("Approchez")
    await expect(page.locator("[data-part=beat]")).to_have_attribute("data-beating", "true")
    await page.keyboard.press("x")
    await page.keyboard.press("m")
    await page.keyboard.type("Posez la main sur son ventre")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-part=message]")).to_have_value("")
    assert room.commands() == [
        ("guidance", "closer"),
        ("guidance", ""),
        ("message", "Posez la main sur son ventre"),
    ]


async def test_a_click_with_the_tool_points_at_a_share_of_the_picture(told: tuple[Page, ToldRoom]) -> None:
    page, room = told
    room.still("gray")
    await expect(page.locator("[data-part=jpeg]")).to_be_visible()
    box = await page.locator("[data-part=layers]").bounding_box()
    assert box
    width = box["height"] * 720 / 1280
    quarter = (box["x"] + (box["width"] - width) / 2 + width / 4, box["y"] + box["height"] / 2)
    await page.mouse.click(*quarter)
    assert room.commands() == []
    await page.keyboard.press("i")
    await page.mouse.click(box["x"] + 10, box["y"] + 10)
    await page.mouse.click(*quarter)
    ring = page.locator("[data-part=ring]")
    await expect(ring).to_be_visible()
    [(name, (across, down))] = room.commands()
    assert (name, round(across, 2), round(down, 2)) == ("pointer", 0.25, 0.5)
    seen = await ring.bounding_box()
    assert seen
    assert abs(seen["x"] + seen["width"] / 2 - quarter[0]) < 2


async def test_a_second_phone_is_handed_the_camera_by_one_click(told: tuple[Page, ToldRoom]) -> None:
    page, room = told
    room.happen({"type": "handover.asked", "handover": "h1", "browser": "Chrome 140, Android"})
    card = page.locator(".handover")
    await expect(card).to_contain_text("Un second téléphone (Chrome 140, Android) demande la main")
    await page.keyboard.press("k")
    await card.get_by_text("Passer").click()
    asked = [(frame["handover"], frame["decision"]) for frame in room.sent if frame["type"] == "decide"]
    assert asked == [("h1", "add"), ("h1", "move")]
    room.happen({"type": "handover.decided", "handover": "h1", "by": "u", "decision": "refuse"})
    await expect(card).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (1280, 720)])
async def test_a_full_room_fits_and_can_be_used_by_everyone(
    shared: Product, browser: Browser, size: tuple[int, int], scheme: Any
) -> None:
    page = await browser.new_page(
        viewport={"width": size[0], "height": size[1]}, locale="fr-FR", color_scheme=scheme
    )
    room = ToldRoom()
    await room.enter(page, shared)
    room.join()
    room.still("#446688")
    room.happen(
        {"type": "picture.way", "participant": PHONE_ID, "way": "stills"},
        {**SAYS, "revision": 2, "actual": FULL},
        {"type": "handover.asked", "handover": "h1", "browser": "Chrome 140, Android"},
        {"type": "document.stored", "document": "d1", "participant": PHONE_ID, "media_type": "t", "size": 9},
    )  # fmt: skip
    room.tell(type="quality", participant=PHONE_ID, **MEASURED)
    room.tell(type="file_progress", participant=PHONE_ID, file="f" * 32, kind="photo", at=45, size=100)
    await expect(page.locator("[data-control=photo] [data-part=state]")).to_have_text("45\u202f% reçus")
    await expect(page.locator("[data-part=grade]")).to_have_attribute("data-grade", "fair")
    await expect(page.locator("[data-part=battery]")).to_have_text("Batterie 9\u202f%")
    stage = await page.locator("[data-part=stage]").bounding_box()
    assert stage
    for part in await page.locator("[data-part=bar] :is(button, select):visible").all():
        box = await part.bounding_box()
        assert box
        assert stage["x"] <= box["x"]
        assert box["x"] + box["width"] <= stage["x"] + stage["width"]
    layers = await page.locator("[data-part=layers]").bounding_box()
    bar = await page.locator("[data-part=bar]").bounding_box()
    assert layers
    assert bar
    assert layers["y"] + layers["height"] <= bar["y"]
    panel = page.locator("[data-part=panel]")
    assert await panel.evaluate("(panel) => panel.scrollWidth <= panel.clientWidth")
    assert await faults(page) == []


async def test_words_profile_and_a_document_reach_a_phone_that_answers(
    shared: Product, browser: Browser
) -> None:
    page = await browser.new_page(viewport=WORKSTATION, locale="fr-FR")
    await log_in(page, shared)
    await page.click("text=Démarrer un appel de démonstration")
    await expect(page.locator("[data-part=way]")).to_have_text("Direct")
    await expect(page.locator("[data-phrase=speaker]")).to_have_attribute("aria-disabled", "false")
    await page.keyboard.press("1")
    await expect(page.locator("[data-part=on-screen-text]")).to_have_text("Haut-parleur")
    await page.fill("[data-part=message]", "Restez calme")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-part=on-screen-text]")).to_have_text("Haut-parleur · Restez calme")
    await page.click("[data-part=clear]")
    await expect(page.locator("[data-part=on-screen]")).to_be_hidden()
    await page.click("[data-choice=profile] [data-value=detail]")
    await expect(page.locator("[data-choice=profile] [data-value=detail]")).to_have_attribute(
        "data-waiting", "false"
    )
    await expect(page.locator("[data-choice=profile] [aria-pressed=true]")).to_have_text("Détail")
    picture = BytesIO()
    Image.new("RGB", (64, 64), "teal").save(picture, "PNG")
    file: FilePayload = {"name": "schéma.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    await page.set_input_files("[data-part=document-file]", [file])
    sent = page.locator("[data-part=documents-list] .document")
    await expect(sent.locator("[data-part=open]")).to_have_text("schéma.png")
    await expect(sent.locator("[data-part=state]")).to_have_text("Envoyé, pas encore ouvert")
    wrong: FilePayload = {"name": "a.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"}
    await page.set_input_files("[data-part=document-file]", [wrong])
    await expect(sent.first.locator("[data-part=state]")).to_have_text(
        "Seuls PDF, JPEG et PNG peuvent être envoyés."
    )
