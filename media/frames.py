"""What web processes and relay nodes say to one another over Redis, as JSON."""

from __future__ import annotations

import msgspec

from signaling.domain.errors import BadOffer, NoChannel, RelayUnavailable, VisioError
from signaling.messages.relay import RelayEvent

_ERRORS: dict[str, type[VisioError]] = {kind.code: kind for kind in (BadOffer, NoChannel, RelayUnavailable)}


class _Request(msgspec.Struct, frozen=True, tag_field="type", kw_only=True):
    ref: str  # the reply carries it
    reply_to: str  # the asking process
    session: str


class Publish(_Request, frozen=True, tag="publish"):
    participant: str
    offer: str


class View(_Request, frozen=True, tag="view"):
    participant: str
    offer: str


class Send(_Request, frozen=True, tag="send"):
    participant: str
    data: str


class Drop(_Request, frozen=True, tag="drop"):
    participant: str


class End(_Request, frozen=True, tag="end"):
    pass


class Handled(msgspec.Struct, frozen=True, tag_field="type", tag="handled"):
    """A web process is done with an event of this node."""

    ref: str


Request = Publish | View | Send | Drop | End


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    ref: str
    answer: str = ""
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
