"""What phones say that can't be: refused each time, logged once a phone."""

from __future__ import annotations

import structlog

log = structlog.get_logger()

PHONES = 1_000  # remembered; the oldest are forgotten first, and then logged once more


class Refusals:
    """One bad frame in the log is news, the same phone's next thousand are a full disk."""

    def __init__(self) -> None:
        self._phones: dict[str, None] = {}

    def note(self, session: str, participant: str, reason: str) -> None:
        """Log the first refusal of this phone, with its reason."""
        if participant in self._phones:
            return
        self._phones[participant] = None
        if len(self._phones) > PHONES:
            del self._phones[next(iter(self._phones))]
        log.warning("phone_message_refused", session=session, participant=participant, reason=reason)
