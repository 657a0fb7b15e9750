"""Events of the relay, each to the use case that it is for."""

from __future__ import annotations

from signaling.messages.relay import FilmEvent, RelayEvent
from signaling.service.recordings import Recordings
from signaling.service.report import Reporting


class RelayEvents:
    """Is a `signaling.ports.OnRelayEvent`."""

    def __init__(self, reporting: Reporting, recordings: Recordings) -> None:
        self._reporting = reporting
        self._recordings = recordings

    async def __call__(self, event: RelayEvent) -> None:
        if isinstance(event, FilmEvent):
            await self._recordings.take(event)
        else:
            await self._reporting.relay_event(event)
