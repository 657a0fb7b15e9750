"""Mail through the centre's own server."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from email.message import EmailMessage
from email.utils import formataddr, formatdate, parseaddr
from typing import Literal

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPTimeoutError,
)

from signaling.domain.errors import CarrierError
from signaling.ports import Outgoing, Receipt

Security = Literal["starttls", "tls", "none"]


class SmtpNotifier:
    """`sender` as in a From header: `SAMU 54 <visio@example.org>`. Without `user` there is no login. `tls`
    replaces the system's trust. `timeout` in seconds is for one message, all told."""

    name = "smtp"

    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        *,
        security: Security = "starttls",
        user: str = "",
        password: str = "",
        tls: ssl.SSLContext | None = None,
        timeout: float = 10.0,
    ) -> None:
        self._host = host
        self._port = port
        self._sender = sender
        self._security = security
        self._user = user
        self._password = password
        self._tls = tls
        self._timeout = timeout

    async def open(self) -> None:
        if self._tls is None and self._security != "none":
            self._tls = await asyncio.to_thread(ssl.create_default_context)  # reads the system's roots

    async def close(self) -> None:
        """A connection lives for one message."""

    async def send(self, message: Outgoing) -> Receipt:
        """The reference is the Message-ID, the same at every try, so that a second copy is recognised."""
        mail = self._mail(message)
        server = self._server()
        try:
            async with asyncio.timeout(self._timeout):
                await server.connect()
                await server.send_message(mail, sender=parseaddr(self._sender)[1], recipients=[message.to])
            await _leave(server)
        except (SMTPException, OSError) as error:
            # Not chained: the server's words repeat the caller's address, and tracebacks are logged.
            raise _carrier_error(error) from None
        finally:
            server.close()
        return Receipt(ref=mail["Message-ID"])

    def _server(self) -> SMTP:
        return SMTP(
            hostname=self._host,
            port=self._port,
            timeout=self._timeout,
            username=self._user or None,
            password=self._password or None,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            tls_context=self._tls,
        )

    def _mail(self, message: Outgoing) -> EmailMessage:
        mail = EmailMessage()
        address = parseaddr(self._sender)[1]
        mail["From"] = formataddr((message.sender, address)) if message.sender else self._sender
        mail["To"] = message.to
        mail["Subject"] = " ".join(message.subject.split())
        mail["Date"] = formatdate(localtime=True)
        mail["Message-ID"] = f"<{message.id}@{address.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice comes back
        # ASCII on the wire: not every server takes 8-bit mail
        mail.set_content(message.body, cte="quoted-printable")
        if message.html:
            mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
        return mail


async def _leave(server: SMTP) -> None:
    """The mail is theirs since their 250: a farewell that fails changes nothing and may not take long."""
    with contextlib.suppress(SMTPException, OSError):
        await server.quit(timeout=1)


def _carrier_error(error: Exception) -> CarrierError:
    if isinstance(error, SMTPRecipientsRefused):
        error = error.recipients[0]
    if isinstance(error, SMTPResponseException):
        if error.code < 200:  # no reply code at all: not a mail server
            return CarrierError("bad_answer", permanent=False)
        return CarrierError(f"smtp_{error.code}", permanent=error.code >= 500)
    if isinstance(error, SMTPTimeoutError | TimeoutError):
        return CarrierError("timeout", permanent=False)
    if isinstance(error, OSError):
        return CarrierError("connection", permanent=False)
    return CarrierError("unsupported", permanent=True)  # no STARTTLS, no login: settings and server disagree
