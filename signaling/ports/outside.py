"""Files, limits, the audit, the bus, carriers, geocoders, the relay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Literal, Protocol

import msgspec

from signaling.domain.audit import Audited
from signaling.domain.facts import Event
from signaling.domain.records import CentreKey, Channel
from signaling.domain.room import Change as Change
from signaling.domain.room import Room as Room
from signaling.messages import control
from signaling.messages.relay import RelayEvent


class Clock(Protocol):
    def now(self) -> int:
        """Milliseconds since the epoch, UTC."""


class Files(Protocol):
    """Bytes that belong to a centre. `put` returns once they are safe on disk."""

    async def put(self, centre: str, name: str, data: bytes) -> None: ...
    async def get(self, centre: str, name: str) -> bytes:
        """Raises NotFound."""

    def open(self, centre: str, name: str, start: int = 0) -> AsyncIterator[bytes]:
        """Its bytes from `start` on, in pieces of 256 KB at most: no file is ever whole in memory. The first
        piece raises NotFound."""

    async def append(self, centre: str, name: str, offset: int, data: bytes) -> int:
        """Add to a file that grows, when it has exactly `offset` bytes so far; else nothing is done.
        Returns how many it has then, safe on disk. Of several that append at once one comes first."""

    async def size(self, centre: str, name: str) -> int:
        """0 for a file that there is none of."""

    async def remove(self, centre: str, name: str) -> None:
        """A file that there is none of is no error."""

    async def tidy(self) -> int:
        """Delete what crashes left of files that were being written. Returns how many."""


class SealedFiles(Files, Protocol):
    """Files that are encrypted where they lie, with keys of their centre that a master key wraps."""

    async def check(self) -> None:
        """Raises Unavailable, with a sentence, when there are keys that no master key opens, or the storage
        can't be reached."""

    async def close(self) -> None: ...

    def new_key(self, centre: str, after: int = 0) -> CentreKey:
        """Of no use before it is in the store. `after`: ms since the epoch of those before it, whatever the
        clock says now."""

    def rewrapped(self, key: CentreKey) -> CentreKey:
        """The same key under the master key that is in use. Raises Unavailable when none opens it."""

    async def names(self, centre: str) -> Sequence[str]: ...
    async def renew(self, centre: str, name: str) -> Literal["renewed", "current", "busy"]:
        """Encrypt a file anew with the centre's newest key, at once for every reader, unless it is already.
        busy: it changed meanwhile, and nothing was done. Raises NotFound for one that is gone."""


class Limiter(Protocol):
    """Counts hits by key within a window of time, on this machine or on all of them."""

    async def hit(self, key: str) -> None:
        """Count one."""

    async def wait(self, key: str) -> float:
        """Seconds until the key may try again; 0 when it may now. Never raises."""


class Audit(Protocol):
    """What was done, in a chain that shows whatever is taken out of it or changed in it."""

    async def record(self, *done: Audited) -> None:
        """Returns once they are safe in the store. Raises Unavailable: what must be audited is then not
        answered."""


class Observer(Protocol):
    """Counts what happens, for those who look after the product. Never raises."""

    def happened(self, room: Room, events: Sequence[Event]) -> None:
        """`room`: as it was before them."""

    def measured(self, frame: control.Quality) -> None:
        """What a phone measures of its picture."""

    def audited(self, action: str) -> None:
        """A line has its place in the audit. `action`: one of `signaling.domain.audit.Action`."""


class Bus(Protocol):
    """Tells other processes that something changed. Nothing on it is ever the only copy."""

    async def open(self) -> None: ...
    async def close(self) -> None: ...
    async def check(self) -> None:
        """Raises Unavailable while notes reach no other process."""

    async def publish(self, topic: str, note: bytes) -> None:
        """`note`: 64 KB at most. Never raises when the bus is away: subscribers will read the gap."""

    def subscribe(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Notes published after the `async with` began. The iterator ends when this subscriber lags more
        than 256 notes, or the bus was away: the reader then subscribes anew and reads the gap."""


class Outgoing(msgspec.Struct, frozen=True):
    """One message, ready to leave."""

    id: str  # the same at every try
    channel: Channel
    to: str  # E.164 or e-mail address
    body: str  # text
    link: str
    subject: str = ""  # mail only
    html: str = ""  # mail only
    status_url: str = ""  # where the carrier may report, "" if it can't reach us
    sender: str = ""  # name that it comes from, "" for the carrier's own
    provider: str = ""  # by name; the channel's first one unless it is one of them


class Receipt(msgspec.Struct, frozen=True):
    ref: str  # the carrier's own id
    delivered: bool = False  # True where accepting is delivering (outbox)


class Notifier(Protocol):
    name: str

    async def open(self) -> None: ...
    async def close(self) -> None: ...
    async def send(self, message: Outgoing) -> Receipt:
        """Raises CarrierError, `permanent` or not. Takes 10 s at most."""


class Found(msgspec.Struct, frozen=True):
    """Where an address is."""

    address: str  # on one line, as the geocoder writes it
    latitude: float
    longitude: float


class Geocoder(Protocol):
    async def address(self, latitude: float, longitude: float) -> tuple[str, str] | None:
        """(address on one line, source), or None when there is none or it took over 2 s. Never raises."""

    async def find(self, address: str) -> Found | None:
        """The best match, None when there is none. Raises GeocoderUnavailable, after 2 s at most."""

    async def close(self) -> None: ...


OnRelayEvent = Callable[[RelayEvent], Awaitable[None]]


class NodeLoad(msgspec.Struct, frozen=True):
    """What a node that carries media carries now. `name`: "" for the relay inside this process. `share`: of
    what it can carry, by its scarcest resource; over 1 is too much. `alive`: whether it was heard of within
    the last second or so."""

    name: str
    sessions: int
    packets: float  # a second, in and out
    cpu: float  # percent of one core
    share: float
    alive: bool = True


class Relay(Protocol):
    """Forwards one-way media inside a session, and carries the phones' control channels."""

    async def open(self, on_event: OnRelayEvent) -> None:
        """Events of one participant arrive in order, one at a time."""

    async def close(self) -> None: ...
    async def check(self) -> None:
        """Raises RelayUnavailable while no media can be carried."""

    async def nodes(self) -> Sequence[NodeLoad]:
        """All that have neither said goodbye nor were given up, by name. Raises RelayUnavailable."""

    async def publish(self, session: str, participant: str, offer: str, *, second: bool = False) -> str:
        """A phone offers to send. Returns the answer's SDP. The participant's earlier connection is
        replaced once the new one has media. A `second` camera's is never the session's picture, only a
        thumbnail beside it. Raises BadOffer, RelayUnavailable."""

    async def view(
        self, session: str, participant: str, offer: str, thumbnail_of: str = "", *, large: bool = False
    ) -> str:
        """A console offers to receive the session's picture; it may come before any phone does.

        With `thumbnail_of` it is the picture of that participant, small beside the main one: the first to
        be thinned when a line or a node is short, and no reason for the phone to send less; a phone that is
        only seen so is asked for little. `large`: it is shown in the place of the main one.
        Raises BadOffer, RelayUnavailable.
        """

    async def still(self, session: str, participant: str = "") -> bytes:
        """One picture as JPEG, decoded from what is forwarded; of the main stream unless one is named.

        Asked for more often than once in two seconds, the same one comes again.
        Raises NoPicture, RelayUnavailable.
        """

    async def send(self, session: str, participant: str, data: str) -> None:
        """Text to a phone on its control channel. Raises NoChannel."""

    async def drop(self, session: str, participant: str) -> None:
        """Close one participant's connections; unknown ones are no error."""

    async def end(self, session: str) -> None:
        """Close all connections of a session."""
