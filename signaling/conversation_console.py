"""The conversation with a regulator's console: a room, or the home page."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import msgspec
from starlette.websockets import WebSocket

from signaling.conversation_wall import WallDesk
from signaling.domain.addresses import display, hint
from signaling.domain.errors import NotAllowed, NotSignedIn, Unavailable, VisioError
from signaling.domain.facts import GuestInvited
from signaling.domain.outcome import outcome
from signaling.domain.records import Participant
from signaling.domain.visitor import Visitor
from signaling.hub import Hub
from signaling.line import Close, Closing, Line, Newest, run
from signaling.messages import console
from signaling.messages.codec import decode_console, encode
from signaling.ports import Clock
from signaling.service.assistance import Assistance
from signaling.service.command import Commanding
from signaling.service.cpr import Resuscitation
from signaling.service.driving import Driving
from signaling.service.end import Ending
from signaling.service.guests import Guests
from signaling.service.handover import HandingOver
from signaling.service.history import History
from signaling.service.ice_servers import IceServers
from signaling.service.invite import Inviting
from signaling.service.negotiate import Negotiating
from signaling.service.oversight import Oversight
from signaling.service.presence import Attendance
from signaling.service.recordings import Recordings
from signaling.service.report import Reporting
from signaling.service.rights import must_watch
from signaling.service.streams import Streams

BATCH = 200  # events a frame: a long session replays in a few frames instead of one huge one
LOGIN_SECONDS = 5.0  # that a socket outlives its login at most
WATCH_SECONDS = 1.0  # the home page follows at one update a second at most


@dataclass(frozen=True)
class Room:
    """One console in one session."""

    visitor: Visitor
    session: str
    leg: str  # names this connection's viewer at the relay
    attendance: Attendance
    participant: Participant | None  # None: entered after the end
    language: str
    streams: set[str] = field(default_factory=set)  # that this connection began


@dataclass(frozen=True, kw_only=True)
class UseCases:
    """What a console may ask for."""

    inviting: Inviting
    negotiating: Negotiating
    commanding: Commanding
    reporting: Reporting
    ending: Ending
    history: History
    handing: HandingOver
    driving: Driving
    resuscitation: Resuscitation
    recordings: Recordings
    streams: Streams
    guests: Guests
    oversight: Oversight
    assistance: Assistance


@dataclass(frozen=True, kw_only=True)
class Visitors:
    """Who is there, and in which words to speak to them. `authenticate` raises NotSignedIn."""

    authenticate: Callable[[WebSocket], Awaitable[Visitor]]
    language_of: Callable[[WebSocket], str]
    describe: Callable[[VisioError, str], str]


class ConsoleDesk:
    def __init__(
        self,
        use: UseCases,
        visitors: Visitors,
        hub: Hub,
        clock: Clock,
        ice_servers: IceServers,
        wall: WallDesk,
    ) -> None:
        self._use = use
        self._wall = wall
        self._visitors = visitors
        self._hub = hub
        self._clock = clock
        self._ice_servers = ice_servers

    async def __call__(self, websocket: WebSocket) -> None:
        visitor = await self._visitors.authenticate(websocket)
        line = Line[console.ConsoleIn](websocket, decode_console)
        first = await line.first()
        if isinstance(first, console.FollowFigures):
            await self._figures(websocket, line, visitor)
            return
        must_watch(visitor)
        match first:
            case console.Join() as join:
                there = await self._use.oversight.wherever(visitor, partial(self._found, join.session))
                elsewhere = there if there.centre != visitor.centre else None
                await self._room(websocket, line, there, join, elsewhere)
            case console.FollowWall():
                await run(
                    lambda: self._wall.show(line, visitor),
                    lambda: self._listen(websocket, line, partial(self._wall.handle, visitor)),
                    lambda: self._stay(websocket),
                )
            case console.Watch(centre=centre):
                await self._running(websocket, line, visitor, centre)
            case _:
                raise Closing(Close.NO_FIRST_FRAME)

    # --- the home page, and the newest page of the history
    async def _running(
        self, websocket: WebSocket, line: Line[console.ConsoleIn], visitor: Visitor, centre: str | None
    ) -> None:
        changed = asyncio.Event()
        watched = await self._watched(visitor, centre)
        await run(
            *(partial(_follow, self._hub.changes(one.centre), changed) for one in watched),
            lambda: self._tell_running(line, visitor, centre, changed),
            lambda: self._listen(websocket, line, self._only_ping),
            lambda: self._stay(websocket),
        )

    async def _watched(self, visitor: Visitor, centre: str | None) -> tuple[Visitor, ...]:
        if centre is None:
            return (visitor,)
        return tuple(one for one in await self._use.oversight.visits(visitor) if centre in ("", one.centre))

    async def _tell_running(
        self, line: Line[console.ConsoleIn], visitor: Visitor, centre: str | None, changed: asyncio.Event
    ) -> None:
        """Asks for the centres anew each time: somebody may no longer supervise one."""
        while True:
            await changed.wait()
            changed.clear()
            visits = await self._watched(visitor, centre)
            await line.send(await self._running_frame(visits, masked=centre is not None))
            await asyncio.sleep(WATCH_SECONDS)

    async def _running_frame(self, visits: tuple[Visitor, ...], *, masked: bool) -> console.Running:
        """The history's list gets whole numbers with its page alone, and a line in the audit."""
        shown = hint if masked else display
        sessions = [
            console.RunningSession(
                id=row.session.id,
                address=shown(row.session.address),
                regulator=row.regulator,
                started_at=row.session.started_at,
                rung=row.session.rung,
                outcome=outcome(row.session),
            )
            for row in await self._use.history.running(*visits)
        ]
        return console.Running(now=self._clock.now(), sessions=sessions)

    async def _only_ping(self, line: Line[console.ConsoleIn], frame: console.ConsoleIn) -> None:
        if isinstance(frame, console.Ping):
            await line.send(console.Pong())

    # --- the figures
    async def _figures(self, websocket: WebSocket, line: Line[console.ConsoleIn], visitor: Visitor) -> None:
        changed = asyncio.Event()
        centres = await self._use.oversight.centres(visitor)
        await run(
            *(partial(_follow, self._hub.figures(one.id), changed) for one in centres),
            lambda: self._tell_figures(line, changed),
            lambda: self._listen(websocket, line, self._only_ping),
            lambda: self._stay(websocket),
        )

    async def _tell_figures(self, line: Line[console.ConsoleIn], changed: asyncio.Event) -> None:
        while True:
            await changed.wait()
            changed.clear()
            await line.send(console.FiguresChanged())
            await asyncio.sleep(WATCH_SECONDS)

    # --- a room
    async def _found(self, session: str, visitor: Visitor) -> Visitor:
        """Raises NotFound in another centre."""
        await self._use.history.version(visitor, session)
        return visitor

    async def _room(
        self,
        websocket: WebSocket,
        line: Line[console.ConsoleIn],
        visitor: Visitor,
        join: console.Join,
        elsewhere: Visitor | None,
    ) -> None:
        participant = await self._use.reporting.joined(visitor, join.session)
        room = self._seat(visitor, join.session, participant, self._visitors.language_of(websocket))
        version = await self._use.history.version(visitor, join.session)
        await line.send(
            console.Welcome(
                version=version, now=self._clock.now(), ice_servers=self._ice_servers.of(room.leg)
            )
        )
        newest = Newest()
        try:
            await run(
                lambda: newest.fill(self._hub.live(room.session)),
                lambda: self._show(line, newest),
                lambda: self._events(line, room, max(0, join.since)),
                lambda: self._listen(websocket, line, lambda line, frame: self._handle(line, room, frame)),
                lambda: self._renew(line, room),
                lambda: self._move(line, room),
                lambda: self._attend(line, room),
                lambda: self._stay(websocket, elsewhere),
            )
        finally:
            await room.attendance.leave()
            if not line.is_handed_over:
                with suppress(VisioError):
                    await self._use.streams.leave(_owner(room), room.streams)
                await self._use.negotiating.leave(visitor.centre, join.session, room.leg)

    def _seat(self, visitor: Visitor, session: str, participant: Participant | None, language: str) -> Room:
        leg = f"{visitor.user}-{secrets.token_hex(8)}"
        watcher = console.Watcher(visitor.user, visitor.name, visitor.role, self._clock.now())
        return Room(visitor, session, leg, self._hub.attendance(session, leg, watcher), participant, language)

    async def _attend(self, line: Line[console.ConsoleIn], room: Room) -> None:
        async for watchers in room.attendance.changes():
            await line.send(console.Watchers(watchers=list(watchers)))

    async def _events(self, line: Line[console.ConsoleIn], room: Room, since: int) -> None:
        async for events in self._hub.follow(room.visitor.centre, room.session, since):
            if any(isinstance(event.fact, GuestInvited) for event in events):
                guests = await self._use.guests.invited(room.visitor, room.session)
                await line.send(console.Guests(guests=list(guests)))
            for start in range(0, len(events), BATCH):
                batch = [msgspec.Raw(encode(event)) for event in events[start : start + BATCH]]
                await line.send(console.Events(events=batch))

    async def _show(self, line: Line[console.ConsoleIn], newest: Newest) -> None:
        while True:
            frame = await newest.take()
            if frame.startswith(b"{"):
                await line.send_text(frame.decode())
            else:
                await line.send_bytes(frame)

    async def _renew(self, line: Line[console.ConsoleIn], room: Room) -> None:
        async for servers in self._ice_servers.renewals(room.leg):
            await line.send(console.IceServers(ice_servers=servers))

    async def _move(self, line: Line[console.ConsoleIn], room: Room) -> None:
        async for _ in self._hub.moves(room.session):
            await line.send(console.Move())

    async def _stay(self, websocket: WebSocket, elsewhere: Visitor | None = None) -> None:
        """A login that ended elsewhere ends what this socket shows, whether its browser speaks or not. So
        does the end of their supervision of another centre: `elsewhere` is who they are there."""
        while True:
            await asyncio.sleep(LOGIN_SECONDS)
            with suppress(Unavailable):  # a call goes on while the database is away
                visitor = await self._visitors.authenticate(websocket)
                if elsewhere is not None:
                    await self._use.oversight.visitor_at(visitor, elsewhere.centre)

    async def _listen(
        self,
        websocket: WebSocket,
        line: Line[console.ConsoleIn],
        handle: Callable[[Line[console.ConsoleIn], console.ConsoleIn], Awaitable[None]],
    ) -> None:
        """Each frame is authorised anew: a revoked login is gone at its next frame, a ping at the latest."""
        while True:
            ref = None
            try:
                frame = await line.receive()
                ref = getattr(frame, "ref", None)
                await self._visitors.authenticate(websocket)
                await handle(line, frame)
            except NotSignedIn:
                raise
            except VisioError as error:
                words = self._visitors.describe(error, self._visitors.language_of(websocket))
                await line.send(
                    console.Error(code=error.code, message=words, permanent=error.permanent, ref=ref)
                )

    async def _handle(self, line: Line[console.ConsoleIn], room: Room, frame: console.ConsoleIn) -> None:
        match frame:
            case console.Offer():
                wanted, large = frame.thumbnail_of, frame.large
                answer = await self._use.negotiating.view(
                    room.visitor, room.session, room.leg, frame.sdp, wanted, large=large
                )
                await line.send(console.Answer(ref=frame.ref, sdp=answer))
            case console.Share():
                await line.send(await self._share(room, frame))
            case console.Seen():
                await self._use.reporting.seen(room.visitor, room.session, frame.participant)
            case console.Ping():
                await line.send(console.Pong())
            case console.Join() | console.Watch() | console.FollowFigures() | console.FollowWall():
                raise Closing(Close.RESTART)
            case console.SendHelp():
                raise NotAllowed("help is sent from the wall")
            case _:
                await self._do(room, frame)
                await line.send(console.Ok(ref=frame.ref))

    async def _do(self, room: Room, frame: console.Wish) -> None:
        """What is answered by `ok`."""
        match frame:
            case console.Command():
                await self._use.commanding.command(
                    room.visitor, room.session, frame.id, frame.name, frame.value
                )
            case console.Resend():
                await self._use.inviting.resend(
                    room.visitor, room.session, intent=frame.intent, to=frame.to, other=frame.other
                )
            case console.Decide():
                await self._use.handing.decide(room.visitor, room.session, frame.handover, frame.decision)
            case console.Hand():
                await self._hand(room, frame)
            case console.Cpr():
                await self._use.resuscitation.change(room.visitor, room.session, frame.state)
            case console.StopRecording():
                await self._use.recordings.stop(room.visitor, room.session)
            case console.Unshare():
                await self._use.streams.stop(_owner(room), frame.stream)
                room.streams.discard(frame.stream)
            case console.InviteGuest() | console.ResendGuest() | console.RemoveGuest():
                await self._guest(room, frame)
            case console.AskHelp():
                await self._use.assistance.ask(room.visitor, room.session, asked=frame.asked)
            case console.SeeHelp():
                await self._use.assistance.seen(room.visitor, room.session, frame.help)
            case console.End():
                await self._use.ending.end(room.visitor, room.session)

    async def _share(self, room: Room, frame: console.Share) -> console.Shared:
        stream, answer = await self._use.streams.start(
            _owner(room), frame.source, frame.audience, frame.sdp, frame.stream
        )
        room.streams.add(stream)
        return console.Shared(ref=frame.ref, stream=stream, sdp=answer)

    async def _guest(
        self, room: Room, frame: console.InviteGuest | console.ResendGuest | console.RemoveGuest
    ) -> None:
        use = self._use.guests
        match frame:
            case console.InviteGuest(intent=intent, to=to, name=name, role=role):
                await use.invite(
                    room.visitor,
                    room.session,
                    intent=intent,
                    to=to,
                    name=name,
                    role=role,
                    language=room.language,
                )
            case console.ResendGuest(intent=intent, invitation=invitation):
                await use.send_again(
                    room.visitor, room.session, invitation, intent=intent, language=room.language
                )
            case console.RemoveGuest(invitation=invitation):
                await use.remove(room.visitor, room.session, invitation)

    async def _hand(self, room: Room, frame: console.Hand) -> None:
        match frame.action:
            case "ask":
                await self._use.driving.ask(room.visitor, room.session)
            case "give":
                await self._use.driving.give(room.visitor, room.session, frame.to)
            case "take":
                await self._use.driving.take(room.visitor, room.session, frame.to, room.attendance)


def _owner(room: Room) -> Participant:
    """Of what this console shows."""
    if room.participant is None:
        raise NotAllowed("the session has ended")
    return room.participant


async def _follow(changes: AsyncIterator[None], changed: asyncio.Event) -> None:
    async for _ in changes:
        changed.set()
