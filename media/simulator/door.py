"""The door of the simulated phone: from a link to the cookie that a server knows it by."""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import msgspec

from media.simulator.backoff import delay

AGENT: Final = "VisioSimulation/1"
PATIENCE: Final = 8.0  # seconds for one try
_CODE: Final = re.compile("[0-9]{6}")
_TOKEN: Final = re.compile(r"[\w-]+")

log = logging.getLogger(__name__)


class LinkRefused(Exception):
    """The link can't be taken, or not any more: it is claimed, expired, revoked, ended or unknown."""

    def __init__(self, found: dict[str, Any]) -> None:
        super().__init__(f"the link can't be used: {found.get('state', 'unknown')}")


class BadLink(Exception):
    """What was given is no link."""


class Link(msgspec.Struct, frozen=True):
    origin: str
    token: str  # or the six digits read aloud

    @classmethod
    def read(cls, text: str) -> Link:
        """From `https://host/j#TOKEN`. Raises BadLink."""
        origin, _, rest = text.strip().partition("/j#")
        if not is_origin(origin) or not _TOKEN.fullmatch(rest):
            raise BadLink(f"{text.strip()!r} is no link such as https://visio.example.fr/j#TOKEN")
        return cls(origin.lower(), rest)


def is_origin(text: str) -> bool:
    """Whether it is the address of a server without a path: `https://host:port`."""
    try:
        url = urlsplit(text)
        return url.scheme in {"http", "https"} and text.lower() == f"{url.scheme}://{url.netloc}".lower()
    except ValueError:
        return False


class Server:
    """Where a link's server is: at `address` (scheme, host and port) if given, else at its own origin, which
    it is told in both cases. `trust`: what its certificate is checked by."""

    def __init__(self, origin: str, trust: ssl.SSLContext, address: str = "") -> None:
        self.origin = origin
        self.address = address or origin
        self.trust = trust
        self._cookies: dict[str, str] = {}

    @property
    def is_on_this_machine(self) -> bool:
        return urlsplit(self.address).hostname in {"localhost", "127.0.0.1", "::1"}

    @property
    def cookies(self) -> dict[str, str]:
        """As a header. `Secure` ones, too, although a server of this machine may be reached without TLS."""
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}

    async def post(self, path: str, **body: str) -> tuple[int, dict[str, Any]]:
        """(status, JSON object) of a POST of JSON."""
        reply = await self.ask("POST", path, json=body)
        try:
            found = reply.json()
        except ValueError:
            found = None
        return reply.status_code, found if isinstance(found, dict) else {}

    async def ask(self, method: str, path: str, **content: dict[str, str]) -> httpx2.Response:
        """The first reply that is for good: no network, a server that restarts or that asks to wait are tried
        again, for ever."""
        attempt = 0
        async with self._client() as client:
            while True:
                try:
                    reply = await client.request(method, path, headers=self.cookies, **content)  # type: ignore[arg-type]
                    self._keep_cookies(reply)
                    if reply.status_code < 500 and reply.status_code != 429:
                        return reply
                    log.info("the server asks to come again (%d)", reply.status_code)
                except httpx2.TransportError as error:
                    log.info("the server does not answer: %r", error)
                attempt += 1
                await asyncio.sleep(delay(attempt))

    def _client(self) -> httpx2.AsyncClient:
        headers = {"Origin": self.origin, "User-Agent": AGENT, "Accept-Language": "fr"}
        return httpx2.AsyncClient(base_url=self.address, headers=headers, timeout=PATIENCE, verify=self.trust)

    def _keep_cookies(self, reply: httpx2.Response) -> None:
        for header in reply.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self._cookies[name.strip()] = value.strip()


class Door:
    def __init__(self, server: Server, link: Link) -> None:
        self.server = server
        self._token = link.token

    async def enter(self) -> None:
        """Take the link, or find that it is ours. Raises LinkRefused."""
        if _CODE.fullmatch(self._token):
            self._token = await self._spoken(self._token)
        _, found = await self.server.post("/j/open", token=self._token)
        if found.get("state") == "mine":
            return
        if found.get("state") != "ready":
            raise LinkRefused(found)
        status, found = await self.server.post("/j/claim", token=self._token)
        if status != 204:
            raise LinkRefused(found)

    async def _spoken(self, code: str) -> str:
        status, found = await self.server.post("/j/code", code=code)
        if status != 200:
            raise LinkRefused({"state": "wrong code"})
        return str(found["token"])
