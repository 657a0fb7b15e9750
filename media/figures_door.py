"""Where a relay node of its own shows its figures: an HTTP listener with one page, `/metrics`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

HEAD_BYTES: Final = 8 * 1024
HEAD_SECONDS: Final = 5.0
FORWARDING: Final = ("forwarded:", "x-forwarded-for:")

Allows = Callable[[str, str, bool], bool]  # address, Authorization header, passed on by a proxy


@asynccontextmanager
async def figures_door(
    host: str, port: int, registry: CollectorRegistry, allows: Allows
) -> AsyncIterator[int]:
    """Open within; yields the port. Raises OSError."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, ValueError, EOFError):
            async with asyncio.timeout(HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(_answer(head.decode("latin-1"), str(writer.get_extra_info("peername")[0])))
                await writer.drain()
        writer.close()

    def _answer(head: str, address: str) -> bytes:
        first, *headers = head.split("\r\n")
        if first.split(" ")[:2] != ["GET", "/metrics"] or not allows(address, *_credentials(headers)):
            return b"HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        body = generate_latest(registry)
        kind = f"content-type: {CONTENT_TYPE_PLAIN_0_0_4}\r\ncontent-length: {len(body)}\r\n"
        return b"HTTP/1.1 200 OK\r\nconnection: close\r\n" + kind.encode() + b"\r\n" + body

    server = await asyncio.start_server(answer, host, port, limit=HEAD_BYTES)
    async with server:
        yield int(server.sockets[0].getsockname()[1])


def _credentials(headers: list[str]) -> tuple[str, bool]:
    """The Authorization header, and whether a proxy passed the request on."""
    given = [line.partition(":")[2].strip() for line in headers if line.lower().startswith("authorization:")]
    return (given[0] if len(given) == 1 else ""), any(line.lower().startswith(FORWARDING) for line in headers)
