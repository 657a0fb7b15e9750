"""Carriers of messages on this machine: the folder, a server that answers as Twilio does, a mail server."""

from __future__ import annotations

import asyncio
import hashlib
import json
import ssl
import threading
import time
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol

import msgspec
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from signaling.domain.records import Channel
from signaling.notify.outbox import OutboxNotifier
from signaling.notify.ovh import OvhKeys, OvhNotifier
from signaling.notify.smtp import Security, SmtpNotifier
from signaling.notify.twilio import TwilioNotifier
from signaling.ports import Notifier

ACCOUNT = "AC00000000000000000000000000000000"
AUTH_TOKEN = "twilio-auth-token-of-the-tests"
OVH_ACCOUNT = "sms-ab12345-1"
OVH_KEYS = OvhKeys("application-key", "application-secret", "consumer-key")
LOOPBACK = "127.0.0.1"
SHORT = 0.3  # seconds a notifier waits, in the tests of carriers that say nothing
LONG = 10.0
USER, PASSWORD = "visio", "mail-password-of-the-tests"


class Received(msgspec.Struct, frozen=True):
    """One message as its carrier saw it."""

    to: str
    text: str
    mark: str  # by which the receiving side can tell a second copy


class Carrier(Protocol):
    """A notifier and the other end of its line."""

    notifier: Notifier
    channel: Channel

    def received(self) -> Sequence[Received]: ...
    async def go_away(self) -> None: ...
    async def come_back(self) -> None: ...
    async def close(self) -> None: ...


class Folder:
    channel: Channel = "sms"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notifier: Notifier = OutboxNotifier(folder)

    def received(self) -> Sequence[Received]:
        kept = [json.loads(path.read_bytes()) for path in sorted(self.folder.glob("*.json"))]
        return [Received(to=row["to"], text=row["body"], mark=row["id"]) for row in kept]

    async def go_away(self) -> None:
        self.folder.rename(self.folder.with_suffix(".away"))
        self.folder.write_text("not a folder")

    async def come_back(self) -> None:
        self.folder.unlink()
        self.folder.with_suffix(".away").rename(self.folder)

    async def close(self) -> None:
        """Nothing runs."""


class LocalTwilio:
    """Speaks the Messages resource of Twilio's API; `status` and `answer` are what it says next."""

    channel: Channel = "sms"

    def __init__(self, server: HTTPServer, sender: str = "+33939010101", timeout: float = LONG) -> None:
        self.requests: list[dict[str, str]] = []
        self.authorizations: list[tuple[str | None, str | None]] = []
        self.status = 201
        self.answer: object = None
        self.silent = False
        self.refuses_callbacks = False
        self._released = threading.Event()
        self._server = server
        resource = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        server.expect_request(resource, method="POST").respond_with_handler(self._respond)
        self.notifier: Notifier = TwilioNotifier(
            ACCOUNT, AUTH_TOKEN, sender, api_url=server.url_for(""), timeout=timeout
        )

    def _respond(self, request: Request) -> Response:
        self.requests.append(request.form.to_dict())
        login = request.authorization
        self.authorizations.append((login.username, login.password) if login else (None, None))
        if self.silent:
            self._released.wait()
        if self.refuses_callbacks and "StatusCallback" in request.form:
            return Response('{"code": 21609, "message": "Invalid StatusCallback"}', 400)
        answer = {"sid": f"SM{len(self.requests):032d}"} if self.answer is None else self.answer
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return Response(text, self.status, content_type="application/json")

    def refuse(self, status: int, code: int, message: str = "") -> None:
        self.status, self.answer = status, {"code": code, "message": message, "status": status}

    def received(self) -> Sequence[Received]:
        return [Received(row["To"], row["Body"], row.get("StatusCallback", "")) for row in self.requests]

    async def go_away(self) -> None:
        await asyncio.to_thread(self._server.stop)

    async def come_back(self) -> None:
        self._server.start()

    async def close(self) -> None:
        self._released.set()


class LocalOvh:
    """Speaks what we use of OVHcloud's API, and takes no message that is not signed; `status` and `answer`
    are what it says next. Its clock is `ahead` seconds before ours."""

    channel: Channel = "sms"
    ahead = 4_000

    def __init__(self, server: HTTPServer, timeout: float = LONG) -> None:
        self.jobs: list[dict[str, Any]] = []
        self.status = 200
        self.answer: object = None
        self._server = server
        server.expect_request("/1.0/auth/time").respond_with_handler(lambda _: Response(str(self._now())))
        server.expect_request(f"/1.0/sms/{OVH_ACCOUNT}/jobs", method="POST").respond_with_handler(
            self._respond
        )
        self.notifier: Notifier = OvhNotifier(
            OVH_ACCOUNT, "SAMU 54", OVH_KEYS, api_url=server.url_for("/1.0"), timeout=timeout
        )

    def _now(self) -> int:
        return int(time.time()) + self.ahead

    def _respond(self, request: Request) -> Response:
        body = request.get_data(as_text=True)
        if not self._is_signed(request, body):
            return Response('{"message": "Invalid signature", "errorCode": "INVALID_SIGNATURE"}', 400)
        self.jobs.append(json.loads(body))
        receivers = self.jobs[-1]["receivers"]
        answer: object = {
            "ids": [len(self.jobs)], "invalidReceivers": [], "totalCreditsRemoved": 1,
            "validReceivers": receivers,
        }  # fmt: skip
        text = json.dumps(answer if self.answer is None else self.answer)
        return Response(text, self.status, content_type="application/json")

    def _is_signed(self, request: Request, body: str) -> bool:
        """As OVHcloud's first steps with its API write it down."""
        headers = request.headers
        stamp = headers.get("X-Ovh-Timestamp", "0")
        text = f"{OVH_KEYS.secret}+{OVH_KEYS.consumer}+POST+{request.url}+{body}+{stamp}"
        signature = "$1$" + hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        is_ours = headers.get("X-Ovh-Application") == OVH_KEYS.application
        is_fresh = abs(int(stamp) - self._now()) < 30
        return is_ours and is_fresh and headers.get("X-Ovh-Signature") == signature

    def received(self) -> Sequence[Received]:
        return [Received(row["receivers"][0], row["message"], row["tag"]) for row in self.jobs]

    async def go_away(self) -> None:
        await asyncio.to_thread(self._server.stop)

    async def come_back(self) -> None:
        self._server.start()

    async def close(self) -> None:
        """Nothing runs."""


class LocalMail:
    """A mail server; `reply` is what it answers to a recipient, `ending` to a whole mail."""

    channel: Channel = "email"
    sender = "SAMU 54 <visio@samu54.example>"

    def __init__(
        self,
        *,
        security: Security = "none",
        server_tls: ssl.SSLContext | None = None,
        client_tls: ssl.SSLContext | None = None,
        password: str = PASSWORD,
        timeout: float = LONG,
    ) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.logins: list[bytes] = []
        self.reply = "250 OK"
        self.ending = "250 OK"
        self.silent = False
        self.port = 0
        self._implicit = server_tls if security == "tls" else None
        self._starttls = server_tls if security == "starttls" else None
        self._client: tuple[Security, ssl.SSLContext | None, str, float]
        self._client = (security, client_tls, password, timeout)
        self._forever = asyncio.Event()
        self.notifier: Notifier

    async def start(self) -> None:
        await self.come_back()
        security, tls, password, timeout = self._client
        with_login = security != "none"
        self.notifier = SmtpNotifier(
            LOOPBACK,
            self.port,
            self.sender,
            security=security,
            user=USER if with_login else "",
            password=password if with_login else "",
            tls=tls,
            timeout=timeout,
        )

    def _protocol(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.test",
            tls_context=self._starttls,
            require_starttls=self._starttls is not None,
            authenticator=self._authenticate,
            auth_require_tls=False,
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        login = getattr(data, "login", b"")
        self.logins.append(login)
        good = (login, getattr(data, "password", b"")) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.silent:
            await self._forever.wait()
        if self.reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        if self.ending.startswith("250"):
            self.mails.append(message_from_bytes(content, policy=policy.default))
            self.recipients.append(envelope.rcpt_tos)
        return self.ending

    def received(self) -> Sequence[Received]:
        return [
            Received(to=to[0], text=_plain(mail).removesuffix("\n"), mark=str(mail["Message-ID"]))
            for to, mail in zip(self.recipients, self.mails, strict=True)
        ]

    async def go_away(self) -> None:
        self._server.close()

    async def come_back(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, LOOPBACK, self.port, ssl=self._implicit)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._forever.set()
        self._server.close()
        await self._server.wait_closed()


def _plain(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")  # CRLF is the wire's, RFC 5322 2.1
