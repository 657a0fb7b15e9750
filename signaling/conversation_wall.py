"""What is said on a supervisor's wall: the running sessions as they stand, and help for who regulates one."""

from __future__ import annotations

from asyncio import sleep as pause
from contextlib import suppress
from typing import Final

from signaling.domain.addresses import display
from signaling.domain.errors import Unavailable
from signaling.domain.visitor import Visitor
from signaling.line import Line
from signaling.messages import console
from signaling.ports import Clock, NodeLoad
from signaling.service.assistance import Assistance
from signaling.service.machinery import Health, Machinery, PartHealth
from signaling.service.wall import Seen, Wall

EVERY: Final = 1.0  # seconds between two looks, of which only what changed is sent


class WallDesk:
    def __init__(self, wall: Wall, assistance: Assistance, machinery: Machinery, clock: Clock) -> None:
        self._wall = wall
        self._assistance = assistance
        self._machinery = machinery
        self._clock = clock

    async def show(self, line: Line[console.ConsoleIn], visitor: Visitor) -> None:
        """For as long as the line lasts. Raises NotAllowed. While the store is away the tiles stay as they
        were, and the parts say so."""
        tiles: list[console.WallTile] = []
        shown: tuple[list[console.WallTile], list[console.Part]] | None = None
        while True:
            with suppress(Unavailable):  # centres anew each time: somebody may no longer supervise one
                tiles = [_tile(one) for one in await self._wall.tiles(await self._wall.centres(visitor))]
            parts = [_part(one) for one in await self._machinery.parts()]
            if (tiles, parts) != shown:
                shown = (tiles, parts)
                await line.send(console.Wall(now=self._clock.now(), tiles=tiles, parts=parts))
            await pause(EVERY)

    async def handle(self, visitor: Visitor, line: Line[console.ConsoleIn], frame: console.ConsoleIn) -> None:
        match frame:
            case console.Ping():
                await line.send(console.Pong())
            case console.SendHelp():
                await self._assistance.send(visitor, frame.centre, frame.session, frame.text)
                await line.send(console.Ok(ref=frame.ref))
            case _:
                pass  # of other pages


def _tile(seen: Seen) -> console.WallTile:
    session, course, helped = seen.tile.listed.session, seen.tile.course, seen.tile.helped
    return console.WallTile(
        centre=session.centre,
        id=session.id,
        address=display(session.address) if session.address else "—",
        regulator=seen.tile.listed.regulator,
        started_at=session.started_at,
        rung=course.rung,
        rung_at=course.rung_at,
        state=course.state,
        since=course.since or session.started_at,
        alerts=seen.alerts,
        helped=None if helped is None else helped.seen,
    )


def _part(one: PartHealth) -> console.Part:
    if one.node is not None:
        return _node(one.health, one.node)
    if one.carrier is None:
        return console.Part(name=one.name, health=one.health, waiting=one.waiting or 0)
    told = one.carrier
    sent = told.queued + told.accepted + told.delivered + told.failed
    return console.Part(
        name=f"carrier:{one.name}",
        health=one.health,
        sent=sent,
        delivered=told.delivered,
        failed=told.failed,
    )


def _node(health: Health, load: NodeLoad) -> console.Part:
    return console.Part(
        name=f"node:{load.name}",
        health=health,
        sessions=load.sessions,
        packets=round(load.packets),
        cpu=round(load.cpu),
        load=round(100 * load.share),
    )
