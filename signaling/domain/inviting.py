"""Opening a session and inviting its caller: decisions only."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.addresses import Address, hint
from signaling.domain.errors import NotAllowed
from signaling.domain.ids import Secrets, fingerprint, new_id
from signaling.domain.joining import find_participant
from signaling.domain.records import Channel, Invitation, Message, Session
from signaling.domain.room import Change, Room, must_be_open

CODE_MILLISECONDS = 10 * 60 * 1000  # ASVS 5.0 6.5: a one-time code lives ten minutes at most
SHARED_MILLISECONDS = 15 * 60 * 1000  # of a link that a caller's own screen shows


class Plan(msgspec.Struct, frozen=True):
    """What an invitation is made of, besides the session it belongs to."""

    address: Address
    language: str
    provider: str
    intent: str
    lifetime: int  # ms


def draft(session: Session, plan: Plan, secrets: Secrets, now: int) -> Invitation:
    """A new invitation. Its token and code are derived from its id, never stored."""
    id_ = new_id(now)
    return Invitation(
        id=id_,
        centre=session.centre,
        session=session.id,
        address=plan.address.value,
        channel=plan.address.channel,
        token_hash=fingerprint(secrets.token(id_)),
        code_hash=secrets.code_hash(secrets.code(id_, 0)),
        code_salt=0,
        code_expires_at=now + CODE_MILLISECONDS,
        created_at=now,
        expires_at=now + plan.lifetime,
    )


def invite(invitation: Invitation, plan: Plan, now: int) -> Change:
    """The invitation and its first message."""
    message, queued = new_message(invitation, plan, now)
    created = facts.InvitationCreated(
        invitation=invitation.id,
        channel=invitation.channel,
        to_hint=hint(plan.address),
        line=plan.address.line,
    )
    return Change(records=(invitation, message), facts=(created, queued))


def begin(session: Session, invitation: Invitation, plan: Plan, now: int) -> Change:
    """The first change of a session."""
    invited = invite(invitation, plan, now)
    started = facts.SessionStarted(by=session.started_by)
    return Change(records=invited.records, facts=(started, *invited.facts))


def newest_open(room: Room) -> Invitation | None:
    """The invitation that a caller can still take, or took last; not one that a caller's screen shows, nor a
    guest's."""
    for invitation in reversed(room.invitations):
        if invitation.revoked_at is None and invitation.shared_by is None and not invitation.guest:
            return invitation
    return None


def send_again(room: Room, fresh: Invitation, plan: Plan, now: int) -> Change:
    """The same invitation once more, with the code and the lifetime of `fresh` (`renew`).

    Raises NotAllowed when another took its place meanwhile.
    """
    must_be_open(room)
    if was_sent(room, plan.intent):
        return Change()
    invitation = newest_open(room)
    if invitation is None or invitation.id != fresh.id:
        raise NotAllowed("another invitation took the place of this one")
    renewed = replace(
        invitation,
        code_salt=fresh.code_salt,
        code_hash=fresh.code_hash,
        code_expires_at=fresh.code_expires_at,
        expires_at=fresh.expires_at,
    )
    message, queued = new_message(renewed, plan, now)
    return Change(updates=(renewed,), records=(message,), facts=(queued,))


def renew(invitation: Invitation, secrets: Secrets, now: int, lifetime: int) -> Invitation:
    return replace(new_code(invitation, secrets, now), expires_at=now + lifetime)


def new_code(invitation: Invitation, secrets: Secrets, now: int) -> Invitation:
    """Another code to read aloud: the old one has expired, or an open invitation has the same."""
    salt = invitation.code_salt + 1
    return replace(
        invitation,
        code_salt=salt,
        code_hash=secrets.code_hash(secrets.code(invitation.id, salt)),
        code_expires_at=now + CODE_MILLISECONDS,
    )


def invite_other(room: Room, fresh: Invitation, plan: Plan, now: int) -> Change:
    """An invitation to another address (`draft`); those sent before that no phone has taken are revoked."""
    must_be_open(room)
    if was_sent(room, plan.intent):
        return Change()
    change = invite(fresh, plan, now)
    revoked = _revoked(room, shared=False)
    return Change(records=change.records, updates=_at(room, plan), facts=(*revoked, *change.facts))


def share(room: Room, participant: str, id_: str, secrets: Secrets, now: int) -> Change:
    """The invitation `id_`, that this phone shows to the one beside it; one shown before is revoked.

    It is sent to nobody and has no code: what is on that screen is all that leads to it.
    Raises NotAllowed once the session has ended, or another phone is the camera.
    """
    must_be_open(room)
    if find_participant(room, participant).standing != "main":
        raise NotAllowed("another phone is the camera")
    session = room.session
    invitation = Invitation(
        id=id_,
        centre=session.centre,
        session=session.id,
        address=session.address,
        channel=session.channel,
        token_hash=fingerprint(secrets.token(id_)),
        code_hash="",
        code_salt=0,
        code_expires_at=now,
        created_at=now,
        expires_at=now + SHARED_MILLISECONDS,
        shared_by=participant,
    )
    shared = facts.InvitationShared(invitation=id_, participant=participant)
    return Change(records=(invitation,), facts=(*_revoked(room, shared=True), shared))


def _revoked(room: Room, *, shared: bool) -> tuple[facts.InvitationRevoked, ...]:
    """Those of the caller that no phone has taken."""
    return tuple(
        facts.InvitationRevoked(invitation=old.id)
        for old in room.invitations
        if old.claimed_by is None
        and old.revoked_at is None
        and (old.shared_by is not None) == shared
        and not old.guest
    )


def last_provider(room: Room, channel: Channel) -> str:
    """By which the caller's newest message left, "" before the first."""
    guests = {invitation.id for invitation in room.invitations if invitation.guest}
    for message in reversed(room.messages):
        if message.channel == channel and message.invitation not in guests:
            return message.provider
    return ""


def _at(room: Room, plan: Plan) -> tuple[Session, ...]:
    return (replace(room.session, address=plan.address.value, channel=plan.address.channel),)


def new_message(invitation: Invitation, plan: Plan, now: int) -> tuple[Message, facts.MessageQueued]:
    """One that is to be sent at once."""
    message = Message(
        id=new_id(now),
        centre=invitation.centre,
        session=invitation.session,
        invitation=invitation.id,
        intent=plan.intent,
        channel=invitation.channel,
        address=invitation.address,
        language=plan.language,
        state="queued",
        created_at=now,
        next_try_at=now,
        provider=plan.provider,
    )
    queued = facts.MessageQueued(
        message=message.id,
        invitation=invitation.id,
        channel=invitation.channel,
        provider=plan.provider,
    )
    return message, queued


def was_sent(room: Room, intent: str) -> bool:
    """A click that was repeated, or a frame that was sent again after a reconnect."""
    return any(message.intent == intent for message in room.messages)


def put_code(room: Room, fresh: Invitation) -> Change:
    """Keep a fresh code, unless the invitation was taken or revoked in the meantime."""
    for invitation in room.invitations:
        if invitation.id == fresh.id and invitation.claimed_by is None and invitation.revoked_at is None:
            return Change(updates=(fresh,))
    return Change()
