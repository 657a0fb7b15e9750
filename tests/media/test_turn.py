"""coturn with the configuration that we document: whom it lets in, and whom it sends to."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from aioice.stun import ATTRIBUTES_BY_NAME, Class, Message, Method, TransactionFailed, pack_unsigned
from aioice.turn import UDP_TRANSPORT, TurnClientUdpProtocol

from signaling.clock import SystemClock
from signaling.ports import Clock
from signaling.service.ice_servers import IceServers, Turn
from tests import cast, servers
from tests.servers import LOOPBACK, TurnServer

FAMILY = {4: 0x01000000, 6: 0x02000000}  # RFC 8656, 18.10; aioice asks for IPv4 only
HOUR = 3_600_000  # ms
UNAUTHORIZED, FORBIDDEN, MISMATCH, QUOTA = 401, 403, 437, 486


@pytest.fixture(scope="module")
def turn_server() -> Iterator[TurnServer]:
    """Of these tests alone: of a browser that was closed in the middle of a call it would keep the address
    for minutes."""
    with servers.turn_server() as server:
        yield server


@pytest.fixture(autouse=True)
def aioice_may_ask_for_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    attribute = (0x0017, "REQUESTED-ADDRESS-FAMILY", pack_unsigned, pack_unsigned)
    monkeypatch.setitem(ATTRIBUTES_BY_NAME, attribute[1], attribute)


class Client(TurnClientUdpProtocol):
    """A browser's side of TURN. Each step returns 0, or the code by which the server refused it."""

    async def allocate(self, version: int = 4) -> int:
        return await self._refusal(
            Method.ALLOCATE,
            {"REQUESTED-TRANSPORT": UDP_TRANSPORT, "REQUESTED-ADDRESS-FAMILY": FAMILY[version]},
        )

    async def prolong(self, seconds: int = 600) -> int:
        return await self._refusal(Method.REFRESH, {"LIFETIME": seconds})

    async def permit(self, peer: str) -> int:
        return await self._refusal(Method.CREATE_PERMISSION, {"XOR-PEER-ADDRESS": (peer, 40_000)})

    async def bind(self, peer: str) -> int:
        return await self._refusal(
            Method.CHANNEL_BIND, {"CHANNEL-NUMBER": 0x4000, "XOR-PEER-ADDRESS": (peer, 40_000)}
        )

    async def _refusal(self, method: Method, attributes: dict[str, object]) -> int:
        try:
            await self.request_with_retry(Message(method, Class.REQUEST, attributes=attributes))
        except TransactionFailed as refused:
            return refused.response.error_code or -1
        return 0


@asynccontextmanager
async def client(server: TurnServer, username: str, credential: str) -> AsyncIterator[Client]:
    where = (LOOPBACK, server.port)

    def make() -> Client:
        return Client(where, username, credential, lifetime=600, channel_refresh_time=500)

    transport, made = await asyncio.get_running_loop().create_datagram_endpoint(make, remote_addr=where)
    try:
        yield made
    finally:
        await made.prolong(0)
        transport.close()


async def refusal(server: TurnServer, told: tuple[str, str]) -> int:
    """How another browser fares with the same credentials."""
    async with client(server, *told) as another:
        return await another.allocate()


async def allocate(stack: AsyncExitStack, server: TurnServer, told: tuple[str, str]) -> int:
    """As often as needed from another port, as RFC 8656 (7.4) wants it: the server may still hold an
    allocation of whoever had this one before."""
    while True:
        browser = await stack.enter_async_context(client(server, *told))
        if (refusal := await browser.allocate()) != MISMATCH:
            return refusal


def credentials(secret: str, participant: str = "", clock: Clock | None = None) -> tuple[str, str]:
    """What a browser is told: of that participant, or of another one each time."""
    turn = Turn(urls=("turn:x",), secret=secret)
    [server] = IceServers((), turn, clock or SystemClock()).of(participant or secrets.token_hex(8))
    return server["username"], server["credential"]


async def test_what_a_browser_is_told_opens_turn(turn_server: TurnServer) -> None:
    async with client(turn_server, *credentials(turn_server.secret)) as browser:
        assert await browser.allocate() == 0
        assert await browser.permit(LOOPBACK) == 0


def made_with_another_secret(_: str) -> tuple[str, str]:
    return credentials("another secret")


def made_for_somebody_else(secret: str) -> tuple[str, str]:
    username, _ = credentials(secret)
    return username, credentials(secret, "somebody else")[1]


def made_two_hours_ago(secret: str) -> tuple[str, str]:
    clock = cast.Clock(SystemClock().now() - 2 * HOUR)
    return credentials(secret, clock=clock)


def prolonged(secret: str) -> tuple[str, str]:
    username, credential = made_two_hours_ago(secret)
    return username.replace(username.partition(":")[0], str(SystemClock().now() // 1000 + 3600)), credential


@pytest.mark.parametrize(
    "make", [made_with_another_secret, made_for_somebody_else, made_two_hours_ago, prolonged]
)
async def test_credentials_are_refused_that_were(
    turn_server: TurnServer, make: Callable[[str], tuple[str, str]]
) -> None:
    async with client(turn_server, *make(turn_server.secret)) as stranger:
        assert await stranger.allocate() == UNAUTHORIZED


async def test_an_allocation_outlives_the_credentials_that_opened_it(turn_server: TurnServer) -> None:
    """A long call must not be cut."""
    clock = cast.Clock(SystemClock().now() - HOUR + 1500)  # they end in a second
    told = credentials(turn_server.secret, clock=clock)
    async with client(turn_server, *told) as browser:
        assert await browser.allocate() == 0
        while await refusal(turn_server, told) != UNAUTHORIZED:  # noqa: ASYNC110 - coturn tells nobody
            await asyncio.sleep(0.1)
        assert await browser.prolong() == 0
        assert await browser.permit(LOOPBACK) == 0


@pytest.mark.parametrize(
    "peer",
    [
        "0.0.0.0",
        "10.0.0.1",
        "127.0.0.2",
        "169.254.169.254",
        "192.168.1.1",
        "198.51.100.1",
        "224.0.0.1",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "fd00::1",
        "fe80::1",
        "2001:db8::1",
    ],
)
async def test_nothing_is_sent_to_anybody_but_the_relay(turn_server: TurnServer, peer: str) -> None:
    async with client(turn_server, *credentials(turn_server.secret)) as browser:
        assert await browser.allocate(6 if ":" in peer else 4) == 0
        assert await browser.permit(peer) == FORBIDDEN
        assert await browser.bind(peer) == FORBIDDEN


async def test_one_participant_can_take_no_more_than_its_share(turn_server: TurnServer) -> None:
    """However many credentials it was given one after the other."""
    clock = cast.Clock(SystemClock().now())
    refusals = []
    async with AsyncExitStack() as stack:
        for _ in range(49):
            clock.advance(1000)
            told = credentials(turn_server.secret, "greedy", clock)
            refusals.append(await allocate(stack, turn_server, told))
    assert refusals == [0] * 48 + [QUOTA]
