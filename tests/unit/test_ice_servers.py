"""The STUN and TURN servers that a browser is told."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from itertools import pairwise

import pytest

from signaling.service.ice_servers import IceServers, Turn
from tests.cast import Clock

STUN = ("stun:turn.example.fr:3478",)
TURN = ("turn:turn.example.fr:3478", "turns:turn.example.fr:443?transport=tcp")


def test_without_any_server_a_browser_is_told_of_none(clock: Clock) -> None:
    assert IceServers((), Turn(urls=()), clock).of("phone") == []


def test_stun_needs_no_credentials(clock: Clock) -> None:
    assert IceServers(STUN, Turn(urls=()), clock).of("phone") == [{"urls": list(STUN)}]


def test_the_credentials_are_those_that_coturn_computes_from_the_same_secret() -> None:
    """printf 1433065600:phone | openssl dgst -sha1 -hmac north -binary | base64"""
    clock = Clock(1_433_065_000_000)
    [server] = IceServers((), Turn(urls=TURN, secret="north", seconds=600), clock).of("phone")
    assert server == {
        "urls": list(TURN),
        "username": "1433065600:phone",
        "credential": "CW2lvx1yBsTmDVKddcDpQN+0Zig=",
    }


def test_each_participant_has_its_own_and_each_telling_is_fresh(clock: Clock) -> None:
    servers = IceServers(STUN, Turn(urls=TURN, secret="north"), clock)
    first, other = servers.of("phone")[1], servers.of("console")[1]
    clock.advance(1000)
    later = servers.of("phone")[1]
    assert len({told["credential"] for told in (first, other, later)}) == 3
    assert len({told["username"] for told in (first, other, later)}) == 3


def test_a_service_without_a_secret_gives_all_the_same(clock: Clock) -> None:
    servers = IceServers((), Turn(urls=TURN, username="samu", password="word"), clock)
    assert servers.of("phone") == servers.of("console")
    assert servers.of("phone") == [{"urls": list(TURN), "username": "samu", "credential": "word"}]


async def test_new_ones_are_told_when_half_the_time_of_the_last_has_gone(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.advance(int(seconds * 1000))

    monkeypatch.setattr(asyncio, "sleep", sleep)
    servers = IceServers((), Turn(urls=TURN, secret="north", seconds=600), clock)
    told = [servers.of("phone")]
    async with aclosing(servers.renewals("phone")) as renewals:
        told += [await anext(renewals) for _ in range(3)]
    ends = [int(one[0]["username"].partition(":")[0]) for one in told]
    assert slept == [300] * 3
    assert [later - earlier for earlier, later in pairwise(ends)] == [300] * 3
