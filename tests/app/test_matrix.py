"""Roles x routes x objects, over the whole product's route table: nobody reaches what isn't theirs."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute

from config.asgi import create
from config.settings import read
from signaling.clock import SystemClock
from signaling.domain import facts
from signaling.domain.ids import fingerprint
from signaling.domain.records import Centre, Role, User
from signaling.domain.room import Change
from signaling.files.disk import DiskFiles
from signaling.store.sql import SqlStore
from tests import cast
from tests.app.matrix import EVERYBODY, FOLDERS, SOCKETS, TABLE
from tests.cast import SAMU_54, SAMU_75

SITE: Final = "http://visio.test"
SECRET_OF: Final = {SAMU_54.id: "nancy-alone-may-read-this", SAMU_75.id: "paris-alone-may-read-this"}
NUMBER_OF: Final = {SAMU_54.id: "+33611111111", SAMU_75.id: "+33699999999"}
FOREIGN: Final = SECRET_OF[SAMU_75.id]
# As they stand in a path: a control character, quotes, marks of a search, another folder, length
HOSTILE_NAMES: Final = ("%C2%86", "%00", "'%20OR%201=1--", "%25", "..%2F..%2Fetc%2Fpasswd", "a" * 3000)
OURS: Final = ("text/html", "application/json")


class World:
    """The whole product, with all that there can be of two centres."""

    def __init__(self, app: Starlette, store: SqlStore, files: DiskFiles) -> None:
        self.app = app
        self.objects: dict[str, dict[str, str]] = {}
        self._store = store
        self._files = files
        self._cookies: dict[tuple[str, str], str] = {}
        self._people: dict[tuple[str, str], User] = {}

    async def settle(self, centre: Centre) -> None:
        people = {role: self._user(centre, role) for role in EVERYBODY}
        for role, person in people.items():
            await self._store.add_user(person, cast.person(person))
            self._people[centre.id, role] = person
            await self._sign_in(person, f"cookie-of-{role}-{centre.id}")
        by = people["regulator"]
        self.objects[centre.id] = await self._session(centre, by, tuple(people.values()))

    async def add(self, role: Role, centre: Centre, as_role: Role) -> None:
        """Who has that role in SAMU 54 has another one there."""
        person = self._people[SAMU_54.id, role]
        made = cast.user(person.name, centre, person=person.person, email=person.email, role=as_role)
        await self._store.add_user(made)

    def cookie(self, centre: Centre, role: str) -> str:
        return self._cookies[centre.id, role]

    def _user(self, centre: Centre, role: Role) -> User:
        name, email = f"{role} {SECRET_OF[centre.id]}", f"{role}@{centre.id}.test"
        return cast.user(name, centre, role=role, email=email)

    async def _sign_in(self, person: User, cookie: str) -> None:
        made = cast.login(person)
        await self._store.add_login(replace(made, id=fingerprint(cookie), expires_at=2**53))
        self._cookies[person.centre, person.role] = cookie

    async def _session(self, centre: Centre, by: User, people: tuple[User, ...]) -> dict[str, str]:
        secret, number = SECRET_OF[centre.id], NUMBER_OF[centre.id]
        session = cast.session(by, SystemClock().now(), address=number, reference=secret, note=secret)
        link = cast.invitation(session, address=number)
        phone = cast.caller(link, browser=secret)
        document = cast.document(phone, name=f"{secret}.pdf")
        film = cast.recording(phone, size=len(secret))
        capture, message = cast.capture(session, by), cast.message(link, state="delivered", next_try_at=None)
        seats = tuple(cast.seat(session, one) for one in people)
        records = (link, phone, document, capture, film, message, *seats)
        await self._store.start(session, Change(records=records, facts=(facts.SessionMarked(by.id, True),)))
        for kept in (document, capture, film):
            await self._files.put(centre.id, kept.id, secret.encode())
        return {
            "session": session.id,
            "centre": centre.id,
            "user": by.id,
            "capture": capture.id,
            "document": document.id,
            "recording": film.id,
            "photo": capture.id,
            "message": message.id,
            "file": "f" * 32,
            "passkey:str": "0" * 32,
            "login:str": fingerprint("nobody's"),
            "code": "000000",
            "version": "0" * 8,
            "name": "main.js",
            "chart": "attempts",
            "path:path": "app.js",
        }

    @asynccontextmanager
    async def browser(self, cookie: str = "") -> AsyncIterator[httpx2.AsyncClient]:
        transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False)
        headers = {"Origin": SITE, "Cookie": f"visio={cookie}"}
        async with httpx2.AsyncClient(base_url=SITE, headers=headers, transport=transport) as made:
            yield made


@pytest.fixture
async def world(migrated_sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    environ = {
        "DATABASE_URL": migrated_sqlite_url,
        "DATA_DIR": str(tmp_path),
        "PUBLIC_URL": SITE,
        "SECRET_KEY": "k" * 40,
        "MEDIA_ADDRESSES": "127.0.0.1",
        "SMS_PROVIDER_2": "twilio",
        "TWILIO_ACCOUNT_SID": "AC0",
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_FROM": "+33600000000",
        "TWILIO_API_URL": "http://127.0.0.1:9",
        "PSC_ISSUER": "http://127.0.0.1:9",
        "PSC_CLIENT_ID": "visio",
        "PSC_CLIENT_SECRET": "s" * 40,
        "BAN_DOMAIN": "off",
        "NOMINATIM_DOMAIN": "off",
    }
    app = create(read(environ))
    store = SqlStore(migrated_sqlite_url, cast.Clock())
    await store.open()
    made = World(app, store, DiskFiles(tmp_path / "files"))
    for centre in (SAMU_54, SAMU_75):
        await store.add_centre(centre)
        await made.settle(centre)
    async with app.router.lifespan_context(app):
        yield made
    await store.close()


def routes_of(app: Starlette) -> set[str]:
    return {
        f"{method} {route.path}"
        for route in app.routes
        if isinstance(route, Route)
        for method in (route.methods or ())
        if method != "HEAD"
    }


async def ask(browser: httpx2.AsyncClient, route: str, objects: Mapping[str, str]) -> httpx2.Response:
    method, _, path = route.partition(" ")
    rule = TABLE[route]
    filled = re.sub(r"\{([\w:]+)\}", lambda found: objects[found[1]], path)
    sent: dict[str, Any] = {"data": rule.form, "json": rule.json, "content": rule.body}
    given = {name: value for name, value in sent.items() if value}
    return await browser.request(method, filled, headers=rule.headers, **given)


def asked_of_users() -> list[str]:
    return [route for route, rule in TABLE.items() if isinstance(rule.who, tuple)]


def is_refused(answer: httpx2.Response) -> bool:
    to_login = answer.status_code == 303 and answer.headers["location"].startswith("/login")
    return to_login or answer.status_code in {401, 403}


# ---------------------------------------------------------------- the table
async def test_every_route_of_the_product_is_written_down_and_no_other(world: World) -> None:
    assert routes_of(world.app) == set(TABLE)
    rest = {type(route): set[str]() for route in world.app.routes if not isinstance(route, Route)}
    for route in world.app.routes:
        if isinstance(route, Mount | WebSocketRoute):
            rest[type(route)].add(route.path)
    assert rest == {WebSocketRoute: set(SOCKETS), Mount: set(FOLDERS)}


# ---------------------------------------------------------------- roles
async def test_without_a_login_no_route_of_users_opens(world: World) -> None:
    for cookie in ("", "unknown", "login-0", world.objects[SAMU_54.id]["session"]):
        async with world.browser(cookie) as browser:
            for route in asked_of_users():
                answer = await ask(browser, route, world.objects[SAMU_54.id])
                assert is_refused(answer), (route, answer.status_code)
                assert SECRET_OF[SAMU_54.id] not in answer.text, route


@pytest.mark.parametrize("role", EVERYBODY)
async def test_a_role_opens_its_routes_and_no_other(world: World, role: Role) -> None:
    async with world.browser(world.cookie(SAMU_54, role)) as browser:
        for route in asked_of_users():
            rule = TABLE[route]
            answer = await ask(browser, route, world.objects[SAMU_54.id])
            if not (rule.may_refuse and answer.status_code == 403):
                assert is_refused(answer) is (role not in rule.who), (route, answer.status_code)
            assert answer.status_code < 500 or '"no_picture"' in answer.text, (route, answer.text)
            assert FOREIGN not in answer.text, route
            assert NUMBER_OF[SAMU_75.id] not in answer.text, route


async def test_whatever_is_no_page_of_ours_is_given_out_to_be_kept_and_never_shown(world: World) -> None:
    served = set()
    for role in EVERYBODY:
        async with world.browser(world.cookie(SAMU_54, role)) as browser:
            for route in [route for route in asked_of_users() if route.startswith("GET")]:
                answer = await ask(browser, route, world.objects[SAMU_54.id])
                assert answer.headers["x-content-type-options"] == "nosniff", route
                if answer.is_success and not answer.headers["content-type"].startswith(OURS):
                    served.add(route)
                    assert answer.headers["content-disposition"].startswith("attachment"), route
    kept = {"GET /captures/{capture}", "GET /documents/{document}", "GET /recordings/{recording}"}
    assert kept <= served


# ---------------------------------------------------------------- objects of another centre
@pytest.mark.parametrize("role", EVERYBODY)
async def test_an_object_of_another_centre_is_not_found_by_anybody(world: World, role: Role) -> None:
    own, theirs = world.objects[SAMU_54.id], world.objects[SAMU_75.id]
    async with world.browser(world.cookie(SAMU_54, role)) as browser:
        for route in _naming_an_object():
            answer = await ask(browser, route, {**own, **theirs})
            assert answer.status_code == (404 if role in TABLE[route].who else 403), (route, answer.text)
            assert FOREIGN not in answer.text, route


async def test_a_supervisor_of_both_has_the_sessions_of_the_other_and_nothing_else(
    world: World,
) -> None:
    await world.add("supervisor", SAMU_75, "supervisor")
    own, theirs = world.objects[SAMU_54.id], world.objects[SAMU_75.id]
    async with world.browser(world.cookie(SAMU_54, "supervisor")) as browser:
        for route in _naming_an_object():
            rule = TABLE[route]
            answer = await ask(browser, route, {**own, **theirs})
            if "supervisor" in rule.who and rule.overseen:
                outside = '"not_allowed"' in answer.text  # found, and they have not entered its room
                refused = answer.status_code == 403 and (rule.may_refuse or outside)
                assert answer.status_code not in {401, 403, 404} or refused, (route, answer.text)
            else:
                assert answer.status_code in {403, 404}, (route, answer.text)
                assert FOREIGN not in answer.text, route


@pytest.mark.parametrize(
    ("role", "there"),
    [("regulator", "supervisor"), ("administrator", "supervisor"), ("supervisor", "regulator"),
     ("supervisor", "administrator"), ("regulator", "regulator"), ("administrator", "administrator")],
)  # fmt: skip
async def test_who_does_not_supervise_both_has_nothing_of_the_other(
    world: World, role: Role, there: Role
) -> None:
    await world.add(role, SAMU_75, there)
    own, theirs = world.objects[SAMU_54.id], world.objects[SAMU_75.id]
    async with world.browser(world.cookie(SAMU_54, role)) as browser:
        for route in _naming_an_object():
            answer = await ask(browser, route, {**own, **theirs})
            assert answer.status_code == (404 if role in TABLE[route].who else 403), (route, answer.text)
        for path in ("/history", f"/history?centre={SAMU_75.id}", f"/history/export.csv?centre={SAMU_75.id}"):
            answer = await browser.get(path)
            assert FOREIGN not in answer.text, path
            assert theirs["session"] not in answer.text, path


@pytest.mark.parametrize("name", HOSTILE_NAMES)
async def test_a_name_that_nothing_has_breaks_no_route(world: World, name: str) -> None:
    objects = dict.fromkeys(world.objects[SAMU_54.id], name)
    for role in EVERYBODY:
        async with world.browser(world.cookie(SAMU_54, role)) as browser:
            for route in _naming_an_object():
                answer = await ask(browser, route, objects)
                assert answer.status_code in {400, 403, 404, 405}, (route, answer.status_code, answer.text)


async def test_a_search_by_number_finds_nothing_of_another_centre(world: World) -> None:
    async with world.browser(world.cookie(SAMU_54, "supervisor")) as browser:
        own, theirs = [
            await browser.post("/callers", data={"address": NUMBER_OF[centre.id]})
            for centre in (SAMU_54, SAMU_75)
        ]
    assert world.objects[SAMU_54.id]["session"] in own.text
    assert world.objects[SAMU_75.id]["session"] not in theirs.text


async def test_nothing_was_changed_by_those_who_may_not(world: World) -> None:
    theirs = world.objects[SAMU_75.id]
    before = await world._store.room(SAMU_75.id, theirs["session"])
    for role in EVERYBODY:
        async with world.browser(world.cookie(SAMU_54, role)) as browser:
            for route in asked_of_users():
                await ask(browser, route, theirs)
    assert await world._store.room(SAMU_75.id, theirs["session"]) == before


async def test_a_users_cookie_opens_no_door_of_phones_and_guests(world: World) -> None:
    doors = [route for route, rule in TABLE.items() if rule.who == "proved"]
    for role in EVERYBODY:
        async with world.browser(world.cookie(SAMU_54, role)) as browser:
            for route in doors:
                answer = await ask(browser, route, world.objects[SAMU_54.id])
                assert answer.status_code < 500, (route, answer.status_code)
                assert SECRET_OF[SAMU_54.id] not in answer.text, route


# ---------------------------------------------------------------- other sites
@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", f"{SITE}.evil.example"])
async def test_no_change_is_taken_from_another_site(world: World, origin: str | None) -> None:
    objects = world.objects[SAMU_54.id]
    async with world.browser(world.cookie(SAMU_54, "supervisor")) as browser:
        del browser.headers["Origin"]
        if origin is not None:
            browser.headers["Origin"] = origin
        for route in TABLE:
            if route.startswith(("GET", "POST /hooks/")):
                continue
            answer = await ask(browser, route, objects)
            assert answer.status_code == 403, (route, answer.status_code)


def _naming_an_object() -> list[str]:
    return [route for route in asked_of_users() if "{" in route and TABLE[route].is_ours]
