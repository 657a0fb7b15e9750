"""The first schema: everything that a call from a phone number to live video keeps."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_centre()
    _create_user_account()
    _create_login()
    _create_session()
    _create_invitation()
    _create_participant()
    _create_event()
    _create_document()
    _create_capture()
    _create_position()
    _create_message()


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _int(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable, autoincrement=False)


def _float(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Float(53), nullable=False)


def _refers(column: str, table: str, *, name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["centre", column], [f"{table}.centre", f"{table}.id"], name=name)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _create_centre() -> None:
    op.create_table(
        "centre",
        _text("id"),
        _text("centre"),
        _text("name"),
        _int("created_at"),
        sa.CheckConstraint("centre = id", name="ck_centre_own"),
        sa.PrimaryKeyConstraint("id", name="pk_centre"),
    )


def _create_user_account() -> None:
    op.create_table(
        "user_account",
        _text("id"),
        _text("centre"),
        _text("email"),
        _text("name"),
        _text("role"),
        _text("password_hash"),
        _int("created_at"),
        _int("disabled_at", nullable=True),
        sa.ForeignKeyConstraint(["centre"], ["centre.id"], name="fk_user_account_centre"),
        sa.PrimaryKeyConstraint("id", name="pk_user_account"),
        sa.UniqueConstraint("centre", "id", name="uq_user_account_centre_id"),
        sa.UniqueConstraint("email", name="uq_user_account_email"),
    )


def _create_login() -> None:
    op.create_table(
        "login",
        _text("id"),
        _text("centre"),
        _text("user"),
        _int("created_at"),
        _int("expires_at"),
        _int("revoked_at", nullable=True),
        _refers("user", "user_account", name="fk_login_centre_user"),
        sa.PrimaryKeyConstraint("id", name="pk_login"),
    )
    op.create_index("ix_login_centre_user", "login", ["centre", "user"])


def _create_session() -> None:
    op.create_table(
        "session",
        _text("id"),
        _text("centre"),
        _int("version"),
        _text("started_by"),
        _int("started_at"),
        _text("address"),
        _text("channel"),
        _text("rung"),
        _int("first_picture_at", nullable=True),
        _int("ended_at", nullable=True),
        sa.Column("refused", sa.Boolean(), nullable=False),
        _refers("started_by", "user_account", name="fk_session_centre_started_by"),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sa.UniqueConstraint("centre", "id", name="uq_session_centre_id"),
    )
    op.create_index("ix_session_open", "session", ["centre", "id"], **_where("ended_at IS NULL"))
    op.create_index("ix_session_open_since", "session", ["started_at"], **_where("ended_at IS NULL"))


def _create_invitation() -> None:
    op.create_table(
        "invitation",
        _text("id"),
        _text("centre"),
        _text("session"),
        _text("address"),
        _text("channel"),
        _text("token_hash"),
        _text("code_hash"),
        _int("code_salt"),
        _int("code_expires_at"),
        _int("created_at"),
        _int("expires_at"),
        _int("opened_at", nullable=True),
        _int("claimed_at", nullable=True),
        _text("claimed_by", nullable=True),
        _int("revoked_at", nullable=True),
        _refers("session", "session", name="fk_invitation_centre_session"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("centre", "id", name="uq_invitation_centre_id"),
        sa.UniqueConstraint("token_hash", name="uq_invitation_token_hash"),
    )
    op.create_index("ix_invitation_centre_session", "invitation", ["centre", "session"])
    op.create_index("ix_invitation_code_hash", "invitation", ["code_hash"])


def _create_participant() -> None:
    op.create_table(
        "participant",
        _text("id"),
        _text("centre"),
        _text("session"),
        _text("role"),
        _int("created_at"),
        _text("user", nullable=True),
        _text("invitation", nullable=True),
        _text("cookie_hash", nullable=True),
        _text("browser"),
        _text("language"),
        _text("page"),
        _int("epoch"),
        _int("revision"),
        _refers("invitation", "invitation", name="fk_participant_centre_invitation"),
        _refers("session", "session", name="fk_participant_centre_session"),
        _refers("user", "user_account", name="fk_participant_centre_user"),
        sa.PrimaryKeyConstraint("id", name="pk_participant"),
        sa.UniqueConstraint("centre", "id", name="uq_participant_centre_id"),
        sa.UniqueConstraint("cookie_hash", name="uq_participant_cookie_hash"),
    )
    op.create_index("ix_participant_centre_session", "participant", ["centre", "session"])


def _create_event() -> None:
    op.create_table(
        "event",
        _text("centre"),
        _text("session"),
        _int("version"),
        _int("at"),
        _text("type"),
        _text("fact"),
        _refers("session", "session", name="fk_event_centre_session"),
        sa.PrimaryKeyConstraint("session", "version", name="pk_event"),
    )


def _create_document() -> None:
    op.create_table(
        "document",
        _text("id"),
        _text("centre"),
        _text("session"),
        _text("sent_by"),
        _int("created_at"),
        _text("name"),
        _int("size"),
        _text("media_type"),
        _refers("sent_by", "participant", name="fk_document_centre_sent_by"),
        _refers("session", "session", name="fk_document_centre_session"),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
    )
    op.create_index("ix_document_centre_session", "document", ["centre", "session"])


def _create_capture() -> None:
    op.create_table(
        "capture",
        _text("id"),
        _text("centre"),
        _text("session"),
        _text("taken_by"),
        _int("taken_at"),
        _int("width"),
        _int("height"),
        _int("size"),
        _text("media_type"),
        _refers("session", "session", name="fk_capture_centre_session"),
        _refers("taken_by", "user_account", name="fk_capture_centre_taken_by"),
        sa.PrimaryKeyConstraint("id", name="pk_capture"),
    )
    op.create_index("ix_capture_centre_session", "capture", ["centre", "session"])


def _create_position() -> None:
    op.create_table(
        "position",
        _text("id"),
        _text("centre"),
        _text("session"),
        _text("participant"),
        _int("at"),
        _float("latitude"),
        _float("longitude"),
        _float("accuracy"),
        _text("address", nullable=True),
        _text("source", nullable=True),
        _refers("participant", "participant", name="fk_position_centre_participant"),
        _refers("session", "session", name="fk_position_centre_session"),
        sa.PrimaryKeyConstraint("id", name="pk_position"),
    )
    op.create_index("ix_position_centre_session", "position", ["centre", "session"])


def _create_message() -> None:
    op.create_table(
        "message",
        _text("id"),
        _text("centre"),
        _text("session"),
        _text("invitation"),
        _text("intent"),
        _text("channel"),
        _text("address"),
        _text("language"),
        _text("state"),
        _int("created_at"),
        _int("next_try_at", nullable=True),
        _int("tries"),
        _text("provider"),
        _text("provider_ref"),
        _text("reason"),
        _refers("invitation", "invitation", name="fk_message_centre_invitation"),
        _refers("session", "session", name="fk_message_centre_session"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("session", "intent", name="uq_message_session_intent"),
    )
    op.create_index("ix_message_due", "message", ["next_try_at"], **_where("next_try_at IS NOT NULL"))
