"""What a regulator keeps of a visio beside its facts: an assessment, the dispatch file, a note, a mark."""

from __future__ import annotations

import unicodedata
from typing import Final

import msgspec
from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.errors import BadClosing
from signaling.domain.facts import AnyFact
from signaling.domain.records import Assessment, Session
from signaling.domain.room import Change

REFERENCE_LENGTH: Final = 64  # characters
NOTE_LENGTH: Final = 2000


class Closing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to change; None leaves a field as it is, an empty one takes it back."""

    assessment: Assessment | None = None
    reference: str | None = None
    note: str | None = None
    debrief: bool | None = None


class Kept(msgspec.Struct, frozen=True):
    """What is kept now. `version`: of the session, so that an older event is known as such."""

    assessment: Assessment
    reference: str
    note: str
    debrief: bool
    version: int


def kept(session: Session) -> Kept:
    return Kept(session.assessment, session.reference, session.note, session.debrief, session.version)


def close(session: Session, by: str, wanted: Closing) -> Change:
    """`by`: user id. Assessment and mark are facts, and only when they change; file number and note may name
    anybody, so that they stay in the session's row. Raises BadClosing."""
    reference = session.reference if wanted.reference is None else _reference(wanted.reference)
    note = session.note if wanted.note is None else _note(wanted.note)
    happened: list[AnyFact] = []
    if wanted.assessment is not None and wanted.assessment != session.assessment:
        happened.append(facts.SessionAssessed(by=by, assessment=wanted.assessment))
    if wanted.debrief is not None and wanted.debrief != session.debrief:
        happened.append(facts.SessionMarked(by=by, debrief=wanted.debrief))
    same = (reference, note) == (session.reference, session.note)
    updates = () if same else (replace(session, reference=reference, note=note),)
    return Change(facts=tuple(happened), updates=updates)


def _reference(typed: str) -> str:
    tidy = " ".join(typed.split())
    if len(tidy) > REFERENCE_LENGTH or not tidy.isprintable():
        raise BadClosing(f"a file number takes {REFERENCE_LENGTH} characters")
    return tidy


def _note(typed: str) -> str:
    tidy = typed.replace("\r\n", "\n").strip()
    # Neither store nor page can do anything with control characters, but for the ends of lines.
    if len(tidy) > NOTE_LENGTH or any(
        unicodedata.category(one) in {"Cc", "Cs"} for one in tidy if one not in "\n\t"
    ):
        raise BadClosing(f"a note takes {NOTE_LENGTH} characters")
    return tidy
