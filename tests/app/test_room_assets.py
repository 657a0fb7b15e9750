"""What the room's page loads: all of it, in few requests, and light enough for a hospital's line."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Final

from console.assets import room_assets
from tests.app.office import Office
from tests.cast import ALICE

ROOT: Final = Path(__file__).parents[2]
LARGEST: Final = 100_000  # bytes as gzip -9: the page, its script and its style
IMPORT: Final = re.compile(
    r'^(?:import|\}) .*?from "(\.[^"]+)";|^[^*]*?[^{]\bimport\("(\.[^"]+)"\)', re.MULTILINE
)
LOADS: Final = re.compile(r'(?:<script[^>]* src|rel="(?:stylesheet|modulepreload)" href)="([^"]+)"')


async def test_the_room_is_a_page_a_script_and_a_style_under_100_kb(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        page = await browser.get(f"/sessions/{session}")
        loads = LOADS.findall(page.text)
        assert loads == [room_assets().style, room_assets().script]
        files = [page, *[await browser.get(address) for address in loads]]
    assert all(file.status_code == 200 for file in files)
    assert sum(len(gzip.compress(file.content, 9)) for file in files) < LARGEST


async def test_page_script_and_style_cross_the_line_compressed_and_the_files_once(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        addresses = (f"/sessions/{session}", room_assets().script, room_assets().style)
        for address in addresses:
            answer = await browser.get(address, headers={"Accept-Encoding": "gzip"})
            assert answer.headers["content-encoding"] == "gzip", address
            assert "accept-encoding" in answer.headers["vary"].lower(), address
            plain = await browser.get(address, headers={"Accept-Encoding": "identity"})
            assert "content-encoding" not in plain.headers, address
        for address in addresses[1:]:
            answer = await browser.get(address)
            assert "immutable" in answer.headers["cache-control"]
            again = await browser.get(address, headers={"If-None-Match": answer.headers["etag"]})
            assert again.status_code == 304


async def test_a_page_of_another_version_gets_the_files_of_today_and_does_not_keep_them(
    office: Office,
) -> None:
    async with office.desk(ALICE) as browser:
        old = re.sub(r"assets/[0-9a-f]+/", "assets/0123456789ab/", room_assets().script)
        answer = await browser.get(old)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
        assert (await browser.get(old.replace("main.js", "none.js"))).status_code == 404


def test_no_module_of_the_room_is_left_over() -> None:
    reached = {"console/static/room/main.js"}
    todo = list(reached)
    while todo:
        path = todo.pop()
        for found in IMPORT.findall((ROOT / path).read_text(encoding="utf-8")):
            target = normpath(join(dirname(path), found[0] or found[1]))
            if target not in reached:
                reached.add(target)
                todo.append(target)
    written = {str(path.relative_to(ROOT)) for path in (ROOT / "console/static/room").rglob("*.js")}
    assert written <= reached


def test_no_style_sheet_is_left_over() -> None:
    pages = [*(ROOT / "console/templates").rglob("*.html"), *(ROOT / "console").glob("*.py")]
    text = "".join(path.read_text(encoding="utf-8") for path in pages)
    named = set(re.findall(r'"([\w-]+)"', text)) | set(re.findall(r"/([\w-]+)\.css", text))
    assert {path.stem for path in (ROOT / "console/static/css").glob("*.css")} <= named
