"""What the use cases need from the outside, as protocols. Adapters implement them; nothing here does I/O."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from signaling.domain.audit import Audited
from signaling.domain.facts import Event
from signaling.domain.phone_test import PhoneTest
from signaling.domain.records import (
    Capture,
    Centre,
    Channel,
    Document,
    Login,
    Message,
    Participant,
    Position,
    Record,
    Session,
    Upload,
    User,
)
from signaling.domain.room import Change as Change
from signaling.domain.room import Room as Room
from signaling.messages.relay import RelayEvent


class Clock(Protocol):
    def now(self) -> int:
        """Milliseconds since the epoch, UTC."""


# ---------------------------------------------------------------- Store
Decide = Callable[[Room], Change]


class Details(msgspec.Struct, frozen=True):
    """A session with all that its page in the history shows."""

    room: Room
    regulator: str  # name of the user who started it
    users: dict[str, str]  # id -> name, of every user that its events name
    events: tuple[Event, ...]
    captures: tuple[Capture, ...]
    positions: tuple[Position, ...]
    messages: tuple[Message, ...]
    documents: tuple[Document, ...] = ()


class Listed(msgspec.Struct, frozen=True):
    session: Session
    regulator: str


class Store(Protocol):
    """Records. A session, its rows and its events change together or not at all; survives `kill -9`."""

    async def open(self) -> None: ...
    async def close(self) -> None: ...

    # --- one session; every call names the centre, and a session of another centre is NotFound
    async def start(self, session: Session, change: Change) -> Sequence[Event]:
        """Insert a session (with `version` 0) and apply the first change to it."""

    async def change(self, centre: str, session: str, decide: Decide) -> Sequence[Event]:
        """Read the room, call `decide` (pure, maybe called again), apply its change, in one transaction.

        Returns the new events, `()` when there are none (then nothing is written unless records or updates).
        What `decide` raises undoes everything and is raised here. Calls for one session are serialised
        across processes.
        """

    async def room(self, centre: str, session: str) -> Room: ...
    async def events(self, centre: str, session: str, since: int) -> Sequence[Event]:
        """Events with a version above `since`, in order."""

    async def details(self, centre: str, session: str) -> Details: ...
    async def running(self, centre: str) -> Sequence[Listed]:
        """Sessions not ended, newest first; 200 at most."""

    async def history(self, centre: str, before: str | None, limit: int) -> Sequence[Listed]:
        """Sessions by id, newest first, those with an id below `before`."""

    async def capture(self, centre: str, capture: str) -> Capture: ...
    async def stale(self, started_before: int) -> Sequence[tuple[str, str]]:
        """(centre, session) of open sessions started before that time, 100 at most. For the sweeper."""

    # --- doors: the only look-ups without a centre, because they find it
    async def centre_of_token(self, token_hash: str) -> tuple[str, str, str]:
        """(centre, session, invitation) of a link. Raises NotFound."""

    async def centre_of_code(self, code_hash: str, now: int) -> tuple[str, str, str]:
        """The same for a spoken code that is not expired, of an invitation neither claimed nor revoked in a
        session that goes on."""

    async def caller(self, cookie_hash: str) -> Participant:
        """The caller whose phone holds that cookie. Raises NotFound, for a guest's phone that was removed
        too."""

    async def guest(self, cookie_hash: str) -> Participant:
        """The guest whose browser holds that cookie. Raises NotFound, for one who was removed too."""

    async def user_by_email(self, email: str) -> User: ...
    async def signed_in(self, login: str, now: int) -> tuple[Login, User, Centre]:
        """Raises NotFound for a login that is unknown, expired or revoked, or whose user is disabled."""

    # --- what is no longer to be kept
    async def outdated(self, ended_before: int, limit: int) -> Sequence[Record]:
        """Captures, documents and uploads of sessions that ended before that time; `limit` at most."""

    async def forget(self, records: Sequence[Record]) -> None:
        """Delete these rows; one that is gone already is no error."""

    # --- messages to send
    async def due_messages(self, now: int, limit: int, lease_until: int) -> Sequence[Message]:
        """Messages whose next try is due, leased: `next_try_at` becomes `lease_until`, so that no other
        process takes them and a crash only delays them."""

    async def message(self, message: str) -> Message:
        """By its id, for a carrier's call-back. Raises NotFound."""

    # --- files of phones, and documents either way
    async def upload(self, centre: str, upload: str) -> Upload: ...
    async def uploads(self, centre: str, session: str) -> Sequence[Upload]:
        """All of a session, finished or not, oldest first."""

    async def stale_uploads(self, created_before: int) -> Sequence[Upload]:
        """Those of any centre that began before that time and never ended, 100 at most. For the sweeper."""

    async def document(self, centre: str, document: str) -> Document: ...
    async def documents(self, centre: str, session: str) -> Sequence[Document]:
        """Oldest first."""

    # --- technical tests of phones; those that no centre sent have the centre ""
    async def add_phone_test(self, test: PhoneTest) -> None:
        """Raises BadInput when its code is taken."""

    async def change_phone_test(
        self, centre: str, test: str, change: Callable[[PhoneTest], PhoneTest]
    ) -> PhoneTest:
        """As `change_user`. Raises NotFound."""

    async def phone_tests(self, centre: str, limit: int) -> Sequence[PhoneTest]:
        """Those of one centre, newest first."""

    async def phone_test_of_code(self, centre: str, code: str) -> PhoneTest:
        """A test that was taken, of that centre or of none. Raises NotFound."""

    async def phone_test_of_token(self, token_hash: str, now: int) -> PhoneTest:
        """By the link that it was sent with. Raises NotFound, for an expired one too."""

    async def forget_phone_tests(self, created_before: int) -> None: ...

    # --- accounts
    async def centre(self, centre: str) -> Centre: ...
    async def add_centre(self, centre: Centre) -> None: ...
    async def change_centre(self, centre: str, change: Callable[[Centre], Centre]) -> Centre:
        """As `change_user`. Raises NotFound."""

    async def add_user(self, user: User) -> None:
        """Raises BadInput when the e-mail address is taken."""

    async def change_user(self, email: str, change: Callable[[User], User]) -> User:
        """Read one user, `change` it (pure, maybe called again), write it, in one transaction: two changes
        at once both hold. Returns the new row. Raises NotFound."""

    async def users(self, centre: str) -> Sequence[User]: ...
    async def centres(self) -> Sequence[Centre]: ...
    async def add_login(self, login: Login) -> None: ...
    async def revoke_login(self, login: str, now: int) -> None: ...
    async def revoke_logins(self, user: str, now: int) -> None: ...


class Files(Protocol):
    """Bytes that belong to a centre. `put` returns once they are safe on disk."""

    async def put(self, centre: str, name: str, data: bytes) -> None: ...
    async def get(self, centre: str, name: str) -> bytes:
        """Raises NotFound."""

    async def append(self, centre: str, name: str, offset: int, data: bytes) -> int:
        """Add to a file that grows, when it has exactly `offset` bytes so far; else nothing is done.
        Returns how many it has then, safe on disk. Of several that append at once one comes first."""

    async def size(self, centre: str, name: str) -> int:
        """0 for a file that there is none of."""

    async def remove(self, centre: str, name: str) -> None:
        """A file that there is none of is no error."""


class Limiter(Protocol):
    """Counts hits by key within a window of time, on this machine or on all of them."""

    async def hit(self, key: str) -> None:
        """Count one."""

    async def wait(self, key: str) -> float:
        """Seconds until the key may try again; 0 when it may now. Never raises."""


class Passwords(Protocol):
    """Slow, salted hashes of passwords, a few at a time. All calls raise Throttled when too many wait."""

    async def hash(self, password: str) -> str: ...
    async def verify(self, password_hash: str | None, password: str, *, first: bool = False) -> bool:
        """Takes as long when there is no hash to compare with. `first`: may wait where strangers are sent
        away."""

    def outdated(self, password_hash: str) -> bool:
        """Whether the hash is cheaper to guess than those made today."""


class Audit(Protocol):
    """What was done, in a chain that shows whatever is taken out of it or changed in it."""

    async def record(self, *done: Audited) -> None:
        """Returns once they are safe in the store. Raises Unavailable: what must be audited is then not
        answered."""


# ---------------------------------------------------------------- Bus
class Bus(Protocol):
    """Tells other processes that something changed. Nothing on it is ever the only copy."""

    async def open(self) -> None: ...
    async def close(self) -> None: ...
    async def publish(self, topic: str, note: bytes) -> None:
        """`note`: 64 KB at most. Never raises when the bus is away: subscribers will read the gap."""

    def subscribe(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Notes published after the `async with` began. The iterator ends when this subscriber lags more
        than 256 notes, or the bus was away: the reader then subscribes anew and reads the gap."""


# ---------------------------------------------------------------- Notifier
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


# ---------------------------------------------------------------- Relay
OnRelayEvent = Callable[[RelayEvent], Awaitable[None]]


class Relay(Protocol):
    """Forwards one-way media inside a session, and carries the phones' control channels."""

    async def open(self, on_event: OnRelayEvent) -> None:
        """Events of one participant arrive in order, one at a time."""

    async def close(self) -> None: ...

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
