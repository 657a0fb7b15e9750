"""What the relay says of its own accord. `session` and `participant` are the opaque keys the service gave."""

from __future__ import annotations

import msgspec


class _RelayEvent(msgspec.Struct, frozen=True, tag_field="type", kw_only=True):
    session: str
    participant: str


class Connected(_RelayEvent, frozen=True, tag="connected"):
    """ICE and DTLS of the phone's connection are up."""


class Stalled(_RelayEvent, frozen=True, tag="stalled"):
    """No packet from the phone for the watchdog's time, or its connection is gone."""


class Resumed(_RelayEvent, frozen=True, tag="resumed"):
    """Packets of the phone flow again after a stall."""


class ChannelOpened(_RelayEvent, frozen=True, tag="channel_opened"):
    pass


class ChannelClosed(_RelayEvent, frozen=True, tag="channel_closed"):
    pass


class ChannelMessage(_RelayEvent, frozen=True, tag="channel_message"):
    """One text frame of the phone's control channel, not yet checked; 64 KB at most."""

    data: str


class ViewerLost(_RelayEvent, frozen=True, tag="viewer_lost"):
    """A viewer's connection failed or was closed by its side."""


RelayEvent = Connected | Stalled | Resumed | ChannelOpened | ChannelClosed | ChannelMessage | ViewerLost
