"""A user becomes a person who works in a centre: the address and the password are the person's.

Each user becomes a person with the user's own id.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_KEPT = "id, centre, email, name, role, created_at, disabled_at, blurred"


def upgrade() -> None:
    op.execute(
        "INSERT INTO person (id, centre, email, name, password_hash, created_at, disabled_at, phone, totp,"
        " totp_step, terms, rpps)"
        " SELECT id, '', email, name, password_hash, created_at, NULL, '', '', 0, '', NULL FROM user_account"
    )
    if op.get_bind().dialect.name == "sqlite":
        _make_anew()
    else:
        _change()


def _change() -> None:
    op.add_column("user_account", sa.Column("person", sa.Text))
    op.execute("UPDATE user_account SET person = id")
    op.alter_column("user_account", "person", nullable=False)
    op.create_foreign_key("fk_user_account_person", "user_account", "person", ["person"], ["id"])
    op.drop_constraint("uq_user_account_email", "user_account")
    op.create_unique_constraint("uq_user_account_centre_email", "user_account", ["centre", "email"])
    op.create_index("ix_user_account_person", "user_account", ["person"])
    op.drop_column("user_account", "password_hash")


def _make_anew() -> None:
    """SQLite drops no constraint. Rows that refer to users may miss them until the transaction ends."""
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute(f"CREATE TABLE user_kept AS SELECT {_KEPT} FROM user_account")  # noqa: S608 - a constant
    op.drop_table("user_account")
    op.create_table(
        "user_account",
        *(_text(name) for name in ("id", "centre", "person", "email", "name", "role")),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("disabled_at", sa.BigInteger),
        sa.Column("blurred", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name="pk_user_account"),
        sa.ForeignKeyConstraint(["centre"], ["centre.id"], name="fk_user_account_centre"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_user_account_person"),
        sa.UniqueConstraint("centre", "id", name="uq_user_account_centre_id"),
        sa.UniqueConstraint("centre", "email", name="uq_user_account_centre_email"),
    )
    op.create_index("ix_user_account_person", "user_account", ["person"])
    op.execute(f"INSERT INTO user_account (person, {_KEPT}) SELECT id, {_KEPT} FROM user_kept")  # noqa: S608 - a constant
    op.drop_table("user_kept")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)
