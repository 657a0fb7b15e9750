"""The channel of a file that a phone sends: its bytes up as events, one file at a time.

The label is `file:ID`, the protocol is the offset that it begins at. The phone hears by its control channel
what has arrived, and sends a few chunks ahead of that; one that sends many loses the channel.
"""

from __future__ import annotations

import logging
import re
from typing import Final

from aiortc import RTCDataChannel

from media.events import Events
from signaling.messages.relay import FileChunk

CHUNK: Final = 16 * 1024  # bytes of one message
AHEAD: Final = 32  # events of a phone that wait; ours sends four chunks and then listens
_LABEL: Final = re.compile(r"file:([0-9a-f]{32})", re.ASCII)
_OFFSET: Final = re.compile(r"[0-9]{0,9}", re.ASCII)

log = logging.getLogger(__name__)


class FileChannel:
    def __init__(self, session: str, participant: str, events: Events) -> None:
        self._session = session
        self._participant = participant
        self._events = events
        self._channel: RTCDataChannel | None = None
        self._file = ""
        self._offset = 0

    def opened(self, channel: RTCDataChannel) -> bool:
        """Whether it is one of these."""
        label, offset = _LABEL.fullmatch(channel.label), _OFFSET.fullmatch(channel.protocol)
        if label is None or offset is None:
            return False
        if self._channel is not None:
            self._channel.close()  # the newest counts: the page has given the other up
        self._channel, self._file, self._offset = channel, label[1], int(offset[0] or 0)
        channel.on("message", lambda data: self._message(channel, data))
        channel.on("close", lambda: self._closed(channel))
        return True

    def _message(self, channel: RTCDataChannel, data: str | bytes) -> None:
        if channel is not self._channel:
            return
        if not isinstance(data, bytes) or not 0 < len(data) <= CHUNK:
            log.info("file_channel_closed", extra={"reason": f"not bytes, or over {CHUNK} of them"})
        elif self._events.is_full(self._session, self._participant, AHEAD):
            log.info("file_channel_closed", extra={"reason": "its phone sends more than is handled"})
        else:
            self._events.put(
                FileChunk(
                    session=self._session,
                    participant=self._participant,
                    file=self._file,
                    offset=self._offset,
                    data=data,
                )
            )
            self._offset += len(data)
            return
        self._closed(channel)
        channel.close()

    def _closed(self, channel: RTCDataChannel) -> None:
        if channel is self._channel:
            self._channel = None
