"""What the relay says of its own accord. `session` and `participant` are the opaque keys the service gave."""

from __future__ import annotations

import msgspec


class _RelayEvent(msgspec.Struct, frozen=True, tag_field="type", kw_only=True):
    session: str


class Moved(_RelayEvent, frozen=True, tag="moved"):
    """The session's media node is gone or about to leave: both ends should offer again, at once.

    Told by relays on many nodes only. Connections that still stand go on until the new ones have a picture.
    """


class _ParticipantEvent(_RelayEvent, frozen=True, tag_field="type", kw_only=True):
    participant: str


class Connected(_ParticipantEvent, frozen=True, tag="connected"):
    """ICE and DTLS of the phone's connection are up."""


class Stalled(_ParticipantEvent, frozen=True, tag="stalled"):
    """No packet from the phone for the watchdog's time, or its connection is gone."""


class Resumed(_ParticipantEvent, frozen=True, tag="resumed"):
    """Packets of the phone flow again after a stall."""


class ChannelOpened(_ParticipantEvent, frozen=True, tag="channel_opened"):
    pass


class ChannelClosed(_ParticipantEvent, frozen=True, tag="channel_closed"):
    pass


class ChannelMessage(_ParticipantEvent, frozen=True, tag="channel_message"):
    """One text frame of the phone's control channel, not yet checked; 64 KB at most."""

    data: str


class FileChunk(_ParticipantEvent, frozen=True, tag="file_chunk"):
    """Some bytes of a file, in order, from a data channel `file:ID` of the phone; 16 KB at most."""

    file: str
    offset: int
    data: bytes


class ViewerLost(_ParticipantEvent, frozen=True, tag="viewer_lost"):
    """A viewer's connection failed or was closed by its side."""


class FilmBegun(_ParticipantEvent, frozen=True, tag="film_begun"):
    """A film of a phone that is recorded begins. `film`: its id, which the relay made."""

    film: str
    media_type: str


class FilmPiece(_ParticipantEvent, frozen=True, tag="film_piece"):
    """The next bytes of a film; about 256 KB, or what 2 s are."""

    film: str
    offset: int
    data: bytes


class FilmEnded(_ParticipantEvent, frozen=True, tag="film_ended"):
    """A film is as complete as it will be."""

    film: str
    milliseconds: int  # from its first frame to its last


ParticipantEvent = (
    Connected | Stalled | Resumed | ChannelOpened | ChannelClosed | ChannelMessage | FileChunk | ViewerLost
)  # fmt: skip
FilmEvent = FilmBegun | FilmPiece | FilmEnded  # whose handler may refuse: the film then ends
RelayEvent = ParticipantEvent | FilmEvent | Moved
