"""Records, as the use cases ask for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Protocol

import msgspec

from signaling.domain.audit import Head, Sought
from signaling.domain.facts import Event
from signaling.domain.figures import Dimension, Stretch, Sum
from signaling.domain.outcomes import Ending
from signaling.domain.phone_test import PhoneTest
from signaling.domain.policy import DataClass
from signaling.domain.quality import Quality
from signaling.domain.records import (
    AuditDue,
    AuditEntry,
    Capture,
    Centre,
    CentreKey,
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
from signaling.domain.search import Search

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
    recordings: tuple[Recording, ...] = ()
    quality: tuple[Quality, ...] = ()


class Listed(msgspec.Struct, frozen=True):
    session: Session
    regulator: str


class Meeting(msgspec.Struct, frozen=True):
    """A session as the history lists it."""

    session: Session
    regulator: str
    place: int  # where it stands among all; rises with its start
    ending: Ending
    cover: str | None = None  # id of its first capture or photo


class CarrierCount(msgspec.Struct, frozen=True):
    """Messages of one provider by where they are."""

    provider: str
    queued: int = 0
    accepted: int = 0
    delivered: int = 0
    failed: int = 0


class Depths(msgspec.Struct, frozen=True):
    """How much there is of what begins and ends, in all centres."""

    calls: int  # sessions that have not ended
    messages: int  # whose next try is due
    uploads: int  # files of phones that are not whole yet
    audit: int  # lines that wait for their place in a chain


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

    async def search(self, centres: tuple[str, ...], search: Search, limit: int) -> Sequence[Meeting]:
        """Of all these centres in one order: newest first; with `after` the oldest ones above that, newest
        first too."""

    async def index(self, above: str, limit: int) -> str | None:
        """Make what sessions with a higher id are found by, `limit` of them at most, where it is missing or
        was made with another key. Returns where to go on, None at the end."""

    async def count_sessions(self, zone: tzinfo, limit: int) -> Sequence[str]:
        """Add what ended sessions that wait for it contribute to the figures, `limit` of them at most,
        instead of what they contributed before; days are told in `zone`. Returns the centre of each.
        Processes that do this at the same time count different ones."""

    async def recount(self) -> int:
        """Let all sessions that have ended be counted anew; of those that are erased what they added stays.
        Returns how many wait for it that did not."""

    async def figure_sums(
        self,
        centres: Sequence[str],
        dimension: Dimension | None,
        stretches: Sequence[Stretch],
        buckets: Sequence[str],
        *,
        apart: bool,
    ) -> Sequence[Sum]:
        """Of all these centres together, by group and measure, and by day or month if these are told `apart`:
        if not, all are of the first one. `dimension`: None for groups that are the centres. `buckets`: of
        which measures they are read; plain sums are read in any case."""

    async def add_quality(self, stretches: Sequence[Quality]) -> None:
        """Of any sessions; those of sessions that are erased, or that nobody knows, are let go."""

    async def quality(self, centre: str, session: str) -> Sequence[Quality]:
        """Of all phones, oldest first."""

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
    async def recording(self, centre: str, recording: str) -> Recording:
        """Raises NotFound."""

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
        process takes them and a crash only delays them. Due is also what is planned for later than
        `backoff.LONGEST` from now, as it is once the clock went back."""

    async def carriers(self, since: int) -> Sequence[CarrierCount]:
        """Of all messages that were made from then on (ms since the epoch), of all centres."""

    async def depths(self, now: int) -> Depths: ...

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

    # --- keys that a centre's files are encrypted with; the newest one that is not retired is in use
    async def centre_keys(self, centre: str) -> Sequence[CentreKey]:
        """Oldest first, the retired ones too."""

    async def add_centre_key(self, key: CentreKey, *, if_none: bool = False) -> None:
        """`if_none`: only when none of the centre's is in use. Raises NotFound for an unknown centre."""

    async def change_centre_key(
        self, centre: str, key: str, change: Callable[[CentreKey], CentreKey]
    ) -> CentreKey:
        """As `change_user`. Raises NotFound."""

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

    async def forget_logins(self, before: int) -> None:
        """Those that were ended, or expired, before that time."""

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
