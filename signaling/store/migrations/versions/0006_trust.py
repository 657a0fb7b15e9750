"""Policy and keys of centres, people and their ways in, the audit, recordings, legal hold, duties."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("centre", sa.Column("policy", sa.Text, nullable=False, server_default=""))
    op.add_column("session", sa.Column("held", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("session", sa.Column("erased_at", sa.BigInteger))
    for table in ("session", "invitation", "message"):
        op.create_index(f"ix_{table}_centre_address", table, ["centre", "address"])
    _people()
    _centre_key()
    _audit()
    _recording()
    op.create_table(
        "removal",
        *(_text(name) for name in ("id", "centre", "name")),
        sa.PrimaryKeyConstraint("id", name="pk_removal"),
    )
    op.create_table(
        "duty",
        sa.Column("name", sa.Text, nullable=False),
        _text("centre"),
        _text("holder"),
        _int("until"),
        sa.PrimaryKeyConstraint("name", name="pk_duty"),
    )


def _people() -> None:
    for column in ("waits_for", "browser"):
        op.add_column("login", sa.Column(column, sa.Text, nullable=False, server_default=""))
    op.add_column("login", sa.Column("seen_at", sa.BigInteger))
    op.create_table(
        "person",
        *(_text(name) for name in ("id", "centre", "email", "name", "password_hash")),
        _int("created_at"),
        sa.Column("disabled_at", sa.BigInteger),
        _text("phone"),
        _text("totp"),
        _int("totp_step"),
        _text("terms"),
        sa.Column("rpps", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("email", name="uq_person_email"),
        sa.UniqueConstraint("rpps", name="uq_person_rpps"),
    )
    op.create_table(
        "passkey",
        *(_text(name) for name in ("id", "centre", "person", "credential", "public_key")),
        _int("sign_count"),
        _text("name"),
        _int("created_at"),
        sa.Column("used_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_passkey_person"),
        sa.UniqueConstraint("credential", name="uq_passkey_credential"),
    )
    op.create_index("ix_passkey_person", "passkey", ["person"])
    op.create_table(
        "ticket",
        *(_text(name) for name in ("id", "centre", "person", "kind", "secret_hash")),
        _int("created_at"),
        _int("expires_at"),
        sa.Column("used_at", sa.BigInteger),
        _int("tries"),
        _text("data"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket"),
        sa.UniqueConstraint("secret_hash", name="uq_ticket_secret_hash"),
    )
    op.create_index("ix_ticket_expires_at", "ticket", ["expires_at"])


def _centre_key() -> None:
    op.create_table(
        "centre_key",
        _text("id"),
        _text("centre"),
        _text("wrapped"),
        _text("master"),
        _int("created_at"),
        sa.Column("retired_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_centre_key"),
        sa.ForeignKeyConstraint(["centre"], ["centre.id"], name="fk_centre_key_centre"),
    )
    op.create_index("ix_centre_key_centre_id", "centre_key", ["centre", "id"])


def _audit() -> None:
    op.create_table(
        "audit",
        _text("id"),
        _text("centre"),
        _int("number"),
        _int("at"),
        *(_text(name) for name in ("actor", "action", "subject", "detail", "previous", "hash")),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.UniqueConstraint("centre", "number", name="uq_audit_centre_number"),
    )
    op.create_index("ix_audit_centre_at", "audit", ["centre", "at"])
    op.create_table(
        "audit_due",
        *(_text(name) for name in ("id", "centre", "session")),
        _int("at"),
        *(_text(name) for name in ("actor", "action", "subject", "detail")),
        sa.PrimaryKeyConstraint("id", name="pk_audit_due"),
    )
    _only_append()


def _only_append() -> None:
    """Whoever may write rows may still not change or take one: that takes the right to change the table."""
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_refuses_{change.lower()} BEFORE {change} ON audit"
                " BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_refuses_change BEFORE UPDATE OR DELETE ON audit"
        " FOR EACH ROW EXECUTE FUNCTION audit_refuses()"
    )
    op.execute(
        "CREATE TRIGGER audit_refuses_truncate BEFORE TRUNCATE ON audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()"
    )


def _recording() -> None:
    op.create_table(
        "recording",
        _text("id"),
        _text("centre"),
        _text("session"),
        _text("participant"),
        _int("started_at"),
        sa.Column("ended_at", sa.BigInteger),
        _text("media_type"),
        _int("size"),
        sa.PrimaryKeyConstraint("id", name="pk_recording"),
        sa.ForeignKeyConstraint(
            ["centre", "session"], ["session.centre", "session.id"], name="fk_recording_centre_session"
        ),
        sa.ForeignKeyConstraint(
            ["centre", "participant"],
            ["participant.centre", "participant.id"],
            name="fk_recording_centre_participant",
        ),
    )
    op.create_index("ix_recording_centre_session", "recording", ["centre", "session"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _int(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)
