"""The technical test of a phone: what its report means, and the words that bring it there."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from signaling.domain import phone_test_text
from signaling.domain.gsm7 import SINGLE, septets, to_gsm7
from signaling.domain.phone_test import CODE_ALPHABET, Echo, Report, read_code, verdict

ECHO = Echo(way="udp", bitrate=900, loss=0.0, round_trip=40, frames=280, width=1280, height=720)
GOOD = Report(cameras=2, camera="granted", socket="open", udp=True, echo=ECHO)
LINK = "https://visio.example.fr/test#abcdefghijklmnopqrstuv"


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        pytest.param(GOOD, "ready", id="all is well"),
        pytest.param(replace(GOOD, udp=False, echo=replace(ECHO, way="turn_tls")), "ready", id="by TURN"),
        pytest.param(replace(GOOD, missing=["vibration", "wake_lock"]), "ready", id="lacks what helps only"),
        pytest.param(replace(GOOD, echo=replace(ECHO, loss=12.0)), "slow", id="loss"),
        pytest.param(replace(GOOD, echo=replace(ECHO, bitrate=90)), "slow", id="few bits"),
        pytest.param(replace(GOOD, echo=replace(ECHO, frames=30)), "slow", id="few frames"),
        pytest.param(replace(GOOD, udp=False, echo=None), "stills", id="no picture comes back"),
        pytest.param(replace(GOOD, camera="denied", echo=None), "camera", id="camera denied"),
        pytest.param(replace(GOOD, camera="absent", cameras=0, echo=None), "no_camera", id="no camera"),
        pytest.param(replace(GOOD, missing=["webrtc"], camera="denied"), "browser", id="old browser"),
        pytest.param(replace(GOOD, socket="blocked", echo=None), "network", id="no WebSocket"),
        pytest.param(replace(GOOD, socket="busy", echo=None), "busy", id="calls come first"),
    ],
)
def test_the_verdict_names_what_hinders_the_call_first(report: Report, expected: str) -> None:
    assert verdict(report) == expected


def test_a_code_is_found_however_it_was_typed() -> None:
    assert {read_code(typed) for typed in ("K7M4P9", "k7m 4p9", " K7M-4P9 ")} == {"K7M4P9"}
    assert len(read_code("K7M4P9" * 50)) == 7


def test_no_two_signs_of_a_code_look_alike() -> None:
    for pair in ("0O", "1I", "1L", "2Z", "5S", "8B", "UV"):
        assert len(set(pair) & set(CODE_ALPHABET)) < 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"cameras": -1},
        {"cameras": 10**9},
        {"camera": "<script>"},
        {"missing": ["a" * 5000]},
        {"missing": ["webrtc"] * 50},
        {"socket": None},
        {"udp": "perhaps"},
        {"turn": [{"transport": "pigeon", "answered": True}]},
        {"turn": [{"transport": "udp", "answered": True}] * 4},
        {"echo": {"way": "udp"}},
        {"echo": {**msgspec.to_builtins(ECHO), "loss": 101}},
        {"echo": {**msgspec.to_builtins(ECHO), "bitrate": -1}},
    ],
    ids=lambda wrong: str(wrong)[:40],
)
def test_a_report_that_no_page_of_ours_makes_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**msgspec.to_builtins(GOOD), **wrong}, Report)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "centre", ["SAMU 54", "Service d’aide médicale urgente de la Meurthe-et-Moselle " * 4]
)
def test_an_sms_holds_the_whole_link_in_one_part(language: str, centre: str) -> None:
    body = phone_test_text.sms(centre, LINK, language).body
    assert septets(body) <= SINGLE
    assert to_gsm7(body) == body
    assert body.endswith(LINK)
    assert body.startswith(centre[:4])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_mail_says_who_asks_and_where_to_go(language: str) -> None:
    words = phone_test_text.mail("SAMU\n54", LINK, language)
    assert words.subject.startswith("SAMU 54")
    assert "\n" not in words.subject
    assert f"\n{LINK}\n" in words.body


def test_a_language_without_words_gets_the_french_ones() -> None:
    assert phone_test_text.sms("SAMU 54", LINK, "tlh") == phone_test_text.sms("SAMU 54", LINK, "fr")
    assert phone_test_text.sms("SAMU 54", LINK, "en-GB") == phone_test_text.sms("SAMU 54", LINK, "en")
