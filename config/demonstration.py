"""The demonstration call: a session like any other, and a process of its own that plays its caller."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

from config.settings import Settings
from console.demo import CENTRE
from console.demonstration import AllBusy
from signaling.domain.errors import NotAllowed
from signaling.domain.fiction import fictional
from signaling.domain.visitor import Visitor
from signaling.service.invite import Inviting

AT_ONCE: Final = 4  # calls; drawing one's first pictures takes most of a core for some seconds
MINUTES: Final = 15  # after which its caller hangs up
GOODBYE_SECONDS: Final = 5.0
ROOT: Final = Path(__file__).parent.parent
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to

log = structlog.get_logger()


class Demonstrations:
    """`command` plays a caller: it reads a link from its standard input, and leaves when that input ends."""

    def __init__(self, inviting: Inviting, command: Sequence[str], data_dir: Path) -> None:
        self._inviting = inviting
        self._command = command
        self._environ = {"PATH": os.environ.get("PATH", ""), "DATA_DIR": str(data_dir.resolve())}
        self._callers: list[Process] = []
        self._starting = asyncio.Lock()  # so that two clicks at once are counted one after the other

    def offered(self, visitor: Visitor) -> bool:
        return visitor.centre_name == CENTRE

    async def start(self, visitor: Visitor) -> str:
        """A session whose caller is simulated: its id. Raises AllBusy, NotAllowed."""
        if not self.offered(visitor):
            raise NotAllowed("calls are demonstrated in the demonstration's own centre only")
        async with self._starting:
            caller = await self._caller()
        try:
            started = await self._inviting.start(visitor, fictional(random.randrange(10_000)))  # noqa: S311
            link = await self._inviting.link(visitor, started.session)
        except BaseException:
            _dismiss(caller)
            raise
        _tell(caller, link.url)
        log.info("demonstration_started", session=started.session)
        return started.session

    async def close(self) -> None:
        """All callers hang up."""
        callers = self._running()
        for caller in callers:
            _dismiss(caller)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await asyncio.gather(*(caller.wait() for caller in callers))
        for caller in self._running():
            caller.kill()
            await caller.wait()

    async def _caller(self) -> Process:
        """A process that waits for its link. Raises AllBusy."""
        self._callers = self._running()
        if len(self._callers) >= AT_ONCE:
            raise AllBusy
        caller = await asyncio.create_subprocess_exec(*self._command, stdin=PIPE, cwd=ROOT, env=self._environ)
        self._callers.append(caller)
        return caller

    def _running(self) -> list[Process]:
        return [caller for caller in self._callers if caller.returncode is None]


def simulator(settings: Settings, certificate: Path | None) -> tuple[str, ...]:
    """The command that plays a caller. `certificate`: our own, when we serve HTTPS ourselves."""
    command = (
        sys.executable,
        "-m",
        "media.simulator",
        "-",
        "--tethered",
        "--quiet",
        "--minutes",
        str(MINUTES),
    )
    if certificate is not None:
        return *command, "--certificate", str(certificate.resolve())
    host = _EVERYWHERE.get(settings.host, settings.host)
    # Not by the public name, which may lead through a proxy that this machine can't reach
    return *command, "--server", f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _tell(caller: Process, link: str) -> None:
    """By its input: the arguments of a program are seen by everybody on the machine."""
    if caller.stdin is not None:
        caller.stdin.write(f"{link}\n".encode())


def _dismiss(caller: Process) -> None:
    if caller.stdin is not None:
        caller.stdin.close()
