"""Where files are kept, and under which master key: what the settings must look like."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

KEY_BYTES: Final = 32


def key_faults(master_key: str, old: Sequence[str]) -> Iterator[str]:
    if master_key and not _is_key(master_key):
        yield "MASTER_KEY: takes 32 random bytes as base64, e.g. of `openssl rand -base64 32`"
    if not all(map(_is_key, old)):
        yield "MASTER_KEY_OLD: takes earlier master keys, with commas"
    if old and not master_key:
        yield "MASTER_KEY_OLD: goes with the new MASTER_KEY"


def bucket_faults(endpoint: str, needed: dict[str, str]) -> Iterator[str]:
    """`needed`: setting -> value, of those that a bucket can't be reached without."""
    for setting, value in needed.items():
        if not value:
            yield f"{setting}: needed with FILES=s3"
    url = urlsplit(endpoint)
    if endpoint and (url.scheme not in {"http", "https"} or not url.hostname):
        yield "S3_ENDPOINT: takes an address, e.g. https://s3.example.fr"


def _is_key(text: str) -> bool:
    try:
        return len(b64decode(text, validate=True)) == KEY_BYTES
    except ValueError:
        return False
