"""The control channel of one phone: text up as events, text down by `send`.

A page that was reloaded opens its channel while the earlier page's may still look open: the newest one
counts, and only its messages and its end are told.
"""

from __future__ import annotations

import logging

from aiortc import RTCDataChannel
from aiortc.exceptions import InvalidStateError

from media.answers import MESSAGE_SIZE
from media.events import Events
from signaling.domain.errors import NoChannel
from signaling.messages.relay import ChannelClosed, ChannelMessage, ChannelOpened

LABEL = "control"
UNSENT = 256 * 1024  # bytes; a phone that takes nothing any more must not fill our memory

log = logging.getLogger(__name__)


class Control:
    def __init__(self, session: str, participant: str, events: Events) -> None:
        self._session = session
        self._participant = participant
        self._events = events
        self._channel: RTCDataChannel | None = None

    def opened(self, channel: RTCDataChannel) -> None:
        if channel.label != LABEL or self._is_flooded():
            channel.close()
            return
        channel.on("message", lambda data: self._message(channel, data))
        channel.on("close", lambda: self._closed(channel))
        self._channel = channel
        self._events.put(ChannelOpened(session=self._session, participant=self._participant))

    def send(self, data: str) -> None:
        """Raises NoChannel."""
        channel = self._channel
        if channel is None or channel.bufferedAmount > UNSENT:
            raise NoChannel("the phone's control channel is not open")
        try:
            channel.send(data)
        except (InvalidStateError, ValueError) as error:  # closing; or larger than the phone takes
            raise NoChannel(f"the phone's control channel can't take it: {error}") from None

    def _message(self, channel: RTCDataChannel, data: str | bytes) -> None:
        if channel is not self._channel:
            return
        if not isinstance(data, str) or len(data.encode()) > MESSAGE_SIZE:
            log.info("control_message_dropped", extra={"reason": f"not text, or over {MESSAGE_SIZE} bytes"})
        elif self._is_flooded():
            log.warning("control_channel_closed", extra={"reason": "its phone says more than is handled"})
            self._closed(channel)
            channel.close()
        else:
            self._events.put(ChannelMessage(session=self._session, participant=self._participant, data=data))

    def _closed(self, channel: RTCDataChannel) -> None:
        if channel is self._channel:
            self._channel = None
            self._events.put(ChannelClosed(session=self._session, participant=self._participant))

    def _is_flooded(self) -> bool:
        return self._events.is_full(self._session, self._participant)
