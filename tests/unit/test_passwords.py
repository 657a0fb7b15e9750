"""Passwords are hashed at least as ASVS 5.0, appendix C, asks."""

from __future__ import annotations

from argon2 import extract_parameters
from argon2.low_level import Type

from signaling.passwords import Argon2Passwords


async def test_a_password_is_hashed_by_argon2id_with_19_mib_and_two_passes() -> None:
    made = extract_parameters(await Argon2Passwords().hash("quinze le samu bonjour"))
    assert made.type is Type.ID
    assert made.memory_cost >= 19 * 1024
    assert made.time_cost >= 2
