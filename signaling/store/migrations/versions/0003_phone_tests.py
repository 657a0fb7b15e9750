"""Technical tests of phones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "phone_test",
        _text("id"),
        _text("centre"),
        _text("code"),
        _int("created_at"),
        _int("finished_at", nullable=True),
        _text("verdict"),
        _text("browser"),
        _text("report"),
        _text("sent_by", nullable=True),
        _text("address"),
        _text("channel"),
        _text("token_hash", nullable=True),
        _int("expires_at"),
        _text("message"),
        _text("reason"),
        sa.ForeignKeyConstraint(
            ["centre", "sent_by"],
            ["user_account.centre", "user_account.id"],
            name="fk_phone_test_centre_sent_by",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_phone_test"),
        sa.UniqueConstraint("code", name="uq_phone_test_code"),
        sa.UniqueConstraint("token_hash", name="uq_phone_test_token_hash"),
    )
    op.create_index("ix_phone_test_centre_id", "phone_test", ["centre", "id"])
    op.create_index("ix_phone_test_created_at", "phone_test", ["created_at"])


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _int(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable, autoincrement=False)
