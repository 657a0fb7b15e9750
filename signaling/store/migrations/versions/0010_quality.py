"""How good a picture was, kept for the session's page and the figures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "quality",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "centre", "session", "participant")),
        sa.Column("at", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Float(53), nullable=False) for name in ("bitrate", "frames", "loss")),
        sa.Column("round_trip", sa.Float(53), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_quality"),
        sa.ForeignKeyConstraint(
            ["centre", "session"], ["session.centre", "session.id"], name="fk_quality_centre_session"
        ),
        sa.ForeignKeyConstraint(
            ["centre", "participant"],
            ["participant.centre", "participant.id"],
            name="fk_quality_centre_participant",
        ),
    )
    op.create_index("ix_quality_centre_session", "quality", ["centre", "session"])
