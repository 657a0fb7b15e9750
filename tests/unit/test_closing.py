"""What is kept of a visio: facts only when they change, words of any kind in the row alone."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.closing import Closing, close, kept
from signaling.domain.errors import BadClosing
from signaling.domain.records import Session
from tests import cast
from tests.cast import ALICE

SESSION: Final = cast.session()


def row(session: Session, wanted: Closing) -> Session:
    """As the store puts it in place."""
    [updated] = close(session, ALICE.id, wanted).updates
    assert isinstance(updated, Session)
    return updated


def test_an_assessment_is_a_fact_once_and_again_when_it_is_taken_back() -> None:
    change = close(SESSION, ALICE.id, Closing(assessment="worse"))
    assert change.facts == (facts.SessionAssessed(by=ALICE.id, assessment="worse"),)
    assert change.updates == ()
    worse = replace(SESSION, assessment="worse")
    assert close(worse, ALICE.id, Closing(assessment="worse")).facts == ()
    taken_back = close(worse, ALICE.id, Closing(assessment=""))
    assert taken_back.facts == (facts.SessionAssessed(by=ALICE.id, assessment=""),)


def test_the_mark_is_a_fact_only_when_it_changes() -> None:
    assert close(SESSION, ALICE.id, Closing(debrief=False)).facts == ()
    marked = close(SESSION, ALICE.id, Closing(debrief=True))
    assert marked.facts == (facts.SessionMarked(by=ALICE.id, debrief=True),)


def test_file_number_and_note_are_no_facts_and_leave_each_other_alone() -> None:
    change = close(SESSION, ALICE.id, Closing(reference="  54  1234 "))
    assert change.facts == ()
    once = row(SESSION, Closing(reference="  54  1234 "))
    assert kept(row(once, Closing(note="fracture ouverte,\r\nVSAV\n"))) == kept(
        replace(SESSION, reference="54 1234", note="fracture ouverte,\nVSAV")
    )
    assert close(once, ALICE.id, Closing(reference="54 1234")).updates == ()
    assert row(once, Closing(reference="")).reference == ""


@pytest.mark.parametrize(
    "wanted",
    [
        Closing(reference="9" * 65),
        Closing(reference="54\x001"),
        Closing(note="n" * 2001),
        Closing(note="\x00"),
    ],
    ids=["long number", "odd number", "long note", "odd note"],
)
def test_what_nobody_types_is_refused(wanted: Closing) -> None:
    with pytest.raises(BadClosing):
        close(SESSION, ALICE.id, wanted)
    assert row(SESSION, Closing(reference="9" * 64, note="é" * 2000)).note == "é" * 2000
