"""Single pictures of a visio that is going on, for who can't or need not watch it live."""

from __future__ import annotations

from signaling.domain.audit import Audited, due
from signaling.domain.errors import NotFound
from signaling.domain.room import Room, must_be_open
from signaling.domain.visitor import Visitor
from signaling.ports import Change, Clock, Relay, Store
from signaling.service.negotiate import relay_key
from signaling.service.rights import must_watch


class Stills:
    def __init__(self, store: Store, relay: Relay, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._relay = relay

    async def take(self, visitor: Visitor, session: str, participant: str = "") -> bytes:
        """JPEG of what a participant's camera sees now; of the main picture unless one is named.

        Raises NotAllowed, NotFound, NoPicture, RelayUnavailable.
        """
        must_watch(visitor)
        looked = Audited(visitor.centre, visitor.user, "still.viewed", session)

        def decide(room: Room) -> Change:
            must_be_open(room)
            if participant and participant not in {known.id for known in room.participants}:
                raise NotFound("no such participant in this session")
            return Change(records=(due(looked, session, self._clock.now()),))

        await self._store.change(visitor.centre, session, decide)
        return await self._relay.still(relay_key(visitor.centre, session), participant)
