"""Erasure and export on the command line, and erasing again after a restore."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from console.caller_archive import Archive
from console.pages import pages
from signaling.domain.errors import BadInput, NotAllowed, NotFound
from signaling.ports import Audit, Clock, Files, Store
from signaling.service.erasure import Callers, Erasing
from signaling.service.retention import Removals

_LANGUAGE: Final = "fr"  # of the pages in an archive, which a caller reads


class Line(msgspec.Struct, frozen=True):
    """Of the audit (`audit export`), or of the server's log: whichever was kept away from the disk."""

    centre: str = ""
    action: str = ""
    subject: str = ""
    event: str = ""
    session: str = ""

    @property
    def erased(self) -> str:
        """The session's id; "" for a line that tells of something else."""
        if self.action == "session.erased":
            return self.subject
        return self.session if self.event == "session_erased" else ""


class Keeper:
    def __init__(self, store: Store, files: Files, audit: Audit, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.erasing = Erasing(store, Removals(store, files), clock)
        self.callers = Callers(store, files, self.erasing, audit)


async def erased(keeper: Keeper, session: str) -> str:
    """Raises NotFound, NotAllowed."""
    for centre in await keeper.store.centres():
        try:
            await keeper.store.room(centre.id, session)
        except NotFound:
            continue
        files = await keeper.erasing.erase_session(centre.id, session, "")
        return f"Erased, with {files} files."
    raise NotFound("no such session in any centre")


async def exported(keeper: Keeper, centre: str, typed: str, to: Path) -> str:
    """Raises NotFound, BadAddress; BadInput when the file is there already."""
    await keeper.store.centre(centre)
    try:
        handle = await asyncio.to_thread(os.open, to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BadInput(f"the file can't be made: {error.strerror}") from error
    with os.fdopen(handle, "wb") as file:
        caller = await keeper.callers.export_all(centre, typed, "")
        archive = Archive(keeper.callers, centre, pages(), _LANGUAGE, keeper.clock.now())
        async for piece in archive.stream(caller):
            await asyncio.to_thread(file.write, piece)
    return f"{len(caller.sessions)} sessions are in {to}."


async def all_erased(keeper: Keeper, centre: str, typed: str) -> str:
    """Raises NotFound, BadAddress."""
    await keeper.store.centre(centre)
    gone, left = await keeper.callers.erase_all(centre, typed, "")
    return f"{gone} sessions are erased; {left} go on or are held."


async def replayed(keeper: Keeper, file: Path) -> str:
    """`file`: JSON lines; what is no line of ours is passed over. Raises BadInput."""
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            sessions = _erased_in(lines)
    except OSError as error:
        raise BadInput(f"the file can't be read: {error.strerror}") from error
    again = refused = 0
    for centre, session in sessions:
        try:
            again += await keeper.erasing.erase_again(centre, session)
        except NotAllowed:
            refused += 1
    return f"{len(sessions)} erasures are told; {again} were done again, {refused} go on or are held."


def _erased_in(lines: Iterable[str]) -> list[tuple[str, str]]:
    """(centre, session), each once."""
    found: dict[tuple[str, str], None] = {}
    for text in lines:
        try:
            line = msgspec.json.decode(text, type=Line)
        except msgspec.DecodeError:
            continue
        if line.erased:
            found[line.centre, line.erased] = None
    return list(found)
