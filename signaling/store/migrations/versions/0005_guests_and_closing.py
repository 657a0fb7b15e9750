"""Guests and their streams, drawings, what remains of a session, pictures that arrive blurred."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TEXTS = (
    ("session", "assessment"),
    ("session", "reference"),
    ("session", "note"),
    ("invitation", "guest"),
    ("invitation", "name"),
)
FLAGS = (("session", "debrief"), ("user_account", "blurred"), ("document", "drawing"))


def upgrade() -> None:
    for table, column in TEXTS:
        op.add_column(table, sa.Column(column, sa.Text, nullable=False, server_default=""))
    for table, column in FLAGS:
        op.add_column(table, sa.Column(column, sa.Boolean, nullable=False, server_default=sa.false()))
