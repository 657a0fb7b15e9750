"""The figures on both databases, against answers that were worked out by hand from `tests.made_sessions`."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date
from pathlib import Path
from random import Random
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import column, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain import facts
from signaling.domain.contribution import contribution
from signaling.domain.erasing import CLASSES
from signaling.domain.figures import ASSESSED, CAUSES, FUNCTIONS, WAYS, Group, Measures, Spread, Step
from signaling.domain.ids import new_id
from signaling.domain.quality import Quality
from signaling.domain.records import Assessment, Session
from signaling.domain.room import Change
from signaling.ports import Store
from signaling.service.figures import Figures
from signaling.store import rows, tables
from signaling.store.database import Database
from signaling.store.schema import upgrade
from signaling.store.sql import SqlStore
from tests import cast
from tests.cast import ALICE, BOB, MINUTE, SAMU_54, SAMU_75, Clock
from tests.made_sessions import SESSIONS, Made, picture, say, tell

PARIS: Final = ZoneInfo("Europe/Paris")
FIRST, LAST = date(2026, 10, 24), date(2026, 11, 2)
NEAR: Final = 0.05  # a bucket's middle is at most so far from what is in it
# By split: sessions of SAMU 54, and how many of them have a picture
GROUPS: Final[dict[str, dict[str, tuple[int, int]]]] = {
    "regulator": {ALICE.id: (4, 3), BOB.id: (6, 2)},
    "carrier": {"twilio": (6, 2), "ovh": (3, 2), "smtp": (1, 1)},
    "model": {"SM-S911B": (2, 2), "iPhone": (3, 2), "": (5, 1)},
    "browser": {
        "Chrome, Android": (5, 3), "Safari, iOS": (3, 2), "Firefox, Android": (1, 0), "": (1, 0),
    },
    "network": {"SFR": (7, 2), "Bouygues": (2, 2), "": (1, 1)},
    "centre": {SAMU_54.id: (10, 5)},
    "": {"": (10, 5)},
    "nothing that is known": {"": (10, 5)},
}  # fmt: skip


async def count(store: Store) -> int:
    """Everything that is due. Returns how many sessions that were."""
    total = 0
    while centres := await store.count_sessions(PARIS, 5):
        total += len(centres)
    return total


async def erase(store: Store, session: Session) -> None:
    await store.clear(session.centre, session.id, CLASSES)


async def made(store: Store, clock: Clock, *names: str) -> dict[str, Session]:
    wanted = names or tuple(SESSIONS)
    return {name: await tell(store, clock, SESSIONS[name]) for name in wanted}


async def read(
    store: Store,
    step: Step | None = None,
    split: str = "",
    centres: Sequence[str] = (SAMU_54.id,),
    days: tuple[date, date] = (FIRST, LAST),
) -> Sequence[Group]:
    return await Figures(store, Clock(), PARIS).read(centres, *days, step, split)


def attempts_and_reached(groups: Sequence[Group]) -> dict[Any, tuple[int, int]]:
    by_name = len({one.first for one in groups}) == 1
    return {
        one.name if by_name else one.first.isoformat(): (one.measures.attempts, one.measures.reached)
        for one in groups
    }


def near(median: float, p90: float, p99: float) -> Any:
    return pytest.approx((median, p90, p99), rel=NEAR)


def values(spread: Spread) -> tuple[float, float, float]:
    return spread.median, spread.p90, spread.p99


async def view(
    database_url: str, name: str, dimension: str = "all", before: str = "2027"
) -> list[dict[str, Any]]:
    """As whoever asks the database reads it: months of SAMU 54 that begin before that."""
    database = Database(database_url)
    own = (column("centre") == SAMU_54.id, column("span") == "month", column("first") < before)
    query = select(text("*")).select_from(table(name)).where(*own, column("dimension") == dimension)
    found = await database.read(lambda connection: connection.execute(query.order_by(column("first"))))
    await database.close()
    return [dict(row) for row in found.mappings()]


async def test_the_figures_of_a_centre_are_those_worked_out_by_hand(store: Store, clock: Clock) -> None:
    await made(store, clock)
    assert await count(store) == 11
    (group,) = await read(store)
    whole = group.measures
    assert (group.first, group.name) == (FIRST, "")
    assert (whole.attempts, whole.reached, whole.video, whole.stills) == (10, 5, 3, 1)
    assert whole.causes == {"never_opened": 1, "refused": 1, "hung_up": 1, "network": 1, "ended": 1}
    assert whole.ways == {"resent": 1, "code": 1, "second_phone": 1}
    assert whole.assessed == {"worse": 2, "same": 1, "better": 1}
    assert whole.functions == {
        "capture": 1, "torch": 1, "guest": 1, "position": 1, "document": 1, "photo": 1,
    }  # fmt: skip
    assert whole.stalled == pytest.approx(24 / 260)
    assert values(whole.rungs["delivered"]) == near(4, 8, 8)
    assert values(whole.rungs["opened"]) == near(10, 30, 30)
    assert values(whole.rungs["picture"]) == near(20, 40, 40)
    assert values(whole.spent["granted"]) == near(2, 4, 4)
    assert values(whole.spent["picture"]) == near(12, 18, 18)


async def test_days_weeks_and_months_begin_where_the_centres_are(store: Store, clock: Clock) -> None:
    await made(store, clock)
    await count(store)
    assert attempts_and_reached(await read(store, "day")) == {
        "2026-10-24": (2, 1),
        "2026-10-25": (3, 1),  # of 25 hours
        "2026-10-26": (1, 0),
        "2026-10-31": (1, 1),
        "2026-11-01": (1, 1),
        "2026-11-02": (2, 1),
    }
    whole = (date(2026, 10, 1), date(2026, 11, 30))
    assert attempts_and_reached(await read(store, "week", days=whole)) == {
        "2026-10-19": (5, 2),
        "2026-10-26": (3, 2),
        "2026-11-02": (2, 1),
    }
    months = {"2026-10-01": (7, 3), "2026-11-01": (3, 2)}
    assert attempts_and_reached(await read(store, "month", days=whole)) == months
    # A month that is asked for in part: the rest of it is read day by day
    part = await read(store, "month", days=(date(2026, 10, 25), date(2026, 11, 30)))
    assert attempts_and_reached(part) == {"2026-10-25": (5, 2), "2026-11-01": (3, 2)}
    (within,) = await read(store, days=(date(2026, 10, 25), date(2026, 11, 1)))
    assert (within.measures.attempts, within.measures.reached) == (6, 3)


async def test_groups(store: Store, clock: Clock) -> None:
    await made(store, clock)
    await count(store)
    for split, answer in GROUPS.items():
        assert attempts_and_reached(await read(store, split=split)) == answer, split


async def test_a_centres_figures_hold_no_other_centres_session(store: Store, clock: Clock) -> None:
    await made(store, clock, "of another centre", "a second phone")
    await count(store)
    assert attempts_and_reached(await read(store)) == {"": (1, 1)}
    (other,) = await read(store, centres=[SAMU_75.id])
    assert values(other.measures.rungs["picture"]) == near(10, 10, 10)
    both = [SAMU_54.id, SAMU_75.id]
    assert attempts_and_reached(await read(store, centres=both)) == {"": (2, 2)}
    split = attempts_and_reached(await read(store, split="centre", centres=both))
    assert split == {SAMU_54.id: (1, 1), SAMU_75.id: (1, 1)}
    assert await read(store, centres=[]) == []
    assert await read(store, centres=["none"]) == []
    assert await read(store, days=(LAST, FIRST)) == []


async def test_a_session_counts_once_whatever_comes_later(store: Store, clock: Clock) -> None:
    session = (await made(store, clock, "a second phone"))["a second phone"]
    assert await count(store) == 1
    assert await count(store) == 0
    before = await read(store)
    later = clock.now() + MINUTE
    await say(store, clock, session, later, facts.SessionAssessed(by=ALICE.id, assessment="worse"))
    assert await read(store) == before
    assert await count(store) == 1
    (group,) = await read(store)
    assert group.measures.assessed == {"worse": 1}
    await say(store, clock, session, later, facts.SessionAssessed(by=ALICE.id, assessment="better"))
    await count(store)
    assert await read(store) == before


async def test_what_runs_is_not_counted_and_what_is_erased_leaves_its_figures(
    store: Store, clock: Clock
) -> None:
    sessions = await made(store, clock, "not over", "video with a stall", "stills, at midnight")
    video, stills = sessions["video with a stall"], sessions["stills, at midnight"]
    await erase(store, stills)  # before anybody counted it
    assert await count(store) == 2
    (group,) = before = await read(store)
    assert (group.measures.attempts, group.measures.stills) == (2, 1)
    again = facts.SessionAssessed(by=ALICE.id, assessment="worse")
    await say(store, clock, video, clock.now(), again)
    await erase(store, video)  # after it was counted, and before it is counted again
    assert await count(store) == 1
    assert await read(store) == before
    assert attempts_and_reached(await read(store, split="network")) == {"SFR": (1, 1), "": (1, 1)}
    running = sessions["not over"]
    await say(store, clock, running, clock.now(), facts.SessionEnded(by=ALICE.id))
    assert await count(store) == 1
    assert attempts_and_reached(await read(store)) == {"": (3, 3)}


async def test_a_recount_follows_another_zone_and_leaves_what_is_erased(store: Store, clock: Clock) -> None:
    sessions = await made(store, clock, "stills, at midnight", "a second phone", "not over")
    await count(store)
    await erase(store, sessions["a second phone"])
    assert attempts_and_reached(await read(store, "day")) == {"2026-10-25": (1, 1), "2026-11-01": (1, 1)}
    assert await store.recount() == 1
    assert await store.count_sessions(UTC, 5) == [SAMU_54.id]
    (moved, erased) = await read(store, "day")
    assert [one.first.isoformat() for one in (moved, erased)] == ["2026-10-24", "2026-11-01"]
    assert erased.measures.functions == {"position": 1, "document": 1}


async def test_what_phones_measured_is_the_median_of_the_sessions(
    store: Store, clock: Clock, database_url: str
) -> None:
    for number, bitrates in enumerate(([900, 1000, 5000], [0, 300, 300], [2000])):  # of 10, 20, 30 frames
        told = Made(ALICE, f"2026-10-24 10:{number:02}:00", [picture(10)], end=20)
        session = await tell(store, clock, told)
        phone = (await store.room(SAMU_54.id, session.id)).participants[0].id
        stretches = [
            Quality(
                id=new_id(clock.now()), centre=SAMU_54.id, session=session.id, participant=phone,
                at=session.started_at, bitrate=bitrate, frames=10 * (number + 1), loss=0.01 * (number + 1),
            )
            for bitrate in bitrates
        ]  # fmt: skip
        if number == 0:  # what comes after the session was counted counts too
            await count(store)
        await store.add_quality(stretches)
    await count(store)
    (group,) = await read(store)
    assert group.measures.kilobits == pytest.approx(1000, rel=NEAR)
    assert group.measures.frames == pytest.approx(20, rel=NEAR)
    assert group.measures.lost == pytest.approx(0.02, rel=NEAR)
    (bitrate,) = await view(database_url, "figure_bitrates")
    assert (bitrate["median_kilobits"], bitrate["sessions"]) == (group.measures.kilobits, 3)
    (frames,) = await view(database_url, "figure_frames")
    assert (float(frames["median_frames"]), frames["sessions"]) == (group.measures.frames, 3)
    (loss,) = await view(database_url, "figure_losses")
    assert (float(loss["median_share"]), loss["sessions"]) == (group.measures.lost, 3)


async def test_sessions_of_before_the_figures_are_counted(tmp_path: Path, clock: Clock) -> None:
    url = f"sqlite:///{tmp_path / 'visio.db'}"
    await asyncio.to_thread(upgrade, url, "0008")
    database = Database(url)
    over = cast.session(ALICE, ended_at=cast.NOW + MINUTE)
    records = (SAMU_54, cast.person(ALICE), ALICE, over, cast.session(ALICE))
    await database.write(lambda connection: rows.insert_records(connection, records))
    await database.close()
    await asyncio.to_thread(upgrade, url)
    store = SqlStore(url, clock)
    await store.open()
    assert await store.count_sessions(PARIS, 5) == [SAMU_54.id]
    await store.close()


async def test_processes_that_count_together_count_each_session_once(store: Store, clock: Clock) -> None:
    for number in range(12):
        told = Made(ALICE, f"2026-10-24 10:{number:02}:00", [picture(10)], end=20)
        await tell(store, clock, told)
    looked = await asyncio.gather(*(store.count_sessions(PARIS, 3) for _ in range(6)))
    total = sum(map(len, looked)) + await count(store)
    assert total == 12
    assert attempts_and_reached(await read(store)) == {"": (12, 12)}


async def test_a_change_while_its_session_is_counted_waits_and_counts_afterwards(
    migrated_postgres_url: str, clock: Clock
) -> None:
    """On PostgreSQL: SQLite has one writer."""
    store, other = SqlStore(migrated_postgres_url, clock), Database(migrated_postgres_url)
    await store.open()
    await cast.settle(store)
    session = await tell(store, clock, Made(ALICE, "2026-10-24 10:00:00", [picture(10)], end=20))
    assess = facts.SessionAssessed(by=ALICE.id, assessment="worse")

    async def counting(connection: AsyncConnection) -> asyncio.Task[None]:
        """As the product begins to count, and no further until the change can't go on."""
        await connection.execute(select(tables.figure_due).with_for_update())
        change = asyncio.create_task(say(store, clock, session, clock.now(), assess))
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while not (await connection.execute(waiting)).scalar_one():
            assert not change.done()
        return change

    await (await other.write(counting))
    await count(store)
    (group,) = await read(store)
    assert group.measures.assessed == {"worse": 1}
    await other.close()
    await store.close()


async def test_the_views_say_what_the_page_says(store: Store, clock: Clock, database_url: str) -> None:
    """So that whoever asks the database reads the same numbers."""
    await made(store, clock)
    await count(store)
    october, november = await view(database_url, "figure_attempts")
    assert (october["first"], november["first"]) == ("2026-10-01", "2026-11-01")
    assert (october["attempts"], october["reached"], october["stills"]) == (7, 3, 1)
    (group,) = await read(store, days=(date(2026, 10, 1), date(2026, 10, 31)))
    whole = group.measures
    for name, known, told in (
        ("figure_failures", CAUSES, whole.causes),
        ("figure_ways_in", WAYS, whole.ways),
        ("figure_assessments", ASSESSED, whole.assessed),
        ("figure_functions", FUNCTIONS, whole.functions),
    ):
        (row,) = await view(database_url, name, before="2026-11")
        assert told
        assert {one: row[one] for one in known if row[one]} == told
        assert row["attempts"] == 7
    assert [row["stalled_ms"] for row in await view(database_url, "figure_interruptions")] == [4_000, 20_000]
    rungs = {row["rung"]: row for row in await view(database_url, "figure_rungs", before="2026-11")}
    spent = {row["rung"]: row for row in await view(database_url, "figure_spent", before="2026-11")}
    for told_by_view, spreads in ((rungs, whole.rungs), (spent, whole.spent)):
        assert told_by_view.keys() == spreads.keys()
        for rung, spread in spreads.items():
            row = told_by_view[rung]
            seconds = tuple(float(row[f"{name}_seconds"]) for name in ("median", "p90", "p99"))
            assert seconds == pytest.approx(values(spread))
    for measured in ("figure_bitrates", "figure_frames", "figure_losses"):
        assert await view(database_url, measured) == []
    twilio, ovh = sorted(
        await view(database_url, "figure_attempts", "carrier", "2026-11"), key=lambda row: row["attempts"]
    )[::-1]
    assert [(one["name"], one["attempts"]) for one in (twilio, ovh)] == [("twilio", 5), ("ovh", 2)]


async def test_nothing_was_measured_where_nothing_was_counted(store: Store) -> None:
    assert await read(store) == []
    assert Measures().rungs == {}
    session = cast.session(ALICE)
    await store.start(session, Change())
    assert await count(store) == 0


async def test_the_sums_are_those_of_the_raw_sessions(store: Store, clock: Clock, database_url: str) -> None:
    """Whatever happened in which order, and however often it was counted on the way."""
    chance = Random(1)
    told: list[Session] = []
    for name in chance.choices(tuple(SESSIONS), k=15):
        told.append(await tell(store, clock, SESSIONS[name]))
        again = chance.choice(told)
        value: Assessment = chance.choice(get_args(Assessment))
        await say(store, clock, again, clock.now(), facts.SessionAssessed(by=ALICE.id, assessment=value))
        if chance.random() < 0.5:
            await store.count_sessions(PARIS, chance.randint(1, 4))
    await count(store)

    raw = Counter[tuple[object, ...]]()
    for one in told:
        room = await store.room(one.centre, one.id)
        if room.session.ended_at is None:
            continue
        added = contribution(room.session, await store.events(one.centre, one.id, 0), PARIS)
        for dimension, name in added.groups.items():
            for measure, total in added.counts.items():
                raw[one.centre, dimension, added.day, name, measure] += total
            for measure, bucket in added.buckets.items():
                raw[one.centre, dimension, added.day, name, measure, bucket] += 1
    assert await _sums(database_url, "day") == raw
    by_month = Counter[tuple[object, ...]]()
    for (centre, group, day, *rest), total in raw.items():
        by_month[centre, group, f"{str(day)[:7]}-01", *rest] += total
    assert await _sums(database_url, "month") == by_month


async def _sums(database_url: str, span: str) -> dict[tuple[object, ...], int]:
    """What is in the tables, without what has come to nothing."""
    database = Database(database_url)
    found: dict[tuple[object, ...], int] = {}
    for sums, more in ((tables.figure_sum, ()), (tables.figure_bucket, ("bucket",))):
        names = ("centre", "dimension", "first", "name", "measure", *more, "total")
        query = select(*(sums.c[name] for name in names)).where(sums.c.span == span, sums.c.total != 0)
        read_rows = await database.read(lambda one, query=query: one.execute(query))  # type: ignore[misc]
        found |= {tuple(row[:-1]): row[-1] for row in read_rows}
    await database.close()
    return found
