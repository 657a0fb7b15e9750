"""What phones, consoles and the relay report, turned into events."""

from __future__ import annotations

import structlog

from signaling.domain import facts, phone
from signaling.domain.audit import Audited, due
from signaling.domain.errors import BadMessage, NotFound
from signaling.domain.guests import guest_ids
from signaling.domain.ids import new_id
from signaling.domain.phone_test import TEST_CENTRE
from signaling.domain.records import Participant
from signaling.domain.streams import stream_of
from signaling.domain.visitor import Visitor
from signaling.messages import caller, control, relay
from signaling.messages.codec import decode_control
from signaling.ports import Change, Clock, Geocoder, Room, Store
from signaling.service.journal import Journal
from signaling.service.live import Live
from signaling.service.negotiate import read_relay_key
from signaling.service.refusals import Refusals
from signaling.service.streams import Streams
from signaling.service.tasks import Tasks
from signaling.service.uploads import PhoneKey, Uploads

log = structlog.get_logger()

POSITIONS_KEPT = 1_000  # phones
POSITION_MILLISECONDS = 2_000  # a watched position may come each second; the timeline needs fewer


class Reporting:
    def __init__(
        self,
        store: Store,
        journal: Journal,
        live: Live,
        clock: Clock,
        geocoder: Geocoder,
        tasks: Tasks,
        uploads: Uploads,
        streams: Streams,
    ) -> None:
        self._store = store
        self._journal = journal
        self._live = live
        self._clock = clock
        self._geocoder = geocoder
        self._tasks = tasks
        self._uploads = uploads
        self._streams = streams
        self._positions: dict[str, tuple[int, control.Position]] = {}  # participant -> the last one kept
        self._geocoding: set[str] = set()  # sessions with a look-up under way
        self._refusals = Refusals()

    async def relay_event(self, event: relay.ParticipantEvent | relay.Moved) -> None:
        """One event of the relay. Never raises for what a phone sent: that is refused, and logged once."""
        centre, session = read_relay_key(event.session)
        if centre == TEST_CENTRE:
            return
        if isinstance(event, relay.Moved):
            await self._journal.moved(session)
            return
        try:
            if (stream := stream_of(event.participant)) is not None:
                await self._streams.relay_event(centre, session, stream, event)
            else:
                await self._relay(centre, session, event)
        except BadMessage as error:
            self._refusals.note(session, event.participant, str(error))
        except NotFound:
            log.warning("relay_event_without_session", session=session, kind=type(event).__name__)

    def refused(self, participant: Participant, error: BadMessage) -> None:
        """The phone was told so on its WebSocket; here it is logged, once a phone."""
        self._refusals.note(participant.session, participant.id, str(error))

    async def _relay(self, centre: str, session: str, event: relay.ParticipantEvent) -> None:
        match event:
            case relay.ChannelMessage():
                frame = decode_control(event.data)
                await self._control(centre, session, event.participant, frame)
            case relay.FileChunk(file=file, offset=offset, data=data):
                await self._uploads.chunk(PhoneKey(centre, session, event.participant), file, offset, data)
            case relay.Connected():
                await self._media(centre, session, facts.MediaConnected(participant=event.participant))
            case relay.Stalled():
                await self._media(centre, session, facts.MediaStalled(participant=event.participant))
            case relay.Resumed():
                await self._media(centre, session, facts.MediaResumed(participant=event.participant))
            case relay.ChannelOpened() | relay.ChannelClosed() | relay.ViewerLost():
                pass  # the phone says hello itself; a console that lost its picture offers again itself

    async def step(self, participant: Participant, frame: caller.Step) -> None:
        await self._journal.change(
            participant.centre, participant.session, lambda room: phone.step(room, participant.id, frame)
        )

    async def control_frame(self, participant: Participant, frame: control.ControlUp) -> None:
        """The same frames as on the data channel, from the phone's WebSocket. Raises BadMessage."""
        await self._control(participant.centre, participant.session, participant.id, frame)

    async def seen(self, visitor: Visitor, session: str, participant: str) -> None:
        """A console decoded the first frame; only the first report of a session counts."""

        def decide(room: Room) -> Change:
            if room.session.first_picture_at is not None or room.session.ended_at is not None:
                return Change()
            if participant not in {p.id for p in room.participants if p.role == "caller"}:
                raise BadMessage("no such phone in this session")
            if participant in guest_ids(room):
                return Change()
            return Change(facts=(facts.PictureFirst(participant=participant),))

        await self._journal.change(visitor.centre, session, decide)

    async def joined(self, visitor: Visitor, session: str) -> Participant | None:
        """A regulator entered the room: a participant from the first time on, whatever the reloads. None for
        one who enters after the end. Each time is in the audit."""
        now = self._clock.now()
        seat: Participant | None = None
        line = due(Audited(visitor.centre, visitor.user, "session.joined", session), session, now)

        def decide(room: Room) -> Change:
            nonlocal seat
            seat = next((p for p in room.participants if p.user == visitor.user), None)
            if room.session.ended_at is not None:
                return Change()
            if seat is not None:
                return Change(records=(line,))
            seat = Participant(
                id=new_id(now),
                centre=visitor.centre,
                session=session,
                role="regulator",
                created_at=now,
                user=visitor.user,
            )
            return Change(
                records=(seat, line), facts=(facts.ViewerJoined(participant=seat.id, user=visitor.user),)
            )

        await self._journal.change(visitor.centre, session, decide)
        return seat

    async def _media(self, centre: str, session: str, fact: facts.AnyFact) -> None:
        def decide(room: Room) -> Change:
            return Change() if room.session.ended_at is not None else Change(facts=(fact,))

        await self._journal.change(centre, session, decide)

    async def _control(self, centre: str, session: str, participant: str, frame: control.ControlUp) -> None:
        match frame:
            case control.Hello() | control.State():
                await self._journal.change(
                    centre, session, lambda room: phone.state(room, participant, frame)
                )
            case control.Result():
                await self._journal.change(
                    centre, session, lambda room: phone.result(room, participant, frame)
                )
            case control.Position():
                await self._position(centre, session, participant, frame)
            case control.PositionError():
                fact = facts.PositionFailed(participant=participant, reason=frame.reason)
                await self._media(centre, session, fact)
            case control.File():
                await self._uploads.announce(PhoneKey(centre, session, participant), frame)
            case control.WayTaken():
                await self._way(centre, session, facts.PictureWay(participant=participant, way=frame.way))
            case control.Quality():
                await self._live.quality(centre, session, participant, frame)

    async def _way(self, centre: str, session: str, fact: facts.PictureWay) -> None:
        """Only a change is news; phones say it again whenever they come back."""
        before = [
            event.fact.way
            for event in await self._store.events(centre, session, 0)
            if isinstance(event.fact, facts.PictureWay) and event.fact.participant == fact.participant
        ]
        if before[-1:] != [fact.way]:
            await self._media(centre, session, fact)

    async def _position(self, centre: str, session: str, participant: str, frame: control.Position) -> None:
        phone.check_position(frame)
        now = self._clock.now()
        last = self._positions.get(participant)
        if last is not None and (now - last[0] < POSITION_MILLISECONDS or last[1] == frame):
            return
        self._keep_position(participant, now, frame)
        id_ = new_id(now)
        events = await self._journal.change(
            centre, session, lambda room: phone.position(room, participant, frame, id_, now)
        )
        if events and session not in self._geocoding:
            self._tasks.start(self._address(centre, session, id_, frame))

    def _keep_position(self, participant: str, now: int, frame: control.Position) -> None:
        """The phone's socket may be another process's, so nobody may ever tell us that it left."""
        self._positions.pop(participant, None)
        self._positions[participant] = (now, frame)
        if len(self._positions) > POSITIONS_KEPT:
            del self._positions[next(iter(self._positions))]

    async def _address(self, centre: str, session: str, position: str, frame: control.Position) -> None:
        """The address comes when it comes: nothing waits for it, and none is no error."""
        self._geocoding.add(session)
        try:
            found = await self._geocoder.address(frame.latitude, frame.longitude)
        finally:
            self._geocoding.discard(session)
        if found is not None:
            fact = facts.PositionAddressed(position=position, address=found[0], source=found[1])
            await self._journal.change(centre, session, lambda room: Change(facts=(fact,)))

    def forget(self, participant: str) -> None:
        """A phone left: its last position is no longer held in memory."""
        self._positions.pop(participant, None)
