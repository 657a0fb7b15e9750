"""What only a bucket can do wrong: large objects, half-done ones, a storage that is away."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from config.settings import read
from signaling.domain.errors import Unavailable
from signaling.files import s3, s3_client
from signaling.files.choice import sealed_files
from signaling.files.s3 import JOINED, S3Files
from signaling.files.s3_client import Bucket, Requests
from signaling.store.sql import SqlStore
from tests import cast
from tests.cast import SAMU_54, Clock
from tests.places import MASTER, new_bucket
from tests.servers import S3Server, s3_server

OURS = SAMU_54.id


@pytest.fixture(scope="module")
def storage() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
async def bucket(storage: S3Server) -> Bucket:
    return await new_bucket(storage)


@pytest.fixture
async def files(bucket: Bucket) -> AsyncIterator[S3Files]:
    made = S3Files(bucket)
    yield made
    await made.close()


@pytest.fixture
async def requests(bucket: Bucket) -> AsyncIterator[Requests]:
    """Somebody else who uses the bucket."""
    made = Requests(bucket)
    yield made
    await made.close()


async def keys(requests: Requests) -> list[str]:
    answer = await requests.call("list_objects_v2")
    return [one["Key"] for one in answer.get("Contents", ())]


async def test_the_parts_of_a_film_are_joined_when_it_is_exchanged(
    files: S3Files, requests: Requests
) -> None:
    piece = bytes(range(256)) * 4096  # 1 MiB
    for number in range(20):
        await files.append(OURS, "film.webm", number << 20, piece)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield piece

    assert 2 * JOINED < 20 << 20
    assert await files.exchange(OURS, "film.webm", await files.stamp(OURS, "film.webm"), pieces())
    assert await keys(requests) == [f"kept/{OURS}/film.webm"]
    assert await files.get(OURS, "film.webm") == piece * 20


async def test_a_part_that_came_first_is_never_replaced(
    files: S3Files, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process adds just before ours does."""
    other = S3Files(bucket)
    call = Requests.call

    async def late(self: Requests, operation: str, **arguments: Any) -> Any:
        if self is files._requests and operation == "put_object":
            assert await other.append(OURS, "photo.part", 0, b"first") == 5
        return await call(self, operation, **arguments)

    monkeypatch.setattr(Requests, "call", late)
    assert await files.append(OURS, "photo.part", 0, b"too late") == 5
    assert await files.get(OURS, "photo.part") == b"first"
    await other.close()


async def test_parts_that_a_crash_left_behind_a_joined_file_are_no_part_of_it(
    files: S3Files, requests: Requests
) -> None:
    await files.put(OURS, "photo.part", b"half and half")
    for offset in (0, 4):
        await requests.call("put_object", Key=f"kept/{OURS}/photo.part/{offset:020}", Body=b"half")
    assert await files.get(OURS, "photo.part") == b"half and half"
    assert await files.append(OURS, "photo.part", 13, b"!") == 14
    await files.remove(OURS, "photo.part")
    assert await files.size(OURS, "photo.part") == 0


async def test_an_upload_that_a_crash_left_is_given_up_a_day_later(
    files: S3Files, requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    """moto dates every upload to 2010."""
    await requests.call("create_multipart_upload", Key=f"kept/{OURS}/film.webm")
    with monkeypatch.context() as patient:
        patient.setattr(s3, "LEFT", timedelta(days=36_500))
        assert await files.tidy() == 0
    assert await files.tidy() == 1
    assert not (await requests.call("list_multipart_uploads")).get("Uploads")


async def test_an_exchange_that_fails_leaves_no_upload(files: S3Files, requests: Requests) -> None:
    await files.put(OURS, "film.webm", b"old")

    async def pieces() -> AsyncIterator[bytes]:
        yield bytes(JOINED)
        raise Unavailable("in the middle of it")

    with pytest.raises(Unavailable, match="in the middle of it"):
        await files.exchange(OURS, "film.webm", await files.stamp(OURS, "film.webm"), pieces())
    assert not (await requests.call("list_multipart_uploads")).get("Uploads")
    assert await files.get(OURS, "film.webm") == b"old"


async def test_a_bucket_that_is_missing_is_named_at_the_start(bucket: Bucket) -> None:
    elsewhere = S3Files(replace(bucket, name="not-there"))
    with pytest.raises(Unavailable, match="no bucket of the name in S3_BUCKET"):
        await elsewhere.check()
    await elsewhere.close()


@pytest.mark.parametrize("left_out", ["IfNoneMatch", "IfMatch"])
async def test_a_storage_that_lets_processes_write_over_each_other_is_refused_at_the_start(
    files: S3Files, bucket: Bucket, monkeypatch: pytest.MonkeyPatch, left_out: str
) -> None:
    another = S3Files(bucket)
    await another.check()
    await another.close()
    call = Requests.call

    async def older(self: Requests, operation: str, **arguments: object) -> object:
        arguments.pop(left_out, None)
        return await call(self, operation, **arguments)

    monkeypatch.setattr(Requests, "call", older)
    with pytest.raises(Unavailable, match="no conditional writes"):
        await files.check()


async def test_a_storage_that_hangs_is_unavailable_within_a_time(
    storage: S3Server, files: S3Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    await files.put(OURS, "photo.jpg", b"picture")
    monkeypatch.setattr(s3_client, "PATIENCE", 0.3)
    storage.freeze()
    try:
        with pytest.raises(Unavailable, match="the storage can't be reached"):
            await files.get(OURS, "photo.jpg")
    finally:
        storage.thaw()


async def test_the_settings_lead_to_an_encrypted_file_in_the_bucket(
    bucket: Bucket, requests: Requests, migrated_sqlite_url: str, clock: Clock, tmp_path: Path
) -> None:
    environ = {"FILES": "s3", "S3_ENDPOINT": bucket.endpoint, "S3_BUCKET": bucket.name, "S3_PREFIX": "samu/"}
    environ |= {"S3_ACCESS_KEY": bucket.access_key, "S3_SECRET_KEY": bucket.secret_key}
    environ |= {"MASTER_KEY": b64encode(MASTER).decode(), "DATA_DIR": str(tmp_path)}
    store = SqlStore(migrated_sqlite_url, clock)
    await cast.settle(store)
    files = sealed_files(read(environ), store, clock)
    await files.check()
    await files.put(OURS, "photo.jpg", b"CANARI")
    assert await files.get(OURS, "photo.jpg") == b"CANARI"
    assert await keys(requests) == [f"samu/{OURS}/photo.jpg", f"samu/{s3.PROBE}"]
    answer = await requests.call("get_object", Key=f"samu/{OURS}/photo.jpg")
    assert b"CANARI" not in await answer["Body"].read()
    await files.close()
    await store.close()
