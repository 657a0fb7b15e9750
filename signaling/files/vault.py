"""Files that are encrypted where they lie: `ports.SealedFiles` on a disk or in a bucket."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from typing import Final, Literal, NamedTuple

import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from signaling.domain.errors import BadInput, Damaged, NotFound, Unavailable
from signaling.domain.records import CentreKey
from signaling.files import frames
from signaling.files.frames import FRAME, HEADER, OVERHEAD, File, Frame, Source
from signaling.files.keyring import Keyring
from signaling.files.names import is_name, must_be_readable, must_be_writable
from signaling.files.shelf import Shelf

TRIES: Final = 20  # of adding to a file that others add to at the same time
KNOWN: Final = 1000  # growing files whose size is remembered

log = structlog.get_logger()


class _Reached(NamedTuple):
    """How far a file got. `kind` "": it is not encrypted."""

    stored: int  # bytes where it lies
    sound: int  # of these, without what a crash left of the last frame
    plain: int  # bytes that were given to it
    kind: Literal["", "whole", "growing"]


class Vault:
    """Plain files, from before there was a vault, open as they are and grow as they are, until they are
    renewed. A file that was put whole does not grow."""

    def __init__(self, shelf: Shelf, keyring: Keyring) -> None:
        self._shelf = shelf
        self._keyring = keyring
        self._known: OrderedDict[tuple[str, str], _Reached] = OrderedDict()

    async def put(self, centre: str, name: str, data: bytes) -> None:
        must_be_writable(centre, name)
        key, cipher = await self._keyring.used(centre)
        file = frames.new_file(centre, name, "whole")
        text = await asyncio.to_thread(_sealed, file, key, cipher, data)
        await self._shelf.put(centre, name, text)

    async def get(self, centre: str, name: str) -> bytes:
        """Raises Damaged for what was changed, cut off, or put there from elsewhere."""
        return b"".join([piece async for piece in self.open(centre, name)])

    async def open(self, centre: str, name: str, start: int = 0) -> AsyncIterator[bytes]:
        """As `get`; pieces before what was changed were given by then."""
        must_be_readable(centre, name)
        source = Source(self._shelf.open(centre, name))
        header = await source.take(HEADER)
        file = _file(centre, name, header)
        if file is None:
            async for piece in _plain(header, source, start):
                yield piece
            return
        skipped = start // FRAME if file.kind == "whole" else 0
        position = HEADER + skipped * (FRAME + OVERHEAD)
        if skipped:
            source = Source(self._shelf.open(centre, name, position))
            if await source.at_end():
                return
        async for frame in self._frames(file, source, skipped * FRAME, position, start):
            yield frame.plain[max(0, start - frame.offset) :]

    async def append(self, centre: str, name: str, offset: int, data: bytes) -> int:
        must_be_writable(centre, name)
        for _ in range(TRIES):
            reached = await self._reached(centre, name)
            if reached.plain != offset or not data:
                return reached.plain
            if reached.kind == "" and reached.stored:
                return await self._shelf.append(centre, name, offset, data)
            if reached.kind == "whole":
                raise BadInput("a file that was put whole does not grow")
            if reached.sound < reached.stored:
                await self._shelf.cut(centre, name, reached.stored, reached.sound)
                continue
            text = await self._addition(centre, name, reached, data)
            stored = reached.stored + len(text)
            if await self._shelf.append(centre, name, reached.stored, text) == stored:
                self._know(centre, name, _Reached(stored, stored, offset + len(data), "growing"))
                return offset + len(data)
        raise Unavailable("the file is being written by too many at once")

    async def size(self, centre: str, name: str) -> int:
        return (await self._reached(centre, name)).plain if is_name(centre, name) else 0

    async def remove(self, centre: str, name: str) -> None:
        self._known.pop((centre, name), None)
        await self._shelf.remove(centre, name)

    async def tidy(self) -> int:
        return await self._shelf.tidy()

    # ------------------------------------------------------------ keys
    async def check(self) -> None:
        """Raises WrongMasterKey; Unavailable when the storage can't be reached."""
        await self._keyring.check()
        await self._shelf.check()

    async def close(self) -> None:
        await self._shelf.close()

    def new_key(self, centre: str, after: int = 0) -> CentreKey:
        return self._keyring.made(centre, after)

    def rewrapped(self, key: CentreKey) -> CentreKey:
        return self._keyring.rewrapped(key)

    async def names(self, centre: str) -> Sequence[str]:
        return await self._shelf.names(centre)

    async def renew(self, centre: str, name: str) -> Literal["renewed", "current", "busy"]:
        """A plain file becomes a growing one: what adds to it meanwhile goes on."""
        self._keyring.forget()
        key, cipher = await self._keyring.used(centre)
        stamp = await self._shelf.stamp(centre, name)
        if await self._is_current(centre, name, key):
            return "current"
        pieces = self._renewed(centre, name, key, cipher)
        return "renewed" if await self._shelf.exchange(centre, name, stamp, pieces) else "busy"

    async def _is_current(self, centre: str, name: str, key: bytes) -> bool:
        source = Source(self._shelf.open(centre, name))
        file = _file(centre, name, await source.take(HEADER))
        if file is None:
            return False
        async for frame in self._frames(file, source):
            if frame.key != key or file.kind == "whole":  # all of a whole file has one key
                return frame.key == key
        return True

    async def _renewed(self, centre: str, name: str, key: bytes, cipher: AESGCM) -> AsyncIterator[bytes]:
        source = Source(self._shelf.open(centre, name))
        header = await source.take(HEADER)
        file = _file(centre, name, header)
        if file is not None:
            yield file.header
            async for one in self._frames(file, source):
                yield frames.frame_of(file, key, cipher, one.offset, one.plain, last=one.last)
            return
        file = frames.new_file(centre, name, "growing")
        yield file.header
        offset = 0
        async for piece in _plain(header, source, 0):
            yield frames.frame_of(file, key, cipher, offset, piece, last=False)
            offset += len(piece)

    # ------------------------------------------------------------ frames
    async def _frames(
        self, file: File, source: Source, offset: int = 0, position: int = HEADER, skip: int = 0
    ) -> AsyncIterator[Frame]:
        async def key_of(key: bytes) -> AESGCM:
            return await self._keyring.cipher(file.centre, key)

        try:
            async for frame in frames.frames(file, source, key_of, offset, position, skip):
                yield frame
        except Damaged as error:
            log.error("file_damaged", centre=file.centre, file=file.name, reason=str(error))
            raise

    async def _addition(self, centre: str, name: str, reached: _Reached, data: bytes) -> bytes:
        key, cipher = await self._keyring.used(centre)
        file = frames.new_file(centre, name, "growing")
        header = b"" if reached.sound else file.header
        return header + b"".join(frames.sealed(file, key, cipher, reached.plain, data))

    # ------------------------------------------------------------ sizes
    async def _reached(self, centre: str, name: str) -> _Reached:
        stored = await self._shelf.size(centre, name)
        known = self._known.get((centre, name))
        if known is not None and known.stored == stored:
            return known
        reached = await self._walked(centre, name, stored, known)
        self._know(centre, name, reached)
        return reached

    async def _walked(self, centre: str, name: str, stored: int, known: _Reached | None) -> _Reached:
        """From where it was known to be sound, when others added to it since."""
        file = frames.new_file(centre, name, "growing")
        if known is not None and known.kind == "growing" and HEADER <= known.sound < stored:
            source = Source(self._shelf.open(centre, name, known.sound))
            try:
                return await self._end(file, source, stored, known.plain, known.sound)
            except Damaged:
                log.info("file_walked_again", centre=centre, file=name)
        source = Source(self._shelf.open(centre, name))
        try:
            header = await source.take(HEADER)
        except NotFound:
            return _Reached(0, 0, 0, "growing")
        found = _file(centre, name, header)
        if found is None:
            return _Reached(stored, stored, stored, "")
        start = 0 if len(header) < HEADER else HEADER
        return await self._end(found, source, stored, 0, start)

    async def _end(self, file: File, source: Source, stored: int, plain: int, sound: int) -> _Reached:
        async for frame in self._frames(file, source, plain, sound):
            plain, sound = frame.offset + len(frame.plain), frame.end
        return _Reached(stored, sound, plain, file.kind)

    def _know(self, centre: str, name: str, reached: _Reached) -> None:
        self._known[centre, name] = reached
        self._known.move_to_end((centre, name))
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)


def _sealed(file: File, key: bytes, cipher: AESGCM, data: bytes) -> bytes:
    return b"".join((file.header, *frames.sealed(file, key, cipher, 0, data)))


def _file(centre: str, name: str, header: bytes) -> File | None:
    """None for a plain file. What a crash left of a header is an empty file."""
    growing = frames.new_file(centre, name, "growing")
    if len(header) < HEADER and growing.header.startswith(header):
        return growing
    return frames.file_of(centre, name, header)


async def _plain(header: bytes, source: Source, start: int) -> AsyncIterator[bytes]:
    """All of it but what comes before `start`."""
    passed = 0
    async for piece in _with(header, source):
        if passed + len(piece) > start:
            yield piece[max(0, start - passed) :]
        passed += len(piece)


async def _with(header: bytes, source: Source) -> AsyncIterator[bytes]:
    if header:
        yield header
    async for piece in source.rest():
        yield piece
