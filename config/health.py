"""What must answer before this process takes calls."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from config.adapters import Adapters
from config.settings import Settings
from signaling.metrics.readiness import Readiness
from signaling.ports import SealedFiles


def readiness(settings: Settings, parts: Adapters, files: SealedFiles) -> Readiness:
    return Readiness(
        {
            "store": parts.store.open,  # looks whether it answers and is of our version
            "bus": parts.bus.check,
            "relay": parts.relay.check,
            "files": _files(settings, files),
        }
    )


def _files(settings: Settings, files: SealedFiles) -> Callable[[], Awaitable[None]]:
    async def check() -> None:
        await files.check()
        if settings.files == "disk":
            await asyncio.to_thread(_write, settings.data_dir)

    return check


def _write(folder: Path) -> None:
    """Raises OSError where nothing can be written: a full disk, a mount that became read-only."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".ready-") as file:
        file.write(b"ready")
        file.flush()
