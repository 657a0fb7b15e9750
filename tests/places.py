"""Places where files of centres are kept, as the tests of every adapter use them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from signaling.files.keyring import Keyring
from signaling.files.master_keys import MasterKeys
from signaling.files.s3_client import Bucket, Requests
from signaling.files.shelf import Shelf
from signaling.files.vault import Vault
from signaling.ports import Clock, Files, Store
from tests.cast import SAMU_54, SAMU_75
from tests.servers import LOOPBACK, S3Server

MASTER = b"m" * 32


@dataclass(frozen=True, kw_only=True)
class Place:
    """`shelf`: the bytes as they lie there; `another`: what another process makes of the same place."""

    shelf: Shelf
    another: Callable[[], Files]

    async def names(self) -> list[str]:
        """Of everything that lies there, of both centres."""
        return [name for centre in (SAMU_54, SAMU_75) for name in await self.shelf.names(centre.id)]


async def new_bucket(server: S3Server) -> Bucket:
    """Empty, and nobody else's."""
    bucket = Bucket(
        name=f"visio-{secrets.token_hex(6)}",
        endpoint=f"http://{LOOPBACK}:{server.port}",
        region="us-east-1",
        access_key="tests",
        secret_key="of nobody",
        prefix="kept/",
    )
    requests = Requests(bucket)
    await requests.call("create_bucket")
    await requests.close()
    return bucket


def vault(shelf: Shelf, store: Store, clock: Clock, *masters: bytes) -> Vault:
    return Vault(shelf, Keyring(store, clock, MasterKeys(masters or (MASTER,))))
