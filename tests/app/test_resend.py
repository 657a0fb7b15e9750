"""Sending the invitation again: by the same provider or by another, and what each of them is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from config.adapters import adapters
from config.application import Application, build, opened
from config.carriers import composer
from config.settings import Settings, read
from signaling.domain import facts
from signaling.domain.ids import Secrets
from signaling.hooks import status_url
from signaling.store.schema import upgrade
from tests import cast
from tests.app.test_use_cases import begin, said, visitor
from tests.cast import ALICE, SAMU_54, Clock

TWO = {
    "SMS_PROVIDER": "outbox",
    "SMS_PROVIDER_2": "twilio",
    "TWILIO_ACCOUNT_SID": "AC0",
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": "+33939010101",
    "PUBLIC_URL": "https://visio.example",
    "SECRET_KEY": "k" * 32,
}
FICTION = "06 39 98 12 34"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read({**TWO, "DATA_DIR": str(tmp_path)})


@pytest.fixture
async def made(settings: Settings, clock: Clock) -> AsyncIterator[Application]:
    await asyncio.to_thread(upgrade, settings.database_url)
    made = build(settings, adapters(settings, clock), clock)
    async with opened(made):
        await cast.settle(made.adapters.store)
        yield made


async def providers(made: Application, session: str) -> list[str]:
    """By which each message left, in order."""
    return [fact.provider for fact in await said(made, session, facts.MessageQueued)]


async def resend(made: Application, session: str, intent: str, other: bool = False) -> None:
    await made.use.inviting.resend(visitor(ALICE), session, intent=intent, other=other)


async def test_each_further_try_by_another_provider_takes_the_one_that_did_not_send_last(
    made: Application, clock: Clock
) -> None:
    session = await begin(made)
    for click, other in enumerate((True, True, True, False)):
        clock.advance(1000)
        await resend(made, session, f"click-{click}", other)
    assert await providers(made, session) == ["outbox", "twilio", "outbox", "twilio", "outbox"]


@pytest.mark.parametrize(
    ("typed", "others"), [("06 12 34 56 78", True), (FICTION, False), ("alice@example.org", False)]
)
async def test_another_provider_is_offered_where_there_is_one(
    made: Application, typed: str, others: bool
) -> None:
    session = await begin(made, typed)
    row = (await made.adapters.store.room(ALICE.centre, session)).session
    assert made.use.inviting.has_other_provider(row) is others
    await resend(made, session, "click-1", other=True)
    assert (len(set(await providers(made, session))) > 1) is others


def test_only_the_provider_that_reports_is_told_where(settings: Settings) -> None:
    compose = composer(settings, Secrets(b"k" * 32))
    invitation = cast.invitation(cast.session())
    asked = {
        name: compose(cast.message(invitation, id="m1", provider=name), invitation, SAMU_54).status_url
        for name in ("outbox", "twilio")
    }
    assert asked == {"outbox": "", "twilio": status_url("https://visio.example", "m1")}
