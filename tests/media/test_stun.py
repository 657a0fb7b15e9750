"""STUN is told apart as bytes: ours or not, genuine or not, as aioice would after it parsed it."""

from __future__ import annotations

import hmac
import random

import pytest
from aioice.stun import parse_message
from hypothesis import example, given
from hypothesis import strategies as st

from media import stun
from tests.media.attackers import attribute, message, request

KEY = b"0123456789abcdefghijkl"
CHANCE = random.Random(15)


def signed(attributes: bytes) -> bytes:
    """With an integrity that ends the message, made by hand."""
    head = message(0x0001, attributes + bytes(stun.HEADER + 4), CHANCE)[: stun.HEADER + len(attributes)]
    return head + attribute(8, hmac.digest(KEY, head, "sha1"))


def test_a_request_that_aioice_signs_is_genuine_with_its_password_only() -> None:
    made = request("abcd:efgh", KEY.decode())
    assert stun.is_message(made)
    assert stun.is_genuine(made, KEY)
    assert not stun.is_genuine(made, KEY[:-1])


def test_a_bit_changed_before_the_integrity_makes_a_request_forged() -> None:
    made = signed(attribute(6, b"abcd:efgh") + attribute(0x24, bytes(4)))
    assert stun.is_genuine(made, KEY)
    for place in range(stun.HEADER - 12, len(made)):
        forged = bytearray(made)
        forged[place] ^= 1
        assert not stun.is_genuine(bytes(forged), KEY)


def test_what_follows_the_integrity_is_not_signed() -> None:
    assert stun.is_genuine(signed(b"") + attribute(0x8028, b"free"), KEY)


@pytest.mark.parametrize("count", [0, 1, stun.ATTRIBUTES - 1])
def test_the_integrity_may_come_after_other_attributes(count: int) -> None:
    assert stun.is_genuine(signed(attribute(0x8022, b"odd") * count), KEY)


def test_a_message_of_attributes_without_end_is_not_looked_through() -> None:
    assert not stun.is_genuine(signed(attribute(0x8022, b"") * stun.ATTRIBUTES), KEY)


@pytest.mark.parametrize(
    "spoil", [lambda m: m[:-1], lambda m: m + b"x", lambda m: m[:19], lambda m: b"\0" * 40]
)
def test_a_message_with_another_length_or_cookie_is_none(spoil) -> None:  # type: ignore[no-untyped-def]
    assert not stun.is_message(spoil(request("abcd:efgh", "secret")))


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=40)), max_size=8))
@example([(6, b"abcd:efgh"), (8, bytes(20))])
def test_aioice_never_takes_for_genuine_what_we_took_for_forged(attributes: list[tuple[int, bytes]]) -> None:
    data = message(0x0001, b"".join(attribute(kind, value) for kind, value in attributes), CHANCE)
    assert not stun.is_genuine(data, KEY)
    try:
        parsed = parse_message(data)
    except Exception:
        return  # it raises more than ValueError, which is why it comes second
    assert not parsed.check_message_integrity(KEY)


@given(st.binary(max_size=400))
def test_any_bytes_are_judged(data: bytes) -> None:
    assert not (stun.is_message(data) and stun.is_genuine(data, KEY))
    stun.is_genuine(data, KEY)
