"""Legal hold and erasure of sessions, by hand; all that is held about one caller, erased or exported."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final, Literal, get_args

import msgspec
import structlog
from msgspec.structs import replace

from signaling.domain.addresses import parse
from signaling.domain.audit import Audited, due
from signaling.domain.errors import BadInput, NotAllowed, NotFound
from signaling.domain.phone_test import PhoneTest
from signaling.domain.policy import DataClass
from signaling.domain.quality import Quality
from signaling.domain.records import Recording, Session
from signaling.domain.visitor import Visitor
from signaling.ports import Audit, Change, Clock, Details, Files, Room, Store
from signaling.service.retention import Removals

HoldReason = Literal["complaint", "inquiry", "adverse_event", "request", "other"]
REASONS: Final[tuple[HoldReason, ...]] = get_args(HoldReason)

EVERYTHING: Final[tuple[DataClass, ...]] = ("sessions",)

log = structlog.get_logger()


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """How much a session holds, without what it says."""

    session: Session
    captures: int
    documents: int
    recordings: int
    positions: int
    messages: int


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """`address`: E.164 number or e-mail address. `tests`: phone tests that were sent there."""

    address: str
    sessions: Sequence[Kept]
    tests: int


class Erasing:
    def __init__(self, store: Store, removals: Removals, clock: Clock) -> None:
        self._store = store
        self._removals = removals
        self._clock = clock

    async def hold(self, visitor: Visitor, session: str, *, held: bool, reason: str) -> None:
        """`reason`: one of REASONS, why it is held or no longer. Raises NotAllowed, NotFound, BadInput."""
        must_decide(visitor)
        if reason not in REASONS:
            raise BadInput("a legal hold has one of the reasons that are offered")
        detail: dict[str, str | int] = {"held": int(held), "reason": reason}
        line = Audited(visitor.centre, visitor.user, "session.held", session, detail)
        now = self._clock.now()

        def decide(room: Room) -> Change:
            if room.session.held == held:
                return Change()
            changed = replace(room.session, held=held)
            return Change(records=(due(line, session, now),), updates=(changed,))

        await self._store.change(visitor.centre, session, decide)

    async def erase(self, visitor: Visitor, session: str) -> None:
        """Once is enough: erasing an erased session does nothing. Raises NotFound; NotAllowed for a session
        that goes on or is held, and for a regulator."""
        must_decide(visitor)
        await self.erase_session(visitor.centre, session, visitor.user)

    async def erase_session(self, centre: str, session: str, by: str) -> int:
        """`by`: user id, "" for a command on the server. Returns how many files went. Raises NotFound;
        NotAllowed for a session that goes on or is held."""
        await self._store.room(centre, session)  # the audit's line names what there is, not what was typed
        detail: dict[str, str | int] = {} if by else {"by": "command"}
        line = Audited(centre, by, "session.erased", session, detail)
        written = due(line, session, self._clock.now())
        _, files = await self._store.clear(centre, session, EVERYTHING, written)
        await self._removals.run()
        # By its id only; a log kept elsewhere tells what to erase again after a restore
        log.info("session_erased", centre=centre, session=session)
        return files

    async def erase_again(self, centre: str, session: str) -> bool:
        """After a restore. Returns whether there was something to erase."""
        try:
            row = (await self._store.room(centre, session)).session
        except NotFound:  # it began after the back-up was taken
            return False
        if row.erased_at is not None:
            return False
        await self.erase_session(centre, session, "")
        return True


class Callers:
    """What a centre holds about one caller. Calls raise BadAddress for what is neither number nor mail."""

    def __init__(self, store: Store, files: Files, erasing: Erasing, audit: Audit) -> None:
        self._store = store
        self._files = files
        self._erasing = erasing
        self._audit = audit

    async def search(self, visitor: Visitor, typed: str) -> Caller:
        must_decide(visitor)
        return await self.held(visitor.centre, typed)

    async def held(self, centre: str, typed: str) -> Caller:
        address = parse(typed).value
        sessions = await self._store.sessions_with(centre, address)
        return Caller(
            address=address,
            sessions=[await self._kept(one) for one in sessions],
            tests=len(await self._store.phone_tests_with(centre, address)),
        )

    async def erase(self, visitor: Visitor, typed: str) -> tuple[int, int]:
        must_decide(visitor)
        return await self.erase_all(visitor.centre, typed, visitor.user)

    async def erase_all(self, centre: str, typed: str, by: str) -> tuple[int, int]:
        """How many sessions were erased, and how many could not be: they go on, or are held."""
        address = parse(typed).value
        erased = left = 0
        for session in await self._store.sessions_with(centre, address):
            try:
                await self._erasing.erase_session(centre, session.id, by)
                erased += 1
            except NotAllowed:
                left += 1
        await self._store.forget_phone_tests_with(centre, address)
        return erased, left

    async def export(self, visitor: Visitor, typed: str) -> Caller:
        """What the archive is made of, once the audit knows of it."""
        must_decide(visitor)
        return await self.export_all(visitor.centre, typed, visitor.user)

    async def export_all(self, centre: str, typed: str, by: str) -> Caller:
        caller = await self.held(centre, typed)
        files = sum(one.captures + one.documents + one.recordings for one in caller.sessions)
        detail: dict[str, str | int] = {"what": "caller", "format": "zip", "files": files}
        detail["rows"] = len(caller.sessions)
        if not by:
            detail["by"] = "command"
        await self._audit.record(Audited(centre, by, "export.made", "", detail))
        return caller

    async def details(self, centre: str, session: str) -> tuple[Details, Sequence[Recording]]:
        return (
            await self._store.details(centre, session),
            await self._store.recordings(centre, session),
        )

    async def quality(self, centre: str, session: str) -> Sequence[Quality]:
        return await self._store.quality(centre, session)

    async def tests(self, centre: str, address: str) -> Sequence[PhoneTest]:
        return await self._store.phone_tests_with(centre, address)

    def file(self, centre: str, name: str) -> AsyncIterator[bytes]:
        """In pieces; the first one raises NotFound for one that went while the archive was made."""
        return self._files.open(centre, name)

    async def _kept(self, session: Session) -> Kept:
        details, recordings = await self.details(session.centre, session.id)
        return Kept(
            session=session,
            captures=len(details.captures),
            documents=len(details.documents),
            recordings=len(recordings),
            positions=len(details.positions),
            messages=len(details.messages),
        )


def must_decide(visitor: Visitor) -> None:
    """Raises NotAllowed."""
    if not visitor.has("supervisor", "administrator"):
        raise NotAllowed("only a supervisor or an administrator decides what is kept")
