"""The conversation with a caller's phone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from starlette.websockets import WebSocket

from signaling.domain.errors import BadMessage, NotAllowed, Unavailable, VisioError
from signaling.domain.facts import (
    AnyFact,
    DocumentStored,
    GuestRemoved,
    PhoneReplaced,
    RecordingStarted,
    RecordingStored,
    SessionEnded,
    StreamEnded,
    StreamStarted,
)
from signaling.domain.records import Participant
from signaling.domain.streams import Stream, running
from signaling.hub import Hub
from signaling.line import Close, Closing, Line, run
from signaling.messages import caller, control
from signaling.messages.codec import decode_caller, decode_still
from signaling.service.documents import Documents
from signaling.service.ice_servers import IceServers
from signaling.service.join import Joining
from signaling.service.live import Live
from signaling.service.negotiate import Negotiating, eye_of
from signaling.service.report import Reporting

FOR_CALLERS: Final = ("caller", "both")

CallerLine = Line[caller.CallerIn | caller.Still]


@dataclass
class Told:
    """What one connection of a phone was told."""

    documents: set[str]  # ids
    shown: list[AnyFact] = field(default_factory=list)  # of streams, beginnings and ends
    streams: tuple[Stream, ...] = ()
    films: frozenset[str] = frozenset()  # of this phone, that are being made


class CallerDesk:
    """`cookie_name` is that of the caller's cookie."""

    def __init__(
        self,
        joining: Joining,
        negotiating: Negotiating,
        reporting: Reporting,
        hub: Hub,
        live: Live,
        documents: Documents,
        *,
        cookie_name: str,
        ice_servers: IceServers,
    ) -> None:
        self._joining = joining
        self._negotiating = negotiating
        self._reporting = reporting
        self._hub = hub
        self._live = live
        self._documents = documents
        self._cookie_name = cookie_name
        self._ice_servers = ice_servers

    async def __call__(self, websocket: WebSocket) -> None:
        line = CallerLine(websocket, decode_caller, decode_still)
        first = await line.first()
        if not isinstance(first, caller.Join) or not 8 <= len(first.page) <= 64:
            raise Closing(Close.NO_FIRST_FRAME)
        seat = await self._joining.seat(websocket.cookies.get(self._cookie_name), first.page)
        phone = seat.participant
        documents = await self._documents.offered(phone)
        await line.send(
            caller.Welcome(
                epoch=phone.epoch,
                centre=seat.centre_name,
                ice_servers=self._ice_servers.of(phone.id),
                documents=documents,
            )
        )
        told = Told({document.id for document in documents})
        try:
            await run(
                lambda: self._listen(line, phone, told),
                lambda: self._until_ended(line, phone, told),
                lambda: self._forward(line, phone),
                lambda: self._renew(line, phone),
                lambda: self._move(line, phone),
                lambda: self._tell_watchers(line, phone),
            )
        finally:
            self._reporting.forget(phone.id)
            if told.shown and not line.is_handed_over:
                with suppress(Unavailable):
                    await self._negotiating.leave(phone.centre, phone.session, eye_of(phone))

    async def _listen(self, line: CallerLine, phone: Participant, told: Told) -> None:
        while True:
            ref = None
            try:
                frame = await line.receive()
                ref = getattr(frame, "ref", None)
                await self._handle(line, phone, frame, told)
            except VisioError as error:
                if isinstance(error, BadMessage):
                    self._reporting.refused(phone, error)
                await line.send(
                    caller.Error(code=error.code, message=str(error), permanent=error.permanent, ref=ref)
                )

    async def _handle(
        self, line: CallerLine, phone: Participant, frame: caller.CallerIn | caller.Still, told: Told
    ) -> None:
        match frame:
            case caller.Offer():
                answer = await self._negotiating.publish(phone, frame.sdp)
                await line.send(caller.Answer(ref=frame.ref, sdp=answer))
            case caller.Step():
                await self._reporting.step(phone, frame)
            case caller.Still():
                await self._live.still(phone, frame.jpeg)
                await line.send(caller.StillAt(number=frame.number))
            case caller.Watch():
                if frame.stream not in {stream.id for stream in told.streams}:
                    raise NotAllowed("a caller is not shown this")
                answer = await self._negotiating.show(phone, frame.stream, frame.sdp)
                await line.send(caller.Answer(ref=frame.ref, sdp=answer))
            case caller.Ping():
                await line.send(caller.Pong())
            case caller.Join():
                raise Closing(Close.RESTART)  # a page joins once a connection
            case _:
                await self._reporting.control_frame(phone, frame)

    async def _until_ended(self, line: CallerLine, phone: Participant, told: Told) -> None:
        """What the session's events mean for the phone."""
        async for events in self._hub.follow(phone.centre, phone.session, 0):
            if any(_is_over(event.fact, phone) for event in events):
                await line.send(control.Ended())
                raise Closing(Close.ENDED)
            if any(isinstance(event.fact, DocumentStored) and event.fact.by for event in events):
                await self._offer_documents(line, phone, told.documents)
            if phone.standing != "second":  # whoever films beside the caller came to film
                await self._tell_streams(line, told, [event.fact for event in events])
            await self._tell_films(line, phone, told, [event.fact for event in events])
            replaced = (event.fact for event in events if isinstance(event.fact, PhoneReplaced))
            if any(fact.participant == phone.id for fact in replaced):
                await self._replace(line, phone)

    async def _tell_streams(self, line: CallerLine, told: Told, happened: list[AnyFact]) -> None:
        told.shown += [fact for fact in happened if isinstance(fact, StreamStarted | StreamEnded)]
        streams = running(told.shown, FOR_CALLERS)
        if streams != told.streams:
            told.streams = streams
            shown = [caller.Stream(id=one.id, source=one.source) for one in streams]
            await line.send(caller.Streams(streams=shown))

    async def _tell_films(
        self, line: CallerLine, phone: Participant, told: Told, happened: list[AnyFact]
    ) -> None:
        before = told.films
        for fact in happened:
            if isinstance(fact, RecordingStarted) and fact.participant == phone.id:
                told.films |= {fact.recording}
            elif isinstance(fact, RecordingStored):
                told.films -= {fact.recording}
        if bool(told.films) != bool(before):
            await line.send(caller.Recording(on=bool(told.films)))

    async def _offer_documents(self, line: CallerLine, phone: Participant, told: set[str]) -> None:
        for document in await self._documents.offered(phone):
            if document.id not in told:
                told.add(document.id)
                await line.send(caller.DocumentOffered(document=document))

    async def _replace(self, line: CallerLine, phone: Participant) -> None:
        """Another phone is the camera. It may have been told before, and film on as a second camera."""
        if await self._joining.is_replaced(phone):
            await line.send(caller.Replaced())
            with suppress(Unavailable):  # the page stops by itself
                await self._negotiating.leave(phone.centre, phone.session, phone.id)

    async def _forward(self, line: CallerLine, phone: Participant) -> None:
        async for frame in self._hub.frames(phone.id):
            await line.send_text(frame.decode())

    async def _renew(self, line: CallerLine, phone: Participant) -> None:
        async for servers in self._ice_servers.renewals(phone.id):
            await line.send(caller.IceServers(ice_servers=servers))

    async def _move(self, line: CallerLine, phone: Participant) -> None:
        async for _ in self._hub.moves(phone.session):
            await line.send(caller.Move())

    async def _tell_watchers(self, line: CallerLine, phone: Participant) -> None:
        """How many, never who."""
        told: int | None = None
        async for watchers in self._hub.attendance(phone.session, phone.id).changes():
            if len(watchers) != told:
                told = len(watchers)
                await line.send(caller.Watchers(count=told))


def _is_over(fact: AnyFact, phone: Participant) -> bool:
    """For this phone: the session has ended, or it is a guest's that was removed."""
    if isinstance(fact, GuestRemoved):
        return fact.invitation == phone.invitation
    return isinstance(fact, SessionEnded)
