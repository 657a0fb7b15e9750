"""The two keys that no back-up holds: what seals it, and what it needs to be of use."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode
from collections.abc import Sequence

from config.settings import Settings
from signaling.domain.errors import NotAllowed
from signaling.files.master_keys import MasterKeys


class Keys:
    """As the settings give them, or as the product made them in DATA_DIR. None is ever made here."""

    def __init__(self, settings: Settings) -> None:
        """Raises NotAllowed, with a sentence that names the key that is missing."""
        secret = settings.secret_key or _kept(settings, "secret.key", "SECRET_KEY")
        master = settings.master_key or _kept(settings, "master.key", "MASTER_KEY")
        self.secret = secret
        self._masters = [_bytes_of(text) for text in (master, *settings.master_key_old)]
        self.secret_mark = hashlib.sha256(f"visioregul secret key\n{secret}".encode()).hexdigest()[:16]
        self.master_marks: Sequence[str] = [MasterKeys([key]).mark for key in self._masters]

    def seal(self, text: bytes) -> str:
        """What only who has the master key can say of a text."""
        return _seal(self._masters[0], text)

    def is_sealed(self, text: bytes, seal: str) -> bool:
        """Under any of the master keys."""
        return any(hmac.compare_digest(_seal(key, text), seal) for key in self._masters)


def _seal(key: bytes, text: bytes) -> str:
    own = hmac.digest(key, b"visioregul back-up", "sha256")  # the master key itself wraps, and nothing else
    return hmac.digest(own, text, "sha256").hex()


def _kept(settings: Settings, name: str, setting: str) -> str:
    path = settings.data_dir / name
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise NotAllowed(f"there is no {setting}, and none in {path}: put the one of before there") from None


def _bytes_of(text: str) -> bytes:
    try:
        key = b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise NotAllowed("the master key is not 32 bytes as base64")
    return key
