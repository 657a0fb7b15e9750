"""How a phone takes an invitation: decisions only."""

from __future__ import annotations

from typing import Final, Literal

from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.errors import LinkUnusable, NotFound
from signaling.domain.records import Invitation, Participant, Standing
from signaling.domain.room import Change, Room

LinkState = Literal["ready", "mine", "replaced", "claimed", "expired", "revoked", "ended"]
HELD: Final = frozenset({"mine", "replaced"})  # by the phone that looks


def find_invitation(room: Room, invitation: str) -> Invitation:
    for candidate in room.invitations:
        if candidate.id == invitation:
            return candidate
    raise NotFound("no such invitation in this session")


def find_participant(room: Room, participant: str) -> Participant:
    for candidate in room.participants:
        if candidate.id == participant:
            return candidate
    raise NotFound("no such participant in this session")


def link_state(room: Room, invitation: Invitation, cookie_hash: str | None, now: int) -> LinkState:
    """What this link is worth to the phone that holds `cookie_hash`."""
    if room.session.ended_at is not None:
        return "ended"
    if invitation.guest and invitation.revoked_at is not None:  # a caller's phone stays, a guest is out
        return "revoked"
    holder = _holder(room, invitation, cookie_hash)
    if holder is not None:
        return "replaced" if holder.standing == "replaced" else "mine"
    if invitation.claimed_by is not None:
        return "claimed"
    if invitation.revoked_at is not None:
        return "revoked"
    return "expired" if now >= invitation.expires_at else "ready"


def _holder(room: Room, invitation: Invitation, cookie_hash: str | None) -> Participant | None:
    """The phone with that cookie, if it holds this link: who claimed it, or was let in by a regulator."""
    if cookie_hash is None:
        return None
    for phone in room.participants:
        if phone.invitation == invitation.id and phone.cookie_hash == cookie_hash:
            return phone
    return None


def is_watching(invitation: Invitation) -> bool:
    """Whether it is that of a guest who watches: no phone films by it."""
    return invitation.guest in {"watch", "seen"}


def standing_of_another(room: Room) -> Standing:
    """Of a phone that is to be the camera: at once when there is none, else with its first picture."""
    is_first = not any(one.role == "caller" and one.standing == "main" for one in room.participants)
    return "main" if is_first else "next"


def open_link(room: Room, invitation: Invitation, now: int) -> Change:
    """The page was opened by a person. Said once; nothing is spent."""
    if invitation.opened_at is not None or room.session.ended_at is not None:
        return Change()
    return Change(
        facts=(facts.LinkOpened(invitation=invitation.id),),
        updates=(replace(invitation, opened_at=now),),
    )


def claim(room: Room, invitation: Invitation, phone: Participant, now: int, model: str = "") -> Change:
    """Bind the invitation to `phone`, once and for all; a guest's is a second camera from the start.

    Raises LinkUnusable for any other phone.
    """
    state = link_state(room, invitation, phone.cookie_hash, now)
    if state in HELD:
        return Change()
    if state != "ready":
        raise LinkUnusable(state)
    if invitation.guest:
        joined = facts.GuestJoined(
            invitation=invitation.id,
            participant=phone.id,
            role=invitation.guest,
            browser=phone.browser,
        )
        return Change(records=(replace(phone, standing="second"),), facts=(joined,))
    return Change(
        records=(replace(phone, standing=standing_of_another(room)),),
        facts=(
            facts.LinkClaimed(
                invitation=invitation.id,
                participant=phone.id,
                browser=phone.browser,
                language=phone.language,
                model=model,
            ),
        ),
    )


def load_page(room: Room, participant: str, page: str) -> Change:
    """A new load of the phone's page is a new epoch; the same page coming back is not."""
    phone = find_participant(room, participant)
    if phone.page == page:
        return Change()
    return Change(updates=(replace(phone, page=page, epoch=phone.epoch + 1, revision=0),))
