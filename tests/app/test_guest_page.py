"""A guest's page and socket in the running product: who may speak, what they are told, what they may not."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any, Final, get_args

import httpx2
import pytest
from PIL import Image
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from console.guest import guest_assets
from console.pages import pages
from console.phrases_guest_page import guest_page
from signaling.domain import facts, scene
from signaling.domain.joining import LinkState
from tests.app.test_live_wire import jpeg, numbered
from tests.app.test_wire import alice, closed_with, hear, link_of, phone_of, running, say, socket, started
from tests.e2e.stage import Product

__all__ = ["alice", "running"]  # fixtures

HEAVIEST: Final = 40_000  # bytes, gzip, of all that a guest's page downloads
JOIN: Final = {"type": "join", "page": "p" * 16}
TOLD: Final = {
    "welcome",
    "scene",
    "watchers",
    "ice_servers",
    "move",
    "answer",
    "shared",
    "ok",
    "error",
    "pong",
    "ended",
}


async def ask(room: ClientConnection, frame: dict[str, Any]) -> dict[str, Any]:
    """Sends a request; its answer."""
    await say(room, {**frame, "ref": 7})
    while True:
        answer = await next_frame(room)
        if answer.get("ref") == 7:
            return answer


async def next_frame(line: ClientConnection) -> dict[str, Any]:
    """Stills go by."""
    while isinstance(frame := await line.recv(), bytes):
        pass
    return dict(json.loads(frame))


async def invited(running: Product, room: ClientConnection, role: str = "seen") -> str:
    """A guest's token, by the regulator's console and the message that leaves."""
    before = links(running)
    asked = {"type": "invite_guest", "intent": f"i-{len(before)}", "to": "dr.roy@hopital.test"}
    assert (await ask(room, {**asked, "name": "Dr Roy", "role": role}))["type"] == "ok"
    [link] = await asyncio.to_thread(
        running.until, "the guest's message left", lambda: links(running)[len(before) :]
    )
    return link.partition("#")[2]


def links(running: Product) -> list[str]:
    """Of the guests who were invited so far."""
    return [message["link"] for message in running.outbox() if "/g#" in message["link"]]


@asynccontextmanager
async def guest_of(running: Product, token: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser that has claimed the guest's link."""
    async with httpx2.AsyncClient(base_url=running.origin, headers={"Origin": running.origin}) as browser:
        assert (await browser.post("/g/claim", json={"token": token})).status_code == 204
        yield browser


@pytest.fixture
async def session(alice: httpx2.AsyncClient) -> str:
    return await started(alice)


@pytest.fixture
async def room(running: Product, alice: httpx2.AsyncClient, session: str) -> AsyncIterator[ClientConnection]:
    async with socket(running, alice, "/ws/console") as line:
        await say(line, {"type": "join", "session": session})
        await hear(line, "welcome")
        yield line


# ---------------------------------------------------------------- the page
async def test_the_page_is_guarded_kept_by_nobody_and_may_use_the_camera(running: Product) -> None:
    async with httpx2.AsyncClient(base_url=running.origin, headers={"Accept-Language": "fr"}) as browser:
        page = await browser.get("/g")
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "camera=(self)" in page.headers["permissions-policy"]
        assert "microphone=()" in page.headers["permissions-policy"]
        assert "Regarder la visio" in page.text
        assert "Watch the visio" in (await browser.get("/g?lang=en")).text
        assert "Watch the visio" in (await browser.get("/g")).text  # the choice is kept


async def test_all_that_a_guest_downloads_is_served_and_light(running: Product) -> None:
    async with httpx2.AsyncClient(base_url=running.origin) as browser:
        page = (await browser.get("/g")).text
        for address in re.findall(r'(?:src|href)="(/g/static/[^"]+)"', page):
            assert (await browser.get(address)).headers["cache-control"].endswith("immutable")
        assert (await browser.get("/g/static/none/nothing.js")).status_code == 404
    bodies = [page.encode(), *(file.body for file in guest_assets().files.values())]
    assert sum(len(gzip.compress(body, 9)) for body in bodies) < HEAVIEST


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_state_has_its_sentence(language: str) -> None:
    said = guest_page(pages().gettext(language))
    asked_again = {"ready", "mine", "claimed", "replaced"}  # the page tries these
    assert {f"over.{state}" for state in get_args(LinkState) if state not in asked_again} <= set(said)
    assert {f"state.{state}" for state in get_args(scene.State)} <= set(said)
    assert {f"beside.{kind}" for kind in get_args(scene.Kind)} <= set(said)
    reasons = set(get_args(facts.RefusalReason)) - {"dismissed", "timeout"}  # told as another one
    assert {f"camera.{reason}" for reason in reasons} <= set(said)


# ---------------------------------------------------------------- the link
async def test_a_link_is_taken_once_and_again_by_the_same_browser(
    running: Product, room: ClientConnection
) -> None:
    token = await invited(running, room, "watch")
    async with httpx2.AsyncClient(base_url=running.origin, headers={"Origin": running.origin}) as browser:
        answer = await browser.post("/g/open", json={"token": token})
        assert answer.status_code == 200, answer.text
        opened = answer.json()
        assert opened == {"state": "ready", "centre": opened["centre"], "name": "Dr Roy", "role": "watch"}
        assert opened["centre"]
        for _ in range(2):
            assert (await browser.post("/g/claim", json={"token": token})).status_code == 204
    async with httpx2.AsyncClient(base_url=running.origin, headers={"Origin": running.origin}) as other:
        refused = await other.post("/g/claim", json={"token": token})
        assert (refused.status_code, refused.json()) == (409, {"state": "claimed"})


@pytest.mark.parametrize("body", [b"", b"[]", b'{"token": ""}', b'{"token": 1}', b"\xff", b"[" * 30_000])
@pytest.mark.parametrize("path", ["/g/open", "/g/claim"])
async def test_garbage_at_the_door_is_refused(running: Product, path: str, body: bytes) -> None:
    async with httpx2.AsyncClient(base_url=running.origin, headers={"Origin": running.origin}) as browser:
        assert (await browser.post(path, content=body)).status_code == 422


async def test_a_callers_link_opens_nothing_here_and_a_foreign_page_takes_none(
    running: Product, alice: httpx2.AsyncClient, session: str
) -> None:
    token = (await link_of(alice, session)).partition("#")[2]
    async with httpx2.AsyncClient(base_url=running.origin) as browser:
        ours = {"Origin": running.origin}
        opened = await browser.post("/g/open", json={"token": token}, headers=ours)
        assert opened.json()["state"] == "unknown"
        foreign = await browser.post(
            "/g/claim", json={"token": token}, headers={"Origin": "https://evil.example"}
        )
        assert foreign.status_code == 403


# ---------------------------------------------------------------- the socket
@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
async def test_a_foreign_page_opens_no_socket(
    running: Product, alice: httpx2.AsyncClient, origin: str | None
) -> None:
    with pytest.raises(InvalidStatus):
        async with socket(running, alice, "/ws/guest", origin=origin):
            pass


async def test_only_a_guests_own_cookie_opens_their_socket_and_no_other(
    running: Product, alice: httpx2.AsyncClient, session: str, room: ClientConnection
) -> None:
    async with phone_of(running, await link_of(alice, session)) as phone:
        for stranger in (phone, alice):
            async with socket(running, stranger, "/ws/guest") as line:
                await say(line, JOIN)
                assert await closed_with(line) == 4401
    async with guest_of(running, await invited(running, room)) as browser:
        async with socket(running, browser, "/ws/caller") as line:
            await say(line, JOIN)
            assert await closed_with(line) == 4401
        assert (await browser.get("/g/photos/none")).status_code == 404
    assert (await alice.get("/g/photos/none", headers={"Accept": "application/json"})).status_code == 401


async def test_a_guest_is_told_the_scene_and_the_count_and_colleagues_see_who_watches(
    running: Product, room: ClientConnection
) -> None:
    async with (
        guest_of(running, await invited(running, room)) as browser,
        socket(running, browser, "/ws/guest") as line,
    ):
        await say(line, JOIN)
        welcome = await next_frame(line)
        assert (welcome["type"], welcome["name"], welcome["role"]) == ("welcome", "Dr Roy", "seen")
        told: list[dict[str, Any]] = []
        while not {"scene", 2} <= {value for one in told for value in (one["type"], one.get("count"))}:
            told.append(await next_frame(line))
        assert {"type": "scene", "state": "waiting", "phone": "", "way": "video"} in told
        assert {frame["type"] for frame in told} == {"scene", "watchers"}
        while "guest" not in {one["role"] for one in (await hear(room, "watchers"))["watchers"]}:
            pass


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"type": "command", "id": "c", "name": "torch", "value": True}, "bad_message"),
        ({"type": "offer", "ref": 1, "sdp": "v=0", "thumbnail_of": "stream-" + "0" * 32}, "not_allowed"),
        ({"type": "share", "ref": 1, "source": "screen", "audience": "both", "sdp": "v=0"}, "bad_message"),
        ({"type": "share", "ref": 1, "source": "camera", "audience": "guests", "sdp": "v=0"}, "not_allowed"),
    ],
)
async def test_what_a_guest_who_watches_may_not_is_refused_and_the_line_goes_on(
    running: Product, room: ClientConnection, frame: dict[str, Any], code: str
) -> None:
    async with (
        guest_of(running, await invited(running, room, "watch")) as browser,
        socket(running, browser, "/ws/guest") as line,
    ):
        await say(line, JOIN)
        await say(line, frame)
        assert (await hear(line, "error"))["code"] == code
        await line.send(b"\x00\x01")
        assert (await hear(line, "error"))["code"] == "bad_message"
        await say(line, {"type": "ping"})
        await hear(line, "pong")


async def test_of_the_whole_call_a_guest_hears_no_other_kind_of_frame(
    running: Product, alice: httpx2.AsyncClient, session: str, room: ClientConnection
) -> None:
    async with (
        guest_of(running, await invited(running, room)) as browser,
        phone_of(running, await link_of(alice, session)) as phone,
        socket(running, browser, "/ws/guest") as line,
        socket(running, phone, "/ws/caller") as caller,
    ):
        await say(line, JOIN)
        await say(caller, JOIN)
        await hear(caller, "welcome")
        await say(caller, {"type": "step", "step": "camera.asked"})
        await say(caller, {"type": "position", "latitude": 48.69, "longitude": 6.18, "accuracy": 12})
        await say(caller, {"type": "way", "way": "stills"})
        heard = ""
        while '"way":"stills"' not in heard:
            heard += str(await line.recv())
        quality = {"bitrate": 800, "frames": 24, "width": 1280, "height": 720, "battery": 0.33}
        await say(caller, {"type": "quality", **quality})
        await caller.send(numbered(1, jpeg()))
        while not isinstance(frame := await line.recv(), bytes):
            heard += frame
        assert frame[40:] == jpeg()
        await ask(room, {"type": "end"})
        while '"ended"' not in heard:
            heard += str(await line.recv())
        assert set(re.findall(r'"type":"(\w+)"', heard)) <= TOLD
        assert "48.69" not in heard
        assert await closed_with(line) == 4410


async def test_a_guest_opens_what_a_regulator_sent_and_nothing_that_the_caller_did(
    running: Product, alice: httpx2.AsyncClient, session: str, room: ClientConnection
) -> None:
    png = BytesIO()
    Image.new("RGB", (32, 32), (0, 160, 0)).save(png, "PNG")
    headers = {"Content-Type": "image/png", "X-File-Name": "plan.png"}
    sent = await alice.post(f"/sessions/{session}/documents", content=png.getvalue(), headers=headers)
    document = sent.json()["id"]
    async with (
        guest_of(running, await invited(running, room, "watch")) as browser,
        socket(running, browser, "/ws/guest") as line,
    ):
        await say(line, JOIN)
        assert [paper["id"] for paper in (await hear(line, "scene"))["papers"]] == [document]
        opened = await browser.get(f"/g/documents/{document}")
        assert (opened.status_code, opened.headers["content-type"]) == (200, "image/png")
        assert (await browser.get(f"/g/documents/{session}")).status_code == 404
    assert (await alice.get(f"/g/documents/{document}")).status_code == 401


async def test_a_guest_who_is_removed_is_out_at_once_and_for_good(
    running: Product, room: ClientConnection
) -> None:
    async with (
        guest_of(running, await invited(running, room)) as browser,
        socket(running, browser, "/ws/guest") as line,
    ):
        await say(line, JOIN)
        await hear(line, "scene")
        invitation = (await hear(room, "guests"))["guests"][-1]["invitation"]
        assert (await ask(room, {"type": "remove_guest", "invitation": invitation}))["type"] == "ok"
        assert await closed_with(line) == 4401
        async with socket(running, browser, "/ws/guest") as again:
            await say(again, JOIN)
            assert await closed_with(again) == 4401
