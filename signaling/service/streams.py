"""Streams beside the caller's picture: begun, begun anew after a break, ended by whoever shows them or with
them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Final

from signaling.domain import facts, streams
from signaling.domain.errors import NotFound, Unavailable
from signaling.domain.facts import Audience, Source
from signaling.domain.ids import new_id
from signaling.domain.records import Participant
from signaling.domain.streams import Stream
from signaling.messages import relay
from signaling.ports import Bus, Change, Clock, Relay, Room, Store
from signaling.service.journal import Journal
from signaling.service.negotiate import relay_key
from signaling.service.rights import must_have
from signaling.service.tasks import Tasks

GHOST_SECONDS: Final = 15.0  # without a packet: nobody is left to end it


def life_topic(stream: str) -> str:
    """Empty notes: packets flow again after a stall."""
    return f"stream:{stream}"


class Streams:
    def __init__(
        self,
        store: Store,
        journal: Journal,
        bus: Bus,
        relay: Relay,
        clock: Clock,
        tasks: Tasks,
        *,
        ghost_seconds: float = GHOST_SECONDS,
    ) -> None:
        self._store = store
        self._journal = journal
        self._bus = bus
        self._relay = relay
        self._clock = clock
        self._tasks = tasks
        self._ghost_seconds = ghost_seconds

    async def start(
        self, owner: Participant, source: Source, audience: Audience, sdp: str, stream: str = ""
    ) -> tuple[str, str]:
        """The stream's id and the answer's SDP. With `stream`, the owner offers anew for one that goes on.

        Raises NotAllowed, FunctionOff, BadMessage, NotFound for a `stream` that has ended, BadOffer,
        RelayUnavailable.
        """
        room = await self._store.room(owner.centre, owner.session)
        shown_by = streams.must_show(room, owner.id, source, audience)
        if shown_by.role == "regulator":
            await must_have(self._store, owner.centre, "sharing")
        ongoing = await self._running(owner.centre, owner.session)
        if stream:
            streams.own(ongoing, owner.id, stream)
            return stream, await self._publish(owner, stream, sdp)
        streams.must_have_room(ongoing, owner.id)
        begun = Stream(new_id(self._clock.now()), owner.id, source, audience)
        answer = await self._publish(owner, begun.id, sdp)
        try:
            await self._journal.change(owner.centre, owner.session, lambda room: streams.start(room, begun))
        except BaseException:
            await self._drop(owner.centre, owner.session, begun.id)
            raise
        return begun.id, answer

    async def stop(self, owner: Participant, stream: str) -> None:
        """Idempotent. Raises NotFound for another's."""
        ongoing = await self._running(owner.centre, owner.session)
        if any(one.id == stream and one.participant != owner.id for one in ongoing):
            raise NotFound("no such stream of this participant")
        await self._end(owner.centre, owner.session, stream)

    async def leave(self, owner: Participant, stopped: Collection[str]) -> None:
        """The connection that began these is gone."""
        for stream in stopped:
            await self._end(owner.centre, owner.session, stream)

    async def relay_event(
        self, centre: str, session: str, stream: str, event: relay.ParticipantEvent
    ) -> None:
        """What the relay says of a stream. Its data channels, if it has any, are nobody's."""
        match event:
            case relay.Stalled():
                self._tasks.start(self._expire(centre, session, stream))
            case relay.Connected() | relay.Resumed():
                await self._bus.publish(life_topic(stream), b"")
            case _:
                pass

    async def _expire(self, centre: str, session: str, stream: str) -> None:
        """A process that was killed said no goodbye for those who showed something by it."""
        with suppress(TimeoutError, StopAsyncIteration):
            async with (
                asyncio.timeout(self._ghost_seconds),
                self._bus.subscribe(life_topic(stream)) as notes,
            ):
                await anext(notes)
                return
        await self._end(centre, session, stream)

    async def _end(self, centre: str, session: str, stream: str) -> None:
        if any(one.id == stream for one in await self._running(centre, session)):
            ended = facts.StreamEnded(stream=stream)
            await self._journal.change(centre, session, lambda room: _unless_over(room, ended))
        await self._drop(centre, session, stream)

    async def _publish(self, owner: Participant, stream: str, sdp: str) -> str:
        key = relay_key(owner.centre, owner.session)
        return await self._relay.publish(key, streams.relay_name(stream), sdp, second=True)

    async def _drop(self, centre: str, session: str, stream: str) -> None:
        with suppress(Unavailable):  # the relay's node is gone, and the stream with it
            await self._relay.drop(relay_key(centre, session), streams.relay_name(stream))

    async def _running(self, centre: str, session: str) -> Sequence[Stream]:
        return streams.running(event.fact for event in await self._store.events(centre, session, 0))


def _unless_over(room: Room, fact: facts.AnyFact) -> Change:
    return Change() if room.session.ended_at is not None else Change(facts=(fact,))
