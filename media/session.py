"""One session on this relay: any number of phones, any number of viewers, all on the same picture."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from time import monotonic

from media.answers import Local, Terms, answer_phone, answer_viewer
from media.codecs import Codec, choose
from media.connection import Connection, Site
from media.events import Events
from media.load import Capacity
from media.place import Place
from media.publisher import Publisher
from media.sdp import Offer, read_phone, read_viewer
from media.stream import Stream
from media.viewer import Viewer
from signaling.domain.errors import BadOffer, NoChannel, NoPicture, RelayUnavailable
from signaling.messages.relay import ViewerLost


class Session:
    """Viewers follow the main stream: of those that flow, the one whose media began last; never a second
    camera's. A thumbnail's viewer follows the participant it names."""

    def __init__(self, session: str, site: Site, events: Events, terms: Terms, capacity: Capacity) -> None:
        self.id = session
        self._site = site
        self._events = events
        self._terms = terms
        self._capacity = capacity
        self._streams: dict[str, Stream] = {}
        self._seats: dict[tuple[str, str], Place[Viewer]] = {}  # by participant and whose thumbnail
        self._main: Stream | None = None
        self._ended = False
        self.busy_at = monotonic()  # when there was a connection last

    # ------------------------------------------------------------ requests
    async def publish(self, participant: str, text: str, *, second: bool = False) -> str:
        offer = read_phone(text)
        codec = self._codec_for(offer)
        stream = self._streams.get(participant)
        if stream is None:
            stream = self._streams[participant] = Stream(self.id, participant, self._events, self)
        stream.is_second = second
        publisher = Publisher(offer, codec, self._site, stream, self._terms.start_bitrate)
        local = await self._open(publisher.connection)
        stream.place.add(publisher)
        publisher.connection.start()
        return answer_phone(offer, local, codec, self._terms.start_bitrate)

    async def view(self, participant: str, text: str, thumbnail_of: str, *, large: bool) -> str:
        offer = read_viewer(text)
        unseen = self._publishers_unseen_by({codec.format for codec in offer.codecs})
        viewer = Viewer(offer, self._site, participant, self, thumbnail_of, large=large)
        local = await self._open(viewer.connection)
        self._seats.setdefault(_seat_of(viewer), Place()).add(viewer)
        viewer.connection.start()
        for publisher in unseen:
            publisher.connection.close()  # its phone comes back by itself, and gets a codec that all have
        return answer_viewer(offer, local, viewer.source)

    def send(self, participant: str, data: str) -> None:
        stream = self._streams.get(participant)
        if stream is None:
            raise NoChannel("no such phone in this session")
        stream.control.send(data)

    def stream(self, participant: str) -> Stream:
        """Of that phone, or the main one without a name. Raises NoPicture."""
        stream = self._streams.get(participant) if participant else self._main
        if stream is None:
            raise NoPicture("no such phone in this session")
        return stream

    async def drop(self, participant: str) -> None:
        legs: list[Publisher | Viewer] = []
        if (stream := self._streams.pop(participant, None)) is not None:
            legs += stream.place.clear()
            stream.flowing = False
            stream.end()
            self.stream_changed(stream, monotonic())
        for key in [key for key in self._seats if key[0] == participant]:
            legs += self._seats.pop(key).clear()
            self._direct(monotonic())
        await asyncio.gather(*(leg.connection.closed() for leg in legs))

    async def end(self) -> None:
        self._ended = True
        viewers = {participant for participant, _ in self._seats}
        await asyncio.gather(*(self.drop(participant) for participant in viewers.union(self._streams)))

    # ------------------------------------------------------------ state
    @property
    def phones(self) -> list[str]:
        return list(self._streams)

    def count(self) -> tuple[int, int]:
        """(publishers, viewers): connections that stand or are being made."""
        return (
            sum(len(stream.place.legs) for stream in self._streams.values()),
            sum(len(seat.legs) for seat in self._seats.values()),
        )

    @property
    def is_waiting(self) -> bool:
        """Somebody is here, and no picture yet."""
        return any(self.count()) and not any(stream.flowing for stream in self._streams.values())

    def is_watched_without(self, participant: str) -> bool:
        """Whether somebody else sees the main picture already."""
        return any(one != participant for one, thumbnail_of in self._seats if not thumbnail_of)

    def tick(self, now: float) -> None:
        if any(self.count()):
            self.busy_at = now
        for stream in list(self._streams.values()):
            stream.tick(now)
        for viewer in self._viewers():
            viewer.tick(now)

    # ------------------------------------------------------------ from streams and viewers
    def stream_changed(self, stream: Stream, now: float) -> None:
        flowing = [
            one for one in self._streams.values() if one.flowing and one.publisher and not one.is_second
        ]
        self._main = max(flowing, key=lambda one: one.began_at, default=self._main)
        self._direct(now, began=stream)

    def viewer_up(self, viewer: Viewer, now: float) -> None:
        if viewer in self._viewers():
            self._direct(now)

    def viewer_began(self, viewer: Viewer) -> None:
        """Its first packet leaves: now an earlier connection of the same console has served its time."""
        seat = self._seats.get(_seat_of(viewer))
        if seat is not None:
            seat.promote(viewer)

    def viewer_gone(self, viewer: Viewer) -> None:
        seat = self._seats.get(_seat_of(viewer))
        if seat is not None and seat.remove(viewer):
            del self._seats[_seat_of(viewer)]
            if not viewer.thumbnail_of:
                self._events.put(ViewerLost(session=self.id, participant=viewer.participant))
        self._direct(monotonic())

    @property
    def thins_thumbnails(self) -> bool:
        return self._capacity.thins_thumbnails

    def thumbnails_beside(self, viewer: Viewer) -> list[Viewer]:
        return [one for one in self._viewers() if one.thumbnail and one.participant == viewer.participant]

    # ------------------------------------------------------------ parts
    def _viewers(self) -> list[Viewer]:
        return [viewer for seat in self._seats.values() for viewer in seat.legs]

    def _direct(self, now: float, began: Stream | None = None) -> None:
        """Lead each viewer to what it is to see. Whoever sees another picture than before waits for a
        keyframe; a stream that just `began` sends one by itself."""
        watching: dict[Stream, list[Viewer]] = {stream: [] for stream in self._streams.values()}
        for viewer in self._viewers():
            stream = self._streams.get(viewer.thumbnail_of) if viewer.thumbnail_of else self._main
            publisher = stream.publisher if stream is not None else None
            if viewer.publisher is not publisher:
                viewer.follow(publisher)
            if stream is not None:
                watching.setdefault(stream, []).append(viewer)
        for stream, viewers in watching.items():
            stream.viewers = viewers
            if stream is not began and stream.publisher is not None and stream.waits():
                stream.publisher.want_keyframe(now)

    def _accepted(self) -> list[Collection[str]]:
        """The formats that each viewer takes, by the newest connection of each."""
        return [viewer.codecs for seat in self._seats.values() if (viewer := seat.newest) is not None]

    def _codec_for(self, offer: Offer) -> Codec:
        """One that all viewers have; in an emergency, a picture for some is better than for none."""
        taken = self._terms.codecs
        codec = choose(offer.codecs, self._accepted(), taken) or choose(offer.codecs, (), taken)
        if codec is None:
            raise BadOffer("no codec that we forward")
        return codec

    def _publishers_unseen_by(self, formats: set[str]) -> list[Publisher]:
        """Those whose codec a new viewer lacks and who offered another. Raises BadOffer if one did not."""
        unseen = []
        for stream in self._streams.values():
            for publisher in stream.place.legs:
                if publisher.codec.format in formats:
                    continue
                if choose(publisher.offered, [*self._accepted(), formats], self._terms.codecs) is None:
                    raise BadOffer("no codec in common with the phone and the other viewers")
                unseen.append(publisher)
        return unseen

    async def _open(self, connection: Connection) -> Local:
        """Also undoes it when whoever asked has gone away, or the session has ended meanwhile."""
        try:
            local = await connection.open()
            if self._ended:
                raise RelayUnavailable("the session has ended")
        except BaseException:
            await connection.closed()
            raise
        return local


def _seat_of(viewer: Viewer) -> tuple[str, str]:
    return viewer.participant, viewer.thumbnail_of
