"""When to ask a phone for a keyframe: at once, but not too often, and never forgetting a request."""

from __future__ import annotations

SPACING = 0.3  # seconds between two requests: a keyframe costs the phone ten frames' worth of its line
RETRY = 1.0  # seconds until we ask again for one that did not come


class KeyframeRequests:
    """Of one stream; times in seconds of a steady clock."""

    def __init__(self) -> None:
        self._asked_at = float("-inf")
        self._postponed = False

    def want(self, now: float) -> bool:
        """Somebody wants a keyframe. True: ask now. False: `due` will say when."""
        if now - self._asked_at < SPACING:
            self._postponed = True
            return False
        self._asked_at = now
        self._postponed = False
        return True

    def due(self, now: float, *, waiting: bool) -> bool:
        """Whether to ask now for one that was put off, or for one that somebody still waits for."""
        late = waiting and now - self._asked_at >= RETRY
        return self.want(now) if self._postponed or late else False
