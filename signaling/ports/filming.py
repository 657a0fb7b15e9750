"""Films of what a phone sends, without encoding it anew."""

from __future__ import annotations

from typing import Protocol


class Reel(Protocol):
    """Takes the films of one phone, one after another. What it raises ends the recording, never the call."""

    async def begin(self, media_type: str) -> None: ...
    async def write(self, data: bytes) -> None:
        """The next bytes of the film that was begun."""

    async def end(self, milliseconds: int) -> None:
        """The film is as complete as it will be. `milliseconds`: from its first frame to its last."""


class Filming(Protocol):
    """A phone that is being recorded."""

    @property
    def over(self) -> bool:
        """It ended: stopped, failed, or the phone is gone."""

    async def stop(self) -> None:
        """Returns once the reel has had everything."""


class Recorder(Protocol):
    """Where media pass through this process."""

    def film(self, session: str, participant: str, reel: Reel) -> Filming:
        """Until it is stopped or the phone is gone. Raises NoPicture for a phone that was never here."""
