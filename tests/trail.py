"""An audit as the product keeps it, for what a test builds by itself."""

from __future__ import annotations

from pathlib import Path

from signaling.ports import Clock, Store
from signaling.service.audit import AuditTrail
from signaling.service.tasks import Tasks
from signaling.store.heads import HeadsFile


def trail(store: Store, clock: Clock, heads: Path | None = None) -> AuditTrail:
    return AuditTrail(store, clock, Tasks(), HeadsFile(heads))
