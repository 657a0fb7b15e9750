"""Third persons that a regulator invites to a session: decisions only.

A guest's link is an invitation of its own kind; what becomes of it says nothing about the caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.addresses import hint
from signaling.domain.errors import BadGuest, LinkUnusable, NotAllowed, NotFound, TooManyGuests
from signaling.domain.facts import Event, Fact
from signaling.domain.ids import Secrets
from signaling.domain.inviting import Plan, draft, new_message, was_sent
from signaling.domain.joining import HELD, find_invitation, link_state
from signaling.domain.records import GuestRole, Invitation, Message, Participant, Record, Session
from signaling.domain.room import Change, Room, must_be_open

OPEN_AT_ONCE: Final = 10  # guests of one session who may come in, or are in
LONGEST_NAME: Final = 60  # characters
_NAMING: Final = ("invitation", "message", "participant")  # fields by which a fact may speak of a guest


# --- by the regulator
def draft_guest(
    session: Session, plan: Plan, role: GuestRole, name: str, secrets: Secrets, now: int
) -> Invitation:
    """A new guest's invitation, without a code to read aloud. Without a `name` the guest is called by the
    masked address. Raises BadGuest for a name that is too long or can't be shown."""
    called = " ".join(name.split())
    if len(called) > LONGEST_NAME or not called.isprintable():
        raise BadGuest(f"a guest's name is one line of {LONGEST_NAME} characters at most")
    blank = draft(session, plan, secrets, now)
    return replace(blank, code_hash="", code_expires_at=now, guest=role, name=called or hint(plan.address))


def invite(room: Room, invitation: Invitation, plan: Plan, by: str, now: int) -> Change:
    """`by`: user id. The same intent invites once. Raises NotAllowed, TooManyGuests."""
    must_be_open(room)
    if was_sent(room, plan.intent):
        return Change()
    if sum(is_open(one, now) for one in room.invitations) >= OPEN_AT_ONCE:
        raise TooManyGuests(OPEN_AT_ONCE)
    message, queued = new_message(invitation, plan, now)
    invited = facts.GuestInvited(
        invitation=invitation.id,
        by=by,
        role=invitation.guest,
        channel=invitation.channel,
        to_hint=hint(plan.address),
    )
    return Change(records=(invitation, message), facts=(invited, queued))


def send_again(room: Room, invitation: str, plan: Plan, now: int) -> Change:
    """The same link once more, good for a new lifetime. Raises NotFound; NotAllowed once the guest came, or
    was removed."""
    must_be_open(room)
    if was_sent(room, plan.intent):
        return Change()
    guest = find_guest(room, invitation)
    if guest.claimed_by is not None or guest.revoked_at is not None:
        raise NotAllowed("this link was taken or removed")
    renewed = replace(guest, expires_at=now + plan.lifetime)
    message, queued = new_message(renewed, plan, now)
    return Change(updates=(renewed,), records=(message,), facts=(queued,))


def remove(room: Room, invitation: str, by: str) -> Change:
    """Removed twice, it is done once. Raises NotFound."""
    if find_guest(room, invitation).revoked_at is not None:
        return Change()
    return Change(facts=(facts.GuestRemoved(invitation=invitation, by=by),))


def find_guest(room: Room, invitation: str) -> Invitation:
    """Raises NotFound, for a caller's invitation too."""
    found = find_invitation(room, invitation)
    if not found.guest:
        raise NotFound("no such guest in this session")
    return found


def is_open(invitation: Invitation, now: int) -> bool:
    """Whether a guest is in by it, or may still come in."""
    if not invitation.guest or invitation.revoked_at is not None:
        return False
    return invitation.claimed_by is not None or now < invitation.expires_at


# --- by the guest
def claim(room: Room, invitation: Invitation, browser: Participant, now: int) -> Change:
    """Bind a watching guest's link to `browser`, once and for all. Raises LinkUnusable for any other one."""
    state = link_state(room, invitation, browser.cookie_hash, now)
    if state in HELD:
        return Change()
    if state != "ready":
        raise LinkUnusable(state)
    joined = facts.GuestJoined(
        invitation=invitation.id,
        participant=browser.id,
        role=invitation.guest,
        browser=browser.browser,
    )
    return Change(records=(browser,), facts=(joined,))


def load_page(participant: Participant, page: str) -> Change:
    """`page` is random for each load of the guest's page."""
    if participant.page == page:
        return Change()
    return Change(updates=(replace(participant, page=page),))


# --- what concerns a guest alone
def guest_ids(room: Room, change: Change | None = None) -> frozenset[str]:
    """Ids of all guests' invitations, messages and participants, those that the change makes among them."""
    fresh: tuple[Record, ...] = () if change is None else change.records
    rows = (*room.invitations, *room.messages, *room.participants, *fresh)
    invitations = {row.id for row in rows if isinstance(row, Invitation) and row.guest}
    theirs = {
        row.id for row in rows if isinstance(row, Message | Participant) and row.invitation in invitations
    }
    return frozenset(invitations | theirs)


def guest_ids_told(events: Iterable[Event]) -> frozenset[str]:
    """The same, from a session's events alone."""
    ids: set[str] = set()
    for event in events:
        match event.fact:
            case facts.GuestInvited(invitation=invitation):
                ids.add(invitation)
            case facts.MessageQueued(message=message, invitation=invitation) if invitation in ids:
                ids.add(message)
            case facts.GuestJoined(participant=participant):
                ids.add(participant)
    return frozenset(ids)


def concerns_guest(guests: AbstractSet[str], fact: Fact) -> bool:
    """Whether the fact speaks of one of these (`guest_ids`), so that it tells nothing of the caller."""
    return bool(guests) and any(getattr(fact, field, None) in guests for field in _NAMING)
