"""Requests to a bucket: within a time, tried again, and with the errors of this product."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from functools import cache
from typing import Any, Final

import msgspec
from aiobotocore.config import AioConfig  # type: ignore[import-untyped]
from aiobotocore.session import get_session  # type: ignore[import-untyped]
from aiohttp import ClientError as StreamError
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

from signaling.domain.errors import NotFound, Unavailable

PATIENCE: Final = 40.0  # seconds for one request with its tries
_CONFIGURATION: Final = {
    "connect_timeout": 5,
    "read_timeout": 15,
    "max_pool_connections": 50,
    "retries": {"mode": "standard", "total_max_attempts": 3},
    "s3": {"addressing_style": "path"},
    # Storages other than Amazon's know no checksums in trailers
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}
_MISSING: Final = frozenset({"NoSuchKey", "NotFound", "404"})
_CHANGED: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412"})


class Bucket(msgspec.Struct, frozen=True):
    """`endpoint` "": Amazon's."""

    name: str
    endpoint: str
    region: str
    access_key: str
    secret_key: str
    prefix: str


class Changed(Exception):
    """An object is not, or is no longer, what the request was made for."""


class Requests:
    """One client for a process, made at its first request."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._making = asyncio.Lock()
        self._client: Any = None
        self._open = AsyncExitStack()

    async def call(self, operation: str, **arguments: Any) -> Any:
        """The answer of an operation on the bucket, by its name in boto. Raises NotFound, Changed,
        Unavailable."""
        client = await self._made()
        with _told():
            async with asyncio.timeout(PATIENCE):
                return await getattr(client, operation)(Bucket=self._bucket.name, **arguments)

    async def stream(self, key: str, tag: str, start: int, piece: int) -> AsyncIterator[bytes]:
        """An object's bytes from `start` on. Raises Changed when it is another one now."""
        where = {"Range": f"bytes={start}-"} if start else {}
        try:
            answer = await self.call("get_object", Key=key, IfMatch=tag, **where)
        except NotFound:
            raise Changed("the object is gone") from None
        body = answer["Body"]
        try:
            while data := await self._piece(body, piece):
                yield data
        finally:
            body.close()

    async def close(self) -> None:
        await self._open.aclose()
        self._client = None

    async def _made(self) -> Any:
        async with self._making:
            if self._client is None:
                self._client = await self._open.enter_async_context(
                    _session().create_client(
                        "s3",
                        endpoint_url=self._bucket.endpoint or None,
                        region_name=self._bucket.region,
                        aws_access_key_id=self._bucket.access_key,
                        aws_secret_access_key=self._bucket.secret_key,
                        config=AioConfig(**_CONFIGURATION),
                    )
                )
            return self._client

    @staticmethod
    async def _piece(body: Any, size: int) -> bytes:
        with _told():
            async with asyncio.timeout(PATIENCE):
                data: bytes = await body.read(size)
                return data


@cache
def _session() -> Any:
    """Its descriptions of the service are large, and the same for all."""
    return get_session()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _MISSING:
            raise NotFound("no such file") from None
        if code in _CHANGED:
            raise Changed(code) from None
        raise Unavailable(f"the storage refuses: {code}") from error
    except (BotoCoreError, StreamError, OSError, TimeoutError) as error:
        raise Unavailable(f"the storage can't be reached: {type(error).__name__}") from error
