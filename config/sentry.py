"""Errors of the log to Sentry, as the log has them: masked, with the trace, without local variables.

Sentry's own integrations are off: they would collect requests, queries, variables and the machine's name.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import sentry_sdk
from sentry_sdk.consts import CompressionAlgo
from sentry_sdk.types import Event, Hint

from config import log

FLUSH_SECONDS: Final = 2.0
_OURS: Final = (
    "event_id",
    "timestamp",
    "platform",
    "level",
    "logger",
    "logentry",
    "tags",
    "extra",
    "fingerprint",
)


@contextmanager
def reported(dsn: str) -> Iterator[None]:
    sentry_sdk.init(
        dsn,
        default_integrations=False,
        auto_enabling_integrations=False,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        auto_session_tracking=False,
        send_client_reports=False,
        before_send=scrubbed,
        _experiments={"transport_compression_algo": CompressionAlgo.GZIP},  # whatever else is installed
    )
    handler = Reports()
    logging.root.addHandler(handler)
    try:
        yield
    finally:
        logging.root.removeHandler(handler)
        sentry_sdk.get_client().close(timeout=FLUSH_SECONDS)


class Reports(logging.Handler):
    """Each line of the log that is an error becomes an event, those of one name and class one issue."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.setFormatter(log.formatter("json"))

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(("sentry_sdk", "urllib3")):
            return  # of the way there
        line: dict[str, Any] = json.loads(self.format(record))
        event, error = str(line["event"]), str(line.get("error", ""))
        report: Event = {
            "level": "error",
            "logger": record.name,
            "logentry": {"message": event},
            "tags": {"error": error},
            "extra": line,
            "fingerprint": [event, error],
        }
        sentry_sdk.capture_event(report)


def scrubbed(event: Event, _: Hint) -> Event:
    """Only what we put in, masked once more."""
    kept: Any = {name: _masked(value) for name, value in event.items() if name in _OURS}
    return kept  # type: ignore[no-any-return]


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return log.mask(None, "", {name: _masked(one) for name, one in value.items()})
    return value
