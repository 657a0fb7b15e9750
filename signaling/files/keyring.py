"""The keys that files are encrypted with, unwrapped and kept in memory."""

from __future__ import annotations

import secrets
import time
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from signaling.domain.errors import Damaged, Unavailable
from signaling.domain.ids import new_id
from signaling.domain.records import CentreKey
from signaling.files.master_keys import BYTES, MasterKeys
from signaling.ports import Clock, Store

FRESH: Final = 30.0  # seconds after which a new key of the centre is looked for


class FileKey(NamedTuple):
    id: bytes
    cipher: AESGCM


class _Ring(NamedTuple):
    keys: dict[bytes, AESGCM]  # by id
    used: bytes | None  # id of the one for new files
    read_at: float  # monotonic


class Keyring:
    """Keys that were read are used while the database is away."""

    def __init__(self, store: Store, clock: Clock, masters: MasterKeys) -> None:
        self._store = store
        self._clock = clock
        self._masters = masters
        self._rings: dict[str, _Ring] = {}

    async def used(self, centre: str) -> FileKey:
        """The one for new files; a centre's first one is made now. Raises NotFound, Unavailable."""
        ring = await self._fresh(centre)
        if ring.used is None:
            await self._store.add_centre_key(self.made(centre), if_none=True)
            ring = await self._read(centre)
        if ring.used is None:
            raise Unavailable("the centre has no key for new files")
        return FileKey(ring.used, ring.keys[ring.used])

    async def cipher(self, centre: str, key: bytes) -> AESGCM:
        """Raises Damaged for a key that is none of the centre's: the file came from elsewhere."""
        ring = self._rings.get(centre)
        if ring is None or key not in ring.keys:
            ring = await self._read(centre)
        if key not in ring.keys:
            raise Damaged("an encrypted file whose key its centre does not have")
        return ring.keys[key]

    async def check(self) -> None:
        """Raises WrongMasterKey."""
        for centre in await self._store.centres():
            await self._read(centre.id)

    def forget(self) -> None:
        """What is in the store counts again."""
        self._rings.clear()

    # ------------------------------------------------------------ records
    def made(self, centre: str, after: int = 0) -> CentreKey:
        now = max(self._clock.now(), after + 1)
        record = CentreKey(id=new_id(now), centre=centre, wrapped="", master="", created_at=now)
        return self._masters.wrap(record, secrets.token_bytes(BYTES))

    def rewrapped(self, key: CentreKey) -> CentreKey:
        """Raises WrongMasterKey."""
        return self._masters.wrap(key, self._masters.unwrap(key))

    # ------------------------------------------------------------ memory
    async def _fresh(self, centre: str) -> _Ring:
        ring = self._rings.get(centre)
        if ring is not None and time.monotonic() - ring.read_at < FRESH:
            return ring
        try:
            return await self._read(centre)
        except Unavailable:
            if ring is None:
                raise
            self._rings[centre] = ring._replace(read_at=time.monotonic())
            return ring

    async def _read(self, centre: str) -> _Ring:
        records = await self._store.centre_keys(centre)
        keys = {bytes.fromhex(one.id): AESGCM(self._masters.unwrap(one)) for one in records}
        used = [one.id for one in records if one.retired_at is None]
        ring = _Ring(keys, bytes.fromhex(used[-1]) if used else None, time.monotonic())
        self._rings[centre] = ring
        return ring
