"""Every attack on calls of a relay, again and again: what `scripts/attack` runs.

    python -m tests.media.attack [--runs 20] [PART OF A NAME...]

Each run has a call that is attacked and one beside it. Strangers attack both legs from the offer on, through
ICE and the DTLS handshake, into the running call; a call's own peers, in the running call. In every second
run the relay has the other DTLS role.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from time import thread_time

import msgspec
import uvloop

from media.relay import EmbeddedRelay
from media.stats import Counters
from tests.media.attackers import OFF_PATH, OffPath, Target
from tests.media.counted import CountedCall
from tests.media.insiders import INSIDE, ON_THE_CHANNEL, Attack
from tests.media.peers import LOOPBACK, Ear

FRAMES = 20
ENOUGH = 0.95  # of the frames
HEAD = f"{'attack':56} {'alive':>7} {'beside':>6} {'held':>8}  dropped"


class Outcome(msgspec.Struct):
    alive: int = 0  # runs after which the attacked call went on
    beside: float = 1.0  # the least share of the other call's frames in a run
    held: float = 0.0  # seconds; the longest that the event loop was held, by attackers and peers too


Scene = Callable[[CountedCall, random.Random], Awaitable[None]]


async def by_strangers(made: OffPath, call: CountedCall, chance: random.Random) -> None:
    """Before the relay's answers are known to the peers, while they connect, and afterwards."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        targets = await call.offer()
        async with _again_and_again(lambda: _send(stranger, made, targets, chance)):
            await call.connect()
            await call.play(FRAMES)


async def by_insiders(attack: Attack, call: CountedCall, chance: random.Random) -> None:
    await call.offer()
    phone, viewer = await call.connect()
    await attack(phone, chance)
    if attack not in ON_THE_CHANNEL.values():  # a viewer has none
        await attack(viewer, chance)


SCENES: dict[str, Scene] = {
    **{name: partial(by_strangers, made) for name, made in OFF_PATH.items()},
    **{name: partial(by_insiders, attack) for name, attack in {**INSIDE, **ON_THE_CHANNEL}.items()},
}


async def run(relay: EmbeddedRelay, scene: Scene, number: int, outcome: Outcome) -> None:
    call = CountedCall(relay, "visio", "active" if number % 2 else "actpass")
    other = CountedCall(relay, "elsewhere")
    await other.offer()
    await other.connect()
    async with _watched(outcome):
        _, share = await asyncio.gather(scene(call, random.Random(number)), other.play(FRAMES))
        outcome.beside = min(outcome.beside, share, await other.play(FRAMES))
        await call.goes_on()
    outcome.alive += 1
    await call.close()
    await other.close()


async def main(runs: int, wanted: list[str]) -> bool:
    """Prints a line for each attack. Whether all calls lived."""
    relay, well = EmbeddedRelay(addresses=(LOOPBACK,)), True
    await relay.open(Ear())
    _say(HEAD)
    for name, scene in SCENES.items():
        if wanted and not any(part.lower() in name.lower() for part in wanted):
            continue
        outcome, before = Outcome(), relay.stats().counters
        for number in range(runs):
            try:
                await run(relay, scene, number, outcome)
            except TimeoutError:
                _say(f"run {number} of {name}: the call is dead")
        well = well and outcome.alive == runs and outcome.beside >= ENOUGH
        alive = f"{outcome.alive}/{runs}"
        dropped = _reasons(before, relay.stats().counters)
        _say(f"{name:56} {alive:>7} {outcome.beside:6.0%} {outcome.held * 1000:5.0f} ms  {dropped}")
    tasks, peak = len(asyncio.all_tasks()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    _say(f"{tasks} tasks are left; at most {peak} MB were in use, peers included")
    await relay.close()
    return well


# ---------------------------------------------------------------- parts
def _send(stranger: socket.socket, made: OffPath, targets: tuple[Target, ...], chance: random.Random) -> None:
    for at in targets:
        for datagram in made(at, chance):
            stranger.sendto(datagram, (LOOPBACK, at.port))


@asynccontextmanager
async def _again_and_again(send: Callable[[], None]) -> AsyncIterator[None]:
    """Every 5 ms, as long as it lasts."""

    async def repeat() -> None:
        while True:
            send()
            await asyncio.sleep(0.005)

    task = asyncio.create_task(repeat())
    yield
    task.cancel()
    await asyncio.wait([task])


@asynccontextmanager
async def _watched(outcome: Outcome) -> AsyncIterator[None]:
    """Notes how long the loop is held: in time of the processor, so that other programs don't show."""

    async def watch() -> None:
        while True:
            before = thread_time()
            await asyncio.sleep(0.001)
            outcome.held = max(outcome.held, thread_time() - before)

    task = asyncio.create_task(watch())
    yield
    task.cancel()
    await asyncio.wait([task])


def _reasons(before: Counters, after: Counters) -> str:
    earlier = msgspec.structs.asdict(before)
    counts = {name: count - earlier[name] for name, count in msgspec.structs.asdict(after).items()}
    dropped = {name.removeprefix("dropped_"): n for name, n in counts.items() if name.startswith("dropped_")}
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in dropped.items() if count)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--runs", type=int, default=20)
    arguments.add_argument("names", nargs="*")
    given = arguments.parse_args()
    sys.exit(not uvloop.run(main(given.runs, given.names)))
