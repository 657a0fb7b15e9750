"""A supervisor's help for the regulators of a room, and the regulators' call for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from signaling.domain import facts
from signaling.domain.audit import Audited, due
from signaling.domain.errors import BadMessage, NotAllowed, NotFound
from signaling.domain.facts import Event
from signaling.domain.ids import new_id
from signaling.domain.room import Room, must_be_open
from signaling.domain.visitor import Visitor
from signaling.ports import Change, Clock, Store
from signaling.service.journal import Journal
from signaling.service.oversight import Oversight
from signaling.service.rights import must_watch

LONGEST: Final = 300  # characters
MOST: Final = 50  # of one session


class Assistance:
    def __init__(self, store: Store, journal: Journal, clock: Clock, oversight: Oversight) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._oversight = oversight

    async def ask(self, visitor: Visitor, session: str, *, asked: bool) -> None:
        """A regulator of the room calls for help, or no longer wants any. Twice the same is said once.
        Raises NotAllowed, NotFound."""
        must_watch(visitor)
        said = facts.HelpAsked(by=visitor.user, asked=asked)

        def decide(room: Room) -> Change:
            must_be_open(room)
            _must_be_in(room, visitor)
            return Change(facts=(said,))

        if await self._is_asked(visitor.centre, session) != asked:
            await self._journal.change(visitor.centre, session, decide)

    async def send(self, visitor: Visitor, centre: str, session: str, text: str) -> None:
        """A supervisor's words. Raises NotAllowed for who supervises nothing, NotFound for a session that
        they don't see, BadMessage for words that can't be shown."""
        if not visitor.has("supervisor"):
            raise NotAllowed("only supervisors help from the wall")
        there = await self._oversight.visitor_at(visitor, centre)
        words = " ".join(text.split())
        if not words or len(words) > LONGEST or not words.isprintable():
            raise BadMessage(f"help takes 1 to {LONGEST} characters")
        now = self._clock.now()
        sent = facts.HelpSent(help=new_id(now), by=there.user, name=there.name, text=words)
        line = due(Audited(centre, there.user, "help.sent", session), session, now)
        if sum(isinstance(one.fact, facts.HelpSent) for one in await self._events(centre, session)) >= MOST:
            raise NotAllowed("too many messages in this session")

        def decide(room: Room) -> Change:
            must_be_open(room)
            return Change(records=(line,), facts=(sent,))

        await self._journal.change(centre, session, decide)

    async def seen(self, visitor: Visitor, session: str, help_: str) -> None:
        """One of the room has read it; once is enough for all. Raises NotAllowed, NotFound."""
        must_watch(visitor)
        events = await self._events(visitor.centre, session)
        if not _any(events, lambda fact: isinstance(fact, facts.HelpSent) and fact.help == help_):
            raise NotFound("no such message")
        if _any(events, lambda fact: isinstance(fact, facts.HelpSeen) and fact.help == help_):
            return
        said = facts.HelpSeen(help=help_, by=visitor.user)

        def decide(room: Room) -> Change:
            must_be_open(room)
            _must_be_in(room, visitor)
            return Change(facts=(said,))

        await self._journal.change(visitor.centre, session, decide)

    async def _is_asked(self, centre: str, session: str) -> bool:
        asked = [
            one.fact.asked
            for one in await self._events(centre, session)
            if isinstance(one.fact, facts.HelpAsked)
        ]
        return bool(asked) and asked[-1]

    async def _events(self, centre: str, session: str) -> tuple[Event, ...]:
        return tuple(await self._store.events(centre, session, 0))


def _any(events: tuple[Event, ...], said: Callable[[facts.Fact], bool]) -> bool:
    return any(said(event.fact) for event in events)


def _must_be_in(room: Room, visitor: Visitor) -> None:
    if all(one.user != visitor.user for one in room.participants):
        raise NotAllowed("enter the room first")
