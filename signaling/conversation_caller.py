"""The conversation with a caller's phone."""

from __future__ import annotations

from contextlib import suppress

from starlette.websockets import WebSocket

from signaling.domain.errors import BadMessage, Unavailable, VisioError
from signaling.domain.facts import DocumentStored, PhoneReplaced, SessionEnded
from signaling.domain.records import Participant
from signaling.hub import Hub
from signaling.line import Close, Closing, Line, run
from signaling.messages import caller, control
from signaling.messages.codec import decode_caller, decode_still
from signaling.service.documents import Documents
from signaling.service.ice_servers import IceServers
from signaling.service.join import Joining
from signaling.service.live import Live
from signaling.service.negotiate import Negotiating
from signaling.service.report import Reporting

CallerLine = Line[caller.CallerIn | caller.Still]


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
        told = {document.id for document in documents}
        try:
            await run(
                lambda: self._listen(line, phone),
                lambda: self._until_ended(line, phone, told),
                lambda: self._forward(line, phone),
                lambda: self._renew(line, phone),
                lambda: self._move(line, phone),
                lambda: self._tell_watchers(line, phone),
            )
        finally:
            self._reporting.forget(phone.id)

    async def _listen(self, line: CallerLine, phone: Participant) -> None:
        while True:
            ref = None
            try:
                frame = await line.receive()
                ref = getattr(frame, "ref", None)
                await self._handle(line, phone, frame)
            except VisioError as error:
                if isinstance(error, BadMessage):
                    self._reporting.refused(phone, error)
                await line.send(
                    caller.Error(code=error.code, message=str(error), permanent=error.permanent, ref=ref)
                )

    async def _handle(
        self, line: CallerLine, phone: Participant, frame: caller.CallerIn | caller.Still
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
            case caller.Ping():
                await line.send(caller.Pong())
            case caller.Join():
                raise Closing(Close.RESTART)  # a page joins once a connection
            case _:
                await self._reporting.control_frame(phone, frame)

    async def _until_ended(self, line: CallerLine, phone: Participant, told: set[str]) -> None:
        """What the session's events mean for the phone. `told`: ids of the documents that it knows."""
        async for events in self._hub.follow(phone.centre, phone.session, 0):
            if any(isinstance(event.fact, SessionEnded) for event in events):
                await line.send(control.Ended())
                raise Closing(Close.ENDED)
            if any(isinstance(event.fact, DocumentStored) and event.fact.by for event in events):
                await self._offer_documents(line, phone, told)
            replaced = (event.fact for event in events if isinstance(event.fact, PhoneReplaced))
            if any(fact.participant == phone.id for fact in replaced):
                await self._replace(line, phone)

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
