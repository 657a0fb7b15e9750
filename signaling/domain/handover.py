"""Second phones: one that asks for a link which another holds, one that takes the camera over.
Decisions only.

A phone that is to be the camera (`next`) becomes it with its first picture, in the same change that says so
(`succession`). Until then the one before goes on, so that there is a picture all the time, also when the
second phone never gets one.
"""

from __future__ import annotations

from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.errors import LinkUnusable, NotAllowed, NotFound, Throttled
from signaling.domain.joining import find_invitation, find_participant, link_state, standing_of_another
from signaling.domain.records import Handover, Invitation, Participant
from signaling.domain.room import Change, Room, must_be_open

OPEN_AT_ONCE = 3  # requests of one session that wait for a decision
FRESH_MILLISECONDS = 10 * 60 * 1000  # an older request no longer counts: whoever asked has gone
_PATIENCE_SECONDS = 30.0  # until somebody has decided on one of the others, perhaps


def find_request(room: Room, invitation: str, mark_hash: str) -> Handover | None:
    """What the phone with that mark asked for before."""
    for handover in room.handovers:
        if handover.invitation == invitation and handover.mark_hash == mark_hash:
            return handover
    return None


def ask(room: Room, request: Handover) -> Change:
    """A second phone asks for a link that another holds. Asked again, it says nothing new.

    Raises LinkUnusable for a link that nobody could take over, Throttled while too many wait.
    """
    if find_request(room, request.invitation, request.mark_hash) is not None:
        return Change()
    invitation = find_invitation(room, request.invitation)
    must_be_askable(room, invitation, request.created_at)
    fresh = [
        one
        for one in room.handovers
        if not one.decision and request.created_at - one.created_at < FRESH_MILLISECONDS
    ]
    if len(fresh) >= OPEN_AT_ONCE:
        raise Throttled(_PATIENCE_SECONDS)
    asked = facts.HandoverAsked(handover=request.id, browser=request.browser)
    return Change(records=(request,), facts=(asked,))


def must_be_askable(room: Room, invitation: Invitation, now: int) -> None:
    """Raises LinkUnusable: the session is over, the link is too old or was replaced, or it is a guest's, who
    asks the regulator for another."""
    if invitation.guest:
        raise LinkUnusable("revoked")
    state = link_state(room, invitation, None, now)
    if state != "claimed":
        raise LinkUnusable(state)
    if invitation.revoked_at is not None:
        raise LinkUnusable("revoked")
    if now >= invitation.expires_at:
        raise LinkUnusable("expired")


def decide(
    room: Room, by: str, handover: str, decision: facts.Decision, participant: str, now: int
) -> Change:
    """`participant`: the id that the second phone gets. The same decision again says nothing new.

    Raises NotFound, NotAllowed once something else was decided or the session has ended.
    """
    must_be_open(room)
    request = _find(room, handover)
    if request.decision == decision:
        return Change()
    if request.decision:
        raise NotAllowed("somebody has already decided on this phone")
    if decision == "refuse":
        return Change(facts=(facts.HandoverDecided(handover=handover, by=by, decision=decision),))
    phone = Participant(
        id=participant,
        centre=request.centre,
        session=request.session,
        role="caller",
        created_at=now,
        invitation=request.invitation,
        cookie_hash=request.mark_hash,
        browser=request.browser,
        language=request.language,
        standing="second" if decision == "add" else standing_of_another(room),
    )
    decided = facts.HandoverDecided(handover=handover, by=by, decision=decision, participant=participant)
    return Change(records=(phone,), facts=(decided,))


def stay(room: Room, participant: str) -> Change:
    """The owner of a phone that was replaced offers it as a second camera."""
    must_be_open(room)
    phone = find_participant(room, participant)
    if phone.standing != "replaced":
        return Change()
    return Change(updates=(replace(phone, standing="second"),))


def succession(room: Room, change: Change) -> Change:
    """The same change, and who is replaced by it: a phone that was to be the camera has a picture."""
    replaced = tuple(
        facts.PhoneReplaced(participant=old.id, successor=phone.id)
        for phone in _arrivals(room, change)
        for old in room.participants
        if old.role == "caller" and old.standing == "main"
    )
    return replace(change, facts=(*change.facts, *replaced)) if replaced else change


def _arrivals(room: Room, change: Change) -> list[Participant]:
    """The `next` phones whose picture comes, by what the change says. One a change."""
    shown = {
        fact.participant
        for fact in change.facts
        if isinstance(fact, facts.MediaConnected | facts.PictureWay) and not _is_photo(fact)
    }
    return [one for one in room.participants if one.id in shown and one.standing == "next"][:1]


def _is_photo(fact: facts.MediaConnected | facts.PictureWay) -> bool:
    """A phone whose camera is refused sends photos: worth less than a picture that moves."""
    return isinstance(fact, facts.PictureWay) and fact.way == "photo"


def _find(room: Room, handover: str) -> Handover:
    for candidate in room.handovers:
        if candidate.id == handover:
            return candidate
    raise NotFound("no such request in this session")
