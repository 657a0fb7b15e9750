"""A phone's frames into films: a new one where the container of the one before can't go on."""

from __future__ import annotations

import contextlib
from typing import Final, Protocol

from media.codecs import VIDEO_CLOCK
from media.encoded_frames import EncodedFrame
from media.film_container import MEDIA_TYPES, MP4, PIECE_SECONDS, FilmContainer
from media.picture_size import Size, picture_size
from media.recording import End, Recorded

LONG_GAP: Final = 30 * VIDEO_CLOCK  # ticks without a frame, after which another film begins
PIECE: Final = 256 * 1024  # bytes that are written at once: each write is a wait for the disk


class Reel(Protocol):
    """Takes the films of one phone, one after another. What it raises ends the recording, never the call."""

    async def begin(self, media_type: str) -> None: ...
    async def write(self, data: bytes) -> None:
        """The next bytes of the film that was begun."""

    async def end(self, milliseconds: int) -> None:
        """The film is as complete as it will be. `milliseconds`: from its first frame to its last."""


class FilmCutter:
    """A sink of `media.recording`. When anything fails, what was written stays, and no other film begins."""

    def __init__(self, reel: Reel) -> None:
        self._reel = reel
        self._film: FilmContainer | None = None
        self._codec = ""
        self._size: Size = (0, 0)  # of its first picture
        self._last = 0  # the last frame's timestamp
        self._waiting: list[bytes] = []
        self._written_at = 0  # the timestamp up to which all is written

    async def __call__(self, item: Recorded) -> None:
        try:
            if isinstance(item, EncodedFrame):
                await self._take(item)
            elif isinstance(item, End):
                await self._end()
        except Exception:
            await self._abandon()
            raise

    async def _take(self, frame: EncodedFrame) -> None:
        if frame.keyframe and frame.codec in MEDIA_TYPES and not self._goes_on_with(frame):
            await self._end()
            await self._begin(frame)
        if self._film is None:
            return
        self._waiting.append(self._film.add(frame))
        self._last = frame.timestamp
        is_late = frame.timestamp - self._written_at >= PIECE_SECONDS * VIDEO_CLOCK
        if is_late or sum(map(len, self._waiting)) >= PIECE:
            await self._write()

    def _goes_on_with(self, keyframe: EncodedFrame) -> bool:
        """WebM takes pictures of another size as they come."""
        if self._film is None or keyframe.codec != self._codec or keyframe.timestamp - self._last > LONG_GAP:
            return False
        return self._film.media_type != MP4 or picture_size(keyframe) == self._size

    async def _begin(self, keyframe: EncodedFrame) -> None:
        film = FilmContainer(keyframe)
        await self._reel.begin(film.media_type)
        self._film, self._codec, self._size = film, keyframe.codec, picture_size(keyframe)
        self._last = self._written_at = keyframe.timestamp

    async def _end(self) -> None:
        film = self._film
        if film is None:
            return
        self._waiting.append(film.close())
        await self._write()
        self._film = None
        await self._reel.end(film.milliseconds)

    async def _write(self) -> None:
        data = b"".join(self._waiting)
        self._waiting.clear()
        self._written_at = self._last
        if data:
            await self._reel.write(data)

    async def _abandon(self) -> None:
        film, self._film = self._film, None
        if film is not None:
            with contextlib.suppress(Exception):  # what failed is told already
                await self._reel.end(film.milliseconds)
