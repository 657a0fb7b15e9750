"""All films of the simulated phones: one for each way a camera can stand, made when it is first wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from PIL import Image

from media.simulator import film, lens, scene, video
from media.simulator.film import Film
from media.simulator.lens import Shot

_MAKERS = [
    Path(maker.__file__) for maker in (film, lens, scene, video) if maker.__file__
]  # a film made by another version of these is made again


class Archive:
    """`folder` keeps the films; `file` is a video for the back camera, None for the drawn scene."""

    def __init__(self, folder: Path, file: Path | None = None) -> None:
        self._folder = folder
        self._file = file
        self._films: dict[tuple[Shot, str], Film] = {}
        self._unfinished: list[Film] = []  # the one wanted last is last
        self._wanted = asyncio.Event()
        self._version = _digest(file)

    def film(self, shot: Shot, codec: str) -> Film:
        """It may be incomplete or empty yet; while `work` runs it grows, before those wanted earlier."""
        found = self._films.get((shot, codec))
        if found is None:
            marks = f"{'-lit' if shot.lit else ''}{'-small' if shot.small else ''}"
            name = f"{shot.facing}-{shot.zoom}{marks}-{codec}-{self._version}.film"
            pictures = lens.taken(shot, self._pictures(shot))
            found = self._films[shot, codec] = Film(codec, pictures, self._folder / name)
        if not found.complete:
            self._unfinished = [other for other in self._unfinished if other is not found] + [found]
            self._wanted.set()
        return found

    async def work(self) -> None:
        """Makes films, for ever, outside the event loop."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            while self._unfinished:
                growing = self._unfinished[-1]
                await asyncio.to_thread(growing.grow)
                if growing.complete:
                    self._unfinished.remove(growing)

    def _pictures(self, shot: Shot) -> Iterator[Image.Image]:
        if self._file is not None and shot.facing == "environment":
            return video.frames(self._file)
        return scene.frames(shot.facing)


def _digest(file: Path | None) -> str:
    """Changes with what films are made of."""
    digest = blake2b(digest_size=8)
    for maker in _MAKERS:
        digest.update(maker.read_bytes())
    if file is not None:
        state = file.stat()
        digest.update(f"{file.resolve()} {state.st_mtime_ns} {state.st_size}".encode())
    return digest.hexdigest()
