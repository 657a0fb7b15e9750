"""One session on this relay: any number of phones, any number of viewers, all on the same picture."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from media.answers import Local, answer_phone, answer_viewer
from media.codecs import Codec, choose
from media.connection import Connection, Site
from media.events import Events
from media.place import Place
from media.publisher import Publisher
from media.sdp import Offer, read_phone, read_viewer
from media.stream import Stream
from media.viewer import Viewer
from signaling.domain.errors import BadOffer, NoChannel, RelayUnavailable
from signaling.messages.relay import ViewerLost


class Session:
    """Viewers follow the main stream: of those that flow, the one whose media began last."""

    def __init__(self, session: str, site: Site, events: Events, start_bitrate: int) -> None:
        self.id = session
        self._site = site
        self._events = events
        self._start_bitrate = start_bitrate
        self._streams: dict[str, Stream] = {}
        self._seats: dict[str, Place[Viewer]] = {}
        self._main: Stream | None = None
        self._watched: Publisher | None = None  # the main stream's publisher that viewers follow
        self._ended = False
        self.busy_at = asyncio.get_running_loop().time()  # when there was a connection last

    # ------------------------------------------------------------ requests
    async def publish(self, participant: str, text: str) -> str:
        offer = read_phone(text)
        codec = self._codec_for(offer)
        stream = self._streams.get(participant)
        if stream is None:
            stream = self._streams[participant] = Stream(self.id, participant, self._events, self)
        publisher = Publisher(offer, codec, self._site, stream, self._start_bitrate)
        local = await self._open(publisher.connection)
        stream.place.add(publisher)
        publisher.connection.start()
        return answer_phone(offer, local, codec, self._start_bitrate)

    async def view(self, participant: str, text: str) -> str:
        offer = read_viewer(text)
        unseen = self._publishers_unseen_by({codec.name for codec in offer.codecs})
        viewer = Viewer(offer, self._site, participant, self)
        local = await self._open(viewer.connection)
        self._seats.setdefault(participant, Place()).add(viewer)
        viewer.connection.start()
        for publisher in unseen:
            publisher.connection.close()  # its phone comes back by itself, and gets a codec that all have
        return answer_viewer(offer, local, viewer.source)

    def send(self, participant: str, data: str) -> None:
        stream = self._streams.get(participant)
        if stream is None:
            raise NoChannel("no such phone in this session")
        stream.control.send(data)

    async def drop(self, participant: str) -> None:
        legs: list[Publisher | Viewer] = []
        if (stream := self._streams.pop(participant, None)) is not None:
            legs += stream.place.clear()
            stream.flowing = False
            self.stream_changed(stream, asyncio.get_running_loop().time())
        if (seat := self._seats.pop(participant, None)) is not None:
            legs += seat.clear()
            self._seat_viewers()
        await asyncio.gather(*(leg.connection.closed() for leg in legs))

    async def end(self) -> None:
        self._ended = True
        await asyncio.gather(*(self.drop(participant) for participant in [*self._streams, *self._seats]))

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

    def tick(self, now: float) -> None:
        if any(self.count()):
            self.busy_at = now
        for stream in list(self._streams.values()):
            stream.tick(now)
        for seat in list(self._seats.values()):
            for viewer in seat.legs:
                viewer.tick(now)

    # ------------------------------------------------------------ from streams and viewers
    def stream_changed(self, stream: Stream, now: float) -> None:
        flowing = [one for one in self._streams.values() if one.flowing and one.publisher]
        main = max(flowing, key=lambda one: one.began_at, default=self._main)
        publisher = main.publisher if main is not None else None
        if main is self._main and publisher is self._watched:
            return
        if self._main is not None:
            self._main.viewers = []
        self._main, self._watched = main, publisher
        self._seat_viewers()
        for viewer in self._viewers():
            viewer.follow(publisher)
        if publisher is not None and main is not stream:  # one that just began, begins with a keyframe
            publisher.want_keyframe(now)

    def viewer_up(self, viewer: Viewer, now: float) -> None:
        seat = self._seats.get(viewer.participant)
        if seat is not None and seat.promote(viewer):
            self._seat_viewers()
            viewer.follow(self._watched)
            if self._watched is not None and viewer.wants_keyframe:
                self._watched.want_keyframe(now)

    def viewer_gone(self, viewer: Viewer) -> None:
        seat = self._seats.get(viewer.participant)
        if seat is not None and seat.remove(viewer):
            del self._seats[viewer.participant]
            self._events.put(ViewerLost(session=self.id, participant=viewer.participant))
        self._seat_viewers()

    # ------------------------------------------------------------ parts
    def _viewers(self) -> list[Viewer]:
        return [seat.current for seat in self._seats.values() if seat.current is not None]

    def _seat_viewers(self) -> None:
        if self._main is not None:
            self._main.viewers = self._viewers()

    def _accepted(self) -> list[Collection[str]]:
        """The codecs of each viewer, by the newest connection of each."""
        return [viewer.codecs for seat in self._seats.values() if (viewer := seat.newest) is not None]

    def _codec_for(self, offer: Offer) -> Codec:
        """One that all viewers have; in an emergency, a picture for some is better than for none."""
        codec = choose(offer.codecs, self._accepted()) or choose(offer.codecs, ())
        if codec is None:
            raise BadOffer("no codec that we forward")
        return codec

    def _publishers_unseen_by(self, names: set[str]) -> list[Publisher]:
        """Those whose codec a new viewer lacks and who offered another. Raises BadOffer if one did not."""
        unseen = []
        for stream in self._streams.values():
            for publisher in stream.place.legs:
                if publisher.codec.name in names:
                    continue
                if choose(publisher.offered, [*self._accepted(), names]) is None:
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
