"""A process that changes one session as fast as it can, and prints each version that was acknowledged.

python -m tests.contract.writer DATABASE_URL CENTRE SESSION
"""

from __future__ import annotations

import asyncio
import sys
from itertools import count

from signaling.domain import facts
from signaling.domain.room import Change
from signaling.store.sql import SqlStore
from tests.cast import Clock


async def write(database_url: str, centre: str, session: str) -> None:
    store = SqlStore(database_url, Clock())
    for number in count():
        asked = facts.CameraAsked(participant=str(number))
        for event in await store.change(centre, session, lambda room, asked=asked: Change(facts=(asked,))):  # type: ignore[misc]
            sys.stdout.write(f"{event.version}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write(*sys.argv[1:]))
