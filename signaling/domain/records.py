"""The rows that the store keeps, as frozen structs. One struct a table; times are ms since the epoch, UTC.

Every row belongs to a centre. Ids sort by time of creation (`signaling.domain.ids`).
"""

from __future__ import annotations

from typing import Literal

import msgspec

Role = Literal["regulator", "supervisor", "administrator"]
Channel = Literal["sms", "email"]
LineKind = Literal["mobile", "fixed", "fixed_or_mobile", "voip", "other", "email"]
MessageState = Literal["queued", "accepted", "delivered", "failed"]
Outcome = Literal["waiting", "picture", "refused", "no_picture"]
# What the picture changed in the regulator's judgement; "": not said
Assessment = Literal["", "worse", "better", "same", "no_video"]
# What a third person invited by a regulator may do; "": the invitation is the caller's
GuestRole = Literal["", "watch", "camera", "seen"]
# A caller's phone is the camera; about to be it, once its picture comes; a camera beside it; no longer one
Standing = Literal["main", "next", "second", "replaced"]
TicketKind = Literal["code", "recovery", "reset", "invitation", "passkey", "oidc"]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all rows."""

    id: str
    centre: str  # for a centre itself: its own id


class Centre(Record, frozen=True):
    name: str  # as callers read it, e.g. "SAMU 54"
    created_at: int
    phone: str = ""  # as callers read it, e.g. "03 83 85 85 85"
    policy: str = ""  # JSON of signaling.domain.policy.Policy; "": all of it as a new centre has it


class Person(Record, frozen=True):
    """Who signs in; of no centre (""). In each centre that a person works for they are a `User`."""

    email: str  # lower case, unique
    name: str
    password_hash: str  # "": signs in otherwise, or not yet
    created_at: int
    disabled_at: int | None = None  # in all centres
    phone: str = ""  # E.164, for codes by SMS; "": none
    totp: str = ""  # encrypted secret; "": none
    totp_step: int = 0  # the last time step that opened: each opens once (RFC 6238, 5.2)
    terms: str = ""  # version of the terms of use that was accepted
    rpps: str | None = None  # as Pro Santé Connect names them (SubjectNameID), unique


class Passkey(Record, frozen=True):
    """A WebAuthn credential of a person; of no centre ("")."""

    person: str
    credential: str  # its id, base64url, unique
    public_key: str  # base64url of the COSE key
    sign_count: int
    name: str  # in the person's words
    created_at: int
    used_at: int | None = None


class Ticket(Record, frozen=True):
    """A secret that is used once: a code sent, a link to a new password, an invitation to an account, a
    challenge. Of no centre ("") unless it is one's invitation."""

    person: str  # "": not known yet
    kind: TicketKind
    secret_hash: str  # unique; a code of six digits is hashed with a key and its login
    created_at: int
    expires_at: int
    used_at: int | None = None
    tries: int = 0
    data: str = ""  # JSON of what the kind needs


class User(Record, frozen=True):
    """A person in one centre."""

    person: str
    email: str  # the person's, as `name`; unique in the centre
    name: str
    role: Role
    created_at: int
    disabled_at: int | None = None  # in this centre
    blurred: bool = False  # pictures arrive blurred, until this user reveals them


class Login(Record, frozen=True):
    """One signed-in browser. `id` is the SHA-256 of the cookie's value, so the table opens nothing."""

    user: str
    created_at: int
    expires_at: int
    revoked_at: int | None = None
    waits_for: str = ""  # what is missing before it opens anything: "factor", "terms", "centre"; "": nothing
    browser: str = ""  # e.g. "Firefox, Windows", for the person's list of their logins
    seen_at: int | None = None


class Session(Record, frozen=True):
    version: int  # that of its newest event
    started_by: str  # user id
    started_at: int
    address: str  # E.164 number or e-mail address the caller was reached at (the latest one)
    channel: Channel
    rung: str  # furthest rung of the ladder (signaling.domain.ladder)
    first_picture_at: int | None = None
    ended_at: int | None = None
    refused: bool = False  # the last answer to the camera prompt was no
    controller: str = ""  # user id of who drives the phone; "": who started the session
    debrief: bool = False  # marked to be talked over
    assessment: Assessment = ""
    reference: str = ""  # file number in the centre's dispatch software
    note: str = ""
    held: bool = False  # legal hold: nothing of it is deleted, whatever its age
    erased_at: int | None = None  # its people and pictures are gone; what remains are its figures


class Invitation(Record, frozen=True):
    session: str
    address: str
    channel: Channel
    token_hash: str  # SHA-256 hex of the link's token
    code_hash: str  # keyed hash of the six digits
    code_salt: int
    code_expires_at: int
    created_at: int
    expires_at: int
    opened_at: int | None = None
    claimed_at: int | None = None
    claimed_by: str | None = None  # participant id
    revoked_at: int | None = None
    shared_by: str | None = None  # participant id: shown as a QR code on that phone, sent to nobody
    guest: GuestRole = ""
    name: str = ""  # who a guest is, in the regulator's words


class Participant(Record, frozen=True):
    session: str
    role: Literal["caller", "regulator", "guest"]
    created_at: int
    user: str | None = None
    invitation: str | None = None
    cookie_hash: str | None = None  # SHA-256 hex of the caller's cookie
    browser: str = ""
    language: str = ""
    page: str = ""  # random mark of the page that spoke last: another one means a reload
    epoch: int = 0  # rises with each reload of the phone's page
    revision: int = 0  # of the phone's state, within the epoch
    standing: Standing = "main"  # of a caller's phone


class Message(Record, frozen=True):
    """An SMS or mail to send. The text is made when it is sent, so no link is kept here."""

    session: str
    invitation: str
    intent: str  # unique a session: the same intent never sends twice
    channel: Channel
    address: str
    language: str
    state: MessageState
    created_at: int
    next_try_at: int | None  # None: nothing left to do
    tries: int = 0
    provider: str = ""
    provider_ref: str = ""  # e.g. Twilio's MessageSid
    reason: str = ""


class Capture(Record, frozen=True):
    session: str
    taken_by: str | None  # user id; None: by the caller of their own accord
    taken_at: int
    width: int
    height: int
    size: int  # bytes
    media_type: str
    participant: str | None = None  # the phone that took it; None: a capture of the video


class Upload(Record, frozen=True):
    """A photo or document on its way from a phone, until it is whole."""

    session: str
    participant: str
    kind: Literal["photo", "document"]
    created_at: int
    name: str
    media_type: str  # as the phone says, not checked
    size: int  # bytes
    sha256: str  # hex, of the whole
    command: str = ""
    finished_at: int | None = None


class Handover(Record, frozen=True):
    """A second phone that asks for a link that another one holds."""

    session: str
    invitation: str
    mark_hash: str  # SHA-256 hex of the cookie that the phone with that mark will get
    browser: str
    language: str
    created_at: int
    decision: Literal["", "move", "add", "refuse"] = ""
    participant: str | None = None  # once it was let in


class Document(Record, frozen=True):
    session: str
    sent_by: str  # participant id
    created_at: int
    name: str
    size: int
    media_type: str
    drawing: bool = False  # by a regulator on a frozen picture: the phone shows it at once


class Position(Record, frozen=True):
    session: str
    participant: str
    at: int
    latitude: float
    longitude: float
    accuracy: float
    address: str | None = None
    source: str | None = None


class CentreKey(Record, frozen=True):
    """A key that encrypts files of one centre, itself encrypted by the master key."""

    wrapped: str  # base64
    master: str  # which master key wrapped it: a mark of that key, not the key
    created_at: int
    retired_at: int | None = None  # still decrypts what it encrypted; nothing new


class AuditEntry(Record, frozen=True):
    """A line of a centre's audit; the centre "" holds what concerns none. Never changed, never deleted."""

    number: int  # 1, 2, 3 ... without a gap, by centre
    at: int
    actor: str  # user id; "": nobody signed in, or the product itself
    action: str  # e.g. "login.succeeded"
    subject: str  # id of what was looked at or changed
    detail: str  # JSON, without personal data
    previous: str  # hash of the entry before; "" for the first
    hash: str  # SHA-256 hex of the entry


class AuditDue(Record, frozen=True):
    """A line that waits for its place in the centre's audit, written together with what it tells of."""

    session: str
    at: int
    actor: str
    action: str
    subject: str
    detail: str


class Recording(Record, frozen=True):
    """A film of what a phone sent; its bytes are a file of the centre."""

    session: str
    participant: str
    started_at: int
    ended_at: int | None
    media_type: str
    size: int  # bytes


class Removal(Record, frozen=True):
    """Bytes whose rows are gone: the file of that name is to be deleted."""

    name: str
