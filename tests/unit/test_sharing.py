"""What a phone has shared, as its session's events tell it."""

from __future__ import annotations

from signaling.domain import facts
from signaling.domain.facts import AnyFact, Event
from signaling.domain.records import GuestRole
from signaling.domain.sharing import Shared, Span, camera_times, shared
from tests.cast import ALICE, BOB

MINUTE = 60_000
PHONE, OTHER, DESK = "phone", "other-phone", "desk"

GRANTED = facts.CameraGranted(participant=PHONE)
HUNG_UP = facts.CallerHungUp(participant=PHONE)
STALLED = facts.MediaStalled(participant=PHONE)
RESUMED = facts.MediaResumed(participant=PHONE)
ENDED = facts.SessionEnded(by=ALICE.id)


def story(*happened: tuple[int, AnyFact]) -> list[Event]:
    """Facts and the minute of each."""
    return [Event(version, minute * MINUTE, fact) for version, (minute, fact) in enumerate(happened, 1)]


def camera(*happened: tuple[int, AnyFact]) -> list[tuple[int, int | None]]:
    """From which minute to which the camera was on."""
    spans = camera_times(story(*happened), PHONE)
    return [(span.begin // MINUTE, None if span.end is None else span.end // MINUTE) for span in spans]


def way(name: facts.Way) -> facts.PictureWay:
    return facts.PictureWay(participant=PHONE, way=name)


def test_guests_who_came_to_watch_are_counted_and_second_cameras_are_not() -> None:
    roles: tuple[GuestRole, ...] = ("watch", "seen", "camera")
    came = [
        (1, facts.GuestJoined(invitation=f"i-{role}", participant=f"p-{role}", role=role, browser=""))
        for role in roles
    ]
    assert shared(story(*came), PHONE).guests == 2


def test_the_camera_is_on_from_the_yes_to_the_end() -> None:
    assert camera((3, GRANTED), (9, ENDED)) == [(3, 9)]
    assert camera((3, GRANTED)) == [(3, None)]
    assert camera((9, ENDED)) == []


def test_a_caller_who_stops_and_starts_again_has_two_times() -> None:
    assert camera((3, GRANTED), (5, HUNG_UP), (8, GRANTED), (9, ENDED)) == [(3, 5), (8, 9)]


def test_a_short_cut_is_no_pause() -> None:
    cut = Event(2, 3 * MINUTE + 10_000, STALLED), Event(3, 3 * MINUTE + 40_000, RESUMED)
    events = [Event(1, 3 * MINUTE, GRANTED), *cut, Event(4, 9 * MINUTE, ENDED)]
    assert camera_times(events, PHONE) == (Span(3 * MINUTE, 9 * MINUTE),)


def test_a_page_that_was_closed_is_off_from_its_last_picture() -> None:
    assert camera((3, GRANTED), (5, STALLED), (9, ENDED)) == [(3, 5)]


def test_a_camera_that_was_lost_and_came_back_has_two_times() -> None:
    lost = facts.CameraLost(participant=PHONE, cause="taken")
    back = facts.CameraBack(participant=PHONE)
    assert camera((3, GRANTED), (5, lost), (8, back), (9, ENDED)) == [(3, 5), (8, 9)]


def test_still_pictures_are_the_camera_too() -> None:
    assert camera((3, GRANTED), (4, way("stills")), (5, STALLED), (9, ENDED)) == [(3, 9)]
    assert camera((3, GRANTED), (4, STALLED), (6, way("stills")), (9, ENDED)) == [(3, 4), (6, 9)]


def test_photos_of_a_caller_who_said_no_are_no_time_of_the_camera() -> None:
    refused = facts.CameraRefused(participant=PHONE, reason="denied")
    assert camera((3, refused), (4, way("photo")), (9, ENDED)) == []


def test_nothing_of_a_stopped_camera_switches_it_on_again() -> None:
    assert camera((3, GRANTED), (5, HUNG_UP), (7, RESUMED), (7, way("udp")), (9, ENDED)) == [(3, 5)]


def test_another_phone_has_its_own_times() -> None:
    theirs = facts.CameraGranted(participant=OTHER)
    assert camera((3, theirs), (9, ENDED)) == []


def test_what_was_kept_is_counted_with_its_times() -> None:
    capture = facts.CaptureStored(capture="c", by=ALICE.id, width=1, height=1, size=1)
    photo = facts.PhotoStored(capture="p", participant=PHONE, width=1, height=1, size=1)
    of_phone = facts.DocumentStored(document="d", participant=PHONE, media_type="application/pdf", size=1)
    of_desk = facts.DocumentStored(
        document="e", participant=DESK, media_type="application/pdf", size=1, by=ALICE.id
    )
    film = facts.RecordingStarted(recording="r", participant=PHONE)
    place = facts.PositionFixed(position="p", participant=PHONE, latitude=1, longitude=1, accuracy=1)
    seen = [facts.ViewerJoined(participant=DESK, user=user.id) for user in (ALICE, BOB, ALICE)]
    found = shared(
        story(
            (1, seen[0]), (2, capture), (3, GRANTED), (3, film), (4, capture), (5, photo), (5, of_phone),
            (6, of_desk), (6, place), (7, seen[1]), (7, seen[2]), (8, HUNG_UP), (9, ENDED), (11, capture),
        ),
        PHONE,
    )  # fmt: skip
    assert found == Shared(
        camera=(Span(3 * MINUTE, 8 * MINUTE),),
        captures=(4 * MINUTE,),
        films=(3 * MINUTE,),
        photos=(5 * MINUTE,),
        sent=(5 * MINUTE,),
        received=(6 * MINUTE,),
        positions=(6 * MINUTE,),
        viewers=frozenset({ALICE.id, BOB.id}),
    )


def test_a_second_phone_does_not_learn_what_the_first_one_sent() -> None:
    photo = facts.PhotoStored(capture="p", participant=PHONE, width=1, height=1, size=1)
    paper = facts.DocumentStored(document="d", participant=PHONE, media_type="application/pdf", size=1)
    film = facts.RecordingStarted(recording="r", participant=PHONE)
    found = shared(story((3, GRANTED), (3, film), (4, photo), (5, paper), (9, ENDED)), OTHER)
    assert (found.camera, found.films, found.photos, found.sent) == ((), (), (), ())
