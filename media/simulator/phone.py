"""One simulated phone: it takes its link, shows its camera and obeys, until the visio ends.

It lives as the caller's page does (`patient_pwa/static/call.js`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from typing import Final, Literal

import msgspec

from media.simulator.archive import Archive
from media.simulator.camera import Camera
from media.simulator.control import Control
from media.simulator.door import Door, Server
from media.simulator.film import Projector
from media.simulator.line import NOT_OURS, Line
from media.simulator.manners import Manners
from media.simulator.publisher import Publisher
from media.simulator.scene import RATE
from media.simulator.walk import EVERY, Walk
from media.tasks import end
from signaling.messages.caller import CallerOut, Step, Welcome
from signaling.messages.control import Command, ControlDown, ControlUp, Ended, Position

LATE: Final = 0.5  # seconds behind, from which on time lost is not made up for

End = Literal["the visio has ended", "hung up", "loads the page anew", "the server does not know us"]

log = logging.getLogger(__name__)


class Phone:
    def __init__(
        self, door: Door, archive: Archive, manners: Manners, addresses: tuple[str, ...] = ()
    ) -> None:
        """`addresses`: local ones that the picture leaves by, all but the loopback when empty."""
        self._door = door
        self._archive = archive
        self._manners = manners
        self._addresses = addresses
        self._leaving = asyncio.Event()

    async def run(self) -> None:
        """Until the visio ends, or `hang_up`. Raises LinkRefused."""
        how: End = "loads the page anew"
        while how not in {"the visio has ended", "hung up"}:
            await self._door.enter()
            page = Page(self._door.server, self._archive, self._manners, self._addresses)
            how = await page.live(self._leaving)
            log.info(how)

    def hang_up(self) -> None:
        """As a caller who stops the camera."""
        self._leaving.set()


class Page:
    """One load of the caller's page."""

    def __init__(
        self, server: Server, archive: Archive, manners: Manners, addresses: tuple[str, ...] = ()
    ) -> None:
        self._archive = archive
        self._manners = manners
        self._camera = Camera()
        self._projector = Projector()
        self._walk = Walk()
        self._welcomed = asyncio.Event()
        self._ended = asyncio.Event()
        self._decode = msgspec.json.Decoder[ControlDown](ControlDown).decode
        self._control = Control(self._camera, self._tell)
        self._line = Line(server, secrets.token_hex(8), self._receive)
        self._publisher = Publisher(
            self._line.answer,
            self._control.hello,
            self._receive_text,
            self._projector.restart,
            loss=manners.loss,
            addresses=addresses,
        )

    async def live(self, leaving: asyncio.Event) -> End:
        """Returns why it is over; `leaving` makes it hang up."""
        works = [self._talk(), self._until_ended(), self._until_hung_up(leaving), self._until_reload()]
        works += [self._publish(), self._play(), self._stroll()]
        tasks = [asyncio.create_task(work) for work in works]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            await end(tasks)

    # ------------------------------------------------------------ what ends it
    async def _talk(self) -> End:
        code = await self._line.run()
        return "the server does not know us" if code == NOT_OURS else "the visio has ended"

    async def _until_ended(self) -> End:
        await self._ended.wait()
        return "the visio has ended"

    async def _until_hung_up(self, leaving: asyncio.Event) -> End:
        await leaving.wait()
        self._line.send(Step(step="hung_up"))
        return "hung up"

    async def _until_reload(self) -> End:
        if not self._manners.reconnect:
            await asyncio.Future()
        await asyncio.sleep(self._manners.reconnect)
        return "loads the page anew"

    # ------------------------------------------------------------ what it does meanwhile
    async def _publish(self) -> End:
        await self._welcomed.wait()
        if self._camera.open:
            await self._publisher.run()
        return await asyncio.Future()

    async def _play(self) -> End:
        clock = asyncio.get_running_loop().time
        start = due = clock()
        while True:
            due = due + 1 / RATE if clock() - due < LATE else clock()
            await asyncio.sleep(due - clock())
            self._frame(due - start)

    def _frame(self, at: float) -> None:
        codec = self._publisher.codec
        if not codec or self._manners.is_silent(at):
            return
        shot = msgspec.structs.replace(self._camera.shot, small=self._publisher.is_limited)
        self._projector.show(self._archive.film(shot, codec))
        frame = self._projector.frame()
        if frame is not None:
            self._publisher.send(frame, at)

    async def _stroll(self) -> End:
        while True:
            await self._control.walking.wait()
            latitude, longitude, accuracy = self._walk.position()
            self._tell(Position(latitude=latitude, longitude=longitude, accuracy=accuracy))
            await asyncio.sleep(EVERY)

    # ------------------------------------------------------------ what it hears and says
    def _receive(self, frame: CallerOut) -> None:
        match frame:
            case Welcome():
                if not self._welcomed.is_set():
                    self._answer_for_camera()
                self._control.hello(frame.epoch)
                self._welcomed.set()
                self._publisher.wake()
            case Command():
                log.info("%s: %s", frame.name, frame.value)
                self._control.command(frame)
            case Ended():
                self._ended.set()

    def _receive_text(self, text: str) -> None:
        with contextlib.suppress(msgspec.MsgspecError):  # a frame that a newer server has
            self._receive(self._decode(text))

    def _answer_for_camera(self) -> None:
        """The caller is asked, and answers at once."""
        self._line.send(Step(step="camera.asked"))
        if self._manners.refuses:
            self._line.send(Step(step="camera.refused", reason="denied"))
        else:
            self._camera.open = True
            self._line.send(Step(step="camera.granted"))

    def _tell(self, frame: ControlUp) -> None:
        """By the data channel, or by the socket while none is open."""
        if not self._publisher.say(msgspec.json.encode(frame).decode()):
            self._line.send(frame)
