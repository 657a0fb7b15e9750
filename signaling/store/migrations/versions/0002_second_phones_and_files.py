"""What a caller's phone sends, second phones, and the number that callers read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("centre", sa.Column("phone", sa.Text, nullable=False, server_default=""))
    op.add_column("invitation", sa.Column("shared_by", sa.Text, nullable=True))
    op.add_column("participant", sa.Column("standing", sa.Text, nullable=False, server_default="main"))
    _let_phones_take_captures()
    _create_upload()
    _create_handover()


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _int(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable, autoincrement=False)


def _refers(column: str, table: str, *, name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["centre", column], [f"{table}.centre", f"{table}.id"], name=name)


def _let_phones_take_captures() -> None:
    with op.batch_alter_table("capture") as capture:  # SQLite can't alter a column: a copy takes its place
        capture.alter_column("taken_by", existing_type=sa.Text(), nullable=True)
        capture.add_column(_text("participant", nullable=True))
        capture.create_foreign_key(
            "fk_capture_centre_participant", "participant", ["centre", "participant"], ["centre", "id"]
        )


def _create_upload() -> None:
    op.create_table(
        "upload",
        _text("id"),
        _text("centre"),
        _text("session"),
        _text("participant"),
        _text("kind"),
        _int("created_at"),
        _text("name"),
        _text("media_type"),
        _int("size"),
        _text("sha256"),
        _text("command"),
        _int("finished_at", nullable=True),
        _refers("session", "session", name="fk_upload_centre_session"),
        _refers("participant", "participant", name="fk_upload_centre_participant"),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
    )
    op.create_index("ix_upload_centre_session", "upload", ["centre", "session"])


def _create_handover() -> None:
    op.create_table(
        "handover",
        _text("id"),
        _text("centre"),
        _text("session"),
        _text("invitation"),
        _text("mark_hash"),
        _text("browser"),
        _text("language"),
        _int("created_at"),
        _text("decision"),
        _text("participant", nullable=True),
        _refers("session", "session", name="fk_handover_centre_session"),
        _refers("invitation", "invitation", name="fk_handover_centre_invitation"),
        _refers("participant", "participant", name="fk_handover_centre_participant"),
        sa.PrimaryKeyConstraint("id", name="pk_handover"),
        sa.UniqueConstraint("invitation", "mark_hash", name="uq_handover_invitation_mark_hash"),
    )
    op.create_index("ix_handover_centre_session", "handover", ["centre", "session"])
