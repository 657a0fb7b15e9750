"""How a phone takes an invitation: decisions only."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.errors import LinkUnusable, NotFound
from signaling.domain.records import Invitation, Participant
from signaling.domain.room import Change, Room

LinkState = Literal["ready", "mine", "claimed", "expired", "revoked", "ended"]


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
    if invitation.claimed_by is not None:
        holder = find_participant(room, invitation.claimed_by)
        return "mine" if cookie_hash is not None and holder.cookie_hash == cookie_hash else "claimed"
    if invitation.revoked_at is not None:
        return "revoked"
    return "expired" if now >= invitation.expires_at else "ready"


def open_link(room: Room, invitation: Invitation, now: int) -> Change:
    """The page was opened by a person. Said once; nothing is spent."""
    if invitation.opened_at is not None or room.session.ended_at is not None:
        return Change()
    return Change(
        facts=(facts.LinkOpened(invitation=invitation.id),),
        updates=(replace(invitation, opened_at=now),),
    )


def claim(room: Room, invitation: Invitation, phone: Participant, now: int) -> Change:
    """Bind the invitation to `phone`, once and for all. Raises LinkUnusable for any other phone."""
    state = link_state(room, invitation, phone.cookie_hash, now)
    if state == "mine":
        return Change()
    if state != "ready":
        raise LinkUnusable(state)
    return Change(
        records=(phone,),
        facts=(
            facts.LinkClaimed(
                invitation=invitation.id,
                participant=phone.id,
                browser=phone.browser,
                language=phone.language,
            ),
        ),
    )


def load_page(room: Room, participant: str, page: str) -> Change:
    """A new load of the phone's page is a new epoch; the same page coming back is not."""
    phone = find_participant(room, participant)
    if phone.page == page:
        return Change()
    return Change(updates=(replace(phone, page=page, epoch=phone.epoch + 1, revision=0),))
