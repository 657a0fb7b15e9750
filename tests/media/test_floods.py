"""Floods, as fast as a process of its own can send them: no frame of a call is lost to one of strangers, and
no other call loses frames to one of a call's own peer."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import sys
from collections.abc import AsyncIterator, Callable

import pytest

from media import sieve
from media.relay import EmbeddedRelay
from tests.media.attackers import Target, message, request, rtp
from tests.media.counted import CountedCall
from tests.media.peers import until

FRAMES = 100
ENOUGH = 0.95
CHANCE = random.Random(15)
FLOODS: dict[str, Callable[[Target], bytes]] = {
    "SRTP": lambda at: rtp(CHANCE, body=bytes(1_000)),
    "DTLS": lambda at: b"\x16\xfe\xfd" + bytes(8) + b"\0\x20" + bytes(32),
    "STUN requests": lambda at: message(0x0001, bytes(80), CHANCE),
    "STUN answers": lambda at: message(0x0101, b"", CHANCE),
    "nothing in particular": lambda at: b"\xff" * 100,
}


@contextlib.asynccontextmanager
async def flood(datagram: bytes, port: int, sock: socket.socket) -> AsyncIterator[None]:
    """That datagram on that port, from the address of that socket, without end. It has begun by now."""
    command = [sys.executable, "-m", "tests.media.flood", str(sock.fileno()), str(port)]
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, pass_fds=[sock.fileno()])
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(datagram)
    child.stdin.close()
    await child.stdout.readline()
    try:
        yield
    finally:
        child.kill()
        await child.wait()


@pytest.fixture
async def call(relay: EmbeddedRelay) -> AsyncIterator[CountedCall]:
    made = CountedCall(relay, "visio")
    yield made
    await made.close()


@pytest.fixture
async def bystander(relay: EmbeddedRelay) -> AsyncIterator[CountedCall]:
    made = CountedCall(relay, "elsewhere")
    await made.offer()
    await made.connect()
    yield made
    await made.close()


@pytest.mark.parametrize("name", FLOODS)
async def test_a_flood_of_strangers_takes_no_frame_from_the_call_it_is_meant_for(
    relay: EmbeddedRelay, call: CountedCall, bystander: CountedCall, name: str
) -> None:
    """Each leg in turn; the first is flooded already while the call comes about."""
    phone, viewer = await call.offer()
    for at in (phone, viewer):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            async with flood(FLOODS[name](at), at.port, stranger):
                if at is phone:
                    await call.connect()
                assert min(await asyncio.gather(call.play(FRAMES), bystander.play(FRAMES))) >= ENOUGH
    await until(lambda: relay.stats().counters.dropped_by_kernel > 10_000)


@pytest.mark.parametrize("name", ["SRTP", "STUN requests"])
async def test_without_the_kernels_help_other_calls_keep_their_frames(
    monkeypatch: pytest.MonkeyPatch,
    relay: EmbeddedRelay,
    bystander: CountedCall,
    call: CountedCall,
    name: str,
) -> None:
    monkeypatch.setattr(sieve, "attach", lambda *_: None)
    phone, _ = await call.offer()
    await call.connect()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        async with flood(FLOODS[name](phone), phone.port, stranger):
            assert await bystander.play(FRAMES) >= ENOUGH
    await call.goes_on()


@pytest.mark.parametrize("name", ["SRTP", "DTLS", "STUN requests"])
async def test_a_phone_that_floods_takes_no_frame_from_others(
    relay: EmbeddedRelay, bystander: CountedCall, call: CountedCall, name: str
) -> None:
    await call.offer()
    insider, _ = await call.connect()
    with insider.sock() as sock:
        async with flood(FLOODS[name](insider.at), insider.at.port, sock):
            assert await bystander.play(FRAMES) >= ENOUGH
    counters = relay.stats().counters
    assert counters.dropped_forged + counters.dropped_floods + counters.dropped_by_kernel > 10_000
    await call.goes_on()


async def test_who_knows_the_username_floods_with_checks_that_cost_a_signature_each(
    relay: EmbeddedRelay, bystander: CountedCall, call: CountedCall
) -> None:
    phone, _ = await call.offer()
    await call.connect()
    check = request(f"{phone.username}:peer", "not the password")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        async with flood(check, phone.port, stranger):
            assert await bystander.play(FRAMES) >= ENOUGH
    assert relay.stats().counters.dropped_forged > 1_000
    await call.goes_on()
