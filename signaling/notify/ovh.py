"""SMS by OVHcloud, over its signed HTTP API.

Requests and answers as https://eu.api.ovh.com/console describes `POST /sms/{serviceName}/jobs`; the
signature as in "First steps with the OVHcloud API": `$1$` and the SHA-1 of application secret, consumer key,
method, address, body and time, joined by `+`. Never run against the service itself, only against a double of
it (`tests/contract/test_ovh.py`).
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping
from typing import Any, Final

import httpx2
import msgspec

from signaling.domain.errors import CarrierError
from signaling.domain.gsm7 import fits
from signaling.ports import Outgoing, Receipt

API: Final = "https://eu.api.ovh.com/1.0"
_PASSING: Final = frozenset({408, 425, 429})


class OvhKeys(msgspec.Struct, frozen=True):
    """Of an application that may `GET /auth/time` and `POST /sms/*/jobs`."""

    application: str
    secret: str
    consumer: str


class _Job(msgspec.Struct, frozen=True):
    """What a job's answer tells; there is more."""

    ids: tuple[int, ...] = ()
    invalidReceivers: tuple[str, ...] = ()  # noqa: N815 - OVHcloud's name


class OvhNotifier:
    """`account`: the SMS account, `sms-ab12345-1`; `sender`: one that it holds. `api_url` replaces OVHcloud's
    European one. `timeout` in seconds is for one message, all told.

    It reports no delivery: OVHcloud's call-back is not signed, so anybody could say that a message arrived.
    """

    name = "ovh"

    def __init__(
        self, account: str, sender: str, keys: OvhKeys, *, api_url: str = "", timeout: float = 10.0
    ) -> None:
        self._sender = sender
        self._keys = keys
        self._api = (api_url or API).rstrip("/")
        self._jobs = f"{self._api}/sms/{account}/jobs"
        self._timeout = timeout
        self._skew: int | None = None  # seconds that their clock is ahead of ours

    async def open(self) -> None:
        # Reading the TLS roots takes a while: not in the event loop, and not while the first caller waits.
        self._http = await asyncio.to_thread(lambda: httpx2.AsyncClient(timeout=self._timeout))

    async def close(self) -> None:
        await self._http.aclose()

    async def send(self, message: Outgoing) -> Receipt:
        """A time-out leaves open whether OVHcloud took it; trying again then sends a second, equal SMS."""
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._post(_job(message, message.sender or self._sender))
        except (TimeoutError, httpx2.TimeoutException):
            raise CarrierError("timeout", permanent=False) from None
        except httpx2.HTTPError:
            # Not chained: a trace may repeat the caller's number, and tracebacks are logged.
            raise CarrierError("connection", permanent=False) from None
        return _receipt(answer)

    async def _post(self, job: Mapping[str, Any]) -> httpx2.Response:
        body = msgspec.json.encode(job)
        if self._skew is None:
            self._skew = await self._measured_skew()
        stamp = str(int(time.time()) + self._skew)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Ovh-Application": self._keys.application,
            "X-Ovh-Consumer": self._keys.consumer,
            "X-Ovh-Timestamp": stamp,
            "X-Ovh-Signature": _signature(self._keys, "POST", self._jobs, body, stamp),
        }
        return await self._http.post(self._jobs, content=body, headers=headers)

    async def _measured_skew(self) -> int:
        """A signature holds for a short while only, by their clock."""
        answer = await self._http.get(f"{self._api}/auth/time")
        if not answer.text.isdecimal():
            raise CarrierError("bad_answer", permanent=False)
        return int(answer.text) - int(time.time())


def _job(message: Outgoing, sender: str) -> dict[str, Any]:
    return {
        "charset": "UTF-8",
        "coding": "7bit" if fits(message.body) else "8bit",  # theirs for UCS-2
        "message": message.body,
        # No advertising: without the clause the message is not held back at night and on Sundays.
        "noStopClause": True,
        "priority": "high",
        "receivers": [message.to],
        "sender": sender,
        "senderForResponse": False,
        "tag": message.id,  # the same at every try, so that a second copy is recognised
        "validityPeriod": 60,  # minutes
    }


def _signature(keys: OvhKeys, method: str, url: str, body: bytes, stamp: str) -> str:
    parts = (keys.secret, keys.consumer, method, url, body.decode(), stamp)
    return f"$1${hashlib.sha1('+'.join(parts).encode()).hexdigest()}"  # noqa: S324 - theirs to choose


def _receipt(answer: httpx2.Response) -> Receipt:
    status = answer.status_code
    if status >= 400:
        raise CarrierError(f"ovh_{status}", permanent=status < 500 and status not in _PASSING)
    try:
        job = msgspec.json.decode(answer.content, type=_Job)
    except msgspec.DecodeError:
        raise CarrierError("bad_answer", permanent=False) from None
    if job.invalidReceivers:
        raise CarrierError("ovh_invalid_receiver", permanent=True)
    if not job.ids:
        raise CarrierError("bad_answer", permanent=False)
    return Receipt(ref=str(job.ids[0]))
