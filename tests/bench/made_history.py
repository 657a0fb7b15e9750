"""`scripts/make-history`: a history of many sessions, straight into an empty migrated database.

The same `--seed` makes the same sessions. Numbers are made findable with the SECRET_KEY of the environment;
without one the server does that when it starts.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from time import monotonic
from typing import Any, Final

import asyncpg
from sqlalchemy import make_url

from signaling.domain import facts
from signaling.domain.facts import AnyFact, Event
from signaling.domain.ids import Secrets, fingerprint
from signaling.domain.indexing import Numbers, head_of, place_of, tail_of
from signaling.domain.outcomes import ending, traces_after
from signaling.domain.records import (
    Assessment,
    Capture,
    Centre,
    Invitation,
    Message,
    Participant,
    Person,
    Position,
    Record,
    Session,
    User,
)
from signaling.store import rows, tables
from signaling.store.projection import session_after
from signaling.store.schema import upgrade
from signaling.store.tables import TABLE_OF

END: Final = 1_795_000_000_000  # ms since the epoch: the newest session
YEARS: Final = 2
EVENTS: Final = 30
USERS: Final = 40  # a centre
BATCH: Final = 2_000  # sessions
CENTRES: Final = (("SAMU 54", 70), ("SAMU 67", 20), ("SAMU 75", 10))  # names, and their shares
TOWNS: Final = (
    "Nancy", "Lunéville", "Toul", "Pont-à-Mousson", "Longwy", "Briey", "Vandœuvre-lès-Nancy", "Laxou",
    "Villers-lès-Nancy", "Jarville-la-Malgrange", "Saint-Nicolas-de-Port", "Dombasle-sur-Meurthe",
)  # fmt: skip
STREETS: Final = ("rue Saint-Jean", "avenue de la Garenne", "place Stanislas", "route de Metz", "chemin Noir")
NOTES: Final = (
    "chute d'escalier", "douleur thoracique", "plaie de la main", "malaise au volant", "brûlure au bras",
    "détresse respiratoire", "accouchement imminent", "traumatisme crânien", "convulsions de l'enfant",
)  # fmt: skip
CARRIERS: Final = ("twilio", "twilio", "ovh")
PHONES: Final = (
    *(("Safari 18, iOS", "iPhone"),) * 4,
    ("Chrome 137, Android", "SM-S911B"),
    ("Chrome 137, Android", "SM-A546B"),
    ("Samsung Internet 28, Android", "SM-A346B"),
    ("Chrome 136, Android", "Pixel 8"),
    ("Chrome 137, Android", ""),
    ("Firefox 140, Android", ""),
)
ASSESSMENTS: Final[tuple[Assessment, ...]] = ("worse", "same", "same", "better", "no_video")
NAMES: Final = ("Alice", "Bruno", "Chloé", "David", "Élise", "Farid", "Gaëlle", "Hugo", "Inès", "Jules")

Batch = dict[str, list[dict[str, Any]]]  # table -> rows


class Maker:
    """Makes sessions one after the other, the oldest first."""

    def __init__(self, count: int, seed: int, key: bytes) -> None:
        self._random = random.Random(seed)
        self._count = count
        self._numbers = Numbers(Secrets(key.ljust(32, b"\0")).search_key())
        self.centres = [self._centre(name) for name, _ in CENTRES]
        self.users = {one.id: [self._user(one, n) for n in range(USERS)] for one in self.centres}

    def people(self) -> Iterator[Record]:
        yield from self.centres
        for users in self.users.values():
            for one in users:
                yield Person(
                    id=one.person, centre="", email=one.email, name=one.name, password_hash="", created_at=0
                )
            yield from users

    def batches(self) -> Iterator[Batch]:
        numbers = iter(range(self._count))
        while batch := list(islice(numbers, BATCH)):
            made: Batch = {}
            for number in batch:
                for name, row in self._session(number):
                    made.setdefault(name, []).append(row)
            yield made

    # ------------------------------------------------------------ one session
    def _session(self, number: int) -> Iterator[tuple[str, dict[str, Any]]]:
        at = END - (self._count - number) * (YEARS * 365 * 86_400_000 // self._count)
        [centre] = self._random.choices(self.centres, [share for _, share in CENTRES])
        by = self._random.choice(self.users[centre.id])
        address = f"+33{self._random.choice('67')}{self._random.randrange(10**8):08d}"
        started = Session(
            id=self._id(at), centre=centre.id, version=0, started_by=by.id, started_at=at, address=address,
            channel="sms", rung="", reference=f"{at // 86_400_000}-{number:06d}",
            note=self._random.choice(NOTES) if self._random.random() < 0.4 else "",
        )  # fmt: skip
        own: dict[str, Any] = {"centre": centre.id, "session": started.id}
        invitation = Invitation(
            id=self._id(at), **own, address=address, channel="sms", token_hash=fingerprint(self._id(at)),
            code_hash="", code_salt=0, code_expires_at=at, created_at=at, expires_at=at,
        )  # fmt: skip
        message = Message(
            id=self._id(at), **own, invitation=invitation.id, intent="invite", channel="sms", address=address,
            language="fr", state="delivered", created_at=at, next_try_at=None,
        )  # fmt: skip
        phone = Participant(
            id=self._id(at), **own, role="caller", created_at=at, invitation=invitation.id,
            cookie_hash=fingerprint(self._id(at)), browser="Safari 18, iOS", language="fr",
        )  # fmt: skip
        events = self._events(at, by.id, invitation.id, message.id, phone.id)
        records: list[Record] = [session_after(started, events), invitation, message, phone]
        places = []
        if self._random.random() < 0.4:
            places = [f"{self._random.randrange(1, 90)} {self._random.choice(STREETS)}, {self._town()}"]
            records.append(
                Position(
                    id=self._id(at),
                    **own,
                    participant=phone.id,
                    at=at,
                    latitude=48.69,
                    longitude=6.18,
                    accuracy=12.0,
                    address=places[0],
                    source="BAN",
                )
            )
        if self._random.random() < 0.3:
            records.append(
                Capture(
                    id=self._id(at),
                    **own,
                    taken_by=by.id,
                    taken_at=at,
                    width=1280,
                    height=720,
                    size=90_000,
                    media_type="image/jpeg",
                )
            )
        for record in records:
            yield TABLE_OF[type(record)].name, rows.values_of(record)
        for event in events:
            yield "event", {**own, **_event(event)}
        session = records[0]
        assert isinstance(session, Session)
        yield "meeting", self._meeting(session, events, places)
        yield "figure_due", {"session": session.id, "centre": session.centre, "version": session.version}

    def _events(self, at: int, by: str, invitation: str, message: str, phone: str) -> tuple[Event, ...]:
        """As far up the ladder as chance will have it, then commands, then the end."""
        chance = self._random.random()
        provider, (browser, model) = self._random.choice(CARRIERS), self._random.choice(PHONES)
        ladder: list[AnyFact] = [
            facts.SessionStarted(by=by),
            facts.InvitationCreated(invitation=invitation, channel="sms", to_hint="•••", line="mobile"),
            facts.MessageQueued(message=message, invitation=invitation, channel="sms", provider=provider),
        ]
        if chance < 0.04:
            ladder.append(facts.MessageFailed(message=message, reason="30005", permanent=True))
        if chance >= 0.04:
            ladder += [facts.MessageAccepted(message=message), facts.MessageDelivered(message=message)]
        if chance >= 0.1:
            claimed = facts.LinkClaimed(
                invitation=invitation, participant=phone, browser=browser, language="fr", model=model
            )
            ladder += [facts.LinkOpened(invitation=invitation), claimed, facts.CameraAsked(participant=phone)]
        if 0.1 <= chance < 0.13:
            ladder.append(facts.CameraRefused(participant=phone, reason="denied"))
        if chance >= 0.18:
            way: facts.Way = "stills" if chance < 0.21 else "udp"
            ladder += [
                facts.CameraGranted(participant=phone),
                facts.PictureWay(participant=phone, way=way),
                facts.PictureFirst(participant=phone),
            ]
        if self._random.random() < 0.03:
            ladder.append(facts.SessionMarked(by=by, debrief=True))
        if self._random.random() < 0.5:
            assessment = self._random.choice(ASSESSMENTS)
            ladder.append(facts.SessionAssessed(by=by, assessment=assessment))
        filler = facts.CommandSent(command="c", participant=phone, by=by, name="torch", value=True)
        happened = [*ladder, *[filler] * (EVENTS - 1 - len(ladder)), facts.SessionEnded(by=by)]
        step = self._random.randrange(2_000, 30_000)
        return tuple(Event(version, at + version * step, fact) for version, fact in enumerate(happened, 1))

    def _meeting(self, session: Session, events: Sequence[Event], places: Sequence[str]) -> dict[str, Any]:
        traces = traces_after(0, events, frozenset())
        became = ending(session, traces)
        tail = tail_of(session, [session.address], places, self._numbers)
        return {
            "place": place_of(session.id, session.started_at), "centre": session.centre,
            "session": session.id, "started_by": session.started_by, "ending": became,
            "debrief": session.debrief, "traces": traces, "words": f"{head_of(session, became)} {tail}",
            "mark": self._numbers.mark,
        }  # fmt: skip

    def _town(self) -> str:
        return f"{self._random.randrange(54_000, 55_000)} {self._random.choice(TOWNS)}"

    def _centre(self, name: str) -> Centre:
        id_ = self._id(0)
        return Centre(id=id_, centre=id_, name=name, created_at=0)

    def _user(self, of: Centre, number: int) -> User:
        id_ = self._id(0)
        name = f"{NAMES[number % len(NAMES)]} {chr(65 + number // len(NAMES))}."
        email = f"{number}@{of.id}.test"
        return User(id=id_, centre=of.id, person=id_, email=email, name=name, role="regulator", created_at=0)

    def _id(self, at: int) -> str:
        return f"{at:012x}{self._random.getrandbits(80):020x}"


def _event(event: Event) -> dict[str, Any]:
    kind = type(event.fact).__struct_config__.tag
    fact = rows.encode_fact(event.fact).decode()
    return {"version": event.version, "at": event.at, "type": kind, "fact": fact}


# ---------------------------------------------------------------- into a database
def fill(database_url: str, count: int, seed: int, key: bytes) -> Maker:
    """Migrates it first. The database has no other session."""
    upgrade(database_url)
    maker = Maker(count, seed, key)
    people: Batch = {}
    for record in maker.people():
        people.setdefault(TABLE_OF[type(record)].name, []).append(rows.values_of(record))
    batches = _in_order(people, maker.batches())
    if make_url(database_url).get_backend_name() == "sqlite":
        _fill_sqlite(str(make_url(database_url).database), batches)
    else:
        asyncio.run(_fill_postgres(database_url, batches))
    return maker


def _in_order(first: Batch, batches: Iterable[Batch]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Parents before children."""
    names = [table.name for table in (*TABLE_OF.values(), tables.event, tables.meeting, tables.figure_due)]
    for batch in chain([first], batches):
        yield from ((name, batch[name]) for name in names if name in batch)


def _fill_sqlite(path: str, batches: Iterable[tuple[str, list[dict[str, Any]]]]) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    for name, values in batches:
        columns = list(values[0])
        marks = ", ".join("?" * len(columns))
        quoted = ", ".join(f'"{column}"' for column in columns)
        statement = f'INSERT INTO "{name}" ({quoted}) VALUES ({marks})'  # noqa: S608 - names of the code
        with connection:
            connection.executemany(statement, [tuple(row.values()) for row in values])
    connection.execute("INSERT INTO meeting_words (meeting_words) VALUES ('optimize')")
    connection.commit()
    connection.execute("ANALYZE")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


async def _fill_postgres(url: str, batches: Iterable[tuple[str, list[dict[str, Any]]]]) -> None:
    connection = await asyncpg.connect(url)
    for name, values in batches:
        records = [tuple(row.values()) for row in values]
        await connection.copy_records_to_table(name, records=records, columns=list(values[0]))
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/make-history", description=__doc__)
    parser.add_argument("database_url", help="sqlite:///path or postgresql://..., without a session in it")
    parser.add_argument("--sessions", type=int, default=10_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(argv)
    began = monotonic()
    fill(given.database_url, given.sessions, given.seed, os.environ.get("SECRET_KEY", "").encode())
    print(f"{given.sessions} sessions with {EVENTS} events each: {monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
