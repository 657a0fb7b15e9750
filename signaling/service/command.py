"""Driving a phone: authorised, logged, sent, and answered whatever happens."""

from __future__ import annotations

import asyncio

from signaling.domain import control_holder, facts, phone
from signaling.domain.controls import CommandName, CommandValue
from signaling.domain.errors import Unavailable
from signaling.domain.records import Participant
from signaling.domain.uploads import Phone
from signaling.domain.visitor import Visitor
from signaling.messages import control
from signaling.messages.codec import encode
from signaling.ports import Bus, Change, Relay, Room, Store
from signaling.service.driving import naming_driver
from signaling.service.journal import Journal, phone_topic
from signaling.service.negotiate import relay_key
from signaling.service.rights import must_watch
from signaling.service.tasks import Tasks

ANSWER_SECONDS = 7.0  # livekit's acknowledgement limit; a phone that is there answers in a fraction of it
TRIES = 3  # within that time
PHOTO_SECONDS = 14.0  # the camera has 8 s for a sharp photo, then a video frame has to do


class Commanding:
    def __init__(
        self,
        store: Store,
        journal: Journal,
        bus: Bus,
        relay: Relay,
        tasks: Tasks,
        *,
        answer_seconds: float = ANSWER_SECONDS,
        photo_seconds: float = PHOTO_SECONDS,
    ) -> None:
        self._store = store
        self._journal = journal
        self._bus = bus
        self._relay = relay
        self._tasks = tasks
        self._answer_seconds = answer_seconds
        self._photo_seconds = photo_seconds

    async def command(
        self, visitor: Visitor, session: str, command: str, name: CommandName, value: CommandValue
    ) -> None:
        """Returns once the command is stored and on its way. Its answer is a `command.answered` event.

        Raises NotInControl while a colleague drives the phone.
        """
        must_watch(visitor)
        target: Participant | None = None

        def decide(room: Room) -> Change:
            nonlocal target
            control_holder.must_drive(room, visitor.user)
            target = phone.newest_phone(room)
            return phone.command(room, visitor.user, command, name, value)

        async with naming_driver(self._store, visitor.centre):
            events = await self._journal.change(visitor.centre, session, decide)
        if target is None:
            return
        frame = control.Command(id=command, epoch=target.epoch, name=name, value=value)
        await send(self._relay, self._bus, target, frame)
        patience = self._photo_seconds if name == "photo" else self._answer_seconds
        self._tasks.start(self._expect_answer(target, frame, events[-1].version, patience))

    async def _expect_answer(
        self, target: Participant, frame: control.Command, since: int, patience: float
    ) -> None:
        """Say it again while no answer comes, since a phone does nothing twice that has one id: what was lost
        with a line, a node or the bus arrives all the same. Silence is an answer too: a console never waits
        for ever."""
        for _ in range(TRIES - 1):
            await asyncio.sleep(patience / TRIES)
            if await self._is_answered(target, frame.id, since):
                return
            await send(self._relay, self._bus, target, frame)
        await asyncio.sleep(patience / TRIES)
        if await self._is_answered(target, frame.id, since):
            return
        silence = facts.CommandAnswered(command=frame.id, participant=target.id, error="unreachable")
        await self._journal.change(target.centre, target.session, lambda room: Change(facts=(silence,)))

    async def _is_answered(self, target: Participant, command: str, since: int) -> bool:
        said = [event.fact for event in await self._store.events(target.centre, target.session, since)]
        return any(isinstance(fact, facts.CommandAnswered) and fact.command == command for fact in said)


async def send(relay: Relay, bus: Bus, target: Phone, frame: control.ControlDown) -> None:
    """By the data channel, or by the phone's WebSocket while none is open. The same JSON either way."""
    data = encode(frame)
    try:
        await relay.send(relay_key(target.centre, target.session), target.id, data.decode())
    except Unavailable:
        await bus.publish(phone_topic(target.id), data)
