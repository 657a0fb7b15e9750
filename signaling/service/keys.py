"""The keys that centres' files are encrypted with: changed while the product runs and writes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from signaling.domain.audit import Audited
from signaling.domain.errors import Damaged, NotFound
from signaling.domain.records import CentreKey
from signaling.ports import Audit, Clock, SealedFiles, Store

SETTLED: Final = 60_000  # ms after which every process writes with a new key: it looks twice as often
PASSES: Final = 5  # over the files, while some of them grow
PAUSE: Final = 2.0  # seconds between them


class Rotation(msgspec.Struct, frozen=True):
    """Files by what became of them. The old keys are retired once none is `busy`."""

    renewed: int
    busy: int
    damaged: int


class Keys:
    def __init__(self, store: Store, files: SealedFiles, clock: Clock, audit: Audit) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._audit = audit

    async def of(self, centre: str) -> Sequence[CentreKey]:
        """Oldest first, the retired ones too. Raises NotFound."""
        await self._store.centre(centre)
        return await self._store.centre_keys(centre)

    async def rotate(self, centre: str) -> Rotation:
        """A new key; every file of the centre is encrypted anew with it, plain ones too; then the keys before
        it are retired. One that was broken off goes on with the key that it made.

        Raises NotFound for an unknown centre, Unavailable when the files or the database are away.
        """
        new = await self._newest(centre)
        renewed, last = 0, Rotation(0, 0, 0)
        for _ in range(PASSES):
            waits = min(new.created_at + SETTLED - self._clock.now(), SETTLED)
            last = await self._pass(centre)
            renewed += last.renewed
            if waits > 0:  # somebody may still have written with an old key
                await asyncio.sleep(waits / 1000)
            elif not last.busy:
                break
            else:
                await asyncio.sleep(PAUSE)
        if not last.busy:
            await self._retire_before(new, renewed)
        return replace(last, renewed=renewed)

    async def rewrap(self) -> int:
        """All keys under the master key that is in use. Returns how many changed. Raises WrongMasterKey."""
        changed = 0
        for centre in await self._store.centres():
            keys = await self._store.centre_keys(centre.id)
            others = [(key, new) for key in keys if (new := self._files.rewrapped(key)).master != key.master]
            for key, new in others:
                await self._store.change_centre_key(centre.id, key.id, _under(new))
            if others:
                await self._told(centre.id, "", "rewrapped", len(others))
            changed += len(others)
        return changed

    # ------------------------------------------------------------ one rotation
    async def _newest(self, centre: str) -> CentreKey:
        keys = await self.of(centre)
        in_use = [key for key in keys if key.retired_at is None]
        if len(in_use) > 1:
            return in_use[-1]
        new = self._files.new_key(centre, max((key.created_at for key in keys), default=0))
        await self._store.add_centre_key(new)
        await self._told(centre, new.id, "made", 0)
        return new

    async def _pass(self, centre: str) -> Rotation:
        counts = {"renewed": 0, "busy": 0, "damaged": 0, "current": 0}
        for name in await self._files.names(centre):
            try:
                counts[await self._files.renew(centre, name)] += 1
            except NotFound:  # removed since
                continue
            except Damaged:
                counts["damaged"] += 1
        return Rotation(counts["renewed"], counts["busy"], counts["damaged"])

    async def _retire_before(self, new: CentreKey, files: int) -> None:
        now = self._clock.now()
        for key in await self._store.centre_keys(new.centre):
            if key.retired_at is None and key.id < new.id:
                await self._store.change_centre_key(
                    key.centre, key.id, lambda before: replace(before, retired_at=now)
                )
        await self._told(new.centre, new.id, "rotated", files)

    async def _told(self, centre: str, key: str, kind: str, files: int) -> None:
        detail: dict[str, str | int] = {"by": "command", "kind": kind, "files": files}
        await self._audit.record(Audited(centre, "", "key.rotated", key, detail))


def _under(new: CentreKey) -> Callable[[CentreKey], CentreKey]:
    """Its use may have changed meanwhile."""
    return lambda before: replace(before, wrapped=new.wrapped, master=new.master)
