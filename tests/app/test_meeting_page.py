"""The page and the report of one meeting: its quality, people, messages, places and pictures."""

from __future__ import annotations

import io
import json
import re
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from console import history_paper
from console.caller_archive import Archive
from console.pages import pages
from signaling.domain.policy import Policy, with_policy
from tests.app.office import ADMIN, SUPERVISOR, Office
from tests.cast import ALICE, CHARLIE, NOW, PHONE, SAMU_54
from tests.made_meeting import BITRATES, GUEST, meeting


def text_of(answer: bytes) -> str:
    with pypdfium2.PdfDocument(answer) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def drawing_of(page: str, frame: str) -> ET.Element:
    return ET.fromstring(page.partition(f'class="{frame}">')[2].partition("</div>")[0])  # noqa: S314 - ours


def rows_of(page: str, heading: str) -> list[str]:
    """What stands in each row of a section's list."""
    part = page.partition(f"{heading}</h2>")[2].partition("</section>")[0]
    tidy = [re.sub(r"<[^>]+>|\s+", " ", one) for one in part.split("<li>")[1:]]
    return [re.sub(r"\s+", " ", one).strip() for one in tidy]


async def capture(office: Office, session: str, size: tuple[int, int] = (2400, 1350)) -> str:
    picture = io.BytesIO()
    Image.new("RGB", size, "teal").save(picture, "JPEG")
    async with office.desk(ALICE) as browser:
        answer = await browser.post(f"/sessions/{session}/captures", content=picture.getvalue())
    assert answer.status_code == 201
    return str(answer.json()["id"])


async def test_the_quality_on_the_page_has_the_numbers_that_were_kept(office: Office) -> None:
    session = await meeting(office)
    async with office.desk(ALICE) as browser:
        page = (await browser.get(f"/history/{session}")).text
    table = page.split('class="chart-rows"')[1].split("</table>")[0]
    told = [re.findall(r"<td>([^<]*)</td>", row) for row in table.split("<tr>")[2:]]
    assert [int(re.sub(r"\s", "", row[0])) for row in told] == list(BITRATES)
    assert (told[0][1:], told[5][1:]) == (["1,2\xa0%", "24", "84"], ["31\xa0%", "0", "–"])
    drawing = drawing_of(page, "chart-wide")
    lines = [one.get("d", "") for one in drawing.iter("path") if "chart-line" in one.get("class", "")]
    points = [tuple(map(float, point.split())) for point in lines[0].removeprefix("M").split("L")]
    assert len(points) == len(BITRATES)
    # The highest number of all is the highest point; the one without a picture lies on the ground.
    heights = [-y for _x, y in points]
    assert heights.index(max(heights)) == BITRATES.index(max(BITRATES))
    assert heights.index(min(heights)) == BITRATES.index(0)
    # In the time of the band: 45 s of 300 s, and the stall from 88 s to 104 s is shaded there.
    assert points[0][0] == pytest.approx(1100 * 45 / 300, abs=0.1)
    shaded = [one for one in drawing.iter("rect") if one.get("class") == "quality-stalled"]
    assert [float(one.get("x", "0")) for one in shaded] == pytest.approx([1100 * 88 / 300] * 3, abs=0.1)


async def test_messages_guests_and_help_are_told_with_what_became_of_them(office: Office) -> None:
    session = await meeting(office)
    async with office.desk(ALICE) as browser:
        page = (await browser.get(f"/history/{session}")).text
    first, failed, other = rows_of(page, "Messages envoyés")
    assert "SMS · Appelant · twilio remis · après 4 s" in first.replace("\xa0", " ")
    assert "Invité" in failed
    assert "non remis" in failed
    assert "ovh remis · après 3 s" in other.replace("\xa0", " ")
    [guest] = rows_of(page, "Invités")
    assert GUEST in guest
    assert "arrivé à 11:09:20 UTC , parti à 11:11:00 UTC (retiré)" in guest
    spoken, written, paper = rows_of(page, "Montré à l’appelant")
    assert "affiché" in spoken
    assert ("VSAV arrive" in written, "sans réponse" in written) == (True, True)
    assert ("gestes.pdf" in paper, "ouvert" in paper) == (True, True)


async def test_an_administrator_reads_of_no_person_text_or_place(office: Office) -> None:
    session = await meeting(office)
    async with office.desk(ADMIN) as browser:
        page = (await browser.get(f"/history/{session}")).text
    assert 'class="quality"' in page
    for hidden in (GUEST, "VSAV arrive", "gestes.pdf", "48.69", "Rue Saint-Jean", "track-spot"):
        assert hidden not in page


async def test_places_are_drawn_to_scale_and_written_in_each_notation(office: Office) -> None:
    session = await meeting(office)
    async with office.desk(ALICE) as browser:
        page = (await browser.get(f"/history/{session}")).text
    assert "32U KU" not in page.split('class="track"')[0]
    assert page.count("Plus Code 8FW8") == 3
    drawing = drawing_of(page, "track")
    circles = [one for one in drawing.iter("circle") if one.get("class") == "track-accuracy"]
    radii = [float(one.get("r", "0")) for one in circles]
    assert [radius / radii[2] for radius in radii] == pytest.approx([3.0, 1.5, 1.0], rel=0.02)


async def test_a_map_is_offered_where_the_centre_has_tiles_and_nothing_else_is_asked(office: Office) -> None:
    session = await meeting(office)
    tiles = Policy(map_tiles="https://tiles.example.fr/{z}/{x}/{y}.png")
    async with office.desk(ALICE) as browser:
        without = await browser.get(f"/history/{session}")
        await office.store.change_centre(SAMU_54.id, lambda centre: with_policy(centre, tiles))
        offered = await browser.get(f"/history/{session}")
    asked = ['data-part="map-toggle"' in one.text for one in (without, offered)]
    allowed = ["https://tiles.example.fr" in str(one.headers) for one in (without, offered)]
    assert (asked, allowed) == ([False, True], [False, True])


async def test_a_callers_archive_holds_what_their_phone_measured(office: Office) -> None:
    await meeting(office)
    caller = await office.callers.export_all(SAMU_54.id, PHONE, "")
    archive = Archive(office.callers, SAMU_54.id, pages(), "fr", NOW)
    data = b"".join([piece async for piece in archive.stream(caller)])
    with ZipFile(io.BytesIO(data)) as zipped:
        [kept] = json.loads(zipped.read("data.json"))["sessions"]
    assert [one["bitrate"] for one in kept["quality"]] == list(BITRATES)


async def test_a_report_holds_pictures_only_when_asked_for_and_each_is_a_view(office: Office) -> None:
    session = await meeting(office, over=False)
    shot = await capture(office, session)
    async with office.desk(ALICE) as browser:
        plain = (await browser.get(f"/history/{session}/report.pdf")).content
        full = (await browser.get(f"/history/{session}/report.pdf?pictures=1")).content
        await browser.post("/preferences", json={"blurred": True}, headers={"Accept": "application/json"})
        blurred = (await browser.get(f"/history/{session}/report.pdf?pictures=1")).content
    sizes = []
    for data in (plain, full, blurred):
        with pikepdf.open(io.BytesIO(data)) as document:
            images = [image for page in document.pages for image in page.get_images().values()]
            sizes.append({(int(image.Width), int(image.Height)) for image in images})
    assert sizes == [set(), {(1600, 900)}, set()]
    told = text_of(plain)
    for words in ("Qualité de l’image", "Débit (kbit/s)", GUEST, "VSAV arrive", "48.6936", "remis"):
        assert words in told
    lines = await office.store.audit_entries(SAMU_54.id, 0, 100)
    assert [line.subject for line in lines if line.action == "capture.viewed"] == [shot]
    details = [json.loads(line.detail) for line in lines if line.action == "export.made"]
    assert [one["files"] for one in details] == [0, 1, 0]


async def test_the_list_on_paper_is_what_is_filtered_in_pages_that_are_counted_through(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_paper, "ROWS", 1)
    monkeypatch.setattr(history_paper, "MOST_ROWS", 2)
    sessions = [await meeting(office) for _ in range(3)]
    async with office.desk(ALICE) as browser:
        for number, session in enumerate(sessions):
            note = {"note": f"Brûlure {number}"}
            await browser.post(
                f"/sessions/{session}/closing", json=note, headers={"Accept": "application/json"}
            )
        whole = (await browser.get("/history/export.pdf")).content
        one = text_of((await browser.get("/history/export.pdf?q=brulure+1")).content)
        none = await browser.get("/history/export.pdf?q=introuvable")
    with pypdfium2.PdfDocument(whole) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    assert ["Brûlure 2" in pages[0], "Brûlure 1" in pages[1], len(pages)] == [True, True, 2]
    assert [re.findall(r"VisioRegul (\d+)", page)[-1] for page in pages] == ["1", "2"]
    assert "CSV et XLSX les contiennent toutes" in pages[1]
    assert ("Brûlure 1" in one, "Brûlure 0" in one, "contiennent toutes" in one) == (True, False, False)
    assert none.status_code == 200
    details = [
        line.detail
        for line in await office.store.audit_entries(SAMU_54.id, 0, 100)
        if line.action == "export.made"
    ]
    assert [json.loads(one)["format"] for one in details] == ["pdf"] * 3
    assert "brulure" not in "".join(details)


async def test_another_centre_finds_neither_page_nor_report_and_erasure_leaves_no_quality(
    office: Office,
) -> None:
    session = await meeting(office)
    async with office.desk(CHARLIE) as stranger:
        for path in ("", "/report.pdf?pictures=1"):
            assert (await stranger.get(f"/history/{session}{path}")).status_code == 404
    async with office.desk(SUPERVISOR) as browser:
        await browser.post(f"/history/{session}/erase", data={"sure": "yes", "reason": "request"})
        page = (await browser.get(f"/history/{session}")).text
    assert 'class="quality"' not in page
    assert GUEST not in page
    assert await office.store.quality(SAMU_54.id, session) == ()
