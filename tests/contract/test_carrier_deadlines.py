"""Carriers that never fall silent, and never come to an end either: an attempt is over by its deadline.

Each server here says its whole answer in the end, a byte at a time and sooner than any wait for a single byte
ends: without the deadline the message would count as taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from signaling.domain.errors import CarrierError
from signaling.notify.ovh import OvhNotifier
from signaling.notify.smtp import SmtpNotifier
from signaling.notify.twilio import TwilioNotifier
from signaling.ports import Notifier, Outgoing
from tests.carriers import ACCOUNT, AUTH_TOKEN, LOOPBACK, OVH_ACCOUNT, OVH_KEYS, SHORT, LocalMail

PACE = SHORT / 20  # seconds between two bytes
MESSAGE = Outgoing(
    id="0193f0", channel="sms", to="+33612345678", body="Lien", link="https://visio.example/j#x"
)

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def trickle(writer: asyncio.StreamWriter, text: bytes) -> None:
    for at in range(len(text)):
        writer.write(text[at : at + 1])
        await writer.drain()
        await asyncio.sleep(PACE)


def http(body: bytes, status: bytes = b"201 Created") -> tuple[bytes, bytes]:
    """Headers and body."""
    size = str(len(body)).encode()
    return b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %b\r\n\r\n" % (
        status,
        size,
    ), body


def slow_headers(body: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await trickle(writer, b"".join(http(body)))

    return talk


def slow_body(body: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head, rest = http(body)
        writer.write(head)
        await trickle(writer, rest)

    return talk


def hanging(body: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http(body)[0])
        await reader.read()  # until the client gives up

    return talk


async def slow_mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes a mail. No answer alone is too slow."""
    await trickle(writer, b"220 a\r\n")
    answers = {b"EHLO": b"250 a", b"MAIL": b"250 a", b"RCPT": b"250 a"}
    while line := await reader.readline():
        if line.startswith(b"DATA"):
            await trickle(writer, b"354 a\r\n")
            await reader.readuntil(b"\r\n.\r\n")
            line = b""
        await trickle(writer, answers.get(line[:4].upper(), b"250 a") + b"\r\n")


@asynccontextmanager
async def served(talk: Talk) -> AsyncIterator[int]:
    """The port of a server that talks so."""
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client gave up, as it should
        finally:
            writer.close()
            ended.set()

    server = await asyncio.start_server(serve, LOOPBACK, 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await ended.wait()


def twilio(port: int) -> Notifier:
    url = f"http://{LOOPBACK}:{port}"
    return TwilioNotifier(ACCOUNT, AUTH_TOKEN, "+33612345600", api_url=url, timeout=SHORT)


def ovh(port: int) -> Notifier:
    url = f"http://{LOOPBACK}:{port}/1.0"
    return OvhNotifier(OVH_ACCOUNT, "SAMU 54", OVH_KEYS, api_url=url, timeout=SHORT)


def smtp(port: int) -> Notifier:
    return SmtpNotifier(LOOPBACK, port, LocalMail.sender, security="none", timeout=SHORT)


SMS = b'{"sid": "SM0123456789abcdef"}'
JOB = b'{"ids": [1], "invalidReceivers": [], "totalCreditsRemoved": 1, "validReceivers": ["+33612345678"]}'


@pytest.mark.parametrize(
    ("carrier", "talk"),
    [
        (twilio, slow_headers(SMS)), (twilio, slow_body(SMS)), (twilio, hanging(SMS)),
        (ovh, slow_headers(JOB)), (ovh, slow_body(JOB)), (ovh, hanging(JOB)),
        (smtp, slow_mail),
    ],
    ids=["twilio head", "twilio body", "twilio hangs", "ovh head", "ovh body", "ovh hangs", "smtp"],
)  # fmt: skip
async def test_a_carrier_that_takes_for_ever_is_given_up_and_may_be_tried_again(
    carrier: Callable[[int], Notifier], talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def known(_: OvhNotifier) -> int:
        return 0

    monkeypatch.setattr(OvhNotifier, "_measured_skew", known)  # the job is what is slow
    async with served(talk) as port:
        notifier = carrier(port)
        await notifier.open()
        with pytest.raises(CarrierError) as refused:
            await notifier.send(MESSAGE)
        await notifier.close()
    assert (refused.value.reason, refused.value.permanent) == ("timeout", False)
