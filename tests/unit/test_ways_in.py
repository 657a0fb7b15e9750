"""Which proofs are enough, by what the person set up and what their centres ask."""

from __future__ import annotations

import pytest

from signaling.domain.policy import Policy
from signaling.domain.ways_in import TERMS, Proof, code_allowed, factor_missing, later_step
from tests import cast
from tests.cast import ALICE

NONE, ANY, STRONG = Policy(), Policy(second_factor="any"), Policy(second_factor="strong")
NO_CODES = Policy(second_factor="any", code_by_sms_or_mail=False)


@pytest.mark.parametrize(
    ("own", "policies", "proofs", "missing"),
    [
        ((), (NONE,), ("password",), False),
        ((), (ANY,), ("password",), True),
        ((), (NONE, STRONG), ("password",), True),
        (("totp",), (NONE,), ("password",), True),
        (("passkey",), (NONE,), ("password",), True),
        (("totp",), (NONE,), ("password", "totp"), False),
        (("totp",), (STRONG,), ("password", "recovery"), False),
        (("totp",), (ANY,), ("password", "code"), True),
        ((), (ANY,), ("password", "code"), False),
        ((), (NO_CODES,), ("password", "code"), True),
        ((), (ANY, STRONG), ("password", "code"), True),
        ((), (STRONG,), ("passkey",), False),
        (("totp",), (STRONG,), ("psc",), False),
    ],
)
def test_the_second_factor_is_asked_for_by_the_strictest_of_the_centres(
    own: tuple[Proof, ...], policies: tuple[Policy, ...], proofs: tuple[Proof, ...], missing: bool
) -> None:
    assert factor_missing(own, policies, proofs) == missing


def test_a_code_may_stand_in_only_where_nothing_better_is_there_or_asked() -> None:
    assert code_allowed((), (NONE, ANY))
    assert not code_allowed((), (ANY, NO_CODES))
    assert not code_allowed((), (ANY, STRONG))
    application: tuple[Proof, ...] = ("totp",)
    assert not code_allowed(application, (ANY,))


def test_the_centre_comes_before_the_terms() -> None:
    new = cast.person(ALICE, terms="")
    assert later_step(new, centre_chosen=False) == "centre"
    assert later_step(new, centre_chosen=True) == "terms"
    assert later_step(cast.person(ALICE, terms=TERMS), centre_chosen=True) == ""
