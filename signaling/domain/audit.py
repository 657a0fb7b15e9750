"""What the audit keeps: who did what to which object, without a word about a caller; and what shows that
nothing was taken out of it or changed in it (a chain of hashes, its head kept elsewhere too).

The hash of an entry is the SHA-256, as lower-case hex, of the hash of the entry before ("" for the first), a
line end, and `canonical`: the JSON of all other fields, in ASCII, its keys sorted, without white space.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from signaling.domain.ids import new_id
from signaling.domain.records import AuditDue, AuditEntry

Action = Literal[
    "login.succeeded",
    "login.refused",
    "login.ended",
    "factor.changed",
    "password.changed",
    "account.changed",
    "centre.changed",
    "history.viewed",
    "history.numbers_shown",
    "session.viewed",
    "session.joined",
    "document.viewed",
    "document.sent",
    "capture.viewed",
    "still.viewed",
    "help.sent",
    "capture.taken",
    "recording.viewed",
    "export.made",
    "session.held",
    "session.erased",
    "retention.run",
    "key.rotated",
    "backup.taken",
    "backup.restored",
]


class Audited(msgspec.Struct, frozen=True):
    """One thing done. `centre` "": none. `actor`: a user's id, "" for nobody or the product itself.
    `detail`: no name, number, address or text of a person."""

    centre: str
    actor: str
    action: Action
    subject: str = ""
    detail: dict[str, str | int] = {}


class Head(msgspec.Struct, frozen=True):
    """The newest entry of a chain at some moment."""

    centre: str
    number: int
    hash: str


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """What of an audit is asked for; "" and None: whatever. `since`, `until`: ms since the epoch, the second
    one not included. `before` or `after`: the number of the entry where a page begins, not included."""

    action: str = ""
    actor: str = ""
    since: int | None = None
    until: int | None = None
    before: int | None = None
    after: int | None = None


# ---------------------------------------------------------------- what may be said
# An id, a hash, or nothing
_NAMED: Final = re.compile(r"|[0-9a-f]{32}|[0-9a-f]{64}")
# A word of the program's own, several of them, or an id. A name, a number or an address of a person is none.
_WORDS: Final = re.compile(r"[a-z][a-z_.+/-]{0,39}(,[a-z][a-z_.+/-]{0,39}){0,19}|[0-9a-f]{32}|")
_LARGEST: Final = 10_000_000  # a telephone number is larger
_EVERYWHERE: Final = frozenset({"by", "reason", "session"})
DETAILS: Final[dict[Action, frozenset[str]]] = {
    "login.succeeded": frozenset({"way"}),
    "login.refused": frozenset({"way"}),
    "login.ended": frozenset({"logins"}),
    "factor.changed": frozenset({"factor", "change"}),
    "password.changed": frozenset(),
    "account.changed": frozenset({"change", "role", "users"}),
    "centre.changed": frozenset({"change", "parts", "phrases"}),
    "history.numbers_shown": frozenset({"rows"}),
    "export.made": frozenset({"what", "format", "rows", "files", "kind", "numbers"}),
    "session.held": frozenset({"held"}),
    "session.erased": frozenset({"rows", "files", "kind"}),
    "retention.run": frozenset({"kind", "rows", "files", "sessions"}),
    "key.rotated": frozenset({"files", "kind", "key"}),
    "backup.taken": frozenset({"files"}),
    "backup.restored": frozenset({"files"}),
}


def check(done: Audited) -> None:
    """Raises ValueError for what could hold a person's name, number, address or text: a fault of ours."""
    if not all(map(_NAMED.fullmatch, (done.centre, done.actor, done.subject))):
        raise ValueError(f"{done.action}: the audit names by ids only")
    for key, value in done.detail.items():
        if key not in DETAILS.get(done.action, frozenset()) | _EVERYWHERE:
            raise ValueError(f"{done.action}: the audit does not know the detail {key}")
        if isinstance(value, int) and not 0 <= value < _LARGEST:
            raise ValueError(f"{done.action}: {key} is too large a number for the audit")
        if isinstance(value, str) and not _WORDS.fullmatch(value):
            raise ValueError(f"{done.action}: {key} is no word that the audit knows")


def due(done: Audited, session: str, at: int) -> AuditDue:
    """For what happens in a call, which waits for no audit: goes with the change that it tells of."""
    check(done)
    return AuditDue(
        id=new_id(at),
        centre=done.centre,
        session=session,
        at=at,
        actor=done.actor,
        action=done.action,
        subject=done.subject,
        detail=detail_text(done),
    )


def detail_text(done: Audited) -> str:
    return _json(done.detail)


# ---------------------------------------------------------------- the chain
def canonical(entry: AuditEntry) -> bytes:
    """All fields but the two hashes."""
    fields = msgspec.structs.asdict(entry)
    del fields["previous"], fields["hash"]
    return _json(fields).encode()


def hash_of(entry: AuditEntry) -> str:
    return hashlib.sha256(entry.previous.encode() + b"\n" + canonical(entry)).hexdigest()


def chained(lines: Iterable[AuditDue], after: Head) -> list[AuditEntry]:
    """The entries that these lines of one centre become, in this order."""
    made: list[AuditEntry] = []
    number, previous = after.number, after.hash
    for line in lines:
        number += 1
        entry = AuditEntry(
            id=line.id,
            centre=line.centre,
            number=number,
            at=line.at,
            actor=line.actor,
            action=line.action,
            subject=line.subject,
            detail=line.detail,
            previous=previous,
            hash="",
        )
        previous = hash_of(entry)
        made.append(msgspec.structs.replace(entry, hash=previous))
    return made


class Fault(msgspec.Struct, frozen=True):
    """The first thing that is wrong. `number`: of the entry.

    missing: there is none of this number. altered: it isn't what was written, or stands elsewhere.
    unlinked: it doesn't follow the entry before. truncated: a head says that the chain was longer.
    rewritten: a head says that this entry had another hash.
    """

    number: int
    kind: Literal["missing", "altered", "unlinked", "truncated", "rewritten"]


class Examination:
    """Goes through one chain in order. `heads`: those of it that were kept elsewhere."""

    def __init__(self, heads: Iterable[Head] = ()) -> None:
        self._heads: dict[int, set[str]] = {}
        for head in heads:
            self._heads.setdefault(head.number, set()).add(head.hash)
        self.number = 0
        self.hash = ""
        self.fault: Fault | None = None

    def take(self, entries: Iterable[AuditEntry]) -> None:
        for entry in entries:
            self.fault = self.fault or self._fault(entry)
            self.number, self.hash = entry.number, entry.hash

    def end(self) -> Fault | None:
        """Call it after the last entry."""
        longest = max(self._heads, default=0)
        if self.fault is None and longest > self.number:
            self.fault = Fault(self.number + 1, "truncated")
        return self.fault

    def _fault(self, entry: AuditEntry) -> Fault | None:
        expected = self.number + 1
        if entry.number > expected:
            return Fault(expected, "missing")
        if entry.number < expected or entry.hash != hash_of(entry):
            return Fault(entry.number, "altered")
        if entry.previous != self.hash:
            return Fault(entry.number, "unlinked")
        if self._heads.get(entry.number, {entry.hash}) != {entry.hash}:
            return Fault(entry.number, "rewritten")
        return None


def verify(entries: Iterable[AuditEntry], heads: Iterable[Head] = ()) -> Fault | None:
    """What is wrong first with the entries of one chain, in the order in which they are kept."""
    examination = Examination(heads)
    examination.take(entries)
    return examination.end()


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
