"""JSON in and out: one decoder a door, one place where bad input stops."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from signaling.domain.errors import BadMessage
from signaling.domain.facts import Event
from signaling.messages import caller, console, control, guest, phone_test, relay

LIMIT = 64 * 1024  # bytes; OWASP's WebSocket cheat sheet asks for a cap, this one holds any SDP we accept

STILL_LIMIT = 60_000  # bytes of a JPEG still; with what is put before it, it fits into a note of the bus
_NUMBER = 4  # bytes

T = TypeVar("T")

encode = msgspec.json.Encoder().encode


class Decoder(Generic[T]):
    """Decodes one union of frames; anything else is `BadMessage`, whatever was sent."""

    def __init__(self, kinds: Any) -> None:
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(kinds)

    def __call__(self, data: str | bytes) -> T:
        if len(data) > LIMIT or (isinstance(data, str) and len(data.encode(errors="replace")) > LIMIT):
            raise BadMessage(f"larger than {LIMIT} bytes")
        try:
            return self._decoder.decode(data)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
            raise BadMessage(str(error)) from None


decode_caller: Decoder[caller.CallerIn] = Decoder(caller.CallerIn)
decode_console: Decoder[console.ConsoleIn] = Decoder(console.ConsoleIn)
decode_guest: Decoder[guest.GuestIn] = Decoder(guest.GuestIn)
decode_control: Decoder[control.ControlUp] = Decoder(control.ControlUp)
decode_relay: Decoder[relay.RelayEvent] = Decoder(relay.RelayEvent)
decode_test: Decoder[phone_test.TestIn] = Decoder(phone_test.TestIn)
decode_event: Decoder[Event] = Decoder(Event)


def decode_still(data: bytes) -> caller.Still:
    """A binary frame of a phone: 4 bytes of its number (big-endian), then a JPEG. Raises BadMessage."""
    if not _NUMBER < len(data) <= _NUMBER + STILL_LIMIT:
        raise BadMessage(f"a still takes 1 to {STILL_LIMIT} bytes")
    return caller.Still(int.from_bytes(data[:_NUMBER], "big"), data[_NUMBER:])
