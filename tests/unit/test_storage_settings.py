"""Where files are kept, and under which master key: every fault named."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from config.settings import SettingsError, read

KEY = b64encode(b"m" * 32).decode()
BUCKET = {"FILES": "s3", "S3_BUCKET": "visio", "S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "b", "MASTER_KEY": KEY}


def faults(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(environ)
    return [line.partition(":")[0] for line in str(caught.value).splitlines()]


@pytest.mark.parametrize(
    "key", ["short", "no base64 at all, for sure", b64encode(b"m" * 31).decode(), "é" * 44]
)
def test_a_master_key_is_32_bytes(key: str) -> None:
    assert faults({"MASTER_KEY": key}) == ["MASTER_KEY"]
    assert faults({"MASTER_KEY": KEY, "MASTER_KEY_OLD": f"{KEY},{key}"}) == ["MASTER_KEY_OLD"]


def test_old_master_keys_go_with_a_new_one(tmp_path: Path) -> None:
    assert faults({"MASTER_KEY_OLD": KEY}) == ["MASTER_KEY_OLD"]
    old = tmp_path / "old"
    old.write_text(f"{KEY}, {KEY}\n")
    assert read({"MASTER_KEY": KEY, "MASTER_KEY_OLD_FILE": str(old)}).master_key_old == (KEY, KEY)


@pytest.mark.parametrize("name", ["S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY", "MASTER_KEY"])
def test_a_bucket_needs_all_that_opens_it(name: str) -> None:
    assert read(BUCKET).files == "s3"
    assert faults({**BUCKET, name: ""}) == [name]


@pytest.mark.parametrize("endpoint", ["s3.example.fr", "ftp://s3.example.fr", "https://"])
def test_a_bucket_is_reached_over_http(endpoint: str) -> None:
    assert faults({**BUCKET, "S3_ENDPOINT": endpoint}) == ["S3_ENDPOINT"]
