"""What the audit of each centre says of back-ups: that its data left the machine, or came back to one."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from config.backup.manifest import Manifest
from signaling.clock import SystemClock
from signaling.domain.audit import Audited
from signaling.service.audit import AuditTrail
from signaling.service.tasks import Tasks
from signaling.store.heads import HeadsFile
from signaling.store.sql import SqlStore


async def tell(store: SqlStore, action: Literal["backup.taken", "backup.restored"], found: Manifest) -> None:
    """A line at the end of every chain. Raises Unavailable."""
    audit = AuditTrail(store, SystemClock(), Tasks(), HeadsFile(None))
    files = Counter(one.centre for one in found.files)
    centres = [one.id for one in await store.centres()]
    await audit.record(*(Audited(one, "", action, "", {"files": files[one]}) for one in centres))
