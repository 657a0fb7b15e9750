"""What is shown beside the caller's picture: a regulator's or a guest's own camera, a window of a regulator's
screen. Decisions only."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import msgspec

from signaling.domain import facts
from signaling.domain.errors import BadMessage, NotAllowed, NotFound
from signaling.domain.facts import Audience, Source
from signaling.domain.joining import find_invitation, find_participant
from signaling.domain.records import Participant
from signaling.domain.room import Change, Room, must_be_open

OF_ONE: Final = 2  # streams that one participant shows at a time: their camera and a window
OF_ALL: Final = 8  # and a whole session
_PREFIX: Final = "stream-"


class Stream(msgspec.Struct, frozen=True):
    id: str
    participant: str  # who shows it
    source: Source
    audience: Audience


def relay_name(stream: str) -> str:
    """As whose picture the relay carries it."""
    return _PREFIX + stream


def stream_of(relay_name: str) -> str | None:
    """The stream that the relay carries under this name, None for that of a phone."""
    return relay_name.removeprefix(_PREFIX) if relay_name.startswith(_PREFIX) else None


def running(happened: Iterable[facts.AnyFact], audience: Collection[Audience] = ()) -> tuple[Stream, ...]:
    """Those not ended, oldest first; with `audience` those that it names."""
    streams: dict[str, Stream] = {}
    for fact in happened:
        match fact:
            case facts.StreamStarted():
                streams[fact.stream] = Stream(fact.stream, fact.participant, fact.source, fact.audience)
            case facts.StreamEnded():
                streams.pop(fact.stream, None)
            case facts.SessionEnded():
                streams.clear()
    return tuple(one for one in streams.values() if not audience or one.audience in audience)


def must_show(room: Room, owner: str, source: Source, audience: Audience) -> Participant:
    """Who is about to show something. Raises NotAllowed once the session has ended, or for somebody who
    has nothing to show: a phone, a guest who was invited to watch or was removed."""
    must_be_open(room)
    participant = find_participant(room, owner)
    if participant.role == "regulator":
        return participant
    if participant.role != "guest" or source != "camera" or audience != "guests":
        raise NotAllowed("only a regulator shows this")
    invitation = find_invitation(room, participant.invitation or "")
    if invitation.guest != "seen" or invitation.revoked_at is not None:
        raise NotAllowed("this guest was invited to watch")
    return participant


def must_have_room(streams: Collection[Stream], owner: str) -> None:
    """Raises NotAllowed when one more would be too many."""
    if sum(one.participant == owner for one in streams) >= OF_ONE:
        raise NotAllowed("a camera and a window at a time")
    if len(streams) >= OF_ALL:
        raise NotAllowed("too much is shown in this session already")


def own(streams: Iterable[Stream], owner: str, stream: str) -> Stream:
    """Raises NotFound for one that has ended, or is another's."""
    for one in streams:
        if one.id == stream and one.participant == owner:
            return one
    raise NotFound("no such stream of this participant")


def start(room: Room, stream: Stream) -> Change:
    must_show(room, stream.participant, stream.source, stream.audience)
    if stream.source == "camera" and stream.audience != "guests":
        raise BadMessage("a camera is for guests and colleagues: the caller is filmed, not shown anybody")
    started = facts.StreamStarted(
        stream=stream.id, participant=stream.participant, source=stream.source, audience=stream.audience
    )
    return Change(facts=(started,))
