"""The WebSockets of a visio that runs, told what nobody should say: frames of the contract, spoiled."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.fuzz.counts import Counts, memory
from tests.fuzz.stage import Visio

EXAMPLES: Final = Path(__file__).parents[1] / "contract" / "messages"
WHO: Final = {"regulator": "console.in", "caller": "caller.in"}
LINES: Final = 6  # sockets at a time, by each of them: a socket takes 40 frames a second
PACE: Final = 0.03  # seconds between two frames of one socket
# What a socket is closed with: signaling/PROTOCOL.md, and RFC 6455 for what is no frame at all
CLOSES: Final = {1000, 1002, 1003, 1007, 1009, 1012, 4400, 4401, 4403, 4404, 4408, 4409, 4410, 4429}
ODD: Final[list[Any]] = [
    None, True, 0, -1, 1e308, -1e308, 2**63, 2**64, 0.1, "", "\0", "\ud800", "é" * 300, "a" * 5000,
    "../" * 20, [], {}, [[]], [None] * 300, {"type": "join"}, "<script>", "' OR 1=1 --", "%s%n", "٣",
]  # fmt: skip

Spoil = Callable[[Any, random.Random], Any]


async def fuzz(visio: Visio, messages: int, mark: int = 0) -> Counts:
    counts = Counts(memory=(memory(visio.product.pid), 0.0))
    lines = list(WHO) * LINES
    each = messages // len(lines)
    chances = (random.Random(mark + at) for at in range(len(lines)))
    speaking = (_speak(visio, who, each, chance, counts) for who, chance in zip(lines, chances, strict=True))
    await asyncio.gather(*speaking)
    counts.memory = (counts.memory[0], memory(visio.product.pid))
    if "Traceback" in visio.product.log():
        counts.blame("a trace in the log")
    return counts


async def _speak(visio: Visio, who: str, messages: int, chance: random.Random, counts: Counts) -> None:
    """Comes back whenever it is hung up on."""
    examples = frames(who)
    left = messages
    while left > 0:
        async with visio.socket(who) as line:
            await line.send(json.dumps(visio.first(who)))
            hearing = asyncio.create_task(_hear(line, counts))
            try:
                while left > 0:
                    left -= 1
                    counts.note("sent")
                    await line.send(spoiled(chance.choice(examples), chance))
                    await asyncio.sleep(PACE)
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 1006
                counts.outcomes[f"closed {code}"] = counts.outcomes.get(f"closed {code}", 0) + 1
                if code not in CLOSES:
                    counts.blame(f"{who}: closed with {code}")
            finally:
                hearing.cancel()


async def _hear(line: ClientConnection, counts: Counts) -> None:
    try:
        async for text in line:
            if isinstance(text, str) and '"type":"error"' in text:
                counts.outcomes["refused"] = counts.outcomes.get("refused", 0) + 1
    except ConnectionClosed:
        return


def frames(who: str) -> list[dict[str, Any]]:
    """The contract's examples, save those that end the visio: then there is nobody left to speak to."""
    text = (EXAMPLES / f"{WHO[who]}.json").read_text(encoding="utf-8")
    return [one for one in json.loads(text) if one["type"] != "end" and one.get("step") != "hung_up"]


def spoiled(frame: dict[str, Any], chance: random.Random) -> str | bytes:
    """A frame with one to four faults; sometimes no JSON, sometimes no text."""
    kind = chance.random()
    if kind < 0.05:
        return bytes(chance.randrange(256) for _ in range(chance.randrange(200)))
    for _ in range(chance.randint(1, 4)):
        frame = _with_fault(frame, chance)
    text = json.dumps(frame)
    if kind < 0.15:
        cut = chance.randrange(len(text) + 1)
        return text[:cut] + chance.choice(["", "}", "{", '"', "[" * 2000, "\0"]) + text[cut + 1 :]
    return text


def _with_fault(value: Any, chance: random.Random) -> Any:
    """Somewhere in it another value, a field more or a field less."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        name = chance.choice(list(value))
        changed = dict(value)
        match chance.randrange(4):
            case 0 if name != "type":
                del changed[name]
            case 1:
                changed[chance.choice(["extra", "type", name + "2"])] = chance.choice(ODD)
            case _:
                if name == "type" and chance.random() < 0.8:
                    return changed
                changed[name] = _with_fault(value[name], chance)
        return changed
    if isinstance(value, list) and value and chance.random() < 0.5:
        changed_list = list(value)
        at = chance.randrange(len(value))
        changed_list[at] = _with_fault(value[at], chance)
        return changed_list
    return chance.choice(ODD)
