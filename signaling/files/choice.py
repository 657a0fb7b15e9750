"""The files of an installation, as its settings choose them."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Literal, Protocol

from signaling.domain.errors import Unavailable, WrongMasterKey
from signaling.files.disk import DiskFiles
from signaling.files.keyring import Keyring
from signaling.files.master_keys import BYTES, MasterKeys, kept_in
from signaling.files.s3 import S3Files
from signaling.files.s3_client import Bucket
from signaling.files.shelf import Shelf
from signaling.files.vault import Vault
from signaling.ports import Clock, Store


class Chosen(Protocol):
    """The settings that count (docs/settings.md)."""

    @property
    def data_dir(self) -> Path: ...
    @property
    def master_key(self) -> str: ...
    @property
    def master_key_old(self) -> tuple[str, ...]: ...
    @property
    def files(self) -> Literal["disk", "s3"]: ...
    @property
    def s3_endpoint(self) -> str: ...
    @property
    def s3_bucket(self) -> str: ...
    @property
    def s3_region(self) -> str: ...
    @property
    def s3_access_key(self) -> str: ...
    @property
    def s3_secret_key(self) -> str: ...
    @property
    def s3_prefix(self) -> str: ...


def sealed_files(chosen: Chosen, store: Store, clock: Clock) -> Vault:
    """Raises Unavailable, with a sentence, when the master key can't be read or kept."""
    return Vault(shelf(chosen), Keyring(store, clock, _masters(chosen)))


def shelf(chosen: Chosen) -> Shelf:
    """Where the bytes lie, as they lie there."""
    if chosen.files == "disk":
        return DiskFiles(chosen.data_dir / "files")
    bucket = Bucket(
        name=chosen.s3_bucket,
        endpoint=chosen.s3_endpoint,
        region=chosen.s3_region,
        access_key=chosen.s3_access_key,
        secret_key=chosen.s3_secret_key,
        prefix=chosen.s3_prefix,
    )
    return S3Files(bucket)


def _masters(chosen: Chosen) -> MasterKeys:
    return MasterKeys([_bytes_of(text) for text in (_master(chosen), *chosen.master_key_old)])


def _master(chosen: Chosen) -> str:
    if chosen.master_key:
        return chosen.master_key
    path = chosen.data_dir / "master.key"
    try:
        return kept_in(path)
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"the master key can't be kept in {path} ({error})") from error


def _bytes_of(text: str) -> bytes:
    try:
        key = b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != BYTES:
        raise WrongMasterKey("the master key is not 32 bytes as base64; put the right one back")
    return key
