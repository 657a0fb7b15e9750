"""Clocks that are wrong: one that jumps back, and two processes that are ten minutes apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import pytest

from config.adapters import adapters
from config.application import Application, build, opened
from config.settings import read
from signaling.domain import facts
from signaling.domain.audit import Audited
from signaling.domain.errors import NotFound
from signaling.messages import caller
from signaling.service.audit import examine
from signaling.service.join import Phone
from signaling.store.heads import HeadsFile
from signaling.store.schema import upgrade
from tests import cast
from tests.app.desk import Desk, sign_in
from tests.app.test_login_steps import application, is_inside, now, prove
from tests.app.test_login_steps import desk as desk  # the fixtures
from tests.app.test_login_steps import store as store
from tests.app.test_use_cases import begin, events, phone, token, until_said, visitor
from tests.cast import ALICE, MINUTE, NOW, SAMU_54, Clock
from tests.trail import trail

APART: Final = 10 * MINUTE


@pytest.fixture
async def processes(tmp_path: Path) -> AsyncIterator[tuple[Application, Application]]:
    """Two of one installation: the clock of the second one is behind."""
    off = {"BAN_DOMAIN": "off", "NOMINATIM_DOMAIN": "off", "MEDIA_ADDRESSES": "127.0.0.1"}
    settings = read({"DATA_DIR": str(tmp_path), "SECRET_KEY": "k" * 32, **off})
    await asyncio.to_thread(upgrade, settings.database_url)
    async with AsyncExitStack() as stack:
        made = [build(settings, adapters(settings, one), one) for one in (Clock(), Clock(NOW - APART))]
        for one in made:
            await stack.enter_async_context(opened(one))
        await cast.settle(made[0].adapters.store)
        yield made[0], made[1]


async def test_processes_ten_minutes_apart_run_one_visio_in_one_order(
    processes: tuple[Application, Application],
) -> None:
    ahead, behind = processes
    session = await begin(ahead)
    camera = await phone(behind, session)
    await ahead.use.reporting.step(camera, caller.Step(step="page.hidden"))
    await behind.use.reporting.step(camera, caller.Step(step="page.shown"))
    await ahead.use.ending.end(visitor(ALICE), session)
    told = await events(behind, session)
    assert [event.version for event in told] == list(range(1, len(told) + 1))
    assert isinstance(told[-1].fact, facts.SessionEnded)


async def test_a_link_of_either_process_opens_at_the_other(
    processes: tuple[Application, Application],
) -> None:
    for maker, opener in (processes, processes[::-1]):
        link = await token(maker, await begin(maker))
        assert (await opener.joining.look(link, Phone())).state == "ready"
        assert await opener.joining.claim(link, Phone())


async def test_a_login_of_either_process_holds_at_the_other(
    processes: tuple[Application, Application],
) -> None:
    ahead, behind = processes
    login = cast.login(ALICE, created_at=NOW, expires_at=NOW + 60 * MINUTE)
    await ahead.adapters.store.add_login(login)
    for at in (NOW, NOW - APART):
        assert (await behind.adapters.store.signed_in(login.id, at)).user == ALICE
    with pytest.raises(NotFound):
        await behind.adapters.store.signed_in(login.id, NOW + 60 * MINUTE)


async def test_after_a_clock_jumped_back_messages_leave_at_once(
    processes: tuple[Application, Application],
) -> None:
    made = processes[0]
    await begin(made)
    assert isinstance(made.clock, Clock)
    made.clock.advance(-APART)
    made.adapters.tasks.start(made.courier.run())
    session = await begin(made, "06 98 76 54 32")
    await until_said(made, session, facts.MessageDelivered)


async def test_an_audit_of_a_clock_that_jumps_back_is_whole(desk: Desk, clock: Clock) -> None:
    audit = trail(desk.store, clock)
    for _ in range(3):
        await audit.record(Audited(SAMU_54.id, ALICE.id, "history.viewed"))
        clock.advance(-APART)
    assert (await examine(desk.store, SAMU_54.id, HeadsFile(None).read())).fault is None


async def test_a_code_that_was_used_stays_used_when_the_clock_jumps_back(desk: Desk, clock: Clock) -> None:
    app, _ = await application(desk, clock)
    used = now(app, clock)
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        assert is_inside(await prove(browser, "totp", used))
    clock.advance(-MINUTE // 2)  # one step: the code would be right again
    async with desk.browser() as browser:
        await sign_in(browser, ALICE.email)
        assert not is_inside(await prove(browser, "totp", used))
