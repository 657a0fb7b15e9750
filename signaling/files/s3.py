"""Files in a bucket of an S3-compatible storage.

A file is an object of its name, and then the parts that were added to it, each an object NAME/OFFSET: what a
phone sends is resumed by whichever process it reaches next, none of them keeps anything, and a part is there
whole or not at all. Nobody adds at an offset twice: a part is only ever made, never replaced (If-None-Match).
Parts are joined when the file is exchanged; a file is also read from its parts.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from signaling.domain.errors import NotFound, Unavailable
from signaling.files.names import is_name, must_be_readable, must_be_writable
from signaling.files.s3_client import Bucket, Changed, Requests
from signaling.files.shelf import PIECE

JOINED: Final = 8 << 20  # bytes of a piece of a large object; S3 takes 5 MB or more
LEFT: Final = timedelta(days=1)  # after which nobody goes on with an unfinished object
PROBE: Final = "conditional-writes"  # an empty object, beside the centres
TRIES: Final = 5  # of reading a file that is being replaced


class _Object(msgspec.Struct, frozen=True):
    key: str
    size: int
    tag: str


class _Layout(msgspec.Struct, frozen=True):
    """What a file consists of, as far as it hangs together."""

    base: _Object | None
    parts: tuple[_Object, ...]

    @property
    def size(self) -> int:
        return sum(one.size for one in self.all)

    @property
    def all(self) -> tuple[_Object, ...]:
        return (self.base, *self.parts) if self.base else self.parts

    @property
    def stamp(self) -> str:
        return hashlib.sha256(msgspec.json.encode(self.all)).hexdigest()


class S3Files:
    """Implements `ports.Files` and `shelf.Shelf`."""

    def __init__(self, bucket: Bucket) -> None:
        self._prefix = bucket.prefix
        self._requests = Requests(bucket)
        self._is_conditional = False  # known once it was tried

    async def check(self) -> None:
        """Raises Unavailable when there is no such bucket, when it can't be reached, or would let two
        processes write over each other."""
        try:
            await self._requests.call("head_bucket")
        except NotFound:
            raise Unavailable("there is no bucket of the name in S3_BUCKET") from None
        if not self._is_conditional:
            await self._try_conditions()
            self._is_conditional = True

    async def _try_conditions(self) -> None:
        await self._requests.call("put_object", Key=self._prefix + PROBE, Body=b"")
        for refused in ({"IfNoneMatch": "*"}, {"IfMatch": '"another"'}):
            with suppress(Changed):
                await self._requests.call("put_object", Key=self._prefix + PROBE, Body=b"", **refused)
                raise Unavailable("the storage knows no conditional writes (If-None-Match, If-Match)")

    async def close(self) -> None:
        await self._requests.close()

    # ------------------------------------------------------------ whole files
    async def put(self, centre: str, name: str, data: bytes) -> None:
        must_be_writable(centre, name)
        _, parts = await self._objects(centre, name)
        await self._delete([one.key for one in parts])  # they would go on behind it
        await self._requests.call("put_object", Key=self._key(centre, name), Body=data)

    async def get(self, centre: str, name: str) -> bytes:
        return b"".join([piece async for piece in self.open(centre, name)])

    async def open(self, centre: str, name: str, start: int = 0) -> AsyncIterator[bytes]:
        """Raises Unavailable when the file is exchanged in the middle of it."""
        must_be_readable(centre, name)
        for _ in range(TRIES):
            layout = await self._layout(centre, name)
            if not layout.all:
                raise NotFound("no such file")
            began = False
            try:
                async for piece in self._read(layout, start):
                    began = True
                    yield piece
            except Changed:
                if began:
                    break
            else:
                return
        raise Unavailable("the file was changed while it was read")

    async def _read(self, layout: _Layout, start: int) -> AsyncIterator[bytes]:
        """Raises Changed."""
        for one in layout.all:
            if start < one.size:
                async for piece in self._requests.stream(one.key, one.tag, start, PIECE):
                    yield piece
            start = max(0, start - one.size)

    async def size(self, centre: str, name: str) -> int:
        return (await self._layout(centre, name)).size if is_name(centre, name) else 0

    async def remove(self, centre: str, name: str) -> None:
        """The parts first: `exchange` looks for them once it has joined them."""
        if is_name(centre, name):
            _, parts = await self._objects(centre, name)
            await self._delete([one.key for one in parts])
            await self._delete([self._key(centre, name)])

    async def tidy(self) -> int:
        """Also of what other processes left."""
        answer = await self._requests.call("list_multipart_uploads", Prefix=self._prefix)
        left = [one for one in answer.get("Uploads", ()) if one["Initiated"] < datetime.now(UTC) - LEFT]
        for one in left:
            await self._requests.call("abort_multipart_upload", Key=one["Key"], UploadId=one["UploadId"])
        return len(left)

    # ------------------------------------------------------------ growing files
    async def append(self, centre: str, name: str, offset: int, data: bytes) -> int:
        must_be_writable(centre, name)
        size = (await self._layout(centre, name)).size
        if size != offset or not data:
            return size
        key = f"{self._key(centre, name)}/{offset:020}"
        try:
            await self._requests.call("put_object", Key=key, Body=data, IfNoneMatch="*")
        except Changed:
            return (await self._layout(centre, name)).size
        return offset + len(data)

    async def cut(self, centre: str, name: str, size: int, to: int) -> None:
        """By whole parts: none of them is ever torn."""
        layout = await self._layout(centre, name)
        if layout.size == size:
            await self._delete([one.key for one in layout.parts if _offset(one) >= to])

    # ------------------------------------------------------------ as a shelf
    async def names(self, centre: str) -> Sequence[str]:
        start = f"{self._prefix}{centre}/"
        found = {one.key[len(start) :].partition("/")[0] async for one in self._listed(start)}
        return sorted(name for name in found if is_name(centre, name))

    async def stamp(self, centre: str, name: str) -> str:
        layout = await self._layout(centre, name)
        if not layout.all:
            raise NotFound("no such file")
        return layout.stamp

    async def exchange(self, centre: str, name: str, stamp: str, pieces: AsyncIterator[bytes]) -> bool:
        key = self._key(centre, name)
        async with AsyncExitStack() as undo:
            large = _Large(self._requests, key, undo)
            rest = await large.take(pieces)
            layout = await self._layout(centre, name)
            if not layout.all or layout.stamp != stamp:
                return False
            same = {"IfMatch": layout.base.tag} if layout.base else {"IfNoneMatch": "*"}
            try:
                await large.finish(rest, same)
            except Changed:
                return False
        return await self._joined(centre, name, layout)

    async def _joined(self, centre: str, name: str, before: _Layout) -> bool:
        """Delete the parts that are in the object now; that one too when they were removed meanwhile."""
        if not before.parts:
            return True
        first = before.parts[0].key
        there = [one.key async for one in self._listed(first)]
        if first not in there:
            await self._delete([self._key(centre, name)])
            return False
        await self._delete([one.key for one in before.parts])
        return True

    # ------------------------------------------------------------ objects
    def _key(self, centre: str, name: str) -> str:
        return f"{self._prefix}{centre}/{name}"

    async def _layout(self, centre: str, name: str) -> _Layout:
        base, parts = await self._objects(centre, name)
        return _Layout(base, tuple(_following(base.size if base else 0, parts)))

    async def _objects(self, centre: str, name: str) -> tuple[_Object | None, list[_Object]]:
        """The file's own object, and all parts, also those that were joined and not deleted."""
        base, parts = None, []
        key = self._key(centre, name)
        async for one in self._listed(key):
            if one.key == key:
                base = one
            elif one.key.startswith(f"{key}/"):
                parts.append(one)
        return base, parts

    async def _listed(self, prefix: str) -> AsyncIterator[_Object]:
        """In the order of their keys."""
        more: dict[str, str] = {}
        while True:
            answer = await self._requests.call("list_objects_v2", Prefix=prefix, **more)
            for one in answer.get("Contents", ()):
                yield _Object(one["Key"], one["Size"], one["ETag"])
            if not answer.get("IsTruncated"):
                return
            more = {"ContinuationToken": answer["NextContinuationToken"]}

    async def _delete(self, keys: Sequence[str]) -> None:
        await asyncio.gather(*(self._requests.call("delete_object", Key=key) for key in keys))


class _Large:
    """An object that is made of pieces as they come; in one request when they are few."""

    def __init__(self, requests: Requests, key: str, undo: AsyncExitStack) -> None:
        self._requests = requests
        self._key = key
        self._undo = undo
        self._upload = ""
        self._parts: list[dict[str, Any]] = []

    async def take(self, pieces: AsyncIterator[bytes]) -> bytes:
        """Returns what is left for `finish`."""
        held = bytearray()
        async for piece in pieces:
            held += piece
            if len(held) >= JOINED:
                await self._send(bytes(held))
                held.clear()
        return bytes(held)

    async def finish(self, rest: bytes, same: dict[str, str]) -> None:
        """Raises Changed unless what has the key is still the `same`."""
        if not self._upload:
            await self._requests.call("put_object", Key=self._key, Body=rest, **same)
            return
        if rest:
            await self._send(rest)
        whole = {"Parts": self._parts}
        await self._requests.call(
            "complete_multipart_upload", Key=self._key, UploadId=self._upload, MultipartUpload=whole, **same
        )
        self._undo.pop_all()

    async def _send(self, data: bytes) -> None:
        if not self._upload:
            answer = await self._requests.call("create_multipart_upload", Key=self._key)
            self._upload = answer["UploadId"]
            self._undo.push_async_callback(
                self._requests.call, "abort_multipart_upload", Key=self._key, UploadId=self._upload
            )
        number = len(self._parts) + 1
        answer = await self._requests.call(
            "upload_part", Key=self._key, UploadId=self._upload, PartNumber=number, Body=data
        )
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})


def _offset(part: _Object) -> int:
    return int(part.key.rpartition("/")[2])


def _following(size: int, parts: Sequence[_Object]) -> list[_Object]:
    """Those that go on behind `size` bytes without a gap."""
    found = []
    for one in parts:
        if _offset(one) == size:
            found.append(one)
            size += one.size
    return found
