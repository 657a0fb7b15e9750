"""The tables: one a record of `signaling.domain.records`, columns named like its fields, and the events.

Every table has its `centre`. Whatever belongs to a session refers to it by (centre, session), so that the
database itself refuses a row that mixes two centres.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from signaling.domain import records
from signaling.domain.phone_test import PhoneTest
from signaling.domain.quality import Quality
from signaling.domain.records import Record

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _id() -> Column[str]:
    return Column("id", Text, primary_key=True)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def _text_or_empty(name: str) -> Column[str]:
    """Of a later schema than its table: a row of an earlier program has none."""
    return Column(name, Text, nullable=False, server_default="")


def _no(name: str) -> Column[bool]:
    """As `_text_or_empty`."""
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def _int(name: str, *, nullable: bool = False) -> Column[int]:
    """64 bits: most are milliseconds since the epoch."""
    return Column(name, BigInteger, nullable=nullable)


def _float(name: str) -> Column[float]:
    return Column(name, Float(53), nullable=False)


def _refers(column: str, table: str) -> ForeignKeyConstraint:
    """To a row of the same centre."""
    return ForeignKeyConstraint(["centre", column], [f"{table}.centre", f"{table}.id"])


def _found_in_centre() -> UniqueConstraint:
    """What `_refers` points at."""
    return UniqueConstraint("centre", "id")


def _where(condition: str) -> dict[str, Any]:
    """An index of a few rows of a table that only grows."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


centre: Final = Table(
    "centre", metadata, _id(), _text("centre"), _text("name"), _int("created_at"),
    _text_or_empty("phone"), _text_or_empty("policy"), CheckConstraint("centre = id", name="own"),
)  # fmt: skip

person: Final = Table(  # of no centre (""), as the next two
    "person", metadata, _id(), _text("centre"), _text("email"), _text("name"), _text("password_hash"),
    _int("created_at"), _int("disabled_at", nullable=True), _text("phone"), _text("totp"), _int("totp_step"),
    _text("terms"), _text("rpps", nullable=True),
    UniqueConstraint("email"), UniqueConstraint("rpps"),
)  # fmt: skip

passkey: Final = Table(
    "passkey", metadata, _id(), _text("centre"), _text("person"), _text("credential"), _text("public_key"),
    _int("sign_count"), _text("name"), _int("created_at"), _int("used_at", nullable=True),
    ForeignKeyConstraint(["person"], ["person.id"]), UniqueConstraint("credential"), Index(None, "person"),
)  # fmt: skip

ticket: Final = Table(
    "ticket", metadata, _id(), _text("centre"), _text("person"), _text("kind"), _text("secret_hash"),
    _int("created_at"), _int("expires_at"), _int("used_at", nullable=True), _int("tries"), _text("data"),
    UniqueConstraint("secret_hash"), Index(None, "expires_at"),
)  # fmt: skip

user_account: Final = Table(  # "user" is a reserved word of SQL
    "user_account", metadata, _id(), _text("centre"), _text("person"), _text("email"), _text("name"),
    _text("role"), _int("created_at"), _int("disabled_at", nullable=True), _no("blurred"),
    ForeignKeyConstraint(["centre"], ["centre.id"]), ForeignKeyConstraint(["person"], ["person.id"]),
    _found_in_centre(), UniqueConstraint("centre", "email"), Index(None, "person"),
)  # fmt: skip

login: Final = Table(
    "login", metadata, _id(), _text("centre"), _text("user"), _int("created_at"), _int("expires_at"),
    _int("revoked_at", nullable=True), _text_or_empty("waits_for"), _text_or_empty("browser"),
    _int("seen_at", nullable=True),
    _refers("user", "user_account"), Index(None, "centre", "user"),
)  # fmt: skip

session: Final = Table(
    "session", metadata, _id(), _text("centre"), _int("version"), _text("started_by"), _int("started_at"),
    _text("address"), _text("channel"), _text("rung"), _int("first_picture_at", nullable=True),
    _int("ended_at", nullable=True), Column("refused", Boolean, nullable=False),
    _text_or_empty("controller"), _no("debrief"), _text_or_empty("assessment"), _text_or_empty("reference"),
    _text_or_empty("note"), _no("held"), _int("erased_at", nullable=True),
    _refers("started_by", "user_account"), _found_in_centre(),
    Index(None, "centre", "address"),
    Index("ix_session_open", "centre", "id", **_where("ended_at IS NULL")),
    Index("ix_session_open_since", "started_at", **_where("ended_at IS NULL")),
)  # fmt: skip

invitation: Final = Table(
    # claimed_by has no foreign key: the participant has one the other way, and a cycle can't be inserted
    "invitation", metadata, _id(), _text("centre"), _text("session"), _text("address"), _text("channel"),
    _text("token_hash"), _text("code_hash"), _int("code_salt"), _int("code_expires_at"),
    _int("created_at"), _int("expires_at"), _int("opened_at", nullable=True),
    _int("claimed_at", nullable=True), _text("claimed_by", nullable=True), _int("revoked_at", nullable=True),
    _text("shared_by", nullable=True), _text_or_empty("guest"), _text_or_empty("name"),
    _refers("session", "session"), _found_in_centre(), UniqueConstraint("token_hash"),
    Index(None, "centre", "session"), Index(None, "code_hash"), Index(None, "centre", "address"),
)  # fmt: skip

participant: Final = Table(
    "participant", metadata, _id(), _text("centre"), _text("session"), _text("role"), _int("created_at"),
    _text("user", nullable=True), _text("invitation", nullable=True), _text("cookie_hash", nullable=True),
    _text("browser"), _text("language"), _text("page"), _int("epoch"), _int("revision"),
    Column("standing", Text, nullable=False, server_default="main"),
    _refers("session", "session"), _refers("user", "user_account"), _refers("invitation", "invitation"),
    _found_in_centre(), UniqueConstraint("cookie_hash"), Index(None, "centre", "session"),
)  # fmt: skip

event: Final = Table(
    "event", metadata, _text("centre"), Column("session", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False), _int("at"), _text("type"),
    _text("fact"),
    _refers("session", "session"),
)  # fmt: skip

document: Final = Table(
    "document", metadata, _id(), _text("centre"), _text("session"), _text("sent_by"), _int("created_at"),
    _text("name"), _int("size"), _text("media_type"), _no("drawing"),
    _refers("session", "session"), _refers("sent_by", "participant"), Index(None, "centre", "session"),
)  # fmt: skip

capture: Final = Table(
    "capture", metadata, _id(), _text("centre"), _text("session"), _text("taken_by", nullable=True),
    _int("taken_at"), _int("width"), _int("height"), _int("size"), _text("media_type"),
    _text("participant", nullable=True),
    _refers("session", "session"), _refers("taken_by", "user_account"), _refers("participant", "participant"),
    Index(None, "centre", "session"),
)  # fmt: skip

upload: Final = Table(
    "upload", metadata, _id(), _text("centre"), _text("session"), _text("participant"), _text("kind"),
    _int("created_at"), _text("name"), _text("media_type"), _int("size"), _text("sha256"), _text("command"),
    _int("finished_at", nullable=True),
    _refers("session", "session"), _refers("participant", "participant"), Index(None, "centre", "session"),
)  # fmt: skip

handover: Final = Table(
    "handover", metadata, _id(), _text("centre"), _text("session"), _text("invitation"), _text("mark_hash"),
    _text("browser"), _text("language"), _int("created_at"), _text("decision"),
    _text("participant", nullable=True),
    _refers("session", "session"), _refers("invitation", "invitation"),
    _refers("participant", "participant"), UniqueConstraint("invitation", "mark_hash"),
    Index(None, "centre", "session"),
)  # fmt: skip

position: Final = Table(
    "position", metadata, _id(), _text("centre"), _text("session"), _text("participant"), _int("at"),
    _float("latitude"), _float("longitude"), _float("accuracy"), _text("address", nullable=True),
    _text("source", nullable=True),
    _refers("session", "session"), _refers("participant", "participant"), Index(None, "centre", "session"),
)  # fmt: skip

message: Final = Table(
    "message", metadata, _id(), _text("centre"), _text("session"), _text("invitation"), _text("intent"),
    _text("channel"), _text("address"), _text("language"), _text("state"), _int("created_at"),
    _int("next_try_at", nullable=True), _int("tries"), _text("provider"), _text("provider_ref"),
    _text("reason"),
    _refers("session", "session"), _refers("invitation", "invitation"), UniqueConstraint("session", "intent"),
    Index(None, "centre", "address"),
    Index("ix_message_due", "next_try_at", **_where("next_try_at IS NOT NULL")),
)  # fmt: skip

phone_test: Final = Table(
    # Of no centre ("") unless it was sent by one: no foreign key holds it, but that of who sent it
    "phone_test", metadata, _id(), _text("centre"), _text("code"), _int("created_at"),
    _int("finished_at", nullable=True), _text("verdict"), _text("browser"), _text("report"),
    _text("sent_by", nullable=True), _text("address"), _text("channel"), _text("token_hash", nullable=True),
    _int("expires_at"), _text("message"), _text("reason"),
    _refers("sent_by", "user_account"), UniqueConstraint("code"), UniqueConstraint("token_hash"),
    Index(None, "centre", "id"), Index(None, "created_at"),
)  # fmt: skip

centre_key: Final = Table(
    "centre_key", metadata, _id(), _text("centre"), _text("wrapped"), _text("master"), _int("created_at"),
    _int("retired_at", nullable=True),
    ForeignKeyConstraint(["centre"], ["centre.id"]), Index(None, "centre", "id"),
)  # fmt: skip

audit: Final = Table(  # of no centre ("") too: no foreign key holds it
    "audit", metadata, _id(), _text("centre"), _int("number"), _int("at"), _text("actor"), _text("action"),
    _text("subject"), _text("detail"), _text("previous"), _text("hash"),
    UniqueConstraint("centre", "number"), Index(None, "centre", "at"),
)  # fmt: skip

audit_due: Final = Table(
    "audit_due", metadata, _id(), _text("centre"), _text("session"), _int("at"), _text("actor"),
    _text("action"), _text("subject"), _text("detail"),
)  # fmt: skip

recording: Final = Table(
    "recording", metadata, _id(), _text("centre"), _text("session"), _text("participant"),
    _int("started_at"), _int("ended_at", nullable=True), _text("media_type"), _int("size"),
    _refers("session", "session"), _refers("participant", "participant"),
    Index(None, "centre", "session"),
)  # fmt: skip

quality: Final = Table(
    "quality", metadata, _id(), _text("centre"), _text("session"), _text("participant"), _int("at"),
    _float("bitrate"), _float("frames"), _float("loss"), Column("round_trip", Float(53)),
    _refers("session", "session"), _refers("participant", "participant"),
    Index(None, "centre", "session"),
)  # fmt: skip

removal: Final = Table("removal", metadata, _id(), _text("centre"), _text("name"))

# What a session is found by (`signaling.store.meetings`). `place` sorts as ids do. `words` have an index for
# full text searches, each database its own kind: migration 0008.
meeting: Final = Table(
    "meeting", metadata, Column("place", BigInteger, primary_key=True, autoincrement=False),
    _text("centre"), _text("session"), _text("started_by"), _text("ending"), _no("debrief"), _int("traces"),
    _text("words"), _text("mark"),
    _refers("session", "session"), UniqueConstraint("session"),
    Index(None, "centre", "place"), Index(None, "centre", "ending", "place"),
    Index(None, "centre", "started_by", "place"),
    Index("ix_meeting_debrief", "centre", "place", **_where("debrief")),
)  # fmt: skip

# Sessions that have ended and are to be counted, again after each later change; and what was counted of each
figure_due: Final = Table(
    "figure_due", metadata, Column("session", Text, primary_key=True), _text("centre"), _int("version"),
)  # fmt: skip
figure_session: Final = Table(
    "figure_session", metadata, Column("session", Text, primary_key=True), _text("centre"), _text("counted"),
)  # fmt: skip
_GROUP: Final = ("centre", "dimension", "span", "measure", "first", "name")
# Sums of a day or a month that begins at `first`; docs/figures.md has the views on them
figure_sum: Final = Table(
    "figure_sum", metadata, *(_text(name) for name in _GROUP), _int("total"),
    PrimaryKeyConstraint(*_GROUP), sqlite_with_rowid=False,
)  # fmt: skip
figure_bucket: Final = Table(
    "figure_bucket", metadata, *(_text(name) for name in _GROUP), _int("bucket"), _int("total"),
    PrimaryKeyConstraint(*_GROUP, "bucket"), sqlite_with_rowid=False,
)  # fmt: skip

# What one process at a time does for all of them, e.g. the sweep of old files; of no centre
duty: Final = Table(
    "duty", metadata, Column("name", Text, primary_key=True), _text("centre"), _text("holder"),
    _int("until"),
)  # fmt: skip

TABLE_OF: Final[dict[type[Record], Table]] = {
    records.Centre: centre,
    records.Person: person,
    records.Passkey: passkey,
    records.Ticket: ticket,
    records.User: user_account,
    records.Login: login,
    records.Session: session,
    records.Invitation: invitation,
    records.Participant: participant,
    records.Document: document,
    records.Capture: capture,
    records.Position: position,
    records.Message: message,
    records.Upload: upload,
    records.Handover: handover,
    records.CentreKey: centre_key,
    records.AuditEntry: audit,
    records.AuditDue: audit_due,
    records.Recording: recording,
    Quality: quality,
    records.Removal: removal,
    PhoneTest: phone_test,
}  # parents before children
