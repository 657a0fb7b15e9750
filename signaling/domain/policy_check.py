"""Whether a policy can be lived by: what an administrator typed, field by field."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import phonenumbers
from msgspec.structs import asdict

from signaling.domain.controls import GUIDANCE
from signaling.domain.errors import BadPolicy
from signaling.domain.gsm7 import segments
from signaling.domain.invitation_text import LANGUAGES, LONGEST_SMS, LONGEST_SMS_SEGMENTS, own_sms
from signaling.domain.map_tiles import is_template
from signaling.domain.policy import Policy

LONGEST_MAIL_TEXT: Final = 1_000  # characters
LONGEST_ATTRIBUTION: Final = 200
MOST_MESSAGES: Final = 1_000_000  # of a quota
LONGEST_KEPT: Final = 36_500  # days

# Alphanumeric sender ids: at most 11 of the 7-bit alphabet's letters, digits and spaces, not digits alone,
# since a telephone would take those for a number (3GPP TS 23.040, 9.1.2.5; carriers are as strict).
_SENDER: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9 ]{0,9}[A-Za-z0-9]|[A-Za-z]")
_REGIONS: Final = frozenset(phonenumbers.SUPPORTED_REGIONS)


def check(policy: Policy, link: str, centre: str = "") -> None:
    """`link`: one as callers get it, since its length counts, as does the alphabet of the `centre`'s name.
    Raises BadPolicy with the first field that can't be used."""
    for field, holds in _RULES.items():
        if not holds(policy):
            raise BadPolicy(field)
    for text in policy.sms_texts.values():
        if max(segments(own_sms(text, name, link)) for name in ("x" * 40, centre)) > LONGEST_SMS_SEGMENTS:
            raise BadPolicy("sms_texts")


def _may_be_sender(name: str) -> bool:
    return not name or _SENDER.fullmatch(name) is not None


def _are_sms(texts: dict[str, str]) -> bool:
    return set(texts) <= set(LANGUAGES) and all(
        text.count("{link}") == 1 and len(text) <= LONGEST_SMS and _is_plain(text) for text in texts.values()
    )


def _are_mails(texts: dict[str, str]) -> bool:
    return set(texts) <= set(LANGUAGES) and all(
        text.strip() and len(text) <= LONGEST_MAIL_TEXT and _is_plain(text) for text in texts.values()
    )


def _is_plain(text: str) -> bool:
    return all(char == "\n" or char.isprintable() for char in text)


_RULES: Final[dict[str, Callable[[Policy], bool]]] = {
    "sender": lambda policy: _may_be_sender(policy.sender),
    "sms_texts": lambda policy: _are_sms(policy.sms_texts),
    "mail_texts": lambda policy: _are_mails(policy.mail_texts),
    "destinations": lambda policy: set(policy.destinations) <= _REGIONS,
    "quotas": lambda policy: all(0 <= most <= MOST_MESSAGES for most in asdict(policy.quotas).values()),
    "keep_days": lambda policy: all(0 <= days <= LONGEST_KEPT for days in policy.keep_days.values()),
    "phrases": lambda policy: set(policy.phrases) <= set(GUIDANCE),
    "map_tiles": lambda policy: not policy.map_tiles or is_template(policy.map_tiles),
    "map_attribution": lambda policy: (
        len(policy.map_attribution) <= LONGEST_ATTRIBUTION and _is_plain(policy.map_attribution)
    ),
}
