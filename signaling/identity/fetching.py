"""Answers of an identity provider: small, whole, and without a detour."""

from __future__ import annotations

from typing import Final

import httpx2

MOST_BYTES: Final = 64 * 1024
_SERVER_FAULT: Final = 500


class BadAnswer(httpx2.TransportError):
    """Not the answer that was asked for."""


class Capped(httpx2.AsyncBaseTransport):
    """Reads at most 64 KB of an answer, and takes only a plain 200: what is compressed could grow, and what
    redirects could lead a secret elsewhere. Raises httpx2.HTTPError, BadAnswer."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["accept-encoding"] = "identity"
        answer = await self._inner.handle_async_request(request)
        try:
            if answer.status_code >= _SERVER_FAULT:
                raise httpx2.TransportError("a fault of the server")
            if answer.status_code != httpx2.codes.OK or "content-encoding" in answer.headers:
                raise BadAnswer(f"answered {answer.status_code}")
            content = await _content(answer)
        finally:
            await answer.aclose()
        return httpx2.Response(answer.status_code, headers=answer.headers, content=content, request=request)

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _content(answer: httpx2.Response) -> bytes:
    content = b""
    async for chunk in answer.aiter_raw():
        content += chunk
        if len(content) > MOST_BYTES:
            raise BadAnswer("too large")
    return content
