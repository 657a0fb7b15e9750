"""SMS by Twilio: sending, and what it reports afterwards."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Final, Literal

import httpx2
import structlog
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from signaling.domain.delivery import StatusReport
from signaling.domain.errors import CarrierError, NotAllowed
from signaling.notify.twilio_http import HttpClient
from signaling.ports import Outgoing, Receipt

log = structlog.get_logger()

# Codes that pass by themselves, although their HTTP status is 400 or a report brought them: full queues,
# maintenance, handsets without network, carriers that do not answer.
_PASSING: Final = frozenset(
    {"20429", "21611", "21730", "30001", "30003", "30008", "30021", "30036", "30410", "30500"}
)
_SERVICE: Final = re.compile(r"MG[0-9a-f]{32}")  # not MGEN, which is somebody's name
_BAD_CALLBACK: Final = 21609
_PASSING_STATUS: Final = frozenset({408, 425, 429})

_STATES: Final[dict[str, Literal["accepted", "delivered", "failed"]]] = {
    "accepted": "accepted", "queued": "accepted", "sending": "accepted", "sent": "accepted",
    "delivered": "delivered", "read": "delivered",
    "undelivered": "failed", "failed": "failed", "canceled": "failed",
}  # fmt: skip


class TwilioNotifier:
    """`sender` is a number (+33...), an alphanumeric name, or a messaging service (MG...); `api_url` replaces
    `https://api.twilio.com`. `timeout` in seconds is for one message, all told."""

    name = "twilio"

    def __init__(
        self, account_sid: str, auth_token: str, sender: str, *, api_url: str = "", timeout: float = 10.0
    ) -> None:
        self._credentials = (account_sid, auth_token)
        service = _SERVICE.fullmatch(sender)
        self._sender = {"messaging_service_sid" if service else "from_": sender}
        self._api_url = api_url
        self._timeout = timeout

    async def open(self) -> None:
        # Loading the library's message resource and the TLS roots takes up to a second: not in the event
        # loop, and not while the first caller waits.
        self._http, self._messages = await asyncio.to_thread(self._connect)

    async def close(self) -> None:
        await self._http.close()

    async def send(self, message: Outgoing) -> Receipt:
        """A time-out leaves open whether Twilio took it; trying again then sends a second, equal SMS."""
        try:
            async with asyncio.timeout(self._timeout):
                sent = await self._create(message)
        except Exception as error:
            # Not chained: Twilio's texts repeat the caller's number, and tracebacks are logged.
            raise _carrier_error(error) from None
        if not isinstance(sent.sid, str):
            raise CarrierError("bad_answer", permanent=False)
        return Receipt(ref=sent.sid)

    async def _create(self, message: Outgoing) -> Any:
        sender = {"from_": message.sender} if message.sender else self._sender
        what = {"to": message.to, "body": message.body, **sender}
        if not message.status_url:
            return await self._messages.create_async(**what)
        try:
            return await self._messages.create_async(**what, status_callback=message.status_url)
        except TwilioRestException as error:
            if error.code != _BAD_CALLBACK:
                raise
            # Twilio can't reach PUBLIC_URL. The caller needs the SMS more than we need its report.
            log.warning("twilio_refuses_our_status_url", message=message.id)
            return await self._messages.create_async(**what)

    def _connect(self) -> tuple[HttpClient, Any]:
        http = HttpClient(self._timeout)
        # A non-empty environment keeps the library from reading ours: TWILIO_REGION would change the host.
        client = Client(*self._credentials, http_client=http, environment={"TWILIO_REGION": ""})
        if self._api_url:
            client.api.base_url = self._api_url
        return http, client.messages


def _carrier_error(error: Exception) -> CarrierError:
    if isinstance(error, TwilioRestException | TwilioServiceException):
        return _refusal(error.status, error.code)
    if isinstance(error, TimeoutError | httpx2.TimeoutException):
        return CarrierError("timeout", permanent=False)
    if isinstance(error, httpx2.HTTPError):
        return CarrierError("connection", permanent=False)
    if isinstance(error, ValueError | TypeError | AttributeError):  # not Twilio's JSON: a proxy's page, say
        return CarrierError("bad_answer", permanent=False)
    raise error


def _refusal(status: object, code: object) -> CarrierError:
    """Both are read from the answer's JSON, which may hold anything."""
    if not (isinstance(status, int) and isinstance(code, int)):
        return CarrierError("bad_answer", permanent=False)
    final = 400 <= status < 500 and status not in _PASSING_STATUS and str(code) not in _PASSING
    return CarrierError(str(code), permanent=final)


def twilio_status(
    auth_token: str, public_url: str, form: Mapping[str, str], signature: str
) -> StatusReport | None:
    """What a call-back says; None for a status that is not of a message's fate. Raises NotAllowed when the
    signature is not Twilio's for exactly this URL, as Twilio was given it, and these fields."""
    try:
        genuine = RequestValidator(auth_token).validate(public_url, form, signature)
    except (TypeError, ValueError):  # fields that are no text, lone surrogates
        genuine = False
    if not genuine:
        raise NotAllowed("the call-back is not signed by Twilio")
    status = form.get("MessageStatus", "")
    state = _STATES.get(status)
    if state != "failed":
        return StatusReport(state) if state else None
    reason = form.get("ErrorCode", "") or status
    return StatusReport("failed", reason=reason, permanent=reason not in _PASSING)
