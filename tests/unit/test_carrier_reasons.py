"""Why a message did not arrive, in the categories that a regulator can act on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from signaling.domain.carrier_reasons import ALL, CATEGORIES, category

PAGE = (Path(__file__).parents[2] / "docs" / "messages.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("21614", "not_mobile"),
        ("30003", "unreachable"),
        ("21610", "blocked"),
        ("30005", "unknown_number"),
        ("21408", "not_allowed"),
        ("connection", "carrier_down"),
        ("timeout", "timeout"),
        ("smtp_550", "unknown_number"),
    ],
)
def test_a_reason_leads_to_what_the_regulator_can_do(reason: str, expected: str) -> None:
    assert category(reason) == expected


@pytest.mark.parametrize("reason", ["", "99999", "smtp_599", "failed"])
def test_a_reason_that_nobody_foresaw_is_other(reason: str) -> None:
    assert category(reason) == "other"


def test_every_category_has_a_reason() -> None:
    assert {*CATEGORIES.values(), "other"} == set(ALL)


@pytest.mark.parametrize("kind", ALL)
def test_the_documentation_lists_every_reason_beside_its_category(kind: str) -> None:
    (row,) = re.findall(rf"^\| `{kind}` \|.*$", PAGE, re.MULTILINE)

    documented = set(re.findall(r"`(\w+)`", row)) - {kind}
    known = {reason for reason, its in CATEGORIES.items() if its == kind and reason != kind}
    assert documented == known
