"""The chain of the audit: whatever was done to it is found, and nothing of a person gets into it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Final, get_args

import pytest
from msgspec.structs import replace

from console.phrases_audit import actions
from signaling.domain.audit import (
    Action,
    Audited,
    Fault,
    Head,
    canonical,
    chained,
    check,
    due,
    hash_of,
    verify,
)
from signaling.domain.records import AuditEntry
from tests.cast import ALICE, BOB, NOW, SAMU_54

LINES: Final = [due(Audited(SAMU_54.id, ALICE.id, "history.viewed"), "", NOW + n) for n in range(6)]
CHAIN: Final = chained(LINES, Head(SAMU_54.id, 0, ""))
END: Final = Head(SAMU_54.id, 6, CHAIN[-1].hash)


def test_an_entry_is_hashed_as_it_is_documented() -> None:
    first, second = CHAIN[0], CHAIN[1]
    text = (
        f'{{"action":"history.viewed","actor":"{ALICE.id}","at":{NOW + 1},"centre":"{SAMU_54.id}",'
        f'"detail":"{{}}","id":"{second.id}","number":2,"subject":""}}'
    )
    assert canonical(second) == text.encode()
    assert second.hash == hashlib.sha256(f"{first.hash}\n{text}".encode()).hexdigest()


def test_a_chain_that_nobody_touched_is_whole() -> None:
    assert verify(CHAIN, [END, Head(SAMU_54.id, 3, CHAIN[2].hash)]) is None
    assert verify([]) is None


def edited(chain: Sequence[AuditEntry], **fields: str | int) -> list[AuditEntry]:
    return [replace(entry, **fields) if entry.number == 3 else entry for entry in chain]


def sealed_anew(entry: AuditEntry, **fields: str) -> AuditEntry:
    changed = replace(entry, **fields)
    return replace(changed, hash=hash_of(changed))


def rewritten(chain: Sequence[AuditEntry]) -> list[AuditEntry]:
    """Everything from the third entry on, by somebody who knows how."""
    lines = [replace(line, actor=BOB.id) if n == 2 else line for n, line in enumerate(LINES)]
    return [*chain[:2], *chained(lines[2:], Head(SAMU_54.id, 2, chain[1].hash))]


Tamper = Callable[[Sequence[AuditEntry]], Sequence[AuditEntry]]
TAMPERED: Final[dict[str, tuple[Tamper, Fault]]] = {
    **{
        f"another {field}": (
            lambda chain, field=field, value=value: edited(chain, **{field: value}),  # type: ignore[misc]
            Fault(3, "altered"),
        )
        for field, value in {
            "id": "0" * 32,
            "centre": "0" * 32,
            "at": 1,
            "actor": BOB.id,
            "action": "login.ended",
            "subject": BOB.id,
            "detail": '{"by":"command"}',
            "previous": "0" * 64,
            "hash": "0" * 64,
        }.items()
    },
    "edited and sealed anew": (
        lambda chain: [*chain[:2], sealed_anew(chain[2], actor=BOB.id), *chain[3:]],
        Fault(4, "unlinked"),
    ),
    "linked to another entry": (
        lambda chain: [*chain[:2], sealed_anew(chain[2], previous="0" * 64), *chain[3:]],
        Fault(3, "unlinked"),
    ),
    "deleted": (lambda chain: [*chain[:2], *chain[3:]], Fault(3, "missing")),
    "the first deleted": (lambda chain: chain[1:], Fault(1, "missing")),
    "all deleted": (lambda chain: [], Fault(1, "truncated")),
    "deleted and renumbered": (
        lambda chain: [*chain[:2], *(replace(entry, number=entry.number - 1) for entry in chain[3:])],
        Fault(3, "altered"),
    ),
    "reordered": (
        lambda chain: [*chain[:2], chain[3], chain[2], *chain[4:]],
        Fault(3, "missing"),
    ),
    "two exchanged with their numbers": (
        lambda chain: [*chain[:2], replace(chain[3], number=3), replace(chain[2], number=4), *chain[4:]],
        Fault(3, "altered"),
    ),
    "inserted": (lambda chain: [*chain[:3], chain[2], *chain[3:]], Fault(3, "altered")),
    "cut at its end": (lambda chain: chain[:4], Fault(5, "truncated")),
    "written anew from there on": (rewritten, Fault(6, "rewritten")),
}


@pytest.mark.parametrize("tampering", TAMPERED)
def test_tampering_is_found_and_the_entry_named(tampering: str) -> None:
    tamper, fault = TAMPERED[tampering]
    assert verify(tamper(CHAIN), [END]) == fault


def test_without_a_head_a_cut_end_is_not_seen() -> None:
    """Which is why heads leave the house."""
    assert verify(CHAIN[:4]) is None


@pytest.mark.parametrize(
    "done",
    [
        Audited(SAMU_54.id, "alice@samu54.test", "history.viewed"),
        Audited(SAMU_54.id, ALICE.id, "session.viewed", "+33612345678"),
        Audited("SAMU 54", ALICE.id, "history.viewed"),
        Audited(SAMU_54.id, ALICE.id, "account.changed", "", {"name": "alice"}),
        Audited(SAMU_54.id, ALICE.id, "account.changed", "", {"change": "Alice Martin"}),
        Audited(SAMU_54.id, ALICE.id, "account.changed", "", {"change": "0612345678"}),
        Audited(SAMU_54.id, ALICE.id, "export.made", "", {"rows": 612345678}),
    ],
)
def test_what_could_name_a_person_is_refused(done: Audited) -> None:
    with pytest.raises(ValueError, match="audit"):
        check(done)


def test_every_action_has_words() -> None:
    assert set(actions(str)) == set(get_args(Action))
