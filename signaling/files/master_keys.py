"""The master keys: what wraps the keys of centres, and never touches a file itself."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec.structs import replace

from signaling import private_file
from signaling.domain.errors import WrongMasterKey
from signaling.domain.records import CentreKey

BYTES: Final = 32
_NONCE: Final = 12


class MasterKeys:
    """`keys`: 32 bytes each; the first one wraps, all of them open."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {_mark(key): AESGCM(key) for key in keys}
        self.mark = _mark(keys[0])

    def wrap(self, key: CentreKey, data_key: bytes) -> CentreKey:
        """The record with these two fields set."""
        nonce = secrets.token_bytes(_NONCE)
        text = nonce + self._keys[self.mark].encrypt(nonce, data_key, _associated(key))
        return replace(key, wrapped=b64encode(text).decode(), master=self.mark)

    def unwrap(self, key: CentreKey) -> bytes:
        """The 32 bytes that encrypt files. Raises WrongMasterKey."""
        master = self._keys.get(key.master)
        if master is None:
            raise WrongMasterKey(
                f"files of centre {key.centre} were encrypted under the master key {key.master}, which is not"
                f" here; give it as MASTER_KEY, or as MASTER_KEY_OLD (docs/settings.md)"
            )
        text = b64decode(key.wrapped)
        try:
            return master.decrypt(text[:_NONCE], text[_NONCE:], _associated(key))
        except InvalidTag:
            raise WrongMasterKey(f"the key {key.id} of centre {key.centre} was changed") from None


def kept_in(path: Path) -> str:
    """The master key of an installation that was given none: made once, as base64, and kept there (0600).
    Raises OSError."""
    if not path.exists():
        made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        private_file.write(made, b64encode(secrets.token_bytes(BYTES)).decode() + "\n")
        try:
            with contextlib.suppress(FileExistsError):  # another process was faster: its key is the one
                os.link(made, path)
        finally:
            made.unlink()
    return path.read_text(encoding="utf-8").strip()


def _mark(key: bytes) -> str:
    """Names a key without telling it."""
    return hashlib.sha256(b"visioregul master key\n" + key).hexdigest()[:16]


def _associated(key: CentreKey) -> bytes:
    """A key that is moved to another centre's row does not open."""
    return f"centre key\n{key.centre}\n{key.id}".encode()
