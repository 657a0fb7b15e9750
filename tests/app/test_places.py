"""Places by HTTP: what a regulator can pass on, and what another centre can't read."""

from __future__ import annotations

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from signaling.web import guarded
from tests.app.office import SITE, Office
from tests.cast import ALICE, CHARLIE

HERE = {"latitude": 48.6936, "longitude": 6.1832}
SCRIPT = {"Accept": "application/json"}
EIFFEL = "48.8584, 2.2945"


async def ask(browser: httpx2.AsyncClient, session: str, what: str, body: object) -> httpx2.Response:
    return await browser.post(f"/sessions/{session}/{what}.json", json=body, headers=SCRIPT)


async def test_a_position_is_given_in_every_notation_and_its_distance_to_a_point(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        place = await ask(browser, session, "place", HERE)
        far = await ask(browser, session, "distance", {**HERE, "to": EIFFEL})
    assert place.json()["plus_code"] == "8FW8M5VM+C7"
    assert far.json()["address"] == EIFFEL
    assert round(far.json()["way"]["metres"], -3) == 286_000


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**HERE, "to": ""}, "bad_place"),
        ({**HERE, "to": "  .  "}, "bad_place"),
        ({**HERE, "to": "x" * 201}, "bad_place"),
        ({**HERE, "to": 7}, "bad_place"),
        ({"latitude": 91, "longitude": 0, "to": EIFFEL}, "bad_place"),
        ([], "bad_place"),
        ({**HERE, "to": "1 place Stanislas, Nancy"}, "geocoder_unavailable"),  # this office has no geocoder
    ],
)
async def test_what_cannot_be_looked_up_is_refused_with_a_sentence(
    office: Office, body: object, code: str
) -> None:
    async with office.desk(ALICE) as browser:
        answer = await ask(browser, await office.call(browser), "distance", body)
    assert answer.json()["code"] == code
    assert answer.json()["message"]


async def test_another_centre_is_told_nothing(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
    async with office.desk(CHARLIE) as stranger:
        answers = [
            await ask(stranger, session, "place", HERE),
            await ask(stranger, session, "distance", {**HERE, "to": EIFFEL}),
        ]
    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize(
    ("pictures", "sources"),
    [
        ("https://tiles.example.fr", "'self' data: blob: https://tiles.example.fr"),
        ("", "'self' data: blob:"),
    ],
)
async def test_the_policy_lets_the_tiles_of_the_map_in_where_there_is_one(
    pictures: str, sources: str
) -> None:
    async def show(request: Request) -> Response:
        request.state.pictures = pictures
        return PlainTextResponse("the room")

    app = Starlette(routes=[Route("/", show)], middleware=guarded([SITE], secure=False))
    async with httpx2.AsyncClient(base_url=SITE, transport=httpx2.ASGITransport(app)) as browser:
        policy = (await browser.get("/")).headers["content-security-policy"]
    assert f"img-src {sources};" in policy
