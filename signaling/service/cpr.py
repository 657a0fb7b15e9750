"""CPR as a regulator follows it: its clocks are counted from these facts, the same on every console."""

from __future__ import annotations

from signaling.domain import facts
from signaling.domain.room import must_be_open
from signaling.domain.visitor import Visitor
from signaling.ports import Change, Room
from signaling.service.journal import Journal
from signaling.service.rights import must_watch


class Resuscitation:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def change(self, visitor: Visitor, session: str, state: facts.Cpr) -> None:
        """Open to everybody in the room: who counts need not drive the phone. A state that is so already
        changes no clock. Raises NotAllowed once the session has ended."""
        must_watch(visitor)

        def decide(room: Room) -> Change:
            must_be_open(room)
            return Change(facts=(facts.CprChanged(by=visitor.user, state=state),))

        await self._journal.change(visitor.centre, session, decide)
