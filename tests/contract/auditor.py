"""A process that adds to the audits of two centres as fast as it can, and prints the number of each entry
that was acknowledged for the first one.

python -m tests.contract.auditor DATABASE_URL CENTRE OTHER_CENTRE COUNT
"""

from __future__ import annotations

import asyncio
import sys

from signaling.domain.audit import Audited, due
from signaling.store.sql import SqlStore
from tests.cast import NOW, Clock

AT_ONCE = 5


async def write(database_url: str, centre: str, other: str, count: str) -> None:
    store = SqlStore(database_url, Clock())

    async def one() -> None:
        fresh = [due(Audited(place, "", "history.viewed"), "", NOW) for place in (centre, other)]
        for entry in await store.append_audit(fresh):
            if entry.centre == centre:
                sys.stdout.write(f"{entry.number}\n")
                sys.stdout.flush()

    for _ in range(int(count) // AT_ONCE):
        await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    await store.close()


if __name__ == "__main__":
    asyncio.run(write(*sys.argv[1:]))
