"""Twilio: the real client library against a local server, and call-backs with genuine signatures."""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator

import pytest
from pytest_httpserver import HTTPServer
from twilio.request_validator import RequestValidator

from signaling.domain.carrier_reasons import category
from signaling.domain.delivery import StatusReport
from signaling.domain.errors import CarrierError, NotAllowed
from signaling.notify.twilio import twilio_status
from signaling.ports import Outgoing
from tests.carriers import ACCOUNT, AUTH_TOKEN, SHORT, LocalTwilio

URL = "https://visio.samu54.example/hooks/twilio/0193f0"
MESSAGE = Outgoing(
    id="0193f0",
    channel="sms",
    to="+33612345678",
    body="SAMU 54 vous demande une vidéo",
    link="https://visio.samu54.example/j#t",
    status_url=URL,
)


@pytest.fixture
async def twilio(httpserver: HTTPServer) -> AsyncIterator[LocalTwilio]:
    twilio = LocalTwilio(httpserver)
    await twilio.notifier.open()
    yield twilio
    await twilio.notifier.close()
    await twilio.close()


async def test_a_message_is_posted_with_our_number_our_login_and_where_to_report(twilio: LocalTwilio) -> None:
    receipt = await twilio.notifier.send(MESSAGE)

    assert twilio.requests == [
        {"To": MESSAGE.to, "From": "+33939010101", "Body": MESSAGE.body, "StatusCallback": URL}
    ]
    assert twilio.authorizations == [(ACCOUNT, AUTH_TOKEN)]
    assert receipt.ref == f"SM{1:032d}"
    assert not receipt.delivered


async def test_a_messaging_service_sends_in_place_of_a_number(httpserver: HTTPServer) -> None:
    twilio = LocalTwilio(httpserver, sender="MG00000000000000000000000000000000")
    await twilio.notifier.open()
    await twilio.notifier.send(MESSAGE)
    await twilio.notifier.close()

    (request,) = twilio.requests
    assert request["MessagingServiceSid"] == "MG00000000000000000000000000000000"
    assert "From" not in request


async def test_a_sender_name_that_begins_like_a_service_is_a_name(httpserver: HTTPServer) -> None:
    twilio = LocalTwilio(httpserver, sender="MGEN")
    await twilio.notifier.open()
    await twilio.notifier.send(MESSAGE)
    await twilio.notifier.close()

    assert twilio.requests[0]["From"] == "MGEN"


async def test_no_report_is_asked_for_where_nobody_can_reach_us(twilio: LocalTwilio) -> None:
    await twilio.notifier.send(Outgoing(id="1", channel="sms", to=MESSAGE.to, body="x", link="x"))

    assert "StatusCallback" not in twilio.requests[0]


async def test_an_address_that_twilio_cannot_report_to_costs_the_report_and_not_the_sms(
    twilio: LocalTwilio,
) -> None:
    twilio.refuses_callbacks = True

    receipt = await twilio.notifier.send(MESSAGE)

    assert receipt.ref == f"SM{2:032d}"
    assert [request.get("StatusCallback") for request in twilio.requests] == [URL, None]
    assert twilio.requests[1]["Body"] == MESSAGE.body


async def test_a_region_in_the_environment_does_not_change_the_host(
    twilio: LocalTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_REGION", "au1")
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    await twilio.notifier.close()
    await twilio.notifier.open()

    await twilio.notifier.send(MESSAGE)

    assert len(twilio.requests) == 1


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 21211, "unknown_number"),
        (400, 21217, "unknown_number"),
        (400, 21214, "unreachable"),
        (400, 21614, "not_mobile"),
        (400, 21635, "not_mobile"),
        (400, 21610, "blocked"),
        (403, 21408, "not_allowed"),
        (400, 21612, "not_allowed"),
        (401, 20003, "carrier_down"),
        (400, 21606, "carrier_down"),
        (400, 99999, "other"),
    ],
)
async def test_what_cannot_succeed_is_not_tried_again(
    twilio: LocalTwilio, status: int, code: int, kind: str
) -> None:
    twilio.refuse(status, code, f"The 'To' number {MESSAGE.to} is wrong")

    error = await _refused(twilio)

    assert (error.permanent, error.reason, category(error.reason)) == (True, str(code), kind)
    assert MESSAGE.to not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (429, 20429, "carrier_down"),
        (400, 21611, "carrier_down"),
        (500, 20500, "carrier_down"),
        (503, 20503, "carrier_down"),
        (503, 99999, "other"),
    ],
)
async def test_what_passes_by_itself_may_be_tried_again(
    twilio: LocalTwilio, status: int, code: int, kind: str
) -> None:
    twilio.refuse(status, code)

    error = await _refused(twilio)

    assert (error.permanent, error.reason, category(error.reason)) == (False, str(code), kind)


async def test_an_error_in_the_newer_problem_format_is_understood(twilio: LocalTwilio) -> None:
    twilio.status = 400
    twilio.answer = {"type": "about:blank", "title": "Not a mobile", "status": 400, "code": 21614}

    error = await _refused(twilio)

    assert (error.permanent, error.reason) == (True, "21614")


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (502, "<html>Bad gateway</html>", "502"),
        (429, "", "429"),
        (200, "<html>Please log in to the network</html>", "bad_answer"),
        (201, [], "bad_answer"),
        (201, {"sid": None}, "bad_answer"),
        (201, "null", "bad_answer"),
        (400, {"code": None}, "bad_answer"),
        (400, {"code": "x" * 9999}, "bad_answer"),
        (400, {"type": "a", "title": "b", "status": "c", "code": 1}, "bad_answer"),
    ],
)
async def test_a_proxy_in_place_of_twilio_is_a_carrier_that_is_down(
    twilio: LocalTwilio, status: int, answer: object, reason: str
) -> None:
    twilio.status, twilio.answer = status, answer

    error = await _refused(twilio)

    assert (error.permanent, error.reason, category(reason)) == (False, reason, "carrier_down")


async def test_a_silent_twilio_is_given_up_after_the_time_out(httpserver: HTTPServer) -> None:
    twilio = LocalTwilio(httpserver, timeout=SHORT)
    twilio.silent = True
    await twilio.notifier.open()

    error = await _refused(twilio)
    await twilio.notifier.close()
    await twilio.close()

    assert (error.permanent, error.reason) == (False, "timeout")


@pytest.mark.parametrize(
    ("status", "report"),
    [
        ("accepted", StatusReport("accepted")),
        ("queued", StatusReport("accepted")),
        ("sending", StatusReport("accepted")),
        ("sent", StatusReport("accepted")),
        ("delivered", StatusReport("delivered")),
        ("read", StatusReport("delivered")),
        ("scheduled", None),
        ("teleported", None),
        ("", None),
    ],
)
def test_a_call_back_tells_how_far_the_message_came(status: str, report: StatusReport | None) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": status, "To": "+33612345678"}

    assert twilio_status(AUTH_TOKEN, URL, form, _signature(form)) == report


@pytest.mark.parametrize(
    ("status", "code", "reason", "permanent"),
    [
        ("undelivered", "30006", "30006", True),
        ("undelivered", "30005", "30005", True),
        ("undelivered", "30003", "30003", False),
        ("failed", "30001", "30001", False),
        ("failed", "", "failed", True),
        ("canceled", "", "canceled", True),
    ],
)
def test_a_call_back_tells_why_the_message_failed_and_whether_that_passes(
    status: str, code: str, reason: str, permanent: bool
) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": code}

    report = twilio_status(AUTH_TOKEN, URL, form, _signature(form))

    assert report == StatusReport("failed", reason=reason, permanent=permanent)


def test_a_call_back_that_comes_twice_says_the_same_twice() -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    signature = _signature(form)

    first, second = (twilio_status(AUTH_TOKEN, URL, form, signature) for _ in range(2))

    assert first == second == StatusReport("delivered")


def test_a_call_back_with_a_field_that_we_do_not_know_is_genuine_all_the_same() -> None:
    form = {"MessageStatus": "delivered", "RawDlrDoneDate": "2611221200", "Nouveau": "é"}

    assert twilio_status(AUTH_TOKEN, URL, form, _signature(form)) == StatusReport("delivered")


def test_a_changed_field_breaks_the_signature() -> None:
    signature = _signature({"MessageSid": "SM1", "MessageStatus": "failed"})

    with pytest.raises(NotAllowed):
        twilio_status(AUTH_TOKEN, URL, {"MessageSid": "SM1", "MessageStatus": "delivered"}, signature)


def test_an_added_field_breaks_the_signature() -> None:
    form = {"MessageStatus": "failed"}

    with pytest.raises(NotAllowed):
        twilio_status(AUTH_TOKEN, URL, {**form, "ErrorCode": "30006"}, _signature(form))


def test_a_signature_of_another_message_does_not_count() -> None:
    form = {"MessageStatus": "delivered"}
    other = RequestValidator(AUTH_TOKEN).compute_signature(f"{URL}9", form)

    with pytest.raises(NotAllowed):
        twilio_status(AUTH_TOKEN, URL, form, other)


def test_a_signature_by_another_token_does_not_count() -> None:
    form = {"MessageStatus": "delivered"}
    forged = RequestValidator("guess").compute_signature(URL, form)

    with pytest.raises(NotAllowed):
        twilio_status(AUTH_TOKEN, URL, form, forged)


@pytest.mark.parametrize("signature", ["", "é" * 28, "A" * 28, "\x00", "=" * 10_000])
def test_a_signature_that_is_none_does_not_count(signature: str) -> None:
    with pytest.raises(NotAllowed):
        twilio_status(AUTH_TOKEN, URL, {"MessageStatus": "delivered"}, signature)


def test_fields_that_cannot_be_signed_are_refused() -> None:
    with pytest.raises(NotAllowed):
        twilio_status(AUTH_TOKEN, URL, {"MessageStatus": "\udcff"}, "A" * 28)


def _signature(form: dict[str, str]) -> str:
    signature: str = RequestValidator(AUTH_TOKEN).compute_signature(URL, form)
    return signature


async def _refused(twilio: LocalTwilio) -> CarrierError:
    with pytest.raises(CarrierError) as refused:
        await twilio.notifier.send(MESSAGE)
    return refused.value
