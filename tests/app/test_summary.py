"""What a caller is told once the video is over, and that it is deleted when it says so."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final, NamedTuple

import httpx2
import pytest
from msgspec.structs import replace
from starlette.applications import Starlette

from patient_pwa.http import cookie_name
from patient_pwa.summary import routes
from signaling.domain import facts
from signaling.domain.errors import NotFound
from signaling.domain.ids import fingerprint, new_id
from signaling.domain.policy import Policy, with_policy
from signaling.domain.records import Participant, Upload
from signaling.files.disk import DiskFiles
from signaling.ports import Change
from signaling.service.retention import Removals, Retention
from signaling.service.summary import Summaries
from signaling.store.sql import SqlStore
from signaling.web import guarded
from tests import cast
from tests.app.office import SUPERVISOR
from tests.cast import ALICE, BOB, MINUTE, NOW, SAMU_54, Clock
from tests.trail import trail

ORIGIN: Final = "http://visio.test"
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
COOKIE: Final = "cookie-of-the-phone"


class World(NamedTuple):
    store: SqlStore
    files: DiskFiles
    clock: Clock
    phone: Participant
    browser: httpx2.AsyncClient

    async def happen(self, *happened: facts.AnyFact, after: int = 0) -> None:
        self.clock.at += after
        change = Change(facts=tuple(happened))
        await self.store.change(SAMU_54.id, self.phone.session, lambda _: change)

    async def article(self, **reader: object) -> str:
        answer = await self.browser.post("/j/summary", json=reader)
        assert answer.status_code == 200, answer.text
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.json()["html"]))


@pytest.fixture
async def world(migrated_sqlite_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[World]:
    """A caller whose camera was on for four minutes, seen by two regulators and a supervisor."""
    store = SqlStore(migrated_sqlite_url, clock)
    await store.open()
    await cast.settle(store)
    await store.add_user(SUPERVISOR, cast.person(SUPERVISOR))
    session = cast.session(ALICE)
    invitation = cast.invitation(session)
    phone = cast.caller(invitation, cookie_hash=fingerprint(COOKIE))
    await store.start(session, Change(records=(invitation, phone)))
    app = Starlette(
        routes=routes(Summaries(store, clock, keep_days=365), secure=False),
        middleware=guarded([ORIGIN], secure=False),
    )
    browser = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app),
        base_url=ORIGIN,
        headers={"Origin": ORIGIN, "Accept-Language": "fr"},
        cookies={cookie_name(False): COOKIE},
    )
    made = World(store, DiskFiles(tmp_path / "files"), clock, phone, browser)
    people = [facts.ViewerJoined(participant="desk", user=user.id) for user in (ALICE, BOB, SUPERVISOR)]
    await made.happen(facts.CameraGranted(participant=phone.id), *people)
    yield made
    await browser.aclose()
    await store.close()


# ---------------------------------------------------------------- what the caller reads
async def test_a_caller_reads_what_was_shared_and_who_saw_it(world: World) -> None:
    capture = facts.CaptureStored(capture="c", by=ALICE.id, width=1, height=1, size=1)
    await world.happen(capture, after=2 * MINUTE)
    await world.happen(facts.SessionEnded(by=ALICE.id), after=2 * MINUTE)
    text = await world.article(lang="en")
    begin = re.search(r"Camera on ([^–]+) – ([^–]+?) Sound", text)
    assert begin is not None
    assert begin[1] != begin[2]
    assert "Sound None was sent" in text
    assert "Pictures of the video that are kept 1 (" in text
    assert "Regulators of the centre (2)" in text
    assert "Supervisors of the centre (1)" in text
    assert "Alice" not in text
    assert "Photos sent" not in text


async def test_a_caller_reads_how_many_guests_came_to_watch(world: World) -> None:
    assert "Invités du centre" not in await world.article()
    link = str(world.phone.invitation)
    for role in ("watch", "seen", "camera"):
        joined = facts.GuestJoined(invitation=link, participant=f"p-{role}", role=role, browser="Firefox")
        await world.happen(joined)
    assert "Invités du centre (2)" in await world.article()


async def test_the_times_are_those_of_the_callers_clock(world: World) -> None:
    await world.happen(facts.SessionEnded(by=None))
    utc = re.search(r"Camera on (\d+):(\d+)", await world.article(lang="en", offset=0))
    paris = re.search(r"Camera on (\d+):(\d+)", await world.article(lang="en", offset=60))
    assert utc is not None
    assert paris is not None
    assert (int(paris[1]) - int(utc[1])) % 12 == 1
    assert paris[2] == utc[2]


async def test_the_day_of_the_deletion_is_said_once_the_call_is_over(world: World) -> None:
    assert "365 days after the call" in await world.article(lang="en")
    await world.happen(facts.SessionEnded(by=ALICE.id))
    year = int(re.findall(r"\b20\d\d\b", await world.article(lang="en"))[0])
    assert f"{year + 1}" in await world.article(lang="en")
    assert "jours après" not in await world.article()


async def test_the_centres_number_is_there_when_it_gave_one(world: World) -> None:
    assert "tel:" not in (await world.browser.post("/j/summary", json={})).text
    await world.store.change_centre(SAMU_54.id, lambda row: replace(row, phone="03 83 85 85 85"))
    assert 'href="tel:0383858585"' in (await world.browser.post("/j/summary", json={})).json()["html"]


async def test_the_page_can_be_saved_and_needs_nothing_else(world: World) -> None:
    file = (await world.browser.post("/j/summary", json={"lang": "fr", "offset": 60})).json()["file"]
    answer = await world.browser.get(file)
    assert answer.headers["content-disposition"] == 'attachment; filename="visio.html"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.lstrip().startswith("<!doctype html>")
    assert '<html lang="fr" dir="ltr">' in answer.text
    assert "Ce qui a été partagé" in answer.text
    assert not re.search(r'<script|(?:src|href)="(?!tel:)', answer.text)


async def test_the_summary_can_be_read_for_a_day_after_the_end(world: World) -> None:
    await world.happen(facts.SessionEnded(by=ALICE.id))
    world.clock.at += DAY
    assert await world.article()
    world.clock.at += 1
    for answer in (
        await world.browser.post("/j/summary", json={}),
        await world.browser.get("/j/summary.html"),
    ):
        assert (answer.status_code, answer.json()) == (401, {"code": "not_signed_in"})


async def test_nobody_else_reads_it(world: World) -> None:
    world.browser.cookies.clear()
    assert (await world.browser.post("/j/summary", json={})).status_code == 401
    world.browser.cookies.set(cookie_name(False), "another")
    assert (await world.browser.get("/j/summary.html")).status_code == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"offset":901}', b'{"lang":1}', b"\xff", b"[" * 4000])
async def test_garbage_is_refused_with_a_reason(world: World, body: bytes) -> None:
    answer = await world.browser.post("/j/summary", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_message")
    assert answer.json()["message"]


async def test_an_unknown_language_and_an_impossible_clock_do_no_harm(world: World) -> None:
    assert "Ce qui a été partagé" in await world.article(lang="xx")
    assert (await world.browser.get("/j/summary.html?offset=9000")).status_code == 400


async def test_another_site_can_not_ask_for_it(world: World) -> None:
    answer = await world.browser.post("/j/summary", json={}, headers={"Origin": "https://other.test"})
    assert answer.status_code == 403


# ---------------------------------------------------------------- the deletion is true
async def kept(world: World) -> tuple[str, str]:
    """The ids of a capture and an upload, with their bytes, in a session that has just ended."""
    capture = cast.capture(cast.session(ALICE, id=world.phone.session))
    upload = Upload(
        id=new_id(NOW), centre=SAMU_54.id, session=world.phone.session, participant=world.phone.id,
        kind="document", created_at=NOW, name="a.pdf", media_type="application/pdf", size=9, sha256="0" * 64,
    )  # fmt: skip
    await world.files.put(SAMU_54.id, capture.id, b"picture")
    await world.files.put(SAMU_54.id, f"{upload.id}.part", b"part")
    rows = Change(records=(capture, upload), facts=(facts.SessionEnded(by=ALICE.id),))
    await world.store.change(SAMU_54.id, world.phone.session, lambda _: rows)
    return capture.id, f"{upload.id}.part"


def retention(world: World, keep_days: int) -> Retention:
    removals = Removals(world.store, world.files)
    return Retention(world.store, removals, world.clock, trail(world.store, world.clock), keep_days)


async def test_bytes_and_rows_are_deleted_when_their_days_are_over(world: World) -> None:
    names = await kept(world)
    world.clock.at += 30 * DAY
    assert await retention(world, 30).sweep()
    assert await world.files.get(SAMU_54.id, names[0]) == b"picture"
    world.clock.at += HOUR
    assert await retention(world, 30).sweep()
    for name in names:
        with pytest.raises(NotFound):
            await world.files.get(SAMU_54.id, name)
    details = await world.store.details(SAMU_54.id, world.phone.session)
    assert details.captures == ()
    assert [type(event.fact) for event in details.events][-1] is facts.SessionEnded


async def test_nothing_is_deleted_where_it_is_kept_for_ever(world: World) -> None:
    capture, _ = await kept(world)
    world.clock.at += 10_000 * DAY
    assert await retention(world, 0).sweep()
    assert await world.files.get(SAMU_54.id, capture) == b"picture"


async def test_many_are_deleted_a_batch_at_a_time(world: World) -> None:
    session = cast.session(ALICE, id=world.phone.session)
    rows = tuple(cast.capture(session) for _ in range(250))
    end = (facts.SessionEnded(by=ALICE.id),)
    await world.store.change(session.centre, session.id, lambda _: Change(records=rows, facts=end))
    world.clock.at += 31 * DAY
    assert await retention(world, 30).sweep()
    assert (await world.store.details(SAMU_54.id, session.id)).captures == ()
    assert await world.store.removals(1) == ()


async def test_the_day_of_the_deletion_is_the_centre_s(world: World) -> None:
    await kept(world)
    policy = Policy(keep_days={"captures": 7, "photos": 10, "documents": 2, "recordings": 1})
    await world.store.change_centre(SAMU_54.id, lambda centre: with_policy(centre, policy))
    assert "28 novembre 2026" in await world.article()
    held = replace((await world.store.room(SAMU_54.id, world.phone.session)).session, held=True)
    await world.store.change(SAMU_54.id, world.phone.session, lambda _: Change(updates=(held,)))
    assert "28 novembre 2026" not in await world.article()
