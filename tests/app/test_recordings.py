"""Who is recorded, and who sees the films: on a real store and real files, with the test's own recorder."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

import pytest

from signaling.domain import facts
from signaling.domain.controls import Capabilities, Controls
from signaling.domain.errors import NotAllowed, NotFound, Unavailable
from signaling.domain.policy import Policy, with_policy
from signaling.domain.records import Participant, Recording, User
from signaling.domain.visitor import Visitor
from signaling.messages.relay import FilmBegun, FilmEnded, FilmEvent, FilmPiece
from signaling.ports import Change
from signaling.service.negotiate import relay_key
from signaling.service.recordings import Recordings
from signaling.service.tasks import Tasks
from tests import cast
from tests.app.office import ADMIN, SUPERVISOR, Office
from tests.cast import ALICE, CHARLIE, SAMU_54

FILM = bytes(range(256)) * 40
FILM_ID = "f" * 32


class Studio:
    """A recorder that does as it is told, and the use case on it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.phones: dict[
            str, dict[str, int]
        ] = {}  # by session: who is to be recorded, since which connection
        self.versions: list[int] = []  # with which it was told
        self.made: set[str] = set()  # films that a living process is making
        self.tasks = Tasks()
        self.recordings = Recordings(
            office.store, office.journal, office.files, office.clock, self.tasks, self
        )

    async def film(self, session: str, phones: Mapping[str, int], version: int) -> None:
        self.phones[session] = dict(phones)
        self.versions.append(version)

    async def being_made(self, films: Collection[str]) -> Collection[str]:
        return self.made & set(films)

    async def tell(
        self, phone: Participant, kind: type[FilmEvent], film: str = FILM_ID, **fields: Any
    ) -> None:
        """As the relay does."""
        key = relay_key(phone.centre, phone.session)
        await self.recordings.take(kind(session=key, participant=phone.id, film=film, **fields))

    async def write(self, phone: Participant, *pieces: bytes) -> None:
        """A film of these begins."""
        self.made.add(FILM_ID)
        await self.tell(phone, FilmBegun, media_type="video/webm")
        at = 0
        for piece in pieces:
            await self.tell(phone, FilmPiece, offset=at, data=piece)
            at += len(piece)

    async def kept(self, session: str) -> Recording:
        (film,) = await self.office.store.recordings(SAMU_54.id, session)
        return film

    async def happen(self, session: str, *happened: facts.AnyFact) -> None:
        """Returns once all that follows from it is done."""
        await self.office.happen(session, *happened)
        while self.tasks._running:
            await asyncio.gather(*self.tasks._running)

    @property
    def filmed(self) -> set[str]:
        return {phone for phones in self.phones.values() for phone in phones}

    async def told(self, session: str) -> list[str]:
        """The facts on recording, in order."""
        events = await self.office.store.events(SAMU_54.id, session, 0)
        names = [str(type(event.fact).__struct_config__.tag) for event in events]
        return [name for name in names if name.startswith("recording.")]


@pytest.fixture
async def studio(office: Office) -> Studio:
    await record(office, True)
    return Studio(office)


async def record(office: Office, on: bool) -> None:
    await office.store.change_centre(SAMU_54.id, lambda row: with_policy(row, Policy(recording=on)))


async def called(office: Office, **fields: Any) -> tuple[str, Participant]:
    """A session with a phone in it."""
    session = cast.session(ALICE)
    invitation = cast.invitation(session, guest=fields.pop("guest", ""))
    phone = cast.caller(invitation, **{"standing": "main", **fields})
    started = facts.SessionStarted(by=ALICE.id)
    await office.store.start(session, Change(records=(invitation, phone), facts=(started,)))
    return session.id, phone


def visitor_of(user: User) -> Visitor:
    return Visitor(
        user=user.id,
        person=user.person,
        name=user.name,
        email=user.email,
        role=user.role,
        centre=user.centre,
        centre_name="SAMU 54",
        login="",
    )


def agreed(phone: Participant) -> facts.AnyFact:
    return facts.RecordingAgreed(participant=phone.id)


def connected(phone: Participant) -> facts.AnyFact:
    return facts.MediaConnected(participant=phone.id)


def paused(phone: Participant, pause: bool) -> facts.AnyFact:
    state = Controls(pause=pause)
    return facts.PhoneState(
        participant=phone.id, epoch=1, revision=1, capabilities=Capabilities(), wanted=state, actual=state
    )


# ---------------------------------------------------------------- who is recorded
async def test_a_caller_who_was_told_is_recorded_until_the_visio_ends(studio: Studio) -> None:
    session, phone = await called(studio.office)
    await studio.happen(session, agreed(phone))
    assert studio.filmed == set()
    await studio.happen(session, connected(phone))
    assert studio.filmed == {phone.id}
    await studio.write(phone, FILM, FILM)
    await studio.happen(session, facts.SessionEnded(by=ALICE.id))
    assert studio.filmed == set()
    await studio.tell(phone, FilmEnded, milliseconds=2_000)
    film = await studio.kept(session)
    assert (film.size, film.ended_at) == (2 * len(FILM), film.started_at + 2_000)
    assert await studio.office.files.get(SAMU_54.id, film.id) == FILM * 2
    assert await studio.told(session) == ["recording.agreed", "recording.started", "recording.stored"]


async def test_nobody_is_recorded_who_was_not_told_or_said_no(studio: Studio) -> None:
    for said in ((), (facts.RecordingDeclined(participant="x"),)):
        session, phone = await called(studio.office)
        await studio.happen(session, connected(phone), *said)
        if said:
            await studio.happen(session, agreed(phone))
        assert studio.filmed == set()


async def test_a_centre_without_recording_a_guest_and_a_second_camera_are_never_recorded(
    studio: Studio,
) -> None:
    for fields in ({"guest": "camera"}, {"standing": "second"}, {"standing": "next"}):
        session, phone = await called(studio.office, **fields)
        await studio.happen(session, agreed(phone), connected(phone))
    await record(studio.office, False)
    session, phone = await called(studio.office)
    await studio.happen(session, agreed(phone), connected(phone))
    assert studio.filmed == set()


async def test_a_centre_that_turns_recording_off_is_obeyed_at_the_next_event(studio: Studio) -> None:
    session, phone = await called(studio.office)
    await studio.happen(session, agreed(phone), connected(phone))
    await studio.write(phone, FILM)
    await record(studio.office, False)
    await studio.happen(session, connected(phone))
    assert studio.filmed == set()


async def test_a_pause_ends_the_film_and_the_picture_after_it_begins_another(studio: Studio) -> None:
    session, phone = await called(studio.office)
    await studio.happen(session, agreed(phone), connected(phone))
    await studio.happen(session, paused(phone, True))
    assert studio.filmed == set()
    await studio.happen(session, paused(phone, False))
    assert studio.filmed == {phone.id}
    assert studio.versions == sorted(set(studio.versions))  # a late word is known as one


async def test_a_phone_that_connects_anew_may_be_recorded_anew(studio: Studio) -> None:
    session, phone = await called(studio.office)
    await studio.happen(session, agreed(phone), connected(phone))
    before = studio.phones[relay_key(SAMU_54.id, session)][phone.id]
    await studio.happen(session, facts.CallerHungUp(participant="another"))
    assert studio.phones[relay_key(SAMU_54.id, session)][phone.id] == before
    await studio.happen(session, connected(phone))
    assert studio.phones[relay_key(SAMU_54.id, session)][phone.id] > before


async def test_one_click_of_a_regulator_stops_it_for_good(studio: Studio) -> None:
    session, phone = await called(studio.office)
    await studio.happen(session, agreed(phone), connected(phone))
    with pytest.raises(NotAllowed):
        await studio.recordings.stop(visitor_of(ADMIN), session)
    await studio.recordings.stop(visitor_of(ALICE), session)
    await studio.recordings.stop(visitor_of(ALICE), session)
    await studio.happen(session, connected(phone))
    assert studio.filmed == set()
    assert await studio.told(session) == ["recording.agreed", "recording.stopped"]


async def test_another_phone_that_takes_over_is_recorded_once_its_owner_was_told(studio: Studio) -> None:
    session, phone = await called(studio.office)
    await studio.happen(session, agreed(phone), connected(phone))
    room = await studio.office.store.room(SAMU_54.id, session)
    other = cast.caller(room.invitations[0], standing="next", cookie_hash="o" * 64)
    change = Change(records=(other,))
    await studio.office.journal.change(SAMU_54.id, session, lambda _: change)
    await studio.happen(session, connected(other))
    assert studio.filmed == set()
    await studio.happen(session, agreed(other))
    assert studio.filmed == {other.id}


async def test_what_a_killed_process_left_is_closed_as_it_is_and_what_a_living_one_makes_goes_on(
    studio: Studio,
) -> None:
    session, phone = await called(studio.office)
    await studio.happen(session, agreed(phone), connected(phone))
    await studio.write(phone, FILM)
    await studio.happen(session, connected(phone))
    assert (await studio.kept(session)).ended_at is None
    studio.made.clear()
    await studio.happen(session, facts.SessionEnded(by=None))
    film = await studio.kept(session)
    assert film.size == len(FILM)
    assert film.ended_at is not None
    with pytest.raises(NotFound):
        await studio.tell(phone, FilmPiece, offset=len(FILM), data=FILM)
    await studio.tell(phone, FilmEnded, milliseconds=9)
    assert await studio.kept(session) == film


async def test_what_is_told_twice_is_written_once_and_what_was_lost_ends_the_film(studio: Studio) -> None:
    session, phone = await called(studio.office)
    await studio.happen(session, agreed(phone), connected(phone))
    await studio.write(phone, FILM)
    await studio.write(phone, FILM)
    with pytest.raises(Unavailable):
        await studio.tell(phone, FilmPiece, offset=2 * len(FILM), data=FILM)
    await studio.tell(phone, FilmEnded, milliseconds=1_000)
    assert await studio.office.files.get(SAMU_54.id, FILM_ID) == FILM
    assert (await studio.told(session)).count("recording.started") == 1


async def test_nobody_writes_into_the_film_of_another_session_or_after_the_end(studio: Studio) -> None:
    session, phone = await called(studio.office)
    _, other = await called(studio.office)
    await studio.happen(session, agreed(phone), connected(phone))
    await studio.write(phone, FILM)
    with pytest.raises(NotFound):
        await studio.tell(other, FilmPiece, offset=len(FILM), data=FILM)
    await studio.happen(session, facts.SessionEnded(by=ALICE.id))
    with pytest.raises(NotAllowed):
        await studio.tell(phone, FilmBegun, film="e" * 32, media_type="video/webm")


# ---------------------------------------------------------------- who sees it
async def kept(office: Office) -> tuple[str, str]:
    """(session, film) of SAMU 54."""
    session, phone = await called(office)
    film = cast.recording(phone, size=len(FILM))
    await office.journal.change(
        SAMU_54.id, session, lambda _: Change(records=(film,), facts=(facts.SessionEnded(by=ALICE.id),))
    )
    await office.files.put(SAMU_54.id, film.id, FILM)
    return session, film.id


async def test_a_film_is_a_file_to_save_and_each_view_is_audited(office: Office) -> None:
    session, film = await kept(office)
    for user in (ALICE, SUPERVISOR):
        async with office.desk(user) as browser:
            answer = await browser.get(f"/recordings/{film}")
            assert answer.content == FILM
            assert answer.headers["content-type"] == "video/webm"
            assert answer.headers["content-disposition"].startswith("attachment; filename=")
            page = await browser.get(f"/history/{session}")
            assert f'src="/recordings/{film}"' in page.text
    async with office.desk(ADMIN) as browser:
        assert (await browser.get(f"/recordings/{film}")).status_code == 403
        assert f"/recordings/{film}" not in (await browser.get(f"/history/{session}")).text
    async with office.desk(CHARLIE) as browser:
        assert (await browser.get(f"/recordings/{film}")).status_code == 404
    lines = await office.store.audit_entries(SAMU_54.id, 0, 100)
    assert [(line.actor, line.subject) for line in lines if line.action == "recording.viewed"] == [
        (ALICE.id, film), (SUPERVISOR.id, film),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-1", 0, 2), ("bytes=100-", 100, len(FILM)), ("bytes=-24", len(FILM) - 24, len(FILM)),
        ("bytes=10-99999999", 10, len(FILM)), (f"bytes={len(FILM) - 1}-", len(FILM) - 1, len(FILM)),
    ],
)  # fmt: skip
async def test_a_player_gets_the_part_that_it_asks_for(
    office: Office, asked: str, start: int, stop: int
) -> None:
    _, film = await kept(office)
    async with office.desk(ALICE) as browser:
        answer = await browser.get(f"/recordings/{film}", headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == FILM[start:stop]
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(FILM)}"
    assert answer.headers["content-length"] == str(stop - start)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("bytes=10240-", 416), ("bytes=9-8", 416), ("bytes=-0", 416), ("bytes=-", 200),
        ("bytes=0-1,4-5", 200), ("lines=1-2", 200), ("bytes=99999999999999999999-", 200), ("bytes=²-", 200),
    ],
)  # fmt: skip
async def test_a_part_that_there_is_none_of_breaks_nothing(office: Office, asked: str, status: int) -> None:
    _, film = await kept(office)
    async with office.desk(ALICE) as browser:
        answer = await browser.get(f"/recordings/{film}", headers={b"Range": asked.encode()})
    assert answer.status_code == status
