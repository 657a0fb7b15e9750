"""Viruses, looked for by a clamd that runs elsewhere (clamd(8), `INSTREAM`)."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Awaitable, Callable
from typing import Final, Literal

import structlog

from signaling.domain.errors import Infected, Unchecked
from signaling.domain.uploads import Checked

PATIENCE: Final = 15.0  # seconds for one file: 20 MB take about one
CHUNK: Final = 64 * 1024  # bytes
LONGEST_ANSWER: Final = 1024  # bytes

Inspect = Callable[[Literal["photo", "document"], bytes], Awaitable[Checked]]

log = structlog.get_logger()


class Scan:
    """`address`: the path of a UNIX socket, or HOST:PORT. `required`: refuses what could not be looked at."""

    def __init__(self, address: str, *, required: bool = True) -> None:
        self._address = address
        self._required = required

    async def __call__(self, data: bytes) -> None:
        """Raises Infected; Unchecked where clamd does not answer, or has not looked at all of it."""
        try:
            async with asyncio.timeout(PATIENCE):
                said = await self._ask(data)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            said = type(error).__name__
        if said == "stream: OK":
            return
        if said.startswith("stream: ") and said.endswith(" FOUND"):
            log.warning("file_infected", signature=said.removeprefix("stream: ").removesuffix(" FOUND"))
            raise Infected("a virus was found")
        log.error("file_not_scanned", reason=said, kept=not self._required)
        if self._required:
            raise Unchecked("files can't be looked at for viruses now")

    async def _ask(self, data: bytes) -> str:
        reader, writer = await self._connect()
        try:
            # clamd answers and hangs up in the middle of what is too large for it
            with contextlib.suppress(ConnectionError):
                await _send(writer, data)
            return (await reader.readuntil(b"\0"))[:-1].decode(errors="replace")
        finally:
            writer.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith("/"):
            return await asyncio.open_unix_connection(self._address, limit=LONGEST_ANSWER)
        host, _, port = self._address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port), limit=LONGEST_ANSWER)


class ScannedInspection:
    """`inspect`, for what `scan` lets pass: a scanner sees the file as it came."""

    def __init__(self, scan: Scan, inspect: Inspect) -> None:
        self._scan = scan
        self._inspect = inspect

    async def __call__(self, kind: Literal["photo", "document"], data: bytes) -> Checked:
        await self._scan(data)
        return await self._inspect(kind, data)


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(b"zINSTREAM\0")
    for start in range(0, len(data), CHUNK):
        piece = data[start : start + CHUNK]
        writer.write(struct.pack(">I", len(piece)) + piece)
        await writer.drain()
    writer.write(bytes(4))
    await writer.drain()
