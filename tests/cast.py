"""The cast of the tests: Alice regulates in Nancy, Bob is her colleague, Charlie works for another centre.

Builders make whole records; what a test cares about it passes by name, the rest is plausible.
"""

from __future__ import annotations

from itertools import count
from typing import Any, Final

from argon2 import PasswordHasher

from signaling.domain.ids import fingerprint, new_id
from signaling.domain.records import (
    Capture,
    Centre,
    Document,
    Invitation,
    Login,
    Message,
    Participant,
    Person,
    Position,
    Recording,
    Session,
    Upload,
    User,
)
from signaling.domain.ways_in import TERMS
from signaling.ports import Store

NOW: Final = 1_795_000_000_000  # 2026-11-18T11:06:40Z, in ms since the epoch
MINUTE: Final = 60_000  # ms
PHONE: Final = "+33612345678"
PASSWORD: Final = "quinze le samu bonjour"
# The cheapest hash that argon2 makes: a test signs in as the product does, and does not wait for it.
PASSWORD_HASH: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, at: int = NOW) -> None:
        self.at = at

    def now(self) -> int:
        return self.at

    def advance(self, milliseconds: int) -> None:
        self.at += milliseconds


def centre(name: str, **fields: Any) -> Centre:
    made: dict[str, Any] = {"name": name, "created_at": NOW}
    own = new_id(NOW)
    return Centre(**{"id": own, "centre": own, **made, **fields})


def user(name: str, of: Centre, **fields: Any) -> User:
    made: dict[str, Any] = {"id": new_id(NOW), "centre": of.id, "created_at": NOW}
    made |= {"email": f"{name.lower()}@{of.name.lower().replace(' ', '')}.test", "name": name}
    made |= {"role": "regulator", **fields}
    return User(**{"person": made["id"], **made})


def person(of: User, **fields: Any) -> Person:
    """Who that user is: their password is PASSWORD, and they have accepted the terms."""
    made: dict[str, Any] = {"id": of.person, "centre": "", "email": of.email, "name": of.name}
    made |= {"password_hash": PASSWORD_HASH, "created_at": NOW, "terms": TERMS}
    return Person(**{**made, **fields})


SAMU_54: Final = centre("SAMU 54")
SAMU_75: Final = centre("SAMU 75")
ALICE: Final = user("Alice", SAMU_54)
BOB: Final = user("Bob", SAMU_54)
CHARLIE: Final = user("Charlie", SAMU_75)


async def settle(store: Store) -> None:
    """Puts the two centres and the three users into an empty store."""
    for place in (SAMU_54, SAMU_75):
        await store.add_centre(place)
    for one in (ALICE, BOB, CHARLIE):
        await store.add_user(one, person(one))


_numbers = count(1)


def session(by: User = ALICE, at: int = NOW, **fields: Any) -> Session:
    """One that `by` has just started; nothing has happened in it."""
    made: dict[str, Any] = {"id": new_id(at), "centre": by.centre, "version": 0, "started_by": by.id}
    made |= {"started_at": at, "address": PHONE, "channel": "sms", "rung": ""}
    return Session(**{**made, **fields})


def invitation(to: Session, **fields: Any) -> Invitation:
    """Open for two hours, its code for ten minutes; token `token-N` and code `N`, N never twice."""
    number = next(_numbers)
    made: dict[str, Any] = {"id": new_id(to.started_at), "centre": to.centre, "session": to.id}
    made |= {"address": to.address, "channel": to.channel, "token_hash": fingerprint(f"token-{number}")}
    made |= {"code_hash": fingerprint(f"{number:06d}"), "code_salt": 0, "created_at": to.started_at}
    made |= {"code_expires_at": to.started_at + 10 * MINUTE, "expires_at": to.started_at + 120 * MINUTE}
    return Invitation(**{**made, **fields})


def caller(of: Invitation, **fields: Any) -> Participant:
    """The phone that claimed `of`; its cookie is `cookie-N`, N never twice."""
    made: dict[str, Any] = {"id": new_id(of.created_at), "centre": of.centre, "session": of.session}
    made |= {"role": "caller", "created_at": of.created_at, "invitation": of.id, "language": "fr"}
    made |= {"cookie_hash": fingerprint(f"cookie-{next(_numbers)}"), "browser": "Safari 18, iOS"}
    return Participant(**{**made, **fields})


def seat(of: Session, who: User, **fields: Any) -> Participant:
    """A user who entered the room."""
    made: dict[str, Any] = {"id": new_id(of.started_at), "centre": of.centre, "session": of.id}
    made |= {"role": "regulator", "created_at": of.started_at, "user": who.id}
    return Participant(**{**made, **fields})


def message(of: Invitation, **fields: Any) -> Message:
    """Queued, due at once."""
    made: dict[str, Any] = {"id": new_id(of.created_at), "centre": of.centre, "session": of.session}
    made |= {"invitation": of.id, "intent": f"invite:{next(_numbers)}", "channel": of.channel}
    made |= {"address": of.address, "language": "fr", "state": "queued", "created_at": of.created_at}
    return Message(**{**made, "next_try_at": of.created_at, "provider": "outbox", **fields})


def login(of: User, **fields: Any) -> Login:
    """Signed in for twelve hours; the cookie is `login-N`, N never twice."""
    made: dict[str, Any] = {"id": fingerprint(f"login-{next(_numbers)}"), "centre": of.centre}
    made |= {"user": of.id, "created_at": NOW, "expires_at": NOW + 12 * 60 * MINUTE}
    return Login(**{**made, **fields})


def capture(of: Session, by: User = ALICE, **fields: Any) -> Capture:
    made: dict[str, Any] = {"id": new_id(NOW), "centre": of.centre, "session": of.id, "taken_by": by.id}
    made |= {"taken_at": NOW, "width": 1280, "height": 720, "size": 90_000, "media_type": "image/jpeg"}
    return Capture(**{**made, **fields})


def document(by: Participant, **fields: Any) -> Document:
    made: dict[str, Any] = {"id": new_id(NOW), "centre": by.centre, "session": by.session, "sent_by": by.id}
    made |= {"created_at": NOW, "name": "ordonnance.pdf", "size": 4_096, "media_type": "application/pdf"}
    return Document(**{**made, **fields})


def recording(of: Participant, **fields: Any) -> Recording:
    made: dict[str, Any] = {"id": new_id(NOW), "centre": of.centre, "session": of.session}
    made |= {"participant": of.id, "started_at": NOW, "ended_at": NOW + 9_000, "media_type": "video/webm"}
    return Recording(**{**made, "size": 9_000, **fields})


def upload(of: Participant, at: int = NOW, **fields: Any) -> Upload:
    made: dict[str, Any] = {"id": new_id(at), "centre": of.centre, "session": of.session}
    made |= {"participant": of.id, "kind": "photo", "created_at": at, "name": "", "media_type": "image/jpeg"}
    return Upload(**{**made, "size": 90_000, "sha256": "0" * 64, **fields})


def position(of: Participant, **fields: Any) -> Position:
    """Place Stanislas in Nancy, to 12 metres."""
    made: dict[str, Any] = {"id": new_id(NOW), "centre": of.centre, "session": of.session, "at": NOW}
    made |= {"participant": of.id, "latitude": 48.693611, "longitude": 6.183333, "accuracy": 12.0}
    return Position(**{**made, **fields})
