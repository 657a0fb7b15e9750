"""The demonstration call: who is offered one, what a click does, how many there are and when they end."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from config.demonstration import AT_ONCE, simulator
from config.settings import read
from console.demo import CENTRE
from console.demonstration import AllBusy
from media.simulator.__main__ import parser
from signaling.domain.addresses import parse
from signaling.domain.fiction import fictional, is_fictional
from signaling.domain.records import User
from signaling.domain.visitor import Visitor
from tests import cast
from tests.app.office import SITE, Office
from tests.cast import ALICE

BUTTON = 'action="/demonstrations"'
DEMO = cast.centre(CENTRE)


async def settle(office: Office, role: str = "regulator") -> User:
    """A user of the demonstration's centre."""
    await office.store.add_centre(DEMO)
    user = cast.user("Dana", DEMO, role=role, email="dana@demo.test")
    await office.store.add_user(user, cast.person(user))
    return user


def visitor(user: User) -> Visitor:
    return Visitor(
        user=user.id,
        person=user.person,
        name=user.name,
        email=user.email,
        role=user.role,
        centre=user.centre,
        centre_name=CENTRE,
        login="",
    )


async def link(folder: Path) -> str:
    """What the one caller was told."""
    async with asyncio.timeout(20):
        while not (found := "".join(file.read_text() for file in folder.glob("*.link"))):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return found


async def test_a_click_leads_to_a_caller_who_has_the_link(office: Office, tmp_path: Path) -> None:
    async with office.desk(await settle(office)) as browser:
        assert BUTTON in (await browser.get("/")).text
        answer = await browser.post("/demonstrations")
    assert answer.status_code == 303
    session = answer.headers["location"].removeprefix("/sessions/")
    room = await office.store.room(DEMO.id, session)
    assert is_fictional(room.session.address)
    assert (await link(tmp_path / "files")).startswith(f"{SITE}/j#")


async def test_no_more_callers_are_made_than_the_server_carries(office: Office) -> None:
    user = await settle(office)
    clicks = [office.demonstrations.start(visitor(user)) for _ in range(AT_ONCE + 2)]
    made = await asyncio.gather(*clicks, return_exceptions=True)
    assert sum(isinstance(one, AllBusy) for one in made) == 2
    async with office.desk(user) as browser:
        refused = await browser.post("/demonstrations")
        assert refused.status_code == 429
        assert "Trop d’appels de démonstration" in refused.text
        assert len(await office.store.running(DEMO.id)) == AT_ONCE
        await office.demonstrations.close()
        assert (await browser.post("/demonstrations")).status_code == 303


async def test_callers_end_with_the_application(office: Office, tmp_path: Path) -> None:
    async with office.desk(await settle(office)) as browser:
        await browser.post("/demonstrations")
    await link(tmp_path / "files")
    [caller] = tmp_path.glob("files/*.link")
    await office.demonstrations.close()
    assert not caller.exists()  # it was let go, not killed
    with pytest.raises(ProcessLookupError):
        os.kill(int(caller.stem), 0)


async def test_other_centres_are_offered_nothing(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        assert BUTTON not in (await browser.get("/")).text
        assert (await browser.post("/demonstrations")).status_code == 403
    assert not await office.store.running(ALICE.centre)


async def test_an_administrator_starts_none(office: Office) -> None:
    async with office.desk(await settle(office, "administrator")) as browser:
        assert BUTTON not in (await browser.get("/")).text
        assert (await browser.post("/demonstrations")).status_code == 403
    assert not await office.store.running(DEMO.id)


async def test_another_site_starts_none(office: Office) -> None:
    async with office.desk(await settle(office)) as browser:
        answer = await browser.post("/demonstrations", headers={"Origin": "https://evil.test"})
    assert answer.status_code == 403
    assert not await office.store.running(DEMO.id)


@pytest.mark.parametrize(
    ("host", "server"),
    [
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("192.0.2.7", "http://192.0.2.7:8000"),
    ],
)
def test_callers_come_straight_to_this_server(host: str, server: str) -> None:
    settings = read({"HOST": host, "PUBLIC_URL": "https://visio.example.fr"})
    options = parser().parse_args(simulator(settings, None)[3:])
    assert (options.server, options.certificate) == (server, None)
    assert (options.links, options.tethered, options.minutes) == (["-"], True, 15)


def test_callers_trust_the_certificate_that_was_made_here(tmp_path: Path) -> None:
    options = parser().parse_args(simulator(read({}), tmp_path / "lan.pem")[3:])
    assert (options.server, options.certificate) == (None, tmp_path / "lan.pem")


@pytest.mark.parametrize("number", [0, 42, 9_999])
def test_the_numbers_of_demonstration_calls_belong_to_nobody(number: int) -> None:
    address = parse(fictional(number))
    assert address.line == "mobile"
    assert is_fictional(address.value)
    assert not is_fictional(parse("06 12 34 56 78").value)
    assert not is_fictional("alice@example.org")
