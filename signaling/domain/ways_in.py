"""What must be proved before a login opens anything, and in which order it is asked for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal

from signaling.domain.policy import Policy
from signaling.domain.records import Person

Proof = Literal["password", "totp", "recovery", "code", "passkey", "psc"]
Step = Literal["factor", "centre", "terms", ""]

TERMS: Final = "2026-11"  # version of console/templates/terms.html: a new one is asked of everybody

_STRONG: Final = frozenset({"totp", "recovery", "passkey", "psc"})


def code_allowed(own: Collection[Proof], policies: Collection[Policy]) -> bool:
    """Whether a code by SMS or e-mail may stand for the second factor. It is weaker: never in place of `own`,
    those that the person set up, and only where each of their centres allows it (CNIL 2025-019)."""
    return not own and all(
        policy.code_by_sms_or_mail and policy.second_factor != "strong" for policy in policies
    )


def factor_missing(own: Collection[Proof], policies: Collection[Policy], proofs: Collection[Proof]) -> bool:
    """Whether a second factor is still to be shown, by the strictest of the person's centres. A passkey that
    knows its holder, and Pro Santé Connect, are two factors at once."""
    if _STRONG & set(proofs):
        return False
    asked = bool(own) or any(policy.second_factor != "none" for policy in policies)
    return asked and not ("code" in proofs and code_allowed(own, policies))


def later_step(person: Person, *, centre_chosen: bool) -> Step:
    """What comes after the second factor."""
    if not centre_chosen:
        return "centre"
    return "" if person.terms == TERMS else "terms"
