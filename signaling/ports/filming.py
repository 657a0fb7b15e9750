"""Films of what phones send, without encoding them anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol


class Recorder(Protocol):
    """Where media pass, in this process or in others. Films come as events of the relay."""

    async def film(self, session: str, phones: Mapping[str, int], version: int) -> None:
        """Record these phones of a session from now on, and no other of it. Idempotent. `phones`: participant
        -> version of the session at its last connection; what ended or failed begins again with a newer one.
        `version`: of the session when this was decided; an older decision that comes late counts for nothing.
        A phone that is not there is left out. Raises RelayUnavailable."""

    async def being_made(self, films: Collection[str]) -> Collection[str]:
        """Those of them that a living process is making. Raises RelayUnavailable."""
