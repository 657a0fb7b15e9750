"""What OVHcloud is told, and what its answers mean. The double checks every signature."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace
from pytest_httpserver import HTTPServer

from signaling.domain.carrier_reasons import category
from signaling.domain.errors import CarrierError
from signaling.notify.ovh import OvhKeys, OvhNotifier
from signaling.ports import Outgoing
from tests.carriers import LOOPBACK, OVH_ACCOUNT, OVH_KEYS, SHORT, LocalOvh

MESSAGE = Outgoing(
    id="0193f0", channel="sms", to="+33612345678", body="SAMU 54 : https://visio.example/j#abc", link="x"
)


@pytest.fixture
async def ovh(httpserver: HTTPServer) -> AsyncIterator[LocalOvh]:
    made = LocalOvh(httpserver)
    await made.notifier.open()
    yield made
    await made.notifier.close()


async def refused(notifier: OvhNotifier) -> CarrierError:
    with pytest.raises(CarrierError) as found:
        await notifier.send(MESSAGE)
    return found.value


async def test_a_signed_job_carries_the_message_without_the_clause_of_advertising(ovh: LocalOvh) -> None:
    receipt = await ovh.notifier.send(MESSAGE)

    assert (receipt.ref, receipt.delivered) == ("1", False)
    [job] = ovh.jobs
    assert job.items() >= {"noStopClause": True, "priority": "high", "coding": "7bit"}.items()
    assert (job["receivers"], job["sender"], job["message"]) == ([MESSAGE.to], "SAMU 54", MESSAGE.body)


async def test_a_clock_that_differs_from_theirs_is_asked_for_once(
    ovh: LocalOvh, httpserver: HTTPServer
) -> None:
    await ovh.notifier.send(MESSAGE)
    await ovh.notifier.send(MESSAGE)

    assert [request.path for request, _ in httpserver.log].count("/1.0/auth/time") == 1
    assert len(ovh.jobs) == 2


async def test_an_alphabet_that_is_not_of_seven_bits_is_said_to_be_another(ovh: LocalOvh) -> None:
    await ovh.notifier.send(replace(MESSAGE, body="الإسعاف"))

    assert ovh.jobs[0]["coding"] == "8bit"


@pytest.mark.parametrize("field", ["application", "secret", "consumer"])
async def test_a_job_with_other_keys_is_not_taken(httpserver: HTTPServer, field: str) -> None:
    ovh = LocalOvh(httpserver)
    keys: OvhKeys = replace(OVH_KEYS, **{field: "another"})
    stranger = OvhNotifier(OVH_ACCOUNT, "SAMU 54", keys, api_url=httpserver.url_for("/1.0"))
    await stranger.open()

    error = await refused(stranger)
    await stranger.close()

    assert (error.permanent, error.reason, ovh.jobs) == (True, "ovh_400", [])


@pytest.mark.parametrize(
    ("status", "permanent", "kind"),
    [
        (400, True, "other"),
        (403, True, "carrier_down"),
        (404, True, "carrier_down"),
        (429, False, "carrier_down"),
        (500, False, "carrier_down"),
        (504, False, "timeout"),
    ],
)
async def test_a_refusal_says_whether_it_passes(
    ovh: LocalOvh, status: int, permanent: bool, kind: str
) -> None:
    ovh.status, ovh.answer = status, {"message": f"{MESSAGE.to} is wrong", "class": "Client::BadRequest"}

    error = await refused(ovh.notifier)  # type: ignore[arg-type]

    assert (error.reason, error.permanent, category(error.reason)) == (f"ovh_{status}", permanent, kind)
    assert MESSAGE.to not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    ("answer", "reason", "permanent"),
    [
        ({"ids": [], "invalidReceivers": ["+33612345678"]}, "ovh_invalid_receiver", True),
        ({"ids": []}, "bad_answer", False),
        ({"ids": ["x"]}, "bad_answer", False),
        ([], "bad_answer", False),
        ("<html>", "bad_answer", False),
    ],
)
async def test_an_answer_that_takes_no_message_is_a_refusal(
    ovh: LocalOvh, answer: object, reason: str, permanent: bool
) -> None:
    ovh.answer = answer

    error = await refused(ovh.notifier)  # type: ignore[arg-type]

    assert (error.reason, error.permanent) == (reason, permanent)


async def test_a_silent_ovh_is_given_up_after_the_time_out() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    gone = asyncio.Event()
    async with await asyncio.start_server(say_nothing, LOOPBACK, 0) as server:
        url = f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}/1.0"
        notifier = OvhNotifier(OVH_ACCOUNT, "SAMU 54", OVH_KEYS, api_url=url, timeout=SHORT)
        await notifier.open()
        error = await refused(notifier)
        await notifier.close()
        await gone.wait()

    assert (error.reason, error.permanent) == ("timeout", False)
