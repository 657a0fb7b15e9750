"""The conversation with a guest: they see what the scene names, and show their own camera if they may."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import msgspec
from starlette.websockets import WebSocket

from signaling.domain.errors import NotAllowed, Unavailable, VisioError
from signaling.domain.facts import AnyFact, Audience, GuestRemoved, SessionEnded, Source
from signaling.domain.records import GuestRole, Participant
from signaling.domain.scene import Backstage, Scene
from signaling.hub import Hub
from signaling.line import Close, Closing, Line, Newest, run
from signaling.messages import control, guest
from signaling.messages.codec import decode_guest
from signaling.messages.console import Watcher
from signaling.ports import Clock
from signaling.service.ice_servers import IceServers
from signaling.service.presence import Attendance

GuestLine = Line[guest.GuestIn]


class Seat(Protocol):
    """`name`: the guest's, in the regulator's words."""

    @property
    def participant(self) -> Participant: ...
    @property
    def role(self) -> GuestRole: ...
    @property
    def name(self) -> str: ...
    @property
    def centre_name(self) -> str: ...


class Guests(Protocol):
    async def seat(self, cookie: str | None, page: str) -> Seat:
        """Raises NotSignedIn, also for a guest who was removed."""


class Negotiating(Protocol):
    async def view_as_guest(
        self, guest: Participant, leg: str, offer: str, thumbnail_of: str = "", *, large: bool = False
    ) -> str: ...
    async def leave(self, centre: str, session: str, leg: str) -> None: ...


class Streams(Protocol):
    async def start(
        self, owner: Participant, source: Source, audience: Audience, sdp: str, stream: str = ""
    ) -> tuple[str, str]: ...
    async def stop(self, owner: Participant, stream: str) -> None: ...
    async def leave(self, owner: Participant, streams: Collection[str]) -> None: ...


@dataclass(frozen=True, kw_only=True)
class GuestDoor:
    """How a guest is known and spoken to. `cookie_name` is that of the guest's cookie."""

    guests: Guests
    cookie_name: str
    language_of: Callable[[WebSocket], str]
    describe: Callable[[VisioError, str], str]


@dataclass(kw_only=True)
class Stay:
    """One connection of a guest's page."""

    guest: Participant
    leg: str  # names this connection's viewer at the relay
    attendance: Attendance
    language: str
    scene: Scene = field(default_factory=Scene)
    streams: set[str] = field(default_factory=set)  # started by this connection


class GuestDesk:
    def __init__(
        self,
        door: GuestDoor,
        negotiating: Negotiating,
        streams: Streams,
        hub: Hub,
        clock: Clock,
        ice_servers: IceServers,
    ) -> None:
        self._door = door
        self._negotiating = negotiating
        self._streams = streams
        self._hub = hub
        self._clock = clock
        self._ice_servers = ice_servers

    async def __call__(self, websocket: WebSocket) -> None:
        line = GuestLine(websocket, decode_guest)
        first = await line.first()
        if not isinstance(first, guest.Join) or not 8 <= len(first.page) <= 64:
            raise Closing(Close.NO_FIRST_FRAME)
        seat = await self._door.guests.seat(websocket.cookies.get(self._door.cookie_name), first.page)
        stay = self._stay(seat, self._door.language_of(websocket))
        await line.send(
            guest.Welcome(
                centre=seat.centre_name,
                name=seat.name,
                role=seat.role,
                ice_servers=self._ice_servers.of(stay.leg),
            )
        )
        newest = Newest()
        try:
            await run(
                lambda: self._listen(line, stay),
                lambda: self._follow(line, stay),
                lambda: newest.fill(self._hub.live(stay.guest.session)),
                lambda: self._show(line, stay, newest),
                lambda: self._attend(line, stay),
                lambda: self._renew(line, stay),
                lambda: self._move(line, stay),
            )
        finally:
            await stay.attendance.leave()
            if not line.is_handed_over:
                await self._leave(stay)

    def _stay(self, seat: Seat, language: str) -> Stay:
        own = seat.participant
        leg = f"{own.id}-{secrets.token_hex(8)}"
        watcher = Watcher(own.id, seat.name, "guest", self._clock.now())
        attendance = self._hub.attendance(own.session, leg, watcher)
        return Stay(guest=own, leg=leg, attendance=attendance, language=language)

    async def _leave(self, stay: Stay) -> None:
        """Whatever fails, the rest is done: a stream left behind would go on for everybody."""
        own = stay.guest
        with suppress(VisioError):
            await self._streams.leave(own, stay.streams)
        with suppress(Unavailable):
            await self._negotiating.leave(own.centre, own.session, stay.leg)

    # --- what the guest asks for
    async def _listen(self, line: GuestLine, stay: Stay) -> None:
        while True:
            ref = None
            try:
                frame = await line.receive()
                ref = getattr(frame, "ref", None)
                await self._handle(line, stay, frame)
            except VisioError as error:
                words = self._door.describe(error, stay.language)
                await line.send(
                    guest.Error(code=error.code, message=words, permanent=error.permanent, ref=ref)
                )

    async def _handle(self, line: GuestLine, stay: Stay, frame: guest.GuestIn) -> None:
        match frame:
            case guest.Offer():
                await line.send(guest.Answer(ref=frame.ref, sdp=await self._view(stay, frame)))
            case guest.Share():
                await line.send(await self._share(stay, frame))
            case guest.Unshare():
                await self._streams.stop(stay.guest, frame.stream)
                stay.streams.discard(frame.stream)
                await line.send(guest.Ok(ref=frame.ref))
            case guest.Ping():
                await line.send(guest.Pong())
            case guest.Join():
                raise Closing(Close.RESTART)  # a page joins once a connection

    async def _view(self, stay: Stay, frame: guest.Offer) -> str:
        wanted = frame.thumbnail_of
        if wanted and wanted not in {one.id for one in stay.scene.beside}:
            raise NotAllowed("a guest is not shown this picture")
        return await self._negotiating.view_as_guest(
            stay.guest, stay.leg, frame.sdp, wanted, large=frame.large
        )

    async def _share(self, stay: Stay, frame: guest.Share) -> guest.Shared:
        stream, answer = await self._streams.start(
            stay.guest, frame.source, frame.audience, frame.sdp, frame.stream
        )
        stay.streams.add(stream)
        return guest.Shared(ref=frame.ref, stream=stream, sdp=answer)

    # --- what the guest is told
    async def _follow(self, line: GuestLine, stay: Stay) -> None:
        """What the session's events mean for a guest: the scene, or that it is over."""
        own, backstage, told = stay.guest, Backstage(), False
        async for events in self._hub.follow(own.centre, own.session, 0):
            for event in events:
                await self._stop_when_over(line, stay, event.fact)
                backstage = backstage.after(event.fact)
            scene = backstage.scene_of(own.id)
            if scene != stay.scene or not told:
                stay.scene, told = scene, True
                await line.send(guest.Scene(**msgspec.structs.asdict(scene)))

    async def _stop_when_over(self, line: GuestLine, stay: Stay, fact: AnyFact) -> None:
        match fact:
            case SessionEnded():
                await line.send(control.Ended())
                raise Closing(Close.ENDED)
            case GuestRemoved(invitation=invitation) if invitation == stay.guest.invitation:
                raise Closing(Close.NOT_SIGNED_IN)

    async def _show(self, line: GuestLine, stay: Stay, newest: Newest) -> None:
        """Stills of the camera of the call; what phones measure and send is for the centre."""
        while True:
            frame = await newest.take()
            phone = stay.scene.phone
            if phone and stay.scene.state != "paused" and frame.startswith(phone.encode()):
                await line.send_bytes(frame)

    async def _attend(self, line: GuestLine, stay: Stay) -> None:
        told: int | None = None
        async for watchers in stay.attendance.changes():
            if len(watchers) != told:
                told = len(watchers)
                await line.send(guest.Watchers(count=told))

    async def _renew(self, line: GuestLine, stay: Stay) -> None:
        async for servers in self._ice_servers.renewals(stay.leg):
            await line.send(guest.IceServers(ice_servers=servers))

    async def _move(self, line: GuestLine, stay: Stay) -> None:
        async for _ in self._hub.moves(stay.guest.session):
            await line.send(guest.Move())
