"""The use cases on their real adapters, wired as the product wires them: SQLite, the bus, the relay.

Only the clock is the tests' own. Phones and consoles are here without media: `tests/e2e` has the pictures.
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PIL import Image
from structlog.testing import capture_logs

from config.adapters import adapters
from config.application import Application, build, opened
from config.settings import read
from signaling.domain import facts
from signaling.domain.controls import Capabilities, Controls
from signaling.domain.errors import (
    BadFile,
    BadMessage,
    BadOffer,
    LinkUnusable,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Throttled,
)
from signaling.domain.facts import Event, Fact
from signaling.domain.ids import new_id
from signaling.domain.records import Participant, User
from signaling.domain.search import Search
from signaling.domain.throttle import CODE_GUESSES
from signaling.domain.visitor import Visitor
from signaling.messages import caller, control, relay
from signaling.messages.codec import encode
from signaling.service.command import Commanding
from signaling.service.join import Phone
from signaling.service.journal import Journal, phone_topic
from signaling.service.negotiate import relay_key
from signaling.store.schema import upgrade
from tests import cast
from tests.cast import ALICE, BOB, CHARLIE, MINUTE, Clock
from tests.contract.test_bus import until

NUMBER = "06 12 34 56 78"
HOUR = 60 * MINUTE
F = TypeVar("F", bound=Fact)


@pytest.fixture
async def made(tmp_path: Path, clock: Clock) -> AsyncIterator[Application]:
    off = {"BAN_DOMAIN": "off", "NOMINATIM_DOMAIN": "off", "MEDIA_ADDRESSES": "127.0.0.1"}
    settings = read({"DATA_DIR": str(tmp_path), "SECRET_KEY": "k" * 32, **off})
    await asyncio.to_thread(upgrade, settings.database_url)
    made = build(settings, adapters(settings, clock), clock)
    async with opened(made):
        await cast.settle(made.adapters.store)
        yield made


def visitor(user: User, **fields: Any) -> Visitor:
    made: dict[str, Any] = {"user": user.id, "name": user.name, "email": user.email, "role": user.role}
    made |= {"person": user.person, "centre": user.centre, "centre_name": "SAMU", "login": "login"}
    return Visitor(**{**made, **fields})


async def events(made: Application, session: str) -> Sequence[Event]:
    return await made.adapters.store.events(ALICE.centre, session, 0)


async def said(made: Application, session: str, kind: type[F]) -> list[F]:
    """What has happened of that kind, in order."""
    return [event.fact for event in await events(made, session) if isinstance(event.fact, kind)]


async def until_said(made: Application, session: str, kind: type[F]) -> F:
    """The first of that kind, as soon as it has happened."""
    async with asyncio.timeout(20):
        async for batch in made.hub.follow(ALICE.centre, session, 0):
            for event in batch:
                if isinstance(event.fact, kind):
                    return event.fact
    raise AssertionError("a session's events never end")


async def begin(made: Application, typed: str = NUMBER) -> str:
    return (await made.use.inviting.start(visitor(ALICE), typed)).session


async def token(made: Application, session: str) -> str:
    return (await made.use.inviting.link(visitor(ALICE), session)).url.partition("#")[2]


async def phone(made: Application, session: str) -> Participant:
    """A phone that has claimed the session's link and loaded its page."""
    cookie = await made.joining.claim(await token(made, session), Phone(browser="Safari 18, iOS"))
    return (await made.joining.seat(cookie, "first-load")).participant


# ---------------------------------------------------------------- the link
async def test_of_50_phones_at_once_exactly_one_gets_the_link(made: Application) -> None:
    link = await token(made, await begin(made))
    claims = [made.joining.claim(link, Phone(browser=f"phone {n}")) for n in range(50)]
    results = await asyncio.gather(*claims, return_exceptions=True)
    losers = [result for result in results if isinstance(result, LinkUnusable)]
    assert len(losers) == 49
    assert {loser.reason for loser in losers} == {"claimed"}


async def test_a_robot_that_looks_twenty_times_spends_nothing(made: Application) -> None:
    session = await begin(made)
    link = await token(made, session)
    for _ in range(20):
        assert (await made.joining.look(link, Phone())).state == "ready"
    assert len(await said(made, session, facts.LinkOpened)) == 1
    await made.joining.claim(link, Phone())


async def test_the_phone_that_has_the_link_keeps_it_and_a_chosen_cookie_is_worth_nothing(
    made: Application,
) -> None:
    link = await token(made, await begin(made))
    cookie = await made.joining.claim(link, Phone(cookie="chosen-by-an-attacker"))
    assert cookie != "chosen-by-an-attacker"
    assert await made.joining.claim(link, Phone(cookie=cookie)) == cookie
    with pytest.raises(NotSignedIn):
        await made.joining.caller("chosen-by-an-attacker")


async def test_a_claim_whose_answer_was_lost_can_be_repeated_by_that_phone_only(made: Application) -> None:
    link = await token(made, await begin(made))
    marked = Phone(mark="the-mark-of-this-phone")
    first = await made.joining.claim(link, marked)  # the answer never arrives
    assert (await made.joining.look(link, marked)).state == "ready"
    assert await made.joining.claim(link, marked) == first
    other = Phone(mark="another-phone")
    assert (await made.joining.look(link, other)).state == "claimed"
    with pytest.raises(LinkUnusable):
        await made.joining.claim(link, other)


@pytest.mark.parametrize("link", ["", "A" * 22, "é", "../../etc/passwd", "x" * 10_000])
async def test_a_link_that_was_never_made_opens_nothing(made: Application, link: str) -> None:
    await begin(made)
    assert (await made.joining.look(link, Phone())).state == "unknown"
    with pytest.raises(LinkUnusable):
        await made.joining.claim(link, Phone())


async def test_a_link_expires(made: Application, clock: Clock) -> None:
    link = await token(made, await begin(made))
    clock.advance(2 * HOUR)
    assert (await made.joining.look(link, Phone())).state == "expired"


# ---------------------------------------------------------------- the spoken code
async def test_the_spoken_code_leads_to_the_same_link(made: Application) -> None:
    session = await begin(made, "03 83 12 34 56")
    link = await made.use.inviting.link(visitor(ALICE), session)
    assert await made.joining.token_of_code(link.code, "192.0.2.1") == await token(made, session)


async def test_a_code_lives_ten_minutes_and_the_regulator_is_shown_a_fresh_one(
    made: Application, clock: Clock
) -> None:
    session = await begin(made)
    old = await made.use.inviting.link(visitor(ALICE), session)
    clock.advance(10 * MINUTE)
    with pytest.raises(NotFound):
        await made.joining.token_of_code(old.code, "192.0.2.1")
    fresh = await made.use.inviting.link(visitor(ALICE), session)
    assert fresh.code != old.code
    assert await made.joining.token_of_code(fresh.code, "192.0.2.1") == await token(made, session)


async def test_guessing_codes_is_slowed_for_the_guesser_alone(made: Application) -> None:
    session = await begin(made)
    code = (await made.use.inviting.link(visitor(ALICE), session)).code
    for guess in range(CODE_GUESSES.times):
        with pytest.raises(NotFound):
            await made.joining.token_of_code(f"{(int(code) + guess + 1) % 1_000_000:06d}", "192.0.2.66")
    with pytest.raises(Throttled):
        await made.joining.token_of_code(code, "192.0.2.66")
    assert await made.joining.token_of_code(code, "192.0.2.1")


async def test_a_code_that_was_used_opens_nothing_more(made: Application) -> None:
    session = await begin(made)
    code = (await made.use.inviting.link(visitor(ALICE), session)).code
    await phone(made, session)
    with pytest.raises(NotFound):
        await made.joining.token_of_code(code, "192.0.2.1")


# ---------------------------------------------------------------- messages
async def test_a_message_leaves_at_once_and_its_fate_is_told(made: Application, tmp_path: Path) -> None:
    made.adapters.tasks.start(made.courier.run())
    session = await begin(made)
    await until_said(made, session, facts.MessageDelivered)
    [file] = (tmp_path / "outbox").glob("*.json")
    assert json.loads(file.read_text())["link"].endswith(await token(made, session))


async def test_a_message_whose_sender_died_leaves_when_its_lease_is_over(
    made: Application, clock: Clock
) -> None:
    session = await begin(made)
    store = made.adapters.store
    [leased] = await store.due_messages(clock.now(), 10, clock.now() + 30_000)
    assert not await store.due_messages(clock.now(), 10, clock.now() + 30_000)
    clock.advance(30_001)
    made.adapters.tasks.start(made.courier.run())
    assert (await until_said(made, session, facts.MessageAccepted)).message == leased.id


async def test_a_message_whose_link_opens_nothing_any_more_is_not_sent(
    made: Application, clock: Clock, tmp_path: Path
) -> None:
    """To a wrong number, and of a session that has ended: none of them had left yet."""
    corrected, over = await begin(made), await begin(made)
    await made.use.inviting.resend(visitor(ALICE), corrected, intent="correct", to="06 98 76 54 32")
    await made.use.ending.end(visitor(ALICE), over)
    made.adapters.tasks.start(made.courier.run())
    await until_said(made, corrected, facts.MessageDelivered)
    await until(partial(_is_nothing_planned, made, clock))
    [file] = (tmp_path / "outbox").glob("*.json")
    assert json.loads(file.read_text())["to"] == "+33698765432"


async def _is_nothing_planned(made: Application, clock: Clock) -> bool:
    return not await made.adapters.store.due_messages(clock.now() + 60_000, 10, clock.now() + 60_000)


async def test_a_click_that_is_repeated_sends_once(made: Application) -> None:
    session = await begin(made)
    for _ in range(3):
        await made.use.inviting.resend(visitor(ALICE), session, intent="click-1", to=None)
    await made.use.inviting.resend(visitor(ALICE), session, intent="click-2", to=None)
    assert len(await said(made, session, facts.MessageQueued)) == 3  # the first one, and two clicks


# ---------------------------------------------------------------- the phone
async def test_a_command_is_logged_and_goes_to_the_phone_with_its_epoch(made: Application) -> None:
    session = await begin(made)
    target = await phone(made, session)
    async with made.adapters.bus.subscribe(phone_topic(target.id)) as notes:
        await made.use.commanding.command(visitor(ALICE), session, "cmd-1", "torch", True)
        sent = json.loads(await anext(notes))
    assert sent == {"type": "command", "id": "cmd-1", "epoch": 1, "name": "torch", "value": True}
    [logged] = await said(made, session, facts.CommandSent)
    assert (logged.by, logged.value) == (ALICE.id, True)


async def test_silence_is_answered_as_unreachable(made: Application) -> None:
    session = await begin(made)
    await phone(made, session)
    parts = made.adapters
    journal = Journal(parts.store, parts.bus)
    quick = Commanding(parts.store, journal, parts.bus, parts.relay, parts.tasks, answer_seconds=0.01)
    await quick.command(visitor(ALICE), session, "cmd-1", "torch", True)
    assert (await until_said(made, session, facts.CommandAnswered)).error == "unreachable"


async def test_a_command_that_got_lost_is_said_again_with_its_id_until_it_is_answered(
    made: Application,
) -> None:
    session = await begin(made)
    target = await phone(made, session)
    parts = made.adapters
    journal = Journal(parts.store, parts.bus)
    patient = Commanding(parts.store, journal, parts.bus, parts.relay, parts.tasks, answer_seconds=0.9)
    async with parts.bus.subscribe(phone_topic(target.id)) as notes:
        await patient.command(visitor(ALICE), session, "cmd-1", "torch", True)
        first, again = await anext(notes), await anext(notes)
        assert first == again
        await made.use.reporting.control_frame(target, control.Result(id="cmd-1"))
    assert (await until_said(made, session, facts.CommandAnswered)).error is None


async def test_what_the_relay_hears_of_a_phone_becomes_its_events(made: Application) -> None:
    session = await begin(made)
    target = await phone(made, session)
    key = relay_key(ALICE.centre, session)
    state = control.Hello(
        epoch=1, revision=1, capabilities=Capabilities(torch=True), wanted=Controls(), actual=Controls()
    )
    for event in (
        relay.Connected(session=key, participant=target.id),
        relay.ChannelMessage(session=key, participant=target.id, data=encode(state).decode()),
        relay.ChannelMessage(session=key, participant=target.id, data="garbage"),
        relay.Stalled(session=key, participant=target.id),
        relay.Resumed(session=key, participant=target.id),
        relay.Connected(session="nowhere.at-all", participant=target.id),
    ):
        await made.use.reporting.relay_event(event)
    told = [type(event.fact) for event in await events(made, session)]
    assert told[-4:] == [facts.MediaConnected, facts.PhoneState, facts.MediaStalled, facts.MediaResumed]


async def test_what_a_phone_can_not_mean_is_refused_each_time_logged_once_and_the_call_goes_on(
    made: Application,
) -> None:
    session = await begin(made)
    target, other = await phone(made, session), await phone(made, await begin(made))
    key = relay_key(ALICE.centre, session)
    mars = '{"type": "position", "latitude": 4000, "longitude": 0, "accuracy": 1}'
    forged = '{"type": "hello", "epoch": 9, "revision": 1, "capabilities": {}, "wanted": {}, "actual": {}}'
    with capture_logs() as logs:
        for data in [*["garbage"] * 100, mars, forged]:
            for who in (target, other):
                here = relay_key(ALICE.centre, who.session)
                event = relay.ChannelMessage(session=here, participant=who.id, data=data)
                await made.use.reporting.relay_event(event)
        made.use.reporting.refused(target, BadMessage("and by the socket"))
    refused = [entry for entry in logs if entry["event"] == "phone_message_refused"]
    assert [entry["participant"] for entry in refused] == [target.id, other.id]
    assert all(entry["reason"] for entry in refused)
    assert await said(made, session, facts.PositionFixed) == []
    good = relay.ChannelMessage(session=key, participant=target.id, data='{"type": "result", "id": "cmd-1"}')
    await made.use.reporting.relay_event(good)
    assert len(await said(made, session, facts.CommandAnswered)) == 1


async def test_a_session_whose_media_node_goes_has_its_followers_told_and_those_of_others_not(
    made: Application,
) -> None:
    here, elsewhere = await begin(made), await begin(made)
    async with asyncio.timeout(20):
        told = [asyncio.ensure_future(anext(made.hub.moves(session))) for session in (here, elsewhere)]
        while not told[0].done():
            await asyncio.sleep(0)  # until the follower has subscribed
            await made.use.reporting.relay_event(relay.Moved(session=relay_key(ALICE.centre, here)))
    assert not told[1].done()
    told[1].cancel()


async def test_a_watched_position_is_kept_every_two_seconds_at_most(made: Application, clock: Clock) -> None:
    session = await begin(made)
    target = await phone(made, session)
    for step in range(10):
        frame = control.Position(latitude=48.69 + step / 1e4, longitude=6.18, accuracy=9)
        await made.use.reporting.control_frame(target, frame)
        clock.advance(500)
    assert len(await said(made, session, facts.PositionFixed)) == 3


async def test_the_first_picture_of_a_session_is_told_once(made: Application) -> None:
    session = await begin(made)
    target = await phone(made, session)
    for user in (ALICE, BOB, ALICE):
        await made.use.reporting.seen(visitor(user), session, target.id)
    assert len(await said(made, session, facts.PictureFirst)) == 1


@pytest.mark.parametrize("offer", ["", "v=0", "x" * 60_000, "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"])
async def test_what_is_no_offer_of_video_is_refused(made: Application, offer: str) -> None:
    session = await begin(made)
    target = await phone(made, session)
    with pytest.raises(BadOffer):
        await made.use.negotiating.publish(target, offer)
    with pytest.raises(BadOffer):
        await made.use.negotiating.view(visitor(ALICE), session, "leg", offer)


# ---------------------------------------------------------------- captures and the end
def png(width: int = 1280, height: int = 720) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height), (0, 140, 0)).save(data, "PNG")
    return data.getvalue()


async def test_a_capture_is_kept_whole_and_only_for_its_centre(made: Application) -> None:
    session = await begin(made)
    capture = await made.captures.store(visitor(ALICE), session, png())
    row, data = await made.captures.read(visitor(BOB), capture.id)
    assert (row.width, row.height) == (1280, 720)
    assert Image.open(io.BytesIO(data)).size == (1280, 720)
    with pytest.raises(NotFound):
        await made.captures.read(visitor(CHARLIE), capture.id)


async def test_what_is_no_picture_is_not_kept(made: Application) -> None:
    session = await begin(made)
    with pytest.raises(BadFile):
        await made.captures.store(visitor(ALICE), session, b"<svg onload=alert(1)>")
    assert await said(made, session, facts.CaptureStored) == []


async def test_the_end_is_told_once_and_nothing_follows_it(made: Application) -> None:
    session = await begin(made)
    target = await phone(made, session)
    for user in (ALICE, BOB):
        await made.use.ending.end(visitor(user), session)
    await made.use.reporting.step(target, caller.Step(step="page.hidden"))
    told = await events(made, session)
    assert [type(event.fact) for event in told].count(facts.SessionEnded) == 1
    assert isinstance(told[-1].fact, facts.SessionEnded)
    with pytest.raises(NotAllowed):
        await made.captures.store(visitor(ALICE), session, png())


async def test_a_session_left_open_ends_by_itself(made: Application, clock: Clock) -> None:
    old = await begin(made)
    clock.advance(11 * HOUR)
    young = await begin(made)
    clock.advance(1 * HOUR + 1)
    assert await made.use.ending.sweep(12 * HOUR) == 1
    assert (await said(made, old, facts.SessionEnded))[0].by is None
    assert await said(made, young, facts.SessionEnded) == []


# ---------------------------------------------------------------- rights
Attempt = Callable[[Application, Visitor, str], Any]
ATTEMPTS: dict[str, Attempt] = {
    "link": lambda made, who, session: made.use.inviting.link(who, session),
    "resend": lambda made, who, session: made.use.inviting.resend(who, session, intent="i", to=None),
    "view": lambda made, who, session: made.use.negotiating.view(who, session, "leg", "v=0"),
    "command": lambda made, who, session: made.use.commanding.command(who, session, "c", "torch", True),
    "ask": lambda made, who, session: made.use.driving.ask(who, session),
    "give": lambda made, who, session: made.use.driving.give(who, session, who.user),
    "take": lambda made, who, session: made.use.driving.take(
        who, session, "", made.hub.attendance(session, "leg")
    ),
    "seen": lambda made, who, session: made.use.reporting.seen(who, session, new_id(0)),
    "joined": lambda made, who, session: made.use.reporting.joined(who, session),
    "end": lambda made, who, session: made.use.ending.end(who, session),
    "capture": lambda made, who, session: made.captures.store(who, session, png(8, 8)),
    "details": lambda made, who, session: made.use.history.details(who, session),
    "version": lambda made, who, session: made.use.history.version(who, session),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_another_centres_session_is_not_there(made: Application, attempt: str) -> None:
    session = await begin(made)
    before = await events(made, session)
    with pytest.raises(NotFound):
        await ATTEMPTS[attempt](made, visitor(CHARLIE), session)
    assert await events(made, session) == before


@pytest.mark.parametrize(
    "attempt", ["link", "resend", "view", "command", "ask", "give", "take", "end", "capture"]
)
async def test_an_administrator_sees_no_caller(made: Application, attempt: str) -> None:
    session = await begin(made)
    with pytest.raises(NotAllowed):
        await ATTEMPTS[attempt](made, visitor(ALICE, role="administrator"), session)


async def test_the_history_is_the_centres_own_and_pages_are_stable(made: Application, clock: Clock) -> None:
    mine = []
    for _ in range(30):
        clock.advance(1)
        mine.append(await begin(made))
    history = made.use.history
    bob = await history.reader(visitor(BOB))
    first = await history.page(bob, Search())
    assert (first.newer, first.older) == (False, True)
    clock.advance(1)
    await begin(made)  # a new row moves nothing on the second page
    second = await history.page(bob, Search(before=first.meetings[-1].place))
    assert [row.session.id for row in (*first.meetings, *second.meetings)] == mine[::-1]
    assert (second.newer, second.older) == (True, False)
    charlie = await history.reader(visitor(CHARLIE))
    assert not (await history.page(charlie, Search())).meetings
