"""The wire contract: one example of each frame, read by the Python tests here and by the JavaScript ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.domain.errors import BadMessage
from signaling.domain.facts import AnyFact, Event
from signaling.messages import caller, console, control, guest, phone_test, relay
from signaling.messages.codec import (
    LIMIT,
    Decoder,
    decode_caller,
    decode_console,
    decode_control,
    decode_guest,
    decode_relay,
    decode_test,
    encode,
)

FOLDER = Path(__file__).parent / "messages"
UNIONS: dict[str, Any] = {
    "caller.in": caller.CallerIn,
    "caller.out": caller.CallerOut,
    "console.in": console.ConsoleIn,
    "console.out": console.ConsoleOut,
    "guest.in": guest.GuestIn,
    "guest.out": guest.GuestOut,
    "relay": relay.RelayEvent,
    "test.in": phone_test.TestIn,
    "test.out": phone_test.TestOut,
}
DECODERS = (decode_caller, decode_console, decode_control, decode_guest, decode_relay, decode_test)
EXAMPLES = [
    pytest.param(union, frame, id=f"{name}-{frame['type']}")
    for name, union in UNIONS.items()
    for frame in json.loads((FOLDER / f"{name}.json").read_text())
]
EVENTS = json.loads((FOLDER / "events.json").read_text())


@pytest.mark.parametrize(("union", "frame"), EXAMPLES)
def test_each_example_is_read_and_written_back_the_same(union: Any, frame: dict[str, Any]) -> None:
    read = msgspec.json.decode(json.dumps(frame), type=union)
    assert json.loads(encode(read)) == frame


@pytest.mark.parametrize("name", UNIONS)
def test_every_frame_has_an_example(name: str) -> None:
    known = {kind.__struct_config__.tag for kind in get_args(UNIONS[name])}
    assert {frame["type"] for frame in json.loads((FOLDER / f"{name}.json").read_text())} == known


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event["fact"]["type"])
def test_each_event_is_read_and_written_back_the_same(event: dict[str, Any]) -> None:
    read = msgspec.json.decode(json.dumps(event), type=Event)
    assert json.loads(encode(read)) == event


def test_every_fact_has_an_example() -> None:
    assert {event["fact"]["type"] for event in EVENTS} == {
        kind.__struct_config__.tag for kind in get_args(AnyFact)
    }


def test_every_frame_stands_in_the_protocol_document() -> None:
    text = (FOLDER.parents[2] / "signaling" / "PROTOCOL.md").read_text()
    frames = [*UNIONS.items(), ("control", control.ControlDown | control.ControlUp)]
    for name, union in frames:
        if name == "relay":  # between our own processes
            continue
        for kind in get_args(union):
            assert f"`{kind.__struct_config__.tag}`" in text, f"{name}: {kind.__name__}"


def test_unknown_fields_are_ignored_so_that_either_side_may_be_newer() -> None:
    assert decode_caller('{"type":"ping","later":1}') == caller.Ping()


@pytest.mark.parametrize("decode", DECODERS)
@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"type":"nonsense"}',
        '{"type":1}',
        "[" * 30_000,
        '{"type":"ping"',
        "\ud800",
        " " * (LIMIT + 1),
        "é" * (LIMIT // 2 + 1),
        '{"type":"offer","ref":"one","sdp":"v=0"}',
        '{"type":"position","latitude":1e999,"longitude":0,"accuracy":1}',
        '{"type":"state","epoch":1}',
    ],
    ids=lambda text: repr(text[:24]),
)
def test_garbage_is_a_bad_message_and_nothing_else(decode: Decoder[Any], garbage: str) -> None:
    with pytest.raises(BadMessage):
        decode(garbage)


@given(st.text() | st.binary())
def test_whatever_comes_is_read_or_refused(data: str | bytes) -> None:
    for decode in DECODERS:
        try:
            decode(data)
        except BadMessage:
            continue
