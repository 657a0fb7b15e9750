"""A live call whose own phone goes mad: RTP, RTCP, STUN, SCTP and offers that are nearly right."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from struct import pack
from typing import Final

from media.relay import EmbeddedRelay
from signaling.domain.errors import VisioError
from tests.fuzz.counts import Counts, memory
from tests.media.attackers import client_hello, request, rtp
from tests.media.counted import CountedCall
from tests.media.insiders import Insider
from tests.media.peers import LOOPBACK, Ear
from tests.media.test_fuzz_offers import OFFERS, spoiled

PACE: Final = 0.004  # seconds between two: the guard takes 300 datagrams a second of one peer
LOOK_EVERY: Final = 100  # messages after which both calls must go on
OFFER_EVERY: Final = 10  # messages for each offer

Attack = Callable[[Insider, random.Random], Awaitable[None]]


async def fuzz(messages: int, mark: int = 0) -> Counts:
    """Beside the call that is attacked there is another one, which must not notice."""
    counts, chance, relay = Counts(), random.Random(mark), EmbeddedRelay(addresses=(LOOPBACK,))
    await relay.open(Ear())
    call, other = CountedCall(relay, "visio"), CountedCall(relay, "elsewhere")
    try:
        for one in (call, other):
            await one.offer()
        [mad, _], _ = await call.connect(), await other.connect()
        mad.hear_nothing()
        counts.memory = (memory(os.getpid()), 0.0)
        for number in range(messages):
            name = chance.choice(list(KINDS))
            await KINDS[name](mad, chance)
            counts.note(name)
            await asyncio.sleep(PACE)
            if number % OFFER_EVERY == 0:
                counts.note(await _offer(relay, number, chance))
            if number % LOOK_EVERY == LOOK_EVERY - 1:
                await _look(call, other, number, counts)
        counts.memory = (counts.memory[0], memory(os.getpid()))
    finally:
        for one in (call, other):
            await one.close()
        await relay.close()
    return counts


async def _look(call: CountedCall, other: CountedCall, number: int, counts: Counts) -> None:
    for name, one in (("the call", call), ("another call", other)):
        try:
            await one.goes_on()
        except TimeoutError:
            counts.blame(f"{name} was dropped before message {number}")
            raise


async def _offer(relay: EmbeddedRelay, number: int, chance: random.Random) -> str:
    session, text = f"offer-{number}", spoiled(OFFERS[chance.choice(list(OFFERS))], chance)
    try:
        await (relay.publish if number % 20 else relay.view)(session, "phone", text)
    except VisioError:
        return "offer refused"
    finally:
        await relay.end(session)
    return "offer understood"


# ---------------------------------------------------------------- what it sends
def mutated(data: bytes, chance: random.Random) -> bytes:
    """Up to eight bytes changed, and sometimes an end that is cut or hangs over."""
    spoilt = bytearray(data)
    for _ in range(chance.randrange(8)):
        if spoilt:
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    kind = chance.random()
    if kind < 0.2:
        del spoilt[chance.randrange(len(spoilt) + 1) :]
    elif kind < 0.3:
        spoilt += chance.randbytes(chance.randrange(40))
    return bytes(spoilt)


async def _rtp(by: Insider, chance: random.Random) -> None:
    packet = rtp(
        chance, kind=chance.choice([96, 97, 98]), body=b"\x90\xe0\x80\x01\x00\x20" + chance.randbytes(30)
    )
    by.rtp(packet[:2] + mutated(packet[2:], chance))


async def _rtcp(by: Insider, chance: random.Random) -> None:
    kind, form = chance.choice([200, 201, 202, 203, 205, 206]), chance.choice([0, 1, 4, 15])
    body = pack("!II", 1, chance.getrandbits(32)) + chance.randbytes(4 * chance.randrange(8))
    by.rtcp(mutated(pack("!BBH", 0x80 | form, kind, len(body) // 4) + body, chance) + bytes(8))


async def _stun(by: Insider, chance: random.Random) -> None:
    by.datagram(mutated(request(by.at.username, by.password), chance))


async def _dtls(by: Insider, chance: random.Random) -> None:
    by.datagram(mutated(client_hello(chance), chance))


async def _sctp(by: Insider, chance: random.Random) -> None:
    body = pack("!LHHL", by.number(), 0, 0, chance.choice([50, 51, 53])) + chance.randbytes(
        chance.randrange(60)
    )
    await by.chunks((chance.choice([0, 0, 3, 4, 130, 192, chance.randrange(256)]), 3, mutated(body, chance)))


async def _anything(by: Insider, chance: random.Random) -> None:
    by.datagram(chance.randbytes(chance.randrange(1, 200)))


KINDS: Final[dict[str, Attack]] = {
    "rtp": _rtp,
    "rtcp": _rtcp,
    "stun": _stun,
    "dtls": _dtls,
    "sctp": _sctp,
    "anything": _anything,
}
