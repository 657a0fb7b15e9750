"""Warnings and errors of the log, counted by the name of the event and the class of the error."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Final

from prometheus_client import CollectorRegistry, Counter

LIBRARY: Final = "library"  # a line of somebody else's, whose text is no name
_EVENT: Final = re.compile(r"[a-z][a-z_]{0,39}")
_CLASS: Final = re.compile(r"[A-Za-z_]{1,60}")


class Complaints(logging.Handler):
    """A handler of the root logger while `run` runs. Names of events and of classes are written in the code:
    nobody outside can make a new one."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(logging.WARNING)
        self._lines = Counter(
            "visio_log_lines", "Warnings and errors", ["level", "event", "error"], registry=registry
        )

    async def run(self) -> None:
        """For ever."""
        logging.root.addHandler(self)
        try:
            await asyncio.Event().wait()
        finally:
            logging.root.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        told = record.msg if isinstance(record.msg, dict) else {}
        event, error = str(told.get("event", "")), str(told.get("error", ""))
        self._lines.labels(
            record.levelname.lower(),
            event if _EVENT.fullmatch(event) else LIBRARY,
            error if _CLASS.fullmatch(error) else "",
        ).inc()
