"""Every notifier, through its real client, against the other end of its line."""

from __future__ import annotations

import json
import traceback
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from pytest_httpserver import HTTPServer

from signaling.domain.addresses import parse
from signaling.domain.errors import CarrierError
from signaling.domain.records import Channel
from signaling.notify.outbox import OutboxNotifier
from signaling.notify.routed import Routed
from signaling.notify.twilio import TwilioNotifier
from signaling.ports import Outgoing
from tests.carriers import Carrier, Folder, LocalMail, LocalOvh, LocalTwilio

LINK = "https://visio.samu54.example/j#Zt3kPq0vXy_9-AbCdEfGhI"
TO: dict[Channel, str] = {"sms": "+33612345678", "email": "bob@example.org"}
HOSTILE = "SAMU 54 <script>“é” 🚑 %s {link} \\ \" ' & \u202e\n.\nBcc: charlie@example.org\n\nDATA\n=C3=A9 \t."


@pytest.fixture(params=["outbox", "twilio", "ovh", "smtp"])
async def carrier(
    request: pytest.FixtureRequest, tmp_path: Path, httpserver: HTTPServer
) -> AsyncIterator[Carrier]:
    carrier = await _carrier(request.param, tmp_path, httpserver)
    await carrier.notifier.open()
    yield carrier
    await carrier.notifier.close()
    await carrier.close()


async def _carrier(name: str, folder: Path, server: HTTPServer) -> Carrier:
    if name == "outbox":
        return Folder(folder / "outbox")
    if name == "twilio":
        return LocalTwilio(server)
    if name == "ovh":
        return LocalOvh(server)
    mail = LocalMail()
    await mail.start()
    return mail


def _message(carrier: Carrier, text: str = f"SAMU 54 : {LINK}", id_: str = "0193f0") -> Outgoing:
    return Outgoing(
        id=id_,
        channel=carrier.channel,
        to=TO[carrier.channel],
        body=text,
        link=LINK,
        subject="SAMU 54 : montrez la situation en vidéo",
        status_url=f"https://visio.samu54.example/hooks/twilio/{id_}",
    )


async def test_a_message_reaches_its_address_with_its_whole_text(carrier: Carrier) -> None:
    receipt = await carrier.notifier.send(_message(carrier))

    (received,) = carrier.received()
    assert (received.to, received.text) == (TO[carrier.channel], f"SAMU 54 : {LINK}")
    assert receipt.ref


async def test_hostile_text_arrives_as_the_text_it_is(carrier: Carrier) -> None:
    await carrier.notifier.send(_message(carrier, HOSTILE))

    (received,) = carrier.received()
    assert received.text == HOSTILE
    assert received.to == TO[carrier.channel]


async def test_a_second_try_carries_the_mark_of_the_first(carrier: Carrier) -> None:
    await carrier.notifier.send(_message(carrier, id_="0193f0"))
    await carrier.notifier.send(_message(carrier, id_="0193f0"))
    await carrier.notifier.send(_message(carrier, id_="0193f1"))

    assert len({received.mark for received in carrier.received()}) == 2


async def test_a_carrier_that_is_away_may_be_tried_again_and_takes_the_message_when_it_is_back(
    carrier: Carrier,
) -> None:
    await carrier.go_away()
    with pytest.raises(CarrierError) as away:
        await carrier.notifier.send(_message(carrier))
    await carrier.come_back()
    await carrier.notifier.send(_message(carrier))

    assert not away.value.permanent
    assert away.value.reason in {"connection", "disk"}
    assert len(carrier.received()) == 1


async def test_an_error_does_not_repeat_the_address_in_the_log(carrier: Carrier) -> None:
    await carrier.go_away()
    with pytest.raises(CarrierError) as away:
        await carrier.notifier.send(_message(carrier))
    await carrier.come_back()

    logged = "".join(traceback.format_exception(away.value))
    assert TO[carrier.channel] not in logged
    assert LINK not in logged


async def test_the_outbox_keeps_a_message_whole_private_and_once(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "outbox"
    outbox = OutboxNotifier(folder)
    await outbox.open()
    message = _message(Folder(folder))

    receipt = await outbox.send(message)
    await outbox.send(replace(message, body="another text"))

    (path,) = folder.iterdir()
    kept = json.loads(path.read_bytes())
    created = kept.pop("created")
    assert kept == {
        "id": message.id,
        "channel": "sms",
        "to": "+33612345678",
        "body": f"SAMU 54 : {LINK}",
        "link": LINK,
        "subject": message.subject,
        "html": "",
        "sender": "",
    }
    assert created > 1_700_000_000_000
    assert receipt.delivered
    assert folder.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600


async def test_sms_and_mail_take_their_own_ways(tmp_path: Path) -> None:
    sms, email = OutboxNotifier(tmp_path / "sms"), OutboxNotifier(tmp_path / "email")
    routed = Routed(sms=[sms], email=[email], nowhere=sms)
    await routed.open()

    await routed.send(_message(Folder(tmp_path), id_="1"))
    await routed.send(replace(_message(Folder(tmp_path), id_="2"), channel="email", to=TO["email"]))
    await routed.close()

    assert [path.name for path in (tmp_path / "sms").iterdir()] == ["1.json"]
    assert [path.name for path in (tmp_path / "email").iterdir()] == ["2.json"]


async def test_each_way_tells_its_name_and_one_notifier_for_both_is_opened_and_closed_once(
    tmp_path: Path,
) -> None:
    counted = _Counted(tmp_path)
    both = Routed(sms=[counted], email=[counted], nowhere=counted)
    twilio = TwilioNotifier("AC0", "token", "+33939010101")
    two = Routed(sms=[twilio, counted], email=[counted], nowhere=counted)

    await both.open()
    await both.close()

    assert (counted.opened, counted.closed) == (1, 1)
    assert (both.name, *_names(both)) == ("outbox", "outbox", "outbox")
    assert (two.name, *_names(two)) == ("twilio+outbox", "twilio", "outbox", "outbox")


@pytest.mark.parametrize("number", ["06 39 98 12 34", "+33 6 39 98 12 34", "01 99 00 12 34"])
async def test_a_number_of_fiction_gets_no_real_sms(tmp_path: Path, number: str) -> None:
    unreachable = TwilioNotifier("AC0", "token", "+33939010101", api_url="http://127.0.0.1:1")
    routed = Routed(sms=[unreachable], email=[unreachable], nowhere=OutboxNotifier(tmp_path / "outbox"))
    to = parse(number).value
    await routed.open()

    await routed.send(replace(_message(Folder(tmp_path)), to=to))
    await routed.close()

    assert routed.names_for("sms", to) == ("outbox",)
    assert [path.name for path in (tmp_path / "outbox").iterdir()] == ["0193f0.json"]


async def test_a_message_leaves_by_the_provider_that_it_names(tmp_path: Path) -> None:
    first, second = OutboxNotifier(tmp_path / "first"), _Second(tmp_path / "second")
    routed = Routed(sms=[first, second], email=[first], nowhere=first)
    await routed.open()

    for id_, provider in (("1", ""), ("2", "second"), ("3", "a carrier of last year")):
        await routed.send(replace(_message(Folder(tmp_path), id_=id_), provider=provider))
    await routed.close()

    assert sorted(path.name for path in (tmp_path / "first").iterdir()) == ["1.json", "3.json"]
    assert [path.name for path in (tmp_path / "second").iterdir()] == ["2.json"]


def _names(routed: Routed) -> tuple[str, ...]:
    return (*routed.names_for("sms", TO["sms"]), *routed.names_for("email", TO["email"]))


class _Second(OutboxNotifier):
    name = "second"


class _Counted(OutboxNotifier):
    opened = 0
    closed = 0

    async def open(self) -> None:
        self.opened += 1

    async def close(self) -> None:
        self.closed += 1
