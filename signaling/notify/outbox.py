"""Messages that stay here: files in a folder, for trying out, for training and for the tests."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec

from signaling.domain.errors import CarrierError
from signaling.domain.records import Channel
from signaling.ports import Outgoing, Receipt


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One file, `ID.json`."""

    id: str
    channel: Channel
    to: str
    body: str
    link: str
    subject: str
    html: str
    sender: str  # as the centre calls itself, "" where it does not
    created: int  # ms since the epoch


class OutboxNotifier:
    """Writes each message into `folder`, readable by us alone: its link opens a call."""

    name = "outbox"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def open(self) -> None:
        await asyncio.to_thread(self._folder.mkdir, mode=0o700, parents=True, exist_ok=True)

    async def close(self) -> None:
        """Nothing is held."""

    async def send(self, message: Outgoing) -> Receipt:
        """The first message of an id is kept; the same id again is the same message."""
        try:
            await asyncio.to_thread(self._keep, message)
        except OSError:
            raise CarrierError("disk", permanent=False) from None
        return Receipt(ref=message.id, delivered=True)

    def _keep(self, message: Outgoing) -> None:
        path = self._folder / f"{message.id}.json"
        if path.exists():
            return
        kept = Kept(
            id=message.id,
            channel=message.channel,
            to=message.to,
            body=message.body,
            link=message.link,
            subject=message.subject,
            html=message.html,
            sender=message.sender,
            created=time.time_ns() // 1_000_000,
        )
        # Whoever watches the folder sees a whole file or none.
        with NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as file:
            file.write(msgspec.json.format(msgspec.json.encode(kept), indent=2))
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
