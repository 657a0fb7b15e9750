"""Quotas of SMS: whose is used up waits, mails go on, and nothing that was refused is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from structlog.testing import capture_logs

from config.application import Application
from signaling.domain.addresses import parse
from signaling.domain.errors import TooManyMessages
from signaling.domain.policy import Policy, Quotas, with_policy
from signaling.limits import Limits
from signaling.service.quotas import SmsQuotas
from signaling.store.sql import SqlStore
from tests import cast
from tests.app.office import Office
from tests.app.test_uploads import made as made  # the fixture
from tests.app.test_use_cases import visitor
from tests.cast import ALICE, BOB, CHARLIE, SAMU_54, Clock

TIGHT = Quotas(sms_per_user_hour=3, sms_per_centre_day=5, sms_per_destination_hour=2)


@pytest.fixture
async def store(migrated_sqlite_url: str, clock: Clock) -> AsyncIterator[SqlStore]:
    store = SqlStore(migrated_sqlite_url, clock)
    await store.open()
    await cast.settle(store)
    yield store
    await store.close()


@pytest.fixture
def quotas(store: SqlStore) -> SmsQuotas:
    return SmsQuotas(store, Limits().limiter, lambda channel, address: ("carrier",))


async def allow(store: SqlStore, quotas: Quotas) -> None:
    await store.change_centre(SAMU_54.id, lambda row: with_policy(row, Policy(quotas=quotas)))


def number(last: int) -> str:
    return f"06 12 34 56 {last:02}"


async def test_each_quota_refuses_the_one_that_is_too_many_and_tells_when_more_may_go(
    store: SqlStore, quotas: SmsQuotas
) -> None:
    await allow(store, TIGHT)
    for last in (1, 1, 2):
        await quotas.spend(visitor(ALICE), parse(number(last)))
    for by, to, quota in ((ALICE, 9, "user"), (BOB, 1, "destination")):
        with capture_logs() as log, pytest.raises(TooManyMessages) as full:
            await quotas.spend(visitor(by), parse(number(to)))
        assert (full.value.quota, 3_500 < full.value.retry_after <= 3_600) == (quota, True)
        [line] = log
        assert (line["event"], line["quota"], line["centre"]) == ("sms_quota", quota, SAMU_54.id)
        assert number(to)[-8:] not in str(line)
    for last in (3, 4):
        await quotas.spend(visitor(BOB), parse(number(last)))
    with pytest.raises(TooManyMessages) as full:
        await quotas.spend(visitor(BOB), parse(number(5)))
    assert full.value.quota == "centre"


async def test_mails_and_other_centres_are_not_counted(store: SqlStore, quotas: SmsQuotas) -> None:
    await allow(store, Quotas(sms_per_user_hour=0, sms_per_centre_day=0, sms_per_destination_hour=0))
    with pytest.raises(TooManyMessages):
        await quotas.spend(visitor(ALICE), parse(number(1)))
    await quotas.spend(visitor(ALICE), parse("bob@example.org"))
    await quotas.spend(visitor(CHARLIE), parse(number(1)))


async def test_sms_that_stay_in_the_outbox_cost_nothing(store: SqlStore) -> None:
    await allow(store, Quotas(sms_per_user_hour=0))
    free = SmsQuotas(store, Limits().limiter, lambda channel, address: ("outbox",))
    await free.spend(visitor(ALICE), parse(number(1)))


async def test_a_regulator_reads_how_long_to_wait_and_what_to_do_meanwhile(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.store.change_centre(
        SAMU_54.id, lambda row: with_policy(row, Policy(quotas=Quotas(sms_per_destination_hour=1)))
    )
    monkeypatch.setattr("signaling.service.quotas.STAYS_HERE", "")  # as if the outbox were a carrier
    async with office.desk(ALICE) as desk:
        page = {"accept": "text/html", "accept-language": "fr"}
        assert await posted(desk, page) == 303
        answer = await desk.post("/sessions", data={"address": number(1)}, headers=page)
        assert answer.status_code == 429
        assert "Votre centre n’autorise pas plus de SMS vers ce numéro" in answer.text
        assert "dictez les six chiffres" in answer.text
        assert number(1) in answer.text  # what was typed stays
        assert (await desk.post("/sessions", data={"address": "a@example.org"})).status_code == 303
    assert len(await office.store.running(SAMU_54.id)) == 2


async def posted(desk: httpx2.AsyncClient, headers: dict[str, str]) -> int:
    return (await desk.post("/sessions", data={"address": number(1)}, headers=headers)).status_code


async def test_a_click_that_is_repeated_is_counted_once(
    made: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made.adapters.store.change_centre(
        SAMU_54.id, lambda row: with_policy(row, Policy(quotas=Quotas(sms_per_destination_hour=2)))
    )
    monkeypatch.setattr("signaling.service.quotas.STAYS_HERE", "")
    session = (await made.use.inviting.start(visitor(ALICE), number(1))).session
    for _ in range(3):
        await made.use.inviting.resend(visitor(ALICE), session, intent="again")
    with pytest.raises(TooManyMessages):
        await made.use.inviting.resend(visitor(ALICE), session, intent="once more")
    assert len((await made.adapters.store.room(SAMU_54.id, session)).messages) == 2
