"""Where browsers find the relay: its addresses and ports, those before a NAT, IPv6; when it falls silent."""

from __future__ import annotations

import asyncio
import random
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager

import aioice.ice
import aioice.stun
import pytest

from media.relay import EmbeddedRelay
from media.remote import RemoteRelay
from media.sdp import Candidate
from media.sockets import Addresses, machine_addresses
from signaling.domain.errors import RelayFull, RelayUnavailable
from signaling.messages.relay import ViewerLost
from tests.media.nodes import NodeProcess
from tests.media.peers import LOOPBACK, Ear, Phone, Viewer, until

MakePhone = Callable[..., Phone]
MakeViewer = Callable[..., Viewer]

PUBLIC = "127.0.0.7"  # before the NAT of these tests
CANDIDATE = re.compile(r"a=candidate:\S+ 1 udp (\d+) (\S+) (\d+) typ host\r\n")


@asynccontextmanager
async def opened(ear: Ear, **where: object) -> AsyncIterator[EmbeddedRelay]:
    relay = EmbeddedRelay(**where)  # type: ignore[arg-type]
    await relay.open(ear)
    try:
        yield relay
    finally:
        await relay.close()


def announced(answer: str) -> list[tuple[str, int]]:
    """The addresses and ports in an answer, those to be tried first first."""
    found = sorted(set(CANDIDATE.findall(answer)), key=lambda match: -int(match[0]))
    return [(address, int(port)) for _, address, port in found]


def without_candidates(offer: str) -> str:
    """As our pages offer, which do not wait for them."""
    return re.sub(r"a=candidate:.*\r\n", "", offer)


def free_range(size: int) -> tuple[int, int]:
    """(lowest, highest) of so many UDP ports of the loopback that were free a moment ago."""
    while True:
        low = random.randrange(20_000, 60_000)
        with ExitStack() as closing:
            try:
                for port in range(low, low + size):
                    sock = closing.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                    sock.bind((LOOPBACK, port))
            except OSError:
                continue
            return low, low + size - 1


# ---------------------------------------------------------------- addresses
def test_all_addresses_of_the_machine_are_offered_but_those_of_one_link(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = ["10.0.0.5", "169.254.3.4", "fe80::1", "fd00::5", "2001:db8::5"]
    monkeypatch.setattr("media.sockets.get_host_addresses", lambda **_: found)
    assert machine_addresses() == ("10.0.0.5", "fd00::5", "2001:db8::5")


def test_a_machine_that_has_none_offers_its_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("media.sockets.get_host_addresses", lambda **_: ["fe80::1"])
    assert machine_addresses() == (LOOPBACK,)


def test_an_address_that_the_machine_lost_does_not_keep_it_from_offering_the_others() -> None:
    sockets = Addresses(local=("192.0.2.99", LOOPBACK)).bind()
    assert [sock.getsockname()[0] for sock in sockets] == [LOOPBACK]
    for sock in sockets:
        sock.close()


@pytest.mark.parametrize(
    "where", [{"addresses": ("192.0.2.99",)}, {"external": (("203.0.113.7", "192.0.2.99"),)}]
)
async def test_a_relay_that_nobody_would_reach_does_not_start(ear: Ear, where: dict[str, object]) -> None:
    with pytest.raises(RelayUnavailable, match=r"192\.0\.2\.99"):
        async with opened(ear, **where):
            pass


def test_an_external_address_is_offered_before_each_local_one_of_its_kind() -> None:
    where = Addresses(external=(("203.0.113.7", ""), ("2001:db8::7", "fd00::5")))
    local = ("10.0.0.5", "192.168.0.5", "fd00::5", "fd00::6")
    told = where.announced(
        Candidate("f", 1, address, 40_000 + number, "host") for number, address in enumerate(local)
    )
    assert [(one.address, one.port) for one in told] == [
        ("203.0.113.7", 40_000),
        ("10.0.0.5", 40_000),
        ("203.0.113.7", 40_001),
        ("192.168.0.5", 40_001),
        ("2001:db8::7", 40_002),
        ("fd00::5", 40_002),
        ("fd00::6", 40_003),
    ]
    assert [one.priority for one in told] == sorted({one.priority for one in told}, reverse=True)
    assert len({one.foundation for one in told}) == 6  # one for each address


# ---------------------------------------------------------------- NAT and IPv6
class Inner(asyncio.DatagramProtocol):
    """What the relay sends back to one browser."""

    def __init__(self, back: Callable[[bytes], None]) -> None:
        self._back = back

    def datagram_received(self, data: bytes, _address: object) -> None:
        self._back(data)


class Nat(asyncio.DatagramProtocol):
    """One port of a public address, mapped 1:1 to the same port of the relay's own."""

    def __init__(self, port: int, stack: AsyncExitStack) -> None:
        self._port = port
        self._stack = stack
        self._inner: dict[tuple[str, int], asyncio.Task[asyncio.DatagramTransport]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._outer = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        if address not in self._inner:
            self._inner[address] = asyncio.create_task(self._open(address))
        self._inner[address].add_done_callback(lambda inner: inner.result().sendto(data))

    async def _open(self, browser: tuple[str, int]) -> asyncio.DatagramTransport:
        def back(data: bytes) -> None:
            self._outer.sendto(data, browser)  # type: ignore[attr-defined]

        inner, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Inner(back), remote_addr=(LOOPBACK, self._port)
        )
        self._stack.callback(inner.close)
        return inner


async def outside(answer: str, stack: AsyncExitStack) -> str:
    """The answer as browsers beyond the NAT can use it: they reach the public address only."""
    [(public, port), (local, _)] = announced(answer)
    assert (public, local) == (PUBLIC, LOOPBACK)
    nat, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Nat(port, stack), local_addr=(PUBLIC, port)
    )
    stack.callback(nat.close)
    return CANDIDATE.sub(lambda match: match[0] if match[2] == PUBLIC else "", answer)


async def test_a_relay_behind_a_nat_is_found_at_its_external_address(
    ear: Ear, phone: MakePhone, viewer: MakeViewer
) -> None:
    where = {"addresses": (LOOPBACK,), "external": ((PUBLIC, ""),)}
    caller, console = phone(shade=60), viewer()
    async with AsyncExitStack() as stack, opened(ear, **where) as relay:
        for peer, offer in ((caller, relay.publish), (console, relay.view)):
            answer = await offer("visio", type(peer).__name__, without_candidates(await peer.offer()))
            await peer.answer(await outside(answer, stack))
        console.watch()
        await console.sees(60)


async def test_the_picture_comes_over_ipv6_alone(
    ear: Ear, phone: MakePhone, viewer: MakeViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["::1"])
    async with opened(ear, addresses=("::1",)) as relay:
        console = await viewer().view(relay)
        await phone(shade=60).publish(relay)
        await console.sees(60)


async def test_a_phone_with_ipv6_and_a_console_with_ipv4_meet(
    ear: Ear, phone: MakePhone, viewer: MakeViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(ear, addresses=(LOOPBACK, "::1")) as relay:
        console = await viewer().view(relay)
        monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["::1"])
        await phone(shade=60).publish(relay)
        await console.sees(60)


# ---------------------------------------------------------------- ports
async def test_a_full_range_refuses_with_a_sentence_until_a_port_is_free_again() -> None:
    where = Addresses(local=(LOOPBACK,), ports=free_range(2))
    one, other = where.bind(), where.bind()
    with pytest.raises(RelayFull, match=rf"all UDP ports from {where.ports[0]} to"):  # type: ignore[index]
        where.bind()
    one[0].close()
    again = where.bind()
    assert where.ports is not None
    assert {sock[0].getsockname()[1] for sock in (again, other)} == set(where.ports)
    for sock in (again[0], other[0]):
        sock.close()


def test_no_socket_is_left_of_addresses_of_which_one_is_full() -> None:
    low, high = free_range(1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((LOOPBACK, low))
        with pytest.raises(RelayFull):
            Addresses(local=(PUBLIC, LOOPBACK), ports=(low, high)).bind()
        [sock] = Addresses(local=(PUBLIC,), ports=(low, high)).bind()
        sock.close()


async def test_processes_on_one_machine_keep_to_their_ranges(
    redis_url: str, ear: Ear, phone: MakePhone, viewer: MakeViewer
) -> None:
    low, high = free_range(40)
    middle = low + 20
    lower, upper = f"{low}-{middle - 1}", f"{middle}-{high}"
    used = []
    with NodeProcess(redis_url, MEDIA_PORTS=lower), NodeProcess(redis_url, MEDIA_PORTS=upper):
        relay = RemoteRelay(redis_url)
        await relay.open(ear)
        for session in ("nancy", "metz"):
            console = await viewer().view(relay, session)
            caller = phone(shade=60)
            answer = await relay.publish(session, "phone", await caller.offer())
            await caller.answer(answer)
            await console.sees(60)
            used += [port for _, port in announced(answer)]
        await relay.close()
    one, other = sorted(used)
    assert low <= one < middle <= other <= high


# ---------------------------------------------------------------- consent
async def test_a_peer_that_no_longer_consents_gets_nothing_more(
    relay: EmbeddedRelay, ear: Ear, phone: MakePhone, viewer: MakeViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 7675: it still talks, but answers no check, as somebody who was never asked would not."""
    monkeypatch.setattr(aioice.ice, "CONSENT_INTERVAL", 0.05)
    console = await viewer().view(relay)
    await phone().publish(relay)
    await until(lambda: console.frames)
    monkeypatch.setattr(aioice.stun, "RETRY_RTO", 0.05)
    monkeypatch.setattr(console._agent, "request_received", lambda *_: None)
    await ear.hears(ViewerLost)
    assert relay.stats().viewers == 0
    assert relay.stats().publishers == 1
