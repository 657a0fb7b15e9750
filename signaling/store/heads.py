"""Heads of the audit's chains in a file beside the database, to which lines are only added."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from signaling.domain.audit import Head


class HeadsFile:
    """JSON lines. `path` None: none is kept."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def add(self, head: Head) -> None:
        """On disk when it returns. Raises OSError."""
        if self._path is None:
            return
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, msgspec.json.encode(head) + b"\n")
            os.fsync(file)
        finally:
            os.close(file)

    def read(self) -> list[Head]:
        """A last line that was cut off by a crash is left out. Raises OSError, and ValueError for a file of
        something else."""
        if self._path is None or not self._path.exists():
            return []
        whole = self._path.read_bytes().rpartition(b"\n")[0]
        return [msgspec.json.decode(line, type=Head) for line in whole.splitlines()]
