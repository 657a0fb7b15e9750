"""Files by HTTP, from the outside: who may send and read what, and how it is given out."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from starlette.applications import Starlette

from config.application import Application
from patient_pwa.http import cookie_name
from patient_pwa.uploads import routes
from signaling.domain.ids import new_id
from signaling.domain.records import Participant, User
from signaling.domain.room import Change
from signaling.files.pdf import without_active_content
from signaling.messages import control
from signaling.service.join import Phone
from signaling.web import guarded
from tests.app.office import ADMIN, SITE, SUPERVISOR, Office
from tests.app.test_uploads import made as made  # the fixture
from tests.app.test_use_cases import begin, token, visitor
from tests.cast import ALICE, BOB, CHARLIE, NOW, SAMU_54
from tests.hostile_files import PDF_SCRIPT, REFUSED_FILES, pdf, picture


@asynccontextmanager
async def browser(made: Application, cookie: str = "") -> AsyncIterator[httpx2.AsyncClient]:
    """A phone's, in front of the caller's routes."""
    app = Starlette(
        routes=routes(made.joining, made.uploads, made.documents, secure=False),
        middleware=guarded([SITE], secure=False),
    )
    headers = {"Origin": SITE, "Cookie": f"{cookie_name(False)}={cookie}"}
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(base_url=SITE, headers=headers, transport=transport) as browser:
        yield browser


@pytest.fixture
async def cookie(made: Application) -> str:
    """Of a phone in a room that Alice is in."""
    session = await begin(made)
    await made.use.reporting.joined(visitor(ALICE), session)
    return await made.joining.claim(await token(made, session), Phone())


@pytest.fixture
async def phone(made: Application, cookie: str) -> Participant:
    return (await made.joining.seat(cookie, "first-load")).participant


async def announced(made: Application, phone: Participant, data: bytes) -> str:
    frame = control.File(
        id=secrets.token_hex(16),
        kind="photo",
        media_type="image/jpeg",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )
    await made.uploads.announce(phone, frame)
    return frame.id


# ---------------------------------------------------------------- the caller's phone
async def test_a_file_is_posted_in_pieces_that_each_say_where_they_begin(
    made: Application, cookie: str, phone: Participant
) -> None:
    data = picture(size=(400, 300))
    file = await announced(made, phone, data)
    async with browser(made, cookie) as page:
        for offset in (0, 0, 60_000, 30_000):
            piece = data[offset : offset + 30_000]
            answer = await page.post(
                f"/j/files/{file}", content=piece, headers={"Upload-Offset": str(offset)}
            )
            assert (answer.status_code, answer.json()) == (
                200,
                {"offset": 60_000 if offset == 30_000 else 30_000},
            )
            assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("offset", "size", "status"),
    [("", 1, 400), ("-1", 1, 400), ("1e3", 1, 400), ("٣", 1, 400), ("9" * 10, 1, 400), ("0", 0, 400),
     ("0", 60_001, 400), ("0", 65_537, 413)],
    ids=range(8),
)  # fmt: skip
async def test_a_piece_of_an_impossible_place_or_size_is_refused(
    made: Application, cookie: str, phone: Participant, offset: str, size: int, status: int
) -> None:
    file = await announced(made, phone, picture(size=(600, 400)))
    async with browser(made, cookie) as page:
        headers = {b"Upload-Offset": offset.encode()}
        answer = await page.post(f"/j/files/{file}", content=bytes(size), headers=headers)
        assert answer.status_code == status


async def test_nobody_posts_to_a_file_without_its_phones_cookie_or_from_another_site(
    made: Application, cookie: str, phone: Participant
) -> None:
    file = await announced(made, phone, picture())
    start = {"Upload-Offset": "0"}
    async with browser(made, "another") as page:
        assert (await page.post(f"/j/files/{file}", content=b"x", headers=start)).status_code == 401
    async with browser(made, cookie) as page:
        foreign = {**start, "Origin": "https://elsewhere.test"}
        assert (await page.post(f"/j/files/{file}", content=b"x", headers=foreign)).status_code == 403
        assert (await page.post(f"/j/files/{'f' * 32}", content=b"x", headers=start)).status_code == 400


async def test_a_phone_saves_what_its_regulator_sent_and_nobody_else_does(
    made: Application, cookie: str, phone: Participant
) -> None:
    data = pdf(extra=PDF_SCRIPT)
    sent = await made.documents.send(visitor(ALICE), phone.session, "conduite à tenir.pdf", data)
    async with browser(made, cookie) as page:
        answer = await page.get(f"/j/documents/{sent.id}")
    assert (answer.status_code, answer.content) == (200, without_active_content(data))
    assert_saved(answer)
    assert answer.headers["content-disposition"].endswith("''conduite%20%C3%A0%20tenir.pdf")
    async with browser(made, "another") as page:
        assert (await page.get(f"/j/documents/{sent.id}")).status_code == 401
    other = await made.joining.claim(await token(made, await begin(made)), Phone())
    async with browser(made, other) as page:
        assert (await page.get(f"/j/documents/{sent.id}")).status_code == 404


def assert_saved(answer: httpx2.Response) -> None:
    """Nothing in it runs, and no browser shows it as a page of ours (ASVS 5.0 5.4.2)."""
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in answer.headers["cache-control"]


# ---------------------------------------------------------------- the console
async def entered(office: Office) -> str:
    """A session whose room Alice is in."""
    async with office.desk(ALICE) as desk:
        session = await office.call(desk)
    alice = Participant(
        id=new_id(NOW),
        centre=SAMU_54.id,
        session=session,
        role="regulator",
        created_at=NOW,
        user=ALICE.id,
    )
    await office.journal.change(SAMU_54.id, session, lambda _: Change(records=(alice,)))
    return session


async def test_a_regulator_sends_a_document_and_their_centre_finds_it(office: Office) -> None:
    session = await entered(office)
    async with office.desk(ALICE) as desk:
        name = {"X-File-Name": "conduite%20%C3%A0%20tenir.pdf"}
        answer = await desk.post(f"/sessions/{session}/documents", content=pdf(), headers=name)
        assert answer.status_code == 201
        document = answer.json()
        assert document["name"] == "conduite à tenir.pdf"
        assert answer.headers["location"] == f"/documents/{document['id']}"
    async with office.desk(BOB) as desk:
        found = await desk.get(f"/documents/{document['id']}")
        assert found.content == without_active_content(pdf())
        assert_saved(found)
        listed = (await desk.get(f"/sessions/{session}/documents.json")).json()["documents"]
        assert listed == [{**document, "from_phone": False}]


@pytest.mark.parametrize("name", ["html", "png_of_gigabytes", "pdf_with_a_password"])
async def test_a_console_sends_no_more_than_a_phone_may(office: Office, name: str) -> None:
    session = await entered(office)
    async with office.desk(ALICE) as desk:
        answer = await desk.post(f"/sessions/{session}/documents", content=REFUSED_FILES[name])
        assert answer.status_code == 422
        assert (await desk.get(f"/sessions/{session}/documents.json")).json() == {"documents": []}


@pytest.mark.parametrize(
    ("user", "status"),
    [(CHARLIE, 404), (ADMIN, 403), (SUPERVISOR, 200)],
    ids=["other", "admin", "supervisor"],
)
async def test_a_document_is_shown_to_who_may_see_callers_of_its_centre(
    office: Office, user: User, status: int
) -> None:
    session = await entered(office)
    async with office.desk(ALICE) as desk:
        sent = (await desk.post(f"/sessions/{session}/documents", content=pdf())).json()
    async with office.desk(user) as desk:
        assert (await desk.get(f"/documents/{sent['id']}")).status_code == status
        assert (await desk.get(f"/sessions/{session}/documents.json")).status_code == status


async def test_who_is_not_in_the_room_sends_nothing_into_it(office: Office) -> None:
    session = await entered(office)
    for user, status in ((BOB, 403), (CHARLIE, 404), (ADMIN, 403)):
        async with office.desk(user) as desk:
            answer = await desk.post(f"/sessions/{session}/documents", content=pdf())
            assert answer.status_code == status
