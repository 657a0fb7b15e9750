"""Files in a bucket: what a phone sends goes on with the next process, encrypted all the way."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from config.adapters import adapters
from config.application import Application, build, opened
from config.settings import read
from signaling.domain import facts
from signaling.domain.uploads import CHUNK
from signaling.files.s3_client import Bucket, Requests
from signaling.messages import control
from signaling.store.schema import upgrade
from tests import cast
from tests.app.test_uploads import joined, sending
from tests.app.test_use_cases import until_said, visitor
from tests.cast import ALICE, Clock
from tests.hostile_files import picture
from tests.places import MASTER, new_bucket
from tests.servers import S3Server, s3_server


@pytest.fixture
def storage() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@asynccontextmanager
async def process(folder: Path, bucket: Bucket, clock: Clock) -> AsyncIterator[Application]:
    environ = {"DATA_DIR": str(folder), "SECRET_KEY": "k" * 32, "MASTER_KEY": b64encode(MASTER).decode()}
    environ |= {"FILES": "s3", "S3_ENDPOINT": bucket.endpoint, "S3_BUCKET": bucket.name}
    environ |= {"S3_ACCESS_KEY": bucket.access_key, "S3_SECRET_KEY": bucket.secret_key}
    environ |= {"BAN_DOMAIN": "off", "NOMINATIM_DOMAIN": "off", "MEDIA_ADDRESSES": "127.0.0.1"}
    settings = read(environ)
    await asyncio.to_thread(upgrade, settings.database_url)
    made = build(settings, adapters(settings, clock), clock)
    async with opened(made):
        yield made


async def objects(bucket: Bucket) -> dict[str, bytes]:
    requests = Requests(bucket)
    answer = await requests.call("list_objects_v2")
    found = {}
    for one in answer.get("Contents", ()):
        got = await requests.call("get_object", Key=one["Key"])
        found[one["Key"]] = await got["Body"].read()
    await requests.close()
    return found


async def test_a_photo_goes_on_with_the_next_process_and_is_kept_encrypted(
    storage: S3Server, tmp_path: Path, clock: Clock
) -> None:
    bucket = await new_bucket(storage)
    data = picture(size=(400, 300))
    async with process(tmp_path, bucket, clock) as first:
        await cast.settle(first.adapters.store)
        phone = await joined(first)
        async with sending(first, phone) as sender:
            file = await sender.announce(data)
            await sender.chunk(file, 0, data[:CHUNK])
    assert [name for name in await objects(bucket) if name.startswith(f"{ALICE.centre}/{file}.part/")]
    async with process(tmp_path, bucket, clock) as second, sending(second, phone) as sender:
        await sender.announce(data, id=file)
        assert await sender.hear() == control.FileAt(id=file, offset=CHUNK)
        await sender.chunk(file, CHUNK, data[CHUNK:])
        assert await sender.done(file) is None
        stored = await until_said(second, phone.session, facts.PhotoStored)
        _, shown = await second.captures.read(visitor(ALICE), stored.capture)
        assert shown.startswith(b"\xff\xd8")
    kept = await objects(bucket)
    assert [name.rpartition("/")[2] for name in kept if name.startswith(ALICE.centre)] == [stored.capture]
    assert shown[:100] not in b"".join(kept.values())
    assert not (tmp_path / "files").exists()
