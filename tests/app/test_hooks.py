"""A carrier's call-backs over HTTP: signed, repeated, late, and about messages that nobody sent."""

from __future__ import annotations

from functools import partial

import httpx2
from starlette.applications import Starlette
from twilio.request_validator import RequestValidator

from config.application import Application
from signaling.domain import facts
from signaling.hooks import routes, status_url
from signaling.notify.twilio import twilio_status
from tests.app.test_use_cases import begin, said
from tests.app.test_use_cases import made as made  # the fixture
from tests.carriers import AUTH_TOKEN

SITE = "https://visio.test"
DELIVERED = {"MessageSid": "SM1", "MessageStatus": "delivered"}


async def test_a_report_counts_once_however_often_it_comes_and_not_unsigned(made: Application) -> None:
    session = await begin(made)
    [queued] = await said(made, session, facts.MessageQueued)
    app = Starlette(routes=routes(SITE, partial(twilio_status, AUTH_TOKEN), made.courier.report))
    async with httpx2.AsyncClient(base_url=SITE, transport=httpx2.ASGITransport(app)) as carrier:

        async def report(message: str, form: dict[str, str], token: str = AUTH_TOKEN) -> int:
            url = status_url(SITE, message)
            signature = RequestValidator(token).compute_signature(url, form)
            return (await carrier.post(url, data=form, headers={"X-Twilio-Signature": signature})).status_code

        assert await report(queued.message, DELIVERED, "another token") == 403
        assert await said(made, session, facts.MessageDelivered) == []
        for _ in range(3):
            assert await report(queued.message, DELIVERED) == 204
        assert await report(queued.message, {**DELIVERED, "MessageStatus": "sent"}) == 204  # overtaken
        assert await report("0" * 32, DELIVERED) == 204  # or it would be said for days
    assert len(await said(made, session, facts.MessageDelivered)) == 1
    assert await said(made, session, facts.MessageAccepted) == []
