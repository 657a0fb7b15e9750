"""Keeps a node's lease from a thread of its own.

When a node dies, others take its sessions all at once: hundreds of handshakes in a second or two. If their
own heartbeats waited behind these, they would be taken for dead next.
"""

from __future__ import annotations

import contextlib
import threading
from time import monotonic

from redis import Redis
from redis.exceptions import RedisError

from media.registry import HEARTBEAT, REDIS_WITHIN, keep_lease

STUCK = 5.0  # seconds; an event loop that stands still for longer carries no picture, either


class Heartbeat:
    """`beat` says that the event loop turns; without it the lease runs out."""

    def __init__(self, url: str, node: str) -> None:
        self._redis = Redis.from_url(url, socket_timeout=REDIS_WITHIN, socket_connect_timeout=REDIS_WITHIN)
        self._node = node
        self._at = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="media heartbeat", daemon=True)

    def start(self) -> None:
        self.beat()
        self._thread.start()

    def beat(self) -> None:
        self._at = monotonic()

    def stop(self) -> None:
        """Returns once the thread has ended: after as long as Redis may take for an answer."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(HEARTBEAT):
            if monotonic() - self._at < STUCK:
                with contextlib.suppress(RedisError, OSError):
                    keep_lease(self._redis, self._node)
        self._redis.close()
