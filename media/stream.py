"""What one participant publishes in a session: its connections, its control channel, and who watches it."""

from __future__ import annotations

from typing import Protocol

from aiortc import RTCDataChannel

from media.control import Control
from media.events import Events
from media.place import Place
from media.publisher import Publisher
from media.rtp import Packet
from media.viewer import Viewer
from signaling.messages.relay import Connected, Resumed, Stalled

WATCHDOG = 3.0  # seconds without a packet; browsers notice a broken path only after 15 to 30


class Audience(Protocol):
    """The session of a stream."""

    def stream_changed(self, stream: Stream, now: float) -> None:
        """It has a new publisher, or began or ceased to flow: who watches what is to be decided again."""


class Stream:
    def __init__(self, session: str, participant: str, events: Events, audience: Audience) -> None:
        self.participant = participant
        self.place: Place[Publisher] = Place()
        self.control = Control(session, participant, events)
        self.viewers: list[Viewer] = []  # those that follow this stream
        self.flowing = False
        self.began_at = 0.0  # when the present publisher's media began
        self._session = session
        self._events = events
        self._audience = audience
        self._stalled = False  # the last thing we told
        self._media_at = 0.0  # the last packet, or the connection if later

    @property
    def publisher(self) -> Publisher | None:
        return self.place.current

    # ------------------------------------------------------------ from the publishers
    def up(self, publisher: Publisher, now: float) -> None:
        if publisher in self.place.legs:
            self._media_at = max(self._media_at, now)
            self._events.put(Connected(session=self._session, participant=self.participant))

    def forward(self, publisher: Publisher, packet: Packet, now: float) -> None:
        if publisher is not self.place.current and not self._take_over(publisher, packet, now):
            return
        self._media_at = now
        if not self.flowing:
            self._flow(now)
        for viewer in self.viewers:
            viewer.forward(packet, now)

    def restarted(self, publisher: Publisher, now: float) -> None:
        if publisher is self.place.current:
            for viewer in self.viewers:
                viewer.follow(publisher)
            if self.waits():
                publisher.want_keyframe(now)

    def channel(self, channel: RTCDataChannel) -> None:
        self.control.opened(channel)

    def lost(self, publisher: Publisher, now: float) -> None:
        was_current = publisher is self.place.current
        if self.place.remove(publisher):
            self._stall(now)
        elif was_current:
            self._audience.stream_changed(self, now)

    def waits(self) -> bool:
        return any(viewer.wants_keyframe for viewer in self.viewers)

    def viewer_limits(self, now: float) -> list[tuple[float, int]]:
        return [(viewer.watched(now), viewer.limit) for viewer in self.viewers if viewer.limit is not None]

    # ------------------------------------------------------------ from the session
    def tick(self, now: float) -> None:
        for publisher in self.place.legs:
            publisher.tick(now)
        is_up = any(publisher.connection.is_up for publisher in self.place.legs)
        if is_up and now - self._media_at > WATCHDOG:
            self._stall(now)

    # ------------------------------------------------------------ states
    def _take_over(self, publisher: Publisher, packet: Packet, now: float) -> bool:
        """A new connection takes the place with its first packet that is more than padding."""
        if packet.start == packet.end or not self.place.promote(publisher):
            return False
        self.began_at = now
        self._audience.stream_changed(self, now)
        return True

    def _flow(self, now: float) -> None:
        self.flowing = True
        if self._stalled:
            self._stalled = False
            self._events.put(Resumed(session=self._session, participant=self.participant))
        self._audience.stream_changed(self, now)

    def _stall(self, now: float) -> None:
        self.flowing = False
        if not self._stalled:
            self._stalled = True
            self._events.put(Stalled(session=self._session, participant=self.participant))
        self._audience.stream_changed(self, now)
