"""Datagrams of strangers never reach a call; nothing that arrives on a socket can end one."""

from __future__ import annotations

import asyncio
import os
import random
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from struct import pack
from typing import Any

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st

from media.guard import TRUSTED_LIMIT, Guard, Kind
from media.relay import EmbeddedRelay
from media.stats import Counters
from tests.media.peers import LOOPBACK, Ear, Phone, Viewer, until

FRIEND, STRANGER = ("192.0.2.1", 5000), ("192.0.2.9", 5000)
MEDIA, DTLS, STUN = bytes([0x80]) * 40, bytes([22]) * 40, bytes([0]) * 40


def guard() -> Guard:
    made = Guard(Counters())
    made.trust(FRIEND)
    return made


def test_a_friend_may_send_all_and_a_stranger_stun_only() -> None:
    kinds = {"media": MEDIA, "dtls": DTLS, "stun": STUN}
    assert {name: guard().kind(data, FRIEND) for name, data in kinds.items()} == {
        "media": Kind.MEDIA,
        "dtls": Kind.DTLS,
        "stun": Kind.STUN,
    }
    assert [guard().kind(data, STRANGER) for data in kinds.values()] == [None, None, Kind.STUN]


def test_another_port_of_a_friends_address_is_a_stranger() -> None:
    assert guard().kind(MEDIA, (FRIEND[0], 5001)) is None


def test_an_ipv6_address_is_known_whatever_its_flow_and_scope() -> None:
    made = Guard(Counters())
    made.trust(("2001:db8::1", 5000))
    assert made.kind(MEDIA, ("2001:db8::1", 5000, 7, 0)) is Kind.MEDIA


@pytest.mark.parametrize("data", [b"", bytes([0x80]) * 1501, bytes(1501), b"\x04", b"\x40", b"\xc0", b"\xff"])
def test_what_is_empty_oversized_or_of_no_known_kind_is_dropped_and_counted(data: bytes) -> None:
    made = guard()
    assert made.kind(data, FRIEND) is None
    assert made.counters.dropped == 1


def test_a_peer_can_not_make_us_trust_addresses_without_end() -> None:
    made = guard()
    trusted = [made.trust((FRIEND[0], port)) for port in range(1, 1000)]
    assert trusted.count(True) == TRUSTED_LIMIT - 1
    assert made.trust(FRIEND)


@given(st.binary(max_size=1600), st.sampled_from([FRIEND, STRANGER]))
def test_every_datagram_is_either_passed_or_counted(data: bytes, sender: tuple[str, int]) -> None:
    made = guard()
    assert (made.kind(data, sender) is None) == (made.counters.dropped == 1)


# ---------------------------------------------------------------- on a live call
def dtls(kind: int, body: bytes) -> bytes:
    return pack("!BHHHIH", kind, 0xFEFD, 0, 0, 9, len(body)) + body


def attacks(chance: random.Random) -> Iterator[bytes]:
    """What a stranger may send who knows the address only."""
    yield b""
    yield b"\x80"
    yield bytes(1600)
    yield os.urandom(9_000)
    yield dtls(21, b"\x02\x28")  # fatal alert: handshake failure
    yield dtls(21, b"\x01\x00")  # close_notify
    yield dtls(22, b"\x01" + bytes(60))  # a broken ClientHello
    yield dtls(23, os.urandom(60))
    yield b"\x80\xe0" + os.urandom(900)  # SRTP
    yield b"\x80\xcb\x00\x01" + os.urandom(40)  # an RTCP goodbye
    for _ in range(20):
        body = chance.randbytes(chance.randrange(0, 60))
        kind = chance.choice([0x0001, 0x0101, 0x0111, 0x0011, chance.randrange(1 << 14)])
        yield pack("!HHI", kind, len(body), 0x2112A442) + chance.randbytes(12) + body
        attribute = pack("!HH", chance.choice([6, 8, 0x20, 0x24, 0x25, 0x8028]), len(body)) + body
        yield pack("!HHI", kind, len(attribute), 0x2112A442) + chance.randbytes(12) + attribute
        yield chance.randbytes(chance.randrange(1, 200))


def ports(answer: str) -> set[int]:
    return {int(line.split()[5]) for line in answer.split("\r\n") if line.startswith("a=candidate:")}


@asynccontextmanager
async def under_attack(*targets: int) -> AsyncIterator[Callable[[], int]]:
    """All attacks on these ports, again and again; yields how often all were sent."""
    chance, rounds = random.Random(15), 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.setblocking(False)

        async def attack() -> None:
            nonlocal rounds
            while True:
                for datagram in attacks(chance):
                    for port in targets:
                        stranger.sendto(datagram, (LOOPBACK, port))
                    await asyncio.sleep(0)
                rounds += 1
                await asyncio.sleep(0.005)

        task = asyncio.create_task(attack())
        yield lambda: rounds
        task.cancel()
        await asyncio.wait([task])


async def survives(setup: str) -> int:
    """A call that is attacked while it connects and while it runs. Returns how much was dropped."""
    raised: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context))
    relay = EmbeddedRelay(addresses=(LOOPBACK,))
    await relay.open(Ear())
    caller, console = Phone(shade=60), Viewer()
    to_phone = await relay.publish("visio", "phone", (await caller.offer()).replace("actpass", setup))
    to_viewer = await relay.view("visio", "console", (await console.offer()).replace("actpass", setup))
    async with under_attack(*ports(to_phone), *ports(to_viewer)) as rounds:
        await until(lambda: rounds() > 5)
        await caller.answer(to_phone)
        await console.answer(to_viewer)
        console.watch()
        await console.sees(60)
        connected = rounds()
        await until(lambda: rounds() > connected + 30)
        caller.camera.shade = 180
        await console.sees(180)
        await relay.send("visio", "phone", "still here")
        await until(lambda: caller.told == ["still here"])
    assert not raised
    dropped = relay.stats().counters.dropped
    await caller.close()
    await console.close()
    await relay.close()
    return dropped


def on_asyncio(work: Coroutine[Any, Any, int]) -> int:
    return asyncio.run(work)


def on_uvloop(work: Coroutine[Any, Any, int]) -> int:
    return uvloop.run(work)


@pytest.mark.parametrize("run", [on_asyncio, on_uvloop])
@pytest.mark.parametrize("setup", ["actpass", "active"])
def test_a_call_survives_strangers_in_both_phases_and_both_dtls_roles(
    run: Callable[[Coroutine[Any, Any, int]], int], setup: str
) -> None:
    assert run(survives(setup)) > 500


async def test_a_friend_that_goes_mad_loses_only_its_own_call(relay: EmbeddedRelay) -> None:
    caller, console = await Phone(shade=60).publish(relay), await Viewer().view(relay)
    mad = await Phone().publish(relay, "elsewhere")
    await console.sees(60)
    await until(lambda: mad.pc.connectionState == "connected")
    chance = random.Random(15)
    for _ in range(50):
        for datagram in attacks(chance):
            mad.send_raw(datagram)
        await asyncio.sleep(0)
    caller.camera.shade = 180
    await console.sees(180)
    for peer in (caller, console, mad):
        await peer.close()
