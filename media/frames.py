"""What web processes and relay nodes say to one another over Redis, as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from signaling.domain.errors import BadOffer, NoChannel, NoPicture, RelayFull, RelayUnavailable, VisioError
from signaling.messages.relay import Moved, RelayEvent, Stalled

_ERRORS: dict[str, type[VisioError]] = {
    kind.code: kind for kind in (BadOffer, NoChannel, NoPicture, RelayFull, RelayUnavailable)
}


class _Request(msgspec.Struct, frozen=True, tag_field="type", kw_only=True, omit_defaults=True):
    ref: str  # the reply carries it
    reply_to: str  # the asking process
    session: str


class _Offer(_Request, frozen=True):
    participant: str
    offer: str
    moved: bool = False  # the session ran on a node that is gone: it must not be refused as a new one


class Publish(_Offer, frozen=True, tag="publish"):
    second: bool = False


class View(_Offer, frozen=True, tag="view"):
    thumbnail_of: str = ""
    large: bool = False


class Still(_Request, frozen=True, tag="still"):
    participant: str


class Send(_Request, frozen=True, tag="send"):
    participant: str
    data: str


class Drop(_Request, frozen=True, tag="drop"):
    participant: str


class End(_Request, frozen=True, tag="end"):
    pass


class Film(_Request, frozen=True, tag="film"):
    """Which phones are recorded from now on, and why that counts: see `signaling.ports.Recorder`."""

    phones: dict[str, int]
    version: int


class Handled(msgspec.Struct, frozen=True, tag_field="type", tag="handled", omit_defaults=True):
    """A web process is done with an event of this node. `failed`: by an error that is in its log."""

    ref: str
    failed: bool = False


Offer = Publish | View
Request = Publish | View | Still | Send | Drop | End | Film


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    ref: str
    answer: str = ""
    picture: bytes = b""  # of a still
    error: str = ""  # code of an error, "" for none
    message: str = ""


class Told(msgspec.Struct, frozen=True):
    """An event on its way to a web process. `ref` is "" when no node waits until it is handled."""

    node: str
    ref: str
    event: RelayEvent


encode = msgspec.json.Encoder().encode
decode_inbox: msgspec.json.Decoder[Request | Handled] = msgspec.json.Decoder(Request | Handled)
decode_reply = msgspec.json.Decoder(Reply)
decode_told = msgspec.json.Decoder(Told)


def refusal(ref: str, error: VisioError) -> Reply:
    return Reply(ref, error=error.code, message=str(error))


def error_of(reply: Reply) -> VisioError:
    return _ERRORS.get(reply.error, RelayUnavailable)(reply.message)


def told(node: str, ref: str, event: RelayEvent) -> dict[str, bytes]:
    """An event as an entry of the stream."""
    return {"told": encode(Told(node, ref, event))}


def departure(
    node: str, parties: Mapping[str, Iterable[str]], *, is_broken: bool
) -> Iterator[dict[str, bytes]]:
    """What both ends of each session are told when its node goes; `parties`: its phones by session.

    `is_broken`: no picture comes from there any more.
    """
    for session, phones in parties.items():
        for phone in phones if is_broken else ():
            yield told(node, "", Stalled(session=session, participant=phone))
        yield told(node, "", Moved(session=session))
