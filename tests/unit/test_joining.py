"""How a phone takes an invitation."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from signaling.domain import facts, joining
from signaling.domain.errors import LinkUnusable
from signaling.domain.records import Invitation, Participant
from signaling.domain.room import Room
from tests import cast
from tests.cast import MINUTE, NOW


def room_with(*, claimed: bool = False, ended: bool = False, **fields: Any) -> tuple[Room, Invitation]:
    session = cast.session(ended_at=NOW if ended else None)
    invitation = cast.invitation(session, **fields)
    phones: tuple[Participant, ...] = ()
    if claimed:
        phone = cast.caller(invitation, cookie_hash="hers")
        invitation = replace(invitation, claimed_by=phone.id, claimed_at=NOW)
        phones = (phone,)
    return Room(session, (invitation,), phones), invitation


@pytest.mark.parametrize(
    ("made", "cookie", "at", "expected"),
    [
        ({}, None, NOW, "ready"),
        ({}, None, NOW + 120 * MINUTE, "expired"),
        ({"revoked_at": NOW}, None, NOW, "revoked"),
        ({"claimed": True}, None, NOW, "claimed"),
        ({"claimed": True}, "another", NOW, "claimed"),
        ({"claimed": True}, "hers", NOW, "mine"),
        ({"claimed": True}, "hers", NOW + 200 * MINUTE, "mine"),
        ({"claimed": True, "revoked_at": NOW}, "hers", NOW, "mine"),
        ({"ended": True}, None, NOW, "ended"),
        ({"ended": True, "claimed": True}, "hers", NOW, "ended"),
    ],
)
def test_a_link_is_worth(made: dict[str, Any], cookie: str | None, at: int, expected: str) -> None:
    room, invitation = room_with(**made)
    assert joining.link_state(room, invitation, cookie, at) == expected


def test_claiming_binds_the_invitation_to_the_phone() -> None:
    room, invitation = room_with()
    phone = cast.caller(invitation)
    change = joining.claim(room, invitation, phone, NOW)
    assert change.records == (phone,)
    [claimed] = change.facts
    assert isinstance(claimed, facts.LinkClaimed)
    assert (claimed.invitation, claimed.participant) == (invitation.id, phone.id)


@pytest.mark.parametrize(
    "made", [{"claimed": True}, {"ended": True}, {"revoked_at": NOW}, {"expires_at": NOW}]
)
def test_no_other_phone_can_claim(made: dict[str, Any]) -> None:
    room, invitation = room_with(**made)
    with pytest.raises(LinkUnusable):
        joining.claim(room, invitation, cast.caller(invitation), NOW)


def test_the_link_is_said_to_be_opened_once() -> None:
    room, invitation = room_with()
    change = joining.open_link(room, invitation, NOW)
    assert change.facts == (facts.LinkOpened(invitation=invitation.id),)
    [opened] = change.updates
    assert isinstance(opened, Invitation)
    assert joining.open_link(room, opened, NOW).facts == ()


def test_a_new_load_of_the_page_is_a_new_epoch_and_a_reconnect_is_not() -> None:
    session = cast.session()
    invitation = cast.invitation(session)
    phone = cast.caller(invitation, page="first-load", epoch=1, revision=9)
    room = Room(session, (invitation,), (phone,))
    assert joining.load_page(room, phone.id, "first-load").updates == ()
    [reloaded] = joining.load_page(room, phone.id, "second-load").updates
    assert (reloaded.epoch, reloaded.revision) == (2, 0)  # type: ignore[attr-defined]
