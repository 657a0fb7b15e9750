"""What one participant publishes in a session: its connections, its control channel, and who watches it."""

from __future__ import annotations

import time
from typing import Protocol

from aiortc import RTCDataChannel

from media.bitrate import Allocation
from media.codecs import Codec
from media.control import Control
from media.events import Events
from media.file_channel import FileChannel
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


class Tap(Protocol):
    """Takes a stream's packets without a connection: a still, a recorder."""

    @property
    def wants_keyframe(self) -> bool: ...
    def forward(self, packets: list[Packet], now: float) -> None: ...
    def restarted(self, codec: Codec, now: float) -> None:
        """What follows has nothing to do with what came before."""

    def ended(self) -> None:
        """Nothing follows."""


class Stream:
    def __init__(self, session: str, participant: str, events: Events, audience: Audience) -> None:
        self.participant = participant
        self.place: Place[Publisher] = Place()
        self.control = Control(session, participant, events)
        self._file = FileChannel(session, participant, events)
        self.viewers: list[Viewer] = []  # those that follow this stream
        self.taps: list[Tap] = []  # those that take its packets inside the relay
        self._allocation = Allocation()
        self.flowing = False
        self.is_second = False  # a camera beside the main one
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

    def forward(self, publisher: Publisher, packets: list[Packet], now: float) -> None:
        if publisher is not self.place.current:
            packets = self._take_over(publisher, packets, now)
            if not packets:
                return
        self._media_at = now
        if not self.flowing:
            self._flow(now)
        for viewer in self.viewers:
            viewer.forward(packets, now)
        for tap in self.taps:
            tap.forward(packets, now)

    def restarted(self, publisher: Publisher, now: float) -> None:
        if publisher is self.place.current:
            for viewer in self.viewers:
                viewer.follow(publisher)
            for tap in self.taps:
                tap.restarted(publisher.codec, now)
            if self.waits():
                publisher.want_keyframe(now)

    def channel(self, channel: RTCDataChannel) -> None:
        if not self._file.opened(channel):
            self.control.opened(channel)

    def lost(self, publisher: Publisher, now: float) -> None:
        was_current = publisher is self.place.current
        if self.place.remove(publisher):
            self._stall(now)
        elif was_current:
            self._audience.stream_changed(self, now)

    def waits(self) -> bool:
        return any(viewer.wants_keyframe for viewer in self.viewers) or any(
            tap.wants_keyframe for tap in self.taps
        )

    def limit(self, publisher: Publisher, sending: int, now: float) -> int:
        if publisher is self.place.current:
            for viewer in self.viewers:
                viewer.measure(now)
            lines = [viewer.line for viewer in self.viewers]
            self._allocation.settle(lines, sending, now, layered=publisher.is_layered)
            for viewer in self.viewers:
                viewer.thin(now)
        return self._allocation.limit

    # ------------------------------------------------------------ from taps
    def tap(self, tap: Tap) -> None:
        """From now on it gets the packets; a keyframe is asked for."""
        self.taps.append(tap)
        if self.publisher is not None:
            self.publisher.want_keyframe(time.monotonic())

    def untap(self, tap: Tap) -> None:
        if tap in self.taps:
            self.taps.remove(tap)

    # ------------------------------------------------------------ from the session
    def end(self) -> None:
        """The participant is gone for good."""
        taps, self.taps = self.taps, []
        for tap in taps:
            tap.ended()

    def tick(self, now: float) -> None:
        for publisher in self.place.legs:
            publisher.tick(now)
        is_up = any(publisher.connection.is_up for publisher in self.place.legs)
        if is_up and now - self._media_at > WATCHDOG:
            self._stall(now)

    # ------------------------------------------------------------ states
    def _take_over(self, publisher: Publisher, packets: list[Packet], now: float) -> list[Packet]:
        """A new connection takes the place with its first packet that is more than padding. What is left."""
        while packets and packets[0].start == packets[0].end:
            packets = packets[1:]
        if not packets or not self.place.promote(publisher):
            return []
        self.began_at = now
        self._audience.stream_changed(self, now)
        for tap in self.taps:
            tap.restarted(publisher.codec, now)
        return packets

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
