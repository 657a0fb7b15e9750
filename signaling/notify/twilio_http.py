"""The HTTP side of Twilio's client library, over httpx2.

The library's own asynchronous client accepts a time-out and ignores it.
"""

from __future__ import annotations

import httpx2
from twilio.http.response import Response


class HttpClient:
    """What `twilio.rest.Client` asks of its `http_client`. Raises httpx2.HTTPError."""

    is_async = True  # the library looks at it before it awaits

    def __init__(self, timeout: float) -> None:
        self._client = httpx2.AsyncClient(timeout=timeout)

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, str] | None = None,
        data: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """The signature is the library's; it passes no time-out, so the client's own holds."""
        answer = await self._client.request(
            method,
            url,
            params=params,
            data=data,
            headers=headers,
            auth=auth,
            timeout=httpx2.USE_CLIENT_DEFAULT if timeout is None else timeout,
            follow_redirects=allow_redirects,
        )
        return Response(answer.status_code, answer.text, answer.headers)

    async def close(self) -> None:
        await self._client.aclose()
