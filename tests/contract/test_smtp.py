"""Mail: the real client library against a real mail server, in the clear and over TLS."""

from __future__ import annotations

import asyncio
import ssl
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trustme

from signaling.domain.carrier_reasons import category
from signaling.domain.errors import CarrierError
from signaling.domain.invitation_text import mail as invitation
from signaling.notify.smtp import Security, SmtpNotifier
from signaling.ports import Notifier, Outgoing
from tests.carriers import LONG, LOOPBACK, SHORT, USER, LocalMail

LINK = "https://visio.samu54.example/j#Zt3kPq0vXy_9-AbCdEfGhI"
WORDS = invitation("SAMU 54", LINK, "fr")
MESSAGE = Outgoing(
    id="0193f0", channel="email", to="bob@example.org", body=WORDS.text, link=LINK, subject=WORDS.subject,
    html=WORDS.html,
)  # fmt: skip

Serve = Callable[[LocalMail], Coroutine[Any, Any, LocalMail]]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts a mail server and opens its notifier; both are closed at the end."""
    running: list[LocalMail] = []

    async def start(server: LocalMail) -> LocalMail:
        await server.start()
        running.append(server)
        await server.notifier.open()
        return server

    yield start
    for server in running:
        await server.notifier.close()
        await server.close()


async def test_a_mail_says_the_same_as_text_and_as_html(serve: Serve) -> None:
    server = await serve(LocalMail())

    receipt = await server.notifier.send(MESSAGE)

    (mail,) = server.mails
    assert mail["From"] == LocalMail.sender
    assert mail["To"] == "bob@example.org"
    assert mail["Subject"] == "SAMU 54 : montrez la situation en vidéo"
    assert mail["Date"] is not None
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == receipt.ref == "<0193f0@samu54.example>"
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part is not None
        assert LINK in part.get_content()


async def test_a_line_break_in_the_subject_starts_no_other_header(serve: Serve) -> None:
    server = await serve(LocalMail())
    subject = "SAMU 54\r\nBcc: charlie@example.org"

    await server.notifier.send(
        Outgoing(id="1", channel="email", to="bob@example.org", body="x", link=LINK, subject=subject)
    )

    (mail,) = server.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "SAMU 54 Bcc: charlie@example.org"
    assert server.recipients == [["bob@example.org"]]


@pytest.mark.parametrize(
    ("reply", "reason", "kind"),
    [
        ("550 5.1.1 No such user bob@example.org", "smtp_550", "unknown_number"),
        ("552 5.2.2 Mailbox full", "smtp_552", "unreachable"),
        ("554 5.7.1 Rejected", "smtp_554", "blocked"),
        ("599 What", "smtp_599", "other"),
    ],
)
@pytest.mark.parametrize("stage", ["reply", "ending"])
async def test_a_5xx_is_final(serve: Serve, stage: str, reply: str, reason: str, kind: str) -> None:
    server = await serve(LocalMail())
    setattr(server, stage, reply)

    error = await _refused(server.notifier)

    assert (error.permanent, error.reason, category(error.reason)) == (True, reason, kind)
    assert "bob" not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    ("reply", "reason", "kind"),
    [
        ("421 4.3.2 Closing", "smtp_421", "carrier_down"),
        ("450 4.2.0 Greylisted", "smtp_450", "unreachable"),
        ("452 4.2.2 No room", "smtp_452", "unreachable"),
    ],
)
@pytest.mark.parametrize("stage", ["reply", "ending"])
async def test_a_4xx_may_be_tried_again(serve: Serve, stage: str, reply: str, reason: str, kind: str) -> None:
    server = await serve(LocalMail())
    setattr(server, stage, reply)

    error = await _refused(server.notifier)

    assert (error.permanent, error.reason, category(error.reason)) == (False, reason, kind)


async def test_a_server_that_goes_silent_in_the_middle_is_given_up(serve: Serve) -> None:
    server = await serve(LocalMail(timeout=SHORT))
    server.silent = True

    error = await _refused(server.notifier)

    assert (error.permanent, error.reason) == (False, "timeout")


async def test_a_server_that_never_greets_is_given_up() -> None:
    async with _talking(_say_nothing, SHORT) as notifier:
        error = await _refused(notifier)

    assert (error.permanent, error.reason) == (False, "timeout")


async def test_something_that_is_no_mail_server_may_be_tried_again() -> None:
    async with _talking(_speak_http) as notifier:
        error = await _refused(notifier)

    assert (error.permanent, error.reason, category(error.reason)) == (False, "bad_answer", "carrier_down")


async def test_a_server_that_drops_the_line_after_taking_the_mail_has_taken_it() -> None:
    async with _talking(_take_and_hang_up) as notifier:
        receipt = await notifier.send(MESSAGE)

    assert receipt.ref == "<0193f0@samu54.example>"


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_mail_goes_over_tls_with_a_login(serve: Serve, security: Security) -> None:
    ours, trust = _certificates(LOOPBACK)
    server = await serve(LocalMail(security=security, server_tls=ours, client_tls=trust))

    await server.notifier.send(MESSAGE)

    assert len(server.mails) == 1
    assert server.logins == [USER.encode()]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_nothing_is_sent_to_a_server_whose_certificate_is_another_s(
    serve: Serve, security: Security
) -> None:
    theirs, trust = _certificates("other.example")
    server = await serve(LocalMail(security=security, server_tls=theirs, client_tls=trust))

    error = await _refused(server.notifier)

    assert (error.permanent, error.reason) == (False, "connection")
    assert (server.mails, server.logins) == ([], [])


async def test_a_wrong_password_is_final(serve: Serve) -> None:
    ours, trust = _certificates(LOOPBACK)
    server = await serve(LocalMail(security="tls", server_tls=ours, client_tls=trust, password="wrong"))

    error = await _refused(server.notifier)

    assert (error.permanent, error.reason, category(error.reason)) == (True, "smtp_535", "carrier_down")


async def test_a_server_without_starttls_gets_neither_login_nor_mail(serve: Serve) -> None:
    server = await serve(LocalMail())
    careful = SmtpNotifier(
        LOOPBACK, server.port, LocalMail.sender, security="starttls", user=USER, password="x"
    )
    await careful.open()

    error = await _refused(careful)

    assert (error.permanent, error.reason) == (True, "unsupported")
    assert (server.mails, server.logins) == ([], [])


def _certificates(host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """For a server of that name, and for a client that trusts who signed it."""
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert(host).configure_cert(server)
    authority.configure_trust(client)
    return server, client


async def _refused(notifier: Notifier) -> CarrierError:
    with pytest.raises(CarrierError) as refused:
        await notifier.send(MESSAGE)
    return refused.value


@asynccontextmanager
async def _talking(talk: Talk, timeout: float = LONG) -> AsyncIterator[SmtpNotifier]:
    """A notifier whose mail server is `talk`; it ends with the line."""
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await talk(reader, writer)
        writer.close()
        await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(serve, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield SmtpNotifier(LOOPBACK, port, LocalMail.sender, security="none", timeout=timeout)
        await ended.wait()


async def _say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()  # until the client gives up


async def _speak_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await reader.read()


async def _take_and_hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """EHLO, MAIL, RCPT, DATA, the mail; then the line is cut without a farewell."""
    writer.write(b"220 mail.test\r\n")
    for reply in (b"250 mail.test", b"250 OK", b"250 OK", b"354 Go on"):
        await reader.readline()
        writer.write(reply + b"\r\n")
    await reader.readuntil(b"\r\n.\r\n")
    writer.write(b"250 Taken\r\n")
    await writer.drain()
