"""What a guest is shown of a session, and that nothing else of it ever reaches them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from signaling.domain import facts
from signaling.domain.controls import Capabilities, Controls
from signaling.domain.facts import AnyFact
from signaling.domain.scene import Backstage, Beside, Paper, Scene
from signaling.messages.codec import decode_event, encode

EVENTS: Final = Path(__file__).parents[1] / "contract/messages/events.json"
TELLING: Final = {
    *(
        "link.claimed",
        "guest.joined",
        "guest.removed",
        "handover.decided",
        "phone.replaced",
        "stream.started",
        "stream.ended",
    ),
    *("camera.asked", "camera.granted", "camera.lost", "camera.back", "picture.way", "media.connected"),
    *("media.stalled", "media.resumed", "page.hidden", "page.shown", "caller.hung_up", "phone.state"),
    "photo.stored",
    "document.stored",
}
CLAIMED: Final = facts.LinkClaimed(invitation="i", participant="p1", browser="Safari", language="fr")
CONNECTED: Final = facts.MediaConnected(participant="p1")
SECOND: Final = facts.GuestJoined(invitation="i2", participant="p2", role="camera", browser="Chrome")


def scene(*happened: AnyFact, guest: str = "g1") -> Scene:
    backstage = Backstage()
    for fact in happened:
        backstage = backstage.after(fact)
    return backstage.scene_of(guest)


def paused(value: bool) -> facts.PhoneState:
    return facts.PhoneState(
        participant="p1",
        epoch=1,
        revision=1,
        capabilities=Capabilities(),
        wanted=Controls(),
        actual=Controls(pause=value, torch=True, zoom=3.0),
    )


def shown(stream: str, audience: facts.Audience, source: facts.Source = "screen", by: str = "a") -> AnyFact:
    return facts.StreamStarted(stream=stream, participant=by, source=source, audience=audience)


# ---------------------------------------------------------------- the caller's picture
@pytest.mark.parametrize(
    ("happened", "state"),
    [
        ((), "waiting"),
        ((CLAIMED, facts.CameraAsked(participant="p1")), "waiting"),
        ((CLAIMED, CONNECTED), "live"),
        ((CLAIMED, facts.PictureWay(participant="p1", way="stills")), "live"),
        ((CLAIMED, CONNECTED, facts.MediaStalled(participant="p1")), "cut"),
        ((CLAIMED, CONNECTED, facts.MediaStalled(participant="p1"), CONNECTED), "live"),
        ((CLAIMED, CONNECTED, facts.PageHidden(participant="p1")), "cut"),
        ((CLAIMED, CONNECTED, facts.CameraLost(participant="p1", cause="taken")), "cut"),
        ((CLAIMED, CONNECTED, facts.CallerHungUp(participant="p1")), "cut"),
        ((CLAIMED, CONNECTED, paused(True)), "paused"),
        ((CLAIMED, CONNECTED, paused(True), paused(False)), "live"),
    ],
)
def test_the_state_is_told_in_one_word(happened: tuple[AnyFact, ...], state: str) -> None:
    assert scene(*happened).state == state


def test_a_photo_is_named_while_photos_are_all_that_comes() -> None:
    photo = facts.PhotoStored(capture="c1", participant="p1", width=4000, height=3000, size=2_000_000)
    by_photo = facts.PictureWay(participant="p1", way="photo")
    assert scene(CLAIMED, by_photo).state == "waiting"
    assert scene(CLAIMED, by_photo, photo) == Scene(state="live", phone="p1", way="photo", photo="c1")
    assert scene(CLAIMED, CONNECTED, photo).photo == ""
    assert scene(CLAIMED, by_photo, photo, paused(True)).photo == ""


def test_a_phone_that_takes_over_is_the_camera_and_the_one_before_goes_on_beside_it() -> None:
    later = facts.LinkClaimed(invitation="j", participant="p2", browser="Chrome", language="fr")
    both = (CLAIMED, CONNECTED, later)
    assert scene(*both).phone == "p1"
    taken = scene(
        *both, facts.MediaConnected(participant="p2"), facts.PhoneReplaced(participant="p1", successor="p2")
    )
    assert (taken.phone, taken.state, taken.beside) == ("p2", "live", (Beside("p1", "phone"),))


# ---------------------------------------------------------------- the pictures beside it
def test_a_second_camera_stands_beside_while_it_sends() -> None:
    assert scene(CLAIMED, SECOND).beside == ()
    sending = (CLAIMED, SECOND, facts.MediaConnected(participant="p2"))
    assert scene(*sending).beside == (Beside("p2", "phone"),)
    assert scene(*sending, facts.MediaStalled(participant="p2")).beside == ()


def test_a_second_camera_that_was_removed_is_gone() -> None:
    filming = (CLAIMED, SECOND, facts.MediaConnected(participant="p2"))
    assert scene(*filming).beside
    assert scene(*filming, facts.GuestRemoved(invitation="i2", by="u1")).beside == ()


def test_only_streams_for_guests_are_shown_and_never_a_guests_own() -> None:
    happened = (
        shown("s1", "caller"),
        shown("s2", "both"),
        shown("s3", "guests"),
        shown("s4", "guests", "camera", by="g1"),
    )
    assert scene(*happened).beside == (Beside("stream-s2", "screen"), Beside("stream-s3", "screen"))
    assert scene(*happened, guest="g2").beside[-1] == Beside("stream-s4", "camera")
    assert scene(*happened, facts.StreamEnded(stream="s2")).beside == (Beside("stream-s3", "screen"),)


def test_regulators_documents_are_shown_and_the_callers_are_not() -> None:
    sent = facts.DocumentStored(
        document="d1", participant="a", media_type="application/pdf", size=9, by="alice"
    )
    received = facts.DocumentStored(document="d2", participant="p1", media_type="image/jpeg", size=9)
    assert scene(CLAIMED, sent, received).papers == (Paper("d1", "application/pdf", drawing=False),)


# ---------------------------------------------------------------- nothing else
def every_fact() -> list[Any]:
    return [decode_event(encode(event)).fact for event in json.loads(EVENTS.read_text())]


def test_of_all_that_happens_a_guest_learns_words_of_the_scene_and_ids_of_pictures() -> None:
    happened = every_fact()
    ids = {
        getattr(fact, name, None)
        for fact in happened
        for name in ("participant", "successor", "stream", "capture", "document")
    }
    words = {
        "p1",
        "",
        "waiting",
        "live",
        "paused",
        "cut",
        "video",
        "stills",
        "photo",
        "phone",
        "camera",
        "screen",
    }
    told = scene(CLAIMED, CONNECTED, *happened)
    assert told.beside
    beside = [text for one in told.beside for text in (one.id.removeprefix("stream-"), one.kind)]
    assert {told.state, told.phone, told.way, told.photo, *beside} <= words | ids


@pytest.mark.parametrize("fact", every_fact(), ids=lambda fact: fact.__struct_config__.tag)
def test_what_a_fact_may_change_of_the_scene_is_known(fact: Any) -> None:
    own = msgspec.structs.replace(fact, participant="p1") if hasattr(fact, "participant") else fact
    before = Backstage().after(CLAIMED).after(CONNECTED)
    if before.after(own) != before:
        assert fact.__struct_config__.tag in TELLING
