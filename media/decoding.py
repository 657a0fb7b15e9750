"""Keyframes into JPEG, one at a time, in a process of its own that may crash, hang or be killed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Final, cast

from media.encoded_frames import EncodedFrame
from media.still_wire import REPLY, REQUEST
from media.tasks import end
from signaling.domain.errors import NoPicture

QUEUE = 16  # frames that wait for the worker, of 1.5 MB at most; more would come too late anyway
WITHIN = 5.0  # seconds for one frame; the largest take 0.2
IDLE = 60.0  # seconds until a worker without work, and its 60 MB, are let go

JPEG_LIMIT = 4 << 20  # bytes; a worker that a hostile frame has taken over may send anything

_ROOT: Final = Path(__file__).parent.parent

log = logging.getLogger(__name__)


class Undecodable(NoPicture):
    """The keyframe's own fault: another try will end the same."""


class Decoder:
    """Starts a worker when it is needed, and another one after a frame that the last did not survive."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._worker: Process | None = None
        self._retirement: asyncio.Task[None] | None = None

    async def jpeg(self, frame: EncodedFrame) -> bytes:
        """The picture of a keyframe. Raises NoPicture, Undecodable."""
        if self._waiting >= QUEUE:
            raise NoPicture("too many stills are waiting")
        self._waiting += 1
        try:
            async with self._turn:
                return await self._decoded(frame)
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        async with self._turn:
            if self._retirement is not None:
                await end([self._retirement])
            await self._stop()

    # ------------------------------------------------------------ parts
    async def _decoded(self, frame: EncodedFrame) -> bytes:
        try:
            async with asyncio.timeout(WITHIN):
                jpeg = await _exchange(await self._running(), frame)
        except (OSError, EOFError, RuntimeError) as error:  # out of time; gone; gone, as uvloop says it
            log.warning("decoder_ended", extra={"error": type(error).__name__, "reason": str(error)})
            await self._stop()
            raise Undecodable("the decoder ended") from None
        except asyncio.CancelledError:  # in the middle of a frame
            await self._stop()
            raise
        if not jpeg:
            raise Undecodable("the keyframe can't be decoded")
        return jpeg

    async def _running(self) -> Process:
        if self._retirement is not None:
            self._retirement.cancel()
        self._retirement = asyncio.create_task(self._retire(), name="media decoder retirement")
        if self._worker is None or self._worker.returncode is not None:
            # No environment: it holds secrets. A session of its own: Ctrl-C is ours to handle.
            command = (sys.executable, "-m", "media.still_worker")
            self._worker = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, env={}, cwd=_ROOT, start_new_session=True
            )
        return self._worker

    async def _retire(self) -> None:
        await asyncio.sleep(IDLE)
        async with self._turn:
            await self._stop()

    async def _stop(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            with contextlib.suppress(ProcessLookupError):
                worker.kill()
            await worker.wait()


async def _exchange(worker: Process, frame: EncodedFrame) -> bytes:
    """b"" when the worker can't decode it. Raises EOFError or OSError when it is gone."""
    requests, replies = cast(asyncio.StreamWriter, worker.stdin), cast(asyncio.StreamReader, worker.stdout)
    requests.write(REQUEST.pack(frame.codec.encode(), len(frame.data)) + frame.data)
    await requests.drain()
    (size,) = REPLY.unpack(await replies.readexactly(REPLY.size))
    if size > JPEG_LIMIT:
        raise EOFError(f"{size} bytes are no still")
    return await replies.readexactly(size)
