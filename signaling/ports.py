"""What the use cases need from the outside, as protocols. Adapters implement them; nothing here does I/O."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from signaling.domain.audit import Audited, Head, Sought
from signaling.domain.facts import Event
from signaling.domain.phone_test import PhoneTest
from signaling.domain.policy import DataClass
from signaling.domain.records import (
    AuditDue,
    AuditEntry,
    Capture,
    Centre,
    Channel,
    Document,
    Login,
    Message,
    Participant,
    Passkey,
    Person,
    Position,
    Recording,
    Removal,
    Session,
    Ticket,
    TicketKind,
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


class Bearer(msgspec.Struct, frozen=True):
    """Who holds a login's cookie, and where. `several`: the person works in other centres too."""

    login: Login
    user: User
    centre: Centre
    person: Person
    several: bool = False


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

    async def signed_in(self, login: str, now: int) -> Bearer:
        """Raises NotFound for a login that is unknown, expired or revoked, or whose user or person is
        disabled. It may wait for something yet (`Login.waits_for`)."""

    # --- what is no longer to be kept
    async def overdue(
        self, centre: str, data_class: DataClass, ended_before: int, limit: int
    ) -> Sequence[str]:
        """Sessions that ended before that time and still have something of that class, those that are held
        left out; `limit` at most."""

    async def clear(
        self, centre: str, session: str, going: tuple[DataClass, ...], line: AuditDue | None = None
    ) -> tuple[int, int]:
        """Delete what belongs to these classes, in one transaction; with "sessions" all but the figures.
        `line` is written with it. The bytes of files are marked to be removed.

        Returns how many rows were deleted or changed, and how many files go; (0, 0) for a session that was
        erased before. Raises NotFound; NotAllowed for one that goes on or is held.
        """

    async def removals(self, limit: int) -> Sequence[Removal]:
        """Files whose bytes are to go."""

    async def removed(self, removals: Sequence[Removal]) -> None:
        """Their bytes are gone."""

    async def recordings(self, centre: str, session: str) -> Sequence[Recording]: ...
    async def sessions_with(self, centre: str, address: str) -> Sequence[Session]:
        """All sessions in which that number or e-mail address was written to, oldest first."""

    async def phone_tests_with(self, centre: str, address: str) -> Sequence[PhoneTest]:
        """Those that the centre sent there."""

    async def forget_phone_tests_with(self, centre: str, address: str) -> None: ...
    async def take_duty(self, name: str, holder: str, until: int) -> bool:
        """A lease on what one process does for all: whether it is the holder's now, until that time. It is
        nobody else's once its time is over."""

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
        """Those of any centre that began before that time and never ended, 100 at most, of sessions that are
        not held. For the sweeper."""

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

    async def add_user(self, user: User, person: Person | None = None) -> None:
        """With the person, when they are new. Raises BadInput when the e-mail address is taken."""

    async def user(self, centre: str, user: str) -> User: ...
    async def change_user(self, centre: str, user: str, change: Callable[[User], User]) -> User:
        """Read one user, `change` it (pure, maybe called again), write it, in one transaction: two changes
        at once both hold. Returns the new row. Raises NotFound, and what `change` raises."""

    async def users(self, centre: str) -> Sequence[User]: ...
    async def centres(self) -> Sequence[Centre]: ...
    async def add_login(self, login: Login) -> None: ...
    async def revoke_login(self, login: str, now: int) -> None: ...
    async def revoke_logins(self, user: str, now: int) -> None: ...

    # --- people, and what they hold; of no centre
    async def person(self, person: str) -> Person: ...
    async def person_by_email(self, email: str) -> Person: ...
    async def person_by_rpps(self, rpps: str) -> Person: ...
    async def change_person(self, person: str, change: Callable[[Person], Person]) -> Person:
        """As `change_user`; the name and the address change in all centres. Raises BadInput when the address
        is taken."""

    async def users_of(self, person: str) -> Sequence[tuple[User, Centre]]:
        """Where they work, by the centre's name, the disabled ones too."""

    async def logins_of(self, person: str, now: int) -> Sequence[tuple[Login, Centre]]:
        """Those that open something, newest first."""

    async def revoke_logins_of(self, person: str, now: int, besides: str = "") -> None:
        """In every centre, but for the login `besides`."""

    async def saw_login(self, login: str, now: int) -> None: ...
    async def add_tickets(self, *tickets: Ticket) -> None:
        """All or none. Raises BadInput when a secret is there already."""

    async def ticket(self, kind: TicketKind, secret_hash: str) -> Ticket:
        """Used, expired or neither. Raises NotFound."""

    async def tickets(self, person: str, kind: TicketKind, now: int) -> Sequence[Ticket]:
        """Those neither used nor expired, newest first."""

    async def change_ticket(self, ticket: str, change: Callable[[Ticket], Ticket]) -> Ticket:
        """As `change_user`: what is used once is so checked and marked in one transaction."""

    async def end_tickets(self, person: str, kind: TicketKind, now: int) -> None:
        """Mark all that are not used as used."""

    async def forget_tickets(self, before: int) -> None:
        """Those that were used, or expired, before that time."""

    async def add_passkey(self, passkey: Passkey) -> None:
        """Raises BadInput when the credential is there already."""

    async def passkey(self, credential: str) -> Passkey:
        """Raises NotFound."""

    async def passkeys(self, person: str) -> Sequence[Passkey]:
        """Oldest first."""

    async def change_passkey(self, passkey: str, change: Callable[[Passkey], Passkey]) -> Passkey:
        """As `change_user`."""

    async def remove_passkeys(self, person: str, passkey: str = "") -> None:
        """One, or all; one that is not theirs is no error."""

    # --- the audit: a chain a centre, "" for what concerns none
    async def append_audit(self, lines: Sequence[AuditDue]) -> Sequence[AuditEntry]:
        """The lines, at the end of their centres' chains: all or none. Numbers have no gap, whatever
        processes write at once."""

    async def settle_audit(self) -> Sequence[AuditEntry]:
        """As `append_audit`, of lines that wait for it in the store, each once; some hundred at most."""

    async def audit_heads(self) -> Sequence[Head]:
        """Of all chains."""

    async def audit_entries(self, centre: str, above: int, limit: int) -> Sequence[AuditEntry]:
        """In their order, those with a number above that."""

    async def audit_page(self, centre: str, sought: Sought, limit: int) -> Sequence[AuditEntry]:
        """Newest first; with `after` the oldest ones above that."""


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


class Authenticator(Protocol):
    """Time-based one-time codes (RFC 6238) of an application on a person's telephone. A secret is only ever
    seen sealed for its person."""

    def make(self, person: str) -> str:
        """A new secret, sealed."""

    def address(self, person: str, sealed: str, account: str) -> str:
        """What the application reads as a QR code, `otpauth://...`. Raises NotAllowed for what was not sealed
        for this person."""

    def step(self, person: str, sealed: str, code: str, now: int) -> int | None:
        """The time step (of 30 s) that the code belongs to, when it is this one, the one before or the next.
        Raises NotAllowed."""


class Presented(msgspec.Struct, frozen=True):
    """What a browser sends of a passkey, not verified yet: binary fields are base64url, as there."""

    credential: str  # its id
    challenge: str
    user: str  # the person's id as the key holds it, "" when it tells none
    text: str  # the whole, JSON


class NewPasskey(msgspec.Struct, frozen=True):
    credential: str  # base64url, as the next one
    public_key: str
    sign_count: int


class PasskeyVerifier(Protocol):
    """The relying party of WebAuthn (level 2). Options are JSON for the browser; a challenge is base64url."""

    def new_key(self, person: Person, challenge: str, known: Sequence[str]) -> str:
        """Options to make a key with. `known`: credentials that the person has."""

    def challenge(self, challenge: str, allowed: Sequence[str], *, alone: bool) -> str:
        """Options to show a key with. `allowed`: none: any that the browser holds. `alone`: no other factor
        is asked for, so that the key must know its holder."""

    def read(self, text: str) -> Presented:
        """Raises NotAllowed for anything else."""

    def registered(self, presented: Presented) -> NewPasskey:
        """Raises NotAllowed."""

    def shown(self, presented: Presented, passkey: Passkey, *, alone: bool) -> int:
        """The key's new sign count. Raises NotAllowed, also for a count that went back."""


class Professional(msgspec.Struct, frozen=True):
    """Who a provider of identities says that somebody is."""

    subject: str
    rpps: str  # as the provider writes it
    acr: str  # how sure the provider is, e.g. "eidas1"
    may_regulate: bool | None  # `Acces_Regulation_Medicale`; None: not told
    id_token: str  # to end the login there


class Errand(msgspec.Struct, frozen=True):
    """A browser on its way to the provider: what must come back, and what only we know meanwhile."""

    url: str
    state: str
    nonce: str
    verifier: str


class IdentityProvider(Protocol):
    """Pro Santé Connect, or another OpenID provider. All raise Unavailable when it does not answer."""

    async def begin(self) -> Errand: ...
    async def finish(self, answer: dict[str, str], nonce: str, verifier: str) -> Professional:
        """`answer`: the query that the browser came back with. Raises NotAllowed for whatever is wrong."""

    async def farewell(self, id_token: str) -> str:
        """Where a browser ends its login at the provider; "" when the provider names no such place."""

    async def close(self) -> None: ...


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
