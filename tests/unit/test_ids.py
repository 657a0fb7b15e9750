"""Identifiers that sort by time; secrets that are never stored."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.domain.ids import Secrets, fingerprint, new_id, new_secret
from tests.cast import NOW

KEY = b"k" * 32


@given(st.integers(0, 2**48 - 2))
def test_an_id_of_a_later_time_sorts_behind(at: int) -> None:
    assert new_id(at) < new_id(at + 1)


def test_an_id_is_32_hex_digits_and_never_comes_twice() -> None:
    ids = {new_id(NOW) for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch("[0-9a-f]{32}", id_) for id_ in ids)


def test_a_secret_has_256_bits_and_fits_a_cookie() -> None:
    secrets = {new_secret() for _ in range(1000)}
    assert len(secrets) == 1000
    assert all(re.fullmatch("[A-Za-z0-9_-]{43}", secret) for secret in secrets)


def test_a_fingerprint_is_the_sha_256_of_the_secret() -> None:
    """The vector of FIPS 180-2 for the three letters."""
    assert fingerprint("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_key_shorter_than_256_bits_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Secrets(b"k" * 31)


def test_a_token_is_the_same_on_every_process_that_has_the_key() -> None:
    assert Secrets(KEY).token("invitation") == Secrets(KEY).token("invitation")


def test_a_token_is_128_bits_that_fit_a_link() -> None:
    assert re.fullmatch("[A-Za-z0-9_-]{22}", Secrets(KEY).token("invitation"))


def test_another_key_or_another_invitation_gives_another_token() -> None:
    token = Secrets(KEY).token("invitation")
    assert Secrets(b"other" * 8).token("invitation") != token
    assert Secrets(KEY).token("another") != token


@given(st.text(), st.integers(0, 1_000_000))
def test_a_code_is_six_digits_to_read_aloud(invitation: str, salt: int) -> None:
    assert re.fullmatch("[0-9]{6}", Secrets(KEY).code(invitation, salt))


def test_a_raised_salt_gives_another_code() -> None:
    secrets = Secrets(KEY)
    assert len({secrets.code("invitation", salt) for salt in range(20)}) > 1


def test_codes_are_spread_over_all_their_values() -> None:
    secrets = Secrets(KEY)
    codes = [int(secrets.code("invitation", salt)) for salt in range(2_000)]
    for low in range(0, 1_000_000, 100_000):
        assert 120 < sum(low <= code < low + 100_000 for code in codes) < 280  # 200 expected, 6 sigma


def test_the_hash_of_a_code_can_only_be_made_with_the_key() -> None:
    assert Secrets(KEY).code_hash("123456") == Secrets(KEY).code_hash("123456")
    assert Secrets(KEY).code_hash("123456") != Secrets(b"other" * 8).code_hash("123456")
    assert Secrets(KEY).code_hash("123456") != fingerprint("123456")


def test_what_is_derived_for_one_purpose_says_nothing_of_another() -> None:
    secrets = Secrets(KEY)
    token = urlsafe_b64decode(secrets.token("123456") + "==").hex()
    assert not secrets.code_hash("123456").startswith(token)
