"""The link by e-mail, from the console through a real mail server to the phone that takes it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.carriers import LOOPBACK, LocalMail
from tests.e2e.stage import PASSWORD, Product


class MailServer(LocalMail):
    """Says when a mail has come."""

    def __init__(self) -> None:
        super().__init__()
        self.came = asyncio.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        ending = await super().handle_DATA(server, session, envelope)
        self.came.set()
        return ending


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    made = MailServer()
    await made.start()
    yield made
    await made.close()


@pytest.fixture
async def running(tmp_path: Path, mail: MailServer) -> AsyncIterator[Product]:
    smtp = {"MAIL_PROVIDER": "smtp", "SMTP_HOST": LOOPBACK, "SMTP_PORT": str(mail.port)}
    made = Product(tmp_path, {**smtp, "SMTP_SECURITY": "none", "SMTP_FROM": LocalMail.sender})
    await asyncio.to_thread(made.start)
    yield made
    await asyncio.to_thread(made.stop)


def linked(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    [link] = set(re.findall(r"http[^\s\"<]+/j#[\w-]{22}", part.get_content()))
    return str(link)


async def test_a_link_sent_by_mail_is_taken_by_the_phone_that_opens_it(
    running: Product, mail: MailServer
) -> None:
    headers = {"Origin": running.origin}
    async with (
        httpx2.AsyncClient(base_url=running.origin, headers=headers) as desk,
        httpx2.AsyncClient(base_url=running.origin, headers=headers) as phone,
    ):
        await desk.post("/login", data={"email": "regulateur@demo.test", "password": PASSWORD, "next": "/"})
        assert (await desk.post("/sessions", data={"address": "alice@example.org"})).status_code == 303
        async with asyncio.timeout(20):
            await mail.came.wait()
        [message] = mail.mails
        assert mail.recipients == [["alice@example.org"]]
        link = linked(message, "plain")
        assert linked(message, "html") == link
        assert link.startswith(f"{running.origin}/j#")
        token = {"token": urlsplit(link).fragment}
        assert (await phone.post("/j/open", json=token)).json()["state"] == "ready"
        assert (await phone.post("/j/claim", json=token)).status_code == 204
        assert (await phone.post("/j/open", json=token)).json()["state"] == "mine"
