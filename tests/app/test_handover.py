"""The camera passes from one phone to another, on the real adapters: SQLite, the bus, the relay."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from config.adapters import adapters
from config.application import Application, build, opened
from config.settings import read
from signaling.domain import facts
from signaling.domain.errors import LinkUnusable, NotAllowed, NotFound, NotSignedIn, Throttled
from signaling.domain.phone import newest_phone
from signaling.domain.records import Participant
from signaling.domain.throttle import ALL_CODE_GUESSES, CODE_GUESSES, HANDOVERS, SHARES
from signaling.messages import relay
from signaling.ports import Room
from signaling.service.handover import Asked
from signaling.service.join import Phone
from signaling.service.negotiate import relay_key
from signaling.store.schema import upgrade
from tests import cast
from tests.app.test_use_cases import begin, said, token, visitor
from tests.cast import ALICE, BOB, CHARLIE, MINUTE, Clock

HOME = "192.0.2.1"
OFFER = (Path(__file__).parents[1] / "media/offers/chromium_phone.sdp").read_text(encoding="utf-8")


@pytest.fixture
async def made(tmp_path: Path, clock: Clock) -> AsyncIterator[Application]:
    settings = read({"DATA_DIR": str(tmp_path), "SECRET_KEY": "k" * 32, "MEDIA_ADDRESSES": "127.0.0.1"})
    await asyncio.to_thread(upgrade, settings.database_url)
    made = build(settings, adapters(settings, clock), clock)
    async with opened(made):
        await cast.settle(made.adapters.store)
        yield made


async def room(made: Application, session: str) -> Room:
    return await made.adapters.store.room(ALICE.centre, session)


async def first_phone(made: Application, session: str) -> tuple[Participant, str]:
    """Holds the session's link; its cookie."""
    cookie = await made.joining.claim(
        await token(made, session), Phone(mark="first", browser="Safari 18, iOS")
    )
    return await made.joining.caller(cookie), cookie


async def ask(made: Application, link: str, mark: str = "second", source: str = HOME) -> Asked:
    return await made.use.handing.ask(link, Phone(browser="Chrome 137, Android"), mark, source)


async def decide(made: Application, session: str, decision: facts.Decision) -> None:
    [*_, asked] = await said(made, session, facts.HandoverAsked)
    await made.use.handing.decide(visitor(ALICE), session, asked.handover, decision)


async def connected(made: Application, phone: Participant) -> None:
    key = relay_key(phone.centre, phone.session)
    await made.use.reporting.relay_event(relay.Connected(session=key, participant=phone.id))


# ---------------------------------------------------------------- a second phone asks
async def test_the_regulator_moves_the_camera_to_the_phone_that_asked(made: Application) -> None:
    session = await begin(made)
    link = await token(made, session)
    first, _ = await first_phone(made, session)
    for _ in range(3):
        assert await ask(made, link) == Asked("waiting")
    assert len(await said(made, session, facts.HandoverAsked)) == 1

    await decide(made, session, "move")
    ready = await ask(made, link)
    second = await made.joining.caller(ready.cookie)

    assert ready.state == "ready"
    assert newest_phone(await room(made, session)) == first
    await connected(made, second)
    assert await said(made, session, facts.PhoneReplaced) == [
        facts.PhoneReplaced(participant=first.id, successor=second.id)
    ]
    camera = newest_phone(await room(made, session))
    assert camera is not None
    assert camera.id == second.id


async def test_a_second_camera_is_driven_by_nobody_and_replaces_nobody(made: Application) -> None:
    session = await begin(made)
    first, _ = await first_phone(made, session)
    link = await token(made, session)
    await ask(made, link)
    await decide(made, session, "add")
    second = await made.joining.caller((await ask(made, link)).cookie)
    await connected(made, second)
    assert second.standing == "second"
    assert newest_phone(await room(made, session)) == first
    assert await said(made, session, facts.PhoneReplaced) == []


async def test_a_phone_that_was_refused_stays_so(made: Application) -> None:
    session = await begin(made)
    await first_phone(made, session)
    link = await token(made, session)
    await ask(made, link)
    await decide(made, session, "refuse")
    for _ in range(2):
        assert await ask(made, link) == Asked("refused")
    assert len((await room(made, session)).participants) == 1


async def test_two_phones_that_ask_at_once_are_two_requests_each_with_its_own_cookie(
    made: Application,
) -> None:
    session = await begin(made)
    await first_phone(made, session)
    link = await token(made, session)
    await asyncio.gather(*(ask(made, link, mark) for mark in ("blue", "green", "blue", "green")))
    asked = await said(made, session, facts.HandoverAsked)
    assert len(asked) == 2
    for one in asked:
        await made.use.handing.decide(visitor(ALICE), session, one.handover, "move")
    blue, green = await ask(made, link, "blue"), await ask(made, link, "green")
    assert blue.cookie != green.cookie
    phones = [await made.joining.caller(one.cookie) for one in (blue, green)]
    assert [one.standing for one in phones] == ["next", "next"]
    for arriving in reversed(phones):
        await connected(made, arriving)
    standings = {one.id: one.standing for one in (await room(made, session)).participants}
    assert [standings[one.id] for one in phones] == ["main", "replaced"]  # the last to arrive is the camera


async def test_two_regulators_who_decide_at_once_decide_once(made: Application) -> None:
    session = await begin(made)
    await first_phone(made, session)
    await ask(made, await token(made, session))
    [asked] = await said(made, session, facts.HandoverAsked)
    handing = made.use.handing
    results = await asyncio.gather(
        handing.decide(visitor(ALICE), session, asked.handover, "move"),
        handing.decide(visitor(BOB), session, asked.handover, "refuse"),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "NotAllowed"]
    assert len(await said(made, session, facts.HandoverDecided)) == 1


async def test_the_phone_that_holds_the_link_needs_nobodys_leave(made: Application) -> None:
    session = await begin(made)
    link = await token(made, session)
    _, cookie = await first_phone(made, session)
    assert await ask(made, link, "first") == Asked("ready", cookie)
    assert await said(made, session, facts.HandoverAsked) == []


async def test_another_centre_decides_nothing(made: Application) -> None:
    session = await begin(made)
    await first_phone(made, session)
    await ask(made, await token(made, session))
    [asked] = await said(made, session, facts.HandoverAsked)
    with pytest.raises(NotFound):
        await made.use.handing.decide(visitor(CHARLIE), session, asked.handover, "move")


async def test_a_link_that_is_over_is_not_asked_for(made: Application, clock: Clock) -> None:
    session = await begin(made)
    link = await token(made, session)
    with pytest.raises(LinkUnusable, match="unknown"):
        await ask(made, "A" * 22)
    with pytest.raises(LinkUnusable, match="ready"):
        await ask(made, link)
    await first_phone(made, session)
    clock.advance(121 * MINUTE)
    with pytest.raises(LinkUnusable, match="expired"):
        await ask(made, link)
    await made.use.ending.end(visitor(ALICE), session)
    with pytest.raises(LinkUnusable, match="ended"):
        await ask(made, link)


async def test_one_address_asks_for_a_handful_of_phones_and_goes_on_hearing_of_them(
    made: Application, clock: Clock
) -> None:
    session = await begin(made)
    await first_phone(made, session)
    link = await token(made, session)
    for number in range(HANDOVERS.times):
        await ask(made, link, f"phone-{number}")
        await decide(made, session, "refuse")
    with pytest.raises(Throttled):
        await ask(made, link, "one too many")
    assert await ask(made, link, "phone-0") == Asked("refused")
    assert await ask(made, link, "a neighbour", "198.51.100.7") == Asked("waiting")


# ---------------------------------------------------------------- the first phone afterwards
async def replaced_phone(made: Application, session: str) -> tuple[Participant, str, str]:
    """The first phone, its cookie and its link, once a second one is the camera."""
    link = await token(made, session)
    first, cookie = await first_phone(made, session)
    await ask(made, link)
    await decide(made, session, "move")
    await connected(made, await made.joining.caller((await ask(made, link)).cookie))
    return first, cookie, link


async def test_a_phone_that_was_replaced_does_not_fight_when_it_comes_back(made: Application) -> None:
    session = await begin(made)
    first, cookie, link = await replaced_phone(made, session)
    assert (await made.joining.look(link, Phone(cookie=cookie))).state == "replaced"
    again = (await made.joining.seat(cookie, "second-load")).participant
    for phone in (again, first):  # a new page, and one that has not heard of it yet
        with pytest.raises(NotAllowed):
            await made.use.negotiating.publish(phone, OFFER)
    await connected(made, first)
    assert len(await said(made, session, facts.PhoneReplaced)) == 1


async def test_a_phone_that_was_replaced_stays_as_a_second_camera_when_its_owner_says_so(
    made: Application,
) -> None:
    session = await begin(made)
    first, cookie, link = await replaced_phone(made, session)
    assert await made.joining.is_replaced(first)
    await made.use.handing.stay(cookie)
    assert not await made.joining.is_replaced(first)
    assert (await made.joining.look(link, Phone(cookie=cookie))).state == "mine"
    assert (await made.joining.caller(cookie)).standing == "second"


# ---------------------------------------------------------------- a QR code on the first phone
async def shared(made: Application, cookie: str) -> str:
    return (await made.use.handing.share(cookie)).partition("#")[2]


async def test_a_bystanders_phone_takes_the_camera_by_the_link_on_the_first_ones_screen(
    made: Application,
) -> None:
    session = await begin(made)
    sent = await token(made, session)
    first, cookie = await first_phone(made, session)
    link = await shared(made, cookie)
    assert await token(made, session) == sent  # the regulator goes on reading out the one that was sent
    assert (await made.joining.look(link, Phone())).state == "ready"
    second = await made.joining.caller(await made.joining.claim(link, Phone(mark="bystander")))
    assert newest_phone(await room(made, session)) == first
    await connected(made, second)
    assert await said(made, session, facts.PhoneReplaced) == [
        facts.PhoneReplaced(participant=first.id, successor=second.id)
    ]
    with pytest.raises(NotAllowed):
        await made.use.handing.share(cookie)


async def test_a_shared_link_ends_with_the_next_one_with_its_time_and_with_the_session(
    made: Application, clock: Clock
) -> None:
    session = await begin(made)
    _, cookie = await first_phone(made, session)
    old, new = await shared(made, cookie), await shared(made, cookie)
    assert (await made.joining.look(old, Phone())).state == "revoked"
    clock.advance(15 * MINUTE)
    assert (await made.joining.look(new, Phone())).state == "expired"
    newest = await shared(made, cookie)
    await made.use.ending.end(visitor(ALICE), session)
    assert (await made.joining.look(newest, Phone())).state == "ended"
    with pytest.raises(NotAllowed):
        await shared(made, cookie)


async def test_only_a_phone_shares_and_not_without_end(made: Application) -> None:
    _, cookie = await first_phone(made, await begin(made))
    with pytest.raises(NotSignedIn):
        await made.use.handing.share(None)
    for _ in range(SHARES.times):
        await made.use.handing.share(cookie)
    with pytest.raises(Throttled):
        await made.use.handing.share(cookie)


# ---------------------------------------------------------------- the spoken code
async def test_guessing_codes_from_everywhere_is_slowed_for_everybody(made: Application) -> None:
    code = (await made.use.inviting.link(visitor(ALICE), await begin(made))).code
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for number in range(ALL_CODE_GUESSES.times):
        with pytest.raises(NotFound):
            await made.joining.token_of_code(wrong, f"203.0.113.{number}")
    with pytest.raises(Throttled):
        await made.joining.token_of_code(code, HOME)


async def test_the_addresses_of_one_subscriber_are_one_guesser(made: Application) -> None:
    await begin(made)
    for number in range(CODE_GUESSES.times):
        with pytest.raises(NotFound):
            await made.joining.token_of_code("000000", f"2001:db8::{number:x}")
    with pytest.raises(Throttled):
        await made.joining.token_of_code("000000", "2001:db8::ffff")


async def test_a_code_of_a_session_that_has_ended_opens_nothing(made: Application) -> None:
    session = await begin(made)
    code = (await made.use.inviting.link(visitor(ALICE), session)).code
    await made.use.ending.end(visitor(ALICE), session)
    with pytest.raises(NotFound):
        await made.joining.token_of_code(code, HOME)


@pytest.mark.parametrize("to", [None, "alice@example.org"], ids=["again", "elsewhere"])
async def test_the_code_of_a_message_that_is_sent_again_is_nobody_elses(
    made: Application, monkeypatch: pytest.MonkeyPatch, to: str | None
) -> None:
    """As if chance made the same six digits twice: the first try of the second session is taken."""
    taken = (await made.use.inviting.link(visitor(ALICE), await begin(made))).code
    session = await begin(made)
    known = {one.id for one in (await room(made, session)).invitations}
    genuine = made.use.inviting._secrets.code

    def unlucky(invitation: str, salt: int) -> str:
        first_of_all = salt == 1 if invitation in known else salt == 0
        return taken if first_of_all else genuine(invitation, salt)

    monkeypatch.setattr(made.use.inviting._secrets, "code", unlucky)
    await made.use.inviting.resend(visitor(ALICE), session, intent="click-1", to=to)
    assert (await made.use.inviting.link(visitor(ALICE), session)).code != taken
