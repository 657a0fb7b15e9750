"""Sessions as lists and pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from babel.dates import format_date

from console import words
from console.phrases_history import BADGES, endings
from console.words import Gettext
from signaling.domain.addresses import display, hint
from signaling.domain.outcome import outcome
from signaling.domain.records import Session
from signaling.domain.visitor import Visitor
from signaling.ports import Listed, Meeting
from signaling.service.history import Reader


class Moment(msgspec.Struct, frozen=True):
    """A time in UTC, as read without a script; `shared/times.js` writes the reader's own in its place."""

    iso: str
    day: str
    time: str
    seconds: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    centre: str  # its name
    address: str
    regulator: str
    at: Moment
    duration: str
    running: bool
    outcome: str
    tone: str  # of the badge: "ok", "warn", "alert", "live"
    icon: str
    words: str
    debrief: bool
    held: bool
    erased: bool
    reference: str  # file number in the dispatch software
    cover: str | None  # id of its first capture


class RunningRow(msgspec.Struct, frozen=True, kw_only=True):
    """As `/ws/console` says it, with the words that it is shown in."""

    id: str
    address: str
    regulator: str
    started_at: int
    rung: str
    outcome: str
    tone: str
    words: str
    since: str
    centre: str  # id


def may_watch(visitor: Visitor) -> bool:
    """An administrator runs the centre and sees no caller: neither picture, place nor whole number."""
    return visitor.has("regulator", "supervisor")


def may_decide(visitor: Visitor) -> bool:
    """On what is kept and what is erased."""
    return visitor.has("supervisor", "administrator")


def shown_address(address: str, *, whole: bool) -> str:
    if not address:
        return "—"  # erased, or kept long enough
    return display(address) if whole else hint(address)


def address_for(visitor: Visitor, address: str) -> str:
    return shown_address(address, whole=may_watch(visitor))


def moment(at: int, language: str) -> Moment:
    """`at`: ms since the epoch."""
    utc = datetime.fromtimestamp(at / 1000, UTC)
    return Moment(
        iso=utc.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        day=format_date(utc, "EEE d MMM y", locale=language),
        time=f"{utc:%H:%M} UTC",
        seconds=f"{utc:%H:%M:%S} UTC",
    )


def row(meeting: Meeting, reader: Reader, now: int, language: str, _: Gettext) -> Row:
    """As this reader may see it: who sees no people finds the end of its id in the place of the number."""
    session = meeting.session
    kind = meeting.ending if session.ended_at is not None else "running"
    tone, icon = BADGES[kind]
    return Row(
        id=session.id,
        centre=reader.centres[session.centre],
        address=shown_address(session.address, whole=reader.numbers)
        if reader.people
        else f"#{session.id[-6:]}",
        regulator=meeting.regulator if reader.people else "—",
        at=moment(session.started_at, language),
        duration=words.duration((session.ended_at or now) - session.started_at),
        running=session.ended_at is None,
        outcome=kind,
        tone=tone,
        icon=icon,
        words=endings(_)[kind],
        debrief=session.debrief,
        held=session.held,
        erased=session.erased_at is not None,
        reference=session.reference,
        cover=meeting.cover,
    )


def running_rows(listed: Iterable[Listed], now: int, _: Gettext, *, whole: bool) -> list[RunningRow]:
    """`whole`: whether their numbers are."""
    return [_running_row(one.session, one.regulator, now, _, whole=whole) for one in listed]


def _running_row(session: Session, regulator: str, now: int, _: Gettext, *, whole: bool) -> RunningRow:
    became = outcome(session)
    tone = {"picture": "ok", "refused": "alert"}.get(became, "wait")
    rung = became if became in {"picture", "refused"} else session.rung or "queued"
    return RunningRow(
        id=session.id,
        address=shown_address(session.address, whole=whole),
        regulator=regulator,
        started_at=session.started_at,
        rung=session.rung,
        outcome=became,
        tone=tone,
        words=words.running_rungs(_)[rung],
        since=_("for %(duration)s") % {"duration": words.duration(now - session.started_at)},
        centre=session.centre,
    )
