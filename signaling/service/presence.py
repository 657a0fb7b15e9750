"""Who watches a session now, over all web processes. Kept nowhere: each connection says that it is there,
again and again, and what is no longer said is forgotten, so that no crash leaves a ghost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final, Literal

import msgspec

from signaling.messages.codec import encode
from signaling.messages.console import Watcher
from signaling.ports import Bus

ANNOUNCE_SECONDS: Final = 5.0
FORGET_SECONDS: Final = 12.0
RELOAD_SECONDS: Final = 3.0  # who left may come back at once: a reload is no news to anybody
ANSWER_SECONDS: Final = 1.0  # by then everybody has said that they are there


class _Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """`ask`: the others are to say that they are there."""

    said: Literal["here", "ask", "gone"]
    leg: str  # names the connection
    watcher: Watcher | None = None


_read = msgspec.json.Decoder(_Note).decode


def presence_topic(session: str) -> str:
    return f"presence:{session}"


class Attendance:
    """Who watches one session, as one connection hears it. `watcher`: who is behind that connection; None for
    one that only looks on, as a caller's."""

    def __init__(self, bus: Bus, session: str, leg: str, watcher: Watcher | None = None) -> None:
        """`leg` names the connection, once over all processes."""
        self._bus = bus
        self._session = session
        self._leg = leg
        self._watcher = watcher
        self._heard: dict[str, tuple[Watcher, float]] = {}  # leg -> who, and when they are forgotten
        self._clock = asyncio.get_running_loop().time
        self._answered_at = self._clock() + ANSWER_SECONDS

    def watchers(self) -> Sequence[Watcher]:
        """Each user once, however many windows they have; who came first comes first."""
        now = self._clock()
        there = [one for one, until in self._heard.values() if until > now]
        if self._watcher is not None:
            there.append(self._watcher)
        latest_first = sorted(there, key=lambda one: (one.since, one.user), reverse=True)
        earliest = {one.user: one for one in latest_first}
        return tuple(sorted(earliest.values(), key=lambda one: (one.since, one.user)))

    async def is_there(self, user: str) -> bool:
        """Waits until everybody has had the time to say so."""
        await asyncio.sleep(max(0.0, self._answered_at - self._clock()))
        return any(one.user == user for one in self.watchers())

    async def changes(self) -> AsyncIterator[Sequence[Watcher]]:
        """Those who watch, at once and after each change, for ever."""
        told: Sequence[Watcher] | None = None
        while True:
            async with self._bus.subscribe(presence_topic(self._session)) as notes:
                await self._say("ask")
                async for _ in self._until_news(notes):
                    if (now := self.watchers()) != told:
                        told = now
                        yield now

    async def leave(self) -> None:
        if self._watcher is not None:
            await self._say("gone")

    async def _until_news(self, notes: AsyncIterator[bytes]) -> AsyncIterator[None]:
        """Yields at once and whenever somebody may have come or gone; meanwhile it says that we are here."""
        due = self._clock() + ANNOUNCE_SECONDS
        while True:
            yield
            now = self._clock()
            if now >= due and self._watcher is not None:
                await self._say("here")
            due = due if now < due else now + ANNOUNCE_SECONDS
            self._heard = {leg: one for leg, one in self._heard.items() if one[1] > now}
            ends = [until for _, until in self._heard.values()]
            try:
                async with asyncio.timeout(min(due, *ends, due) - now):
                    await self._take(_read(await anext(notes)))
            except TimeoutError:
                continue
            except StopAsyncIteration:
                return

    async def _take(self, note: _Note) -> None:
        if note.leg == self._leg:
            return
        if note.watcher is not None:
            stays = RELOAD_SECONDS if note.said == "gone" else FORGET_SECONDS
            self._heard[note.leg] = (note.watcher, self._clock() + stays)
        if note.said == "ask" and self._watcher is not None:
            await self._say("here")

    async def _say(self, said: Literal["here", "ask", "gone"]) -> None:
        note = _Note(said, self._leg, self._watcher)
        await self._bus.publish(presence_topic(self._session), encode(note))
