"""What a file is, found out in a process of its own that may crash, hang or be killed."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Final, Literal

import msgspec
import structlog

from signaling.domain.errors import BadFile, Unavailable
from signaling.domain.uploads import Checked

AT_ONCE: Final = 2  # files; a decoded picture weighs up to 400 MB
WITHIN: Final = 25.0  # seconds for one; a photo of 12 million pixels takes 1
LARGEST: Final = 64 << 20  # bytes; an inspector that a hostile file has taken over may write anything
_ROOT: Final = Path(__file__).parent.parent.parent
_SAFE: Final = frozenset({"image/jpeg", "image/png"})

log = structlog.get_logger()


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the inspector says first, as one line of JSON: what the file is, or why it is refused."""

    media_type: str = ""
    width: int = 0
    height: int = 0
    error: str = ""


class Inspection:
    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, kind: Literal["photo", "document"], data: bytes) -> Checked:
        """A photo is a picture; a document may be a PDF too. Raises BadFile, Unavailable."""
        async with self._turns:
            said = await _said(kind, data)
        head, _, clean = said.partition(b"\n")
        try:
            finding = msgspec.json.decode(head, type=Finding)
        except msgspec.DecodeError:
            raise BadFile("the file ended what opened it") from None
        if finding.error:
            raise BadFile(finding.error)
        if finding.media_type == "application/pdf" and kind == "document":
            return Checked(clean, "application/pdf")
        if finding.media_type not in _SAFE:
            raise BadFile("neither a picture nor a PDF")
        return Checked(clean, finding.media_type, finding.width, finding.height)


async def _said(kind: str, data: bytes) -> bytes:
    """What the inspector wrote; b"" when it crashed or took too long."""
    command = (sys.executable, "-m", "signaling.files.inspector", kind)
    try:
        # No environment: it holds secrets. A session of its own: Ctrl-C is ours to handle.
        worker = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, env={}, cwd=_ROOT, start_new_session=True, limit=LARGEST
        )
    except OSError as error:
        raise Unavailable(f"files can't be inspected now: {error.strerror}") from error
    try:
        async with asyncio.timeout(WITHIN):
            said, _ = await worker.communicate(data)
    except TimeoutError:
        log.warning("file_not_inspected")
        return b""
    finally:
        await _end(worker)
    return said if len(said) <= LARGEST else b""


async def _end(worker: Process) -> None:
    if worker.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()
