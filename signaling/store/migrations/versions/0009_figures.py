"""The figures of sessions, summed as they end, and a view of them for each definition."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_GROUP = ("centre", "dimension", "span", "measure", "first", "name")

_VIEWS = Path(__file__).parents[1] / "figure_views.sql"


def upgrade() -> None:
    op.create_table(
        "figure_due",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("session", "centre")),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("session", name="pk_figure_due"),
    )
    op.create_table(
        "figure_session",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("session", "centre", "counted")),
        sa.PrimaryKeyConstraint("session", name="pk_figure_session"),
    )
    for table, more in (("figure_sum", ()), ("figure_bucket", ("bucket",))):
        op.create_table(
            table,
            *(sa.Column(name, sa.Text, nullable=False) for name in _GROUP),
            *(sa.Column(name, sa.BigInteger, nullable=False) for name in (*more, "total")),
            sa.PrimaryKeyConstraint(*_GROUP, *more, name=f"pk_{table}"),
            sqlite_with_rowid=False,  # the rows lie in the order in which they are read
        )
    op.execute(
        "INSERT INTO figure_due (session, centre, version) SELECT id, centre, version FROM session"
        " WHERE ended_at IS NOT NULL"
    )
    for statement in _VIEWS.read_text(encoding="utf-8").split(";")[:-1]:
        op.execute(statement)
