"""What meetings are found by. Their words, which take the installation's key, are added by the program."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

# As a row of before is known: the program looks at its events, too
_FILL = """
INSERT INTO meeting (place, centre, session, started_by, ending, debrief, traces, words, mark)
SELECT started_at * 2097152 + row_number() OVER (PARTITION BY started_at ORDER BY id) - 1,
    centre, id, started_by,
    CASE WHEN first_picture_at IS NOT NULL THEN 'picture'
        WHEN refused THEN 'refused'
        WHEN rung IN ('', 'queued', 'accepted', 'delivered') THEN 'never_opened'
        ELSE 'no_picture' END,
    debrief, 0, '', ''
FROM session
"""


def upgrade() -> None:
    op.create_table(
        "meeting",
        sa.Column("place", sa.BigInteger, nullable=False, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("centre", "session", "started_by", "ending")),
        sa.Column("debrief", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("traces", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("words", "mark")),
        sa.PrimaryKeyConstraint("place", name="pk_meeting"),
        sa.ForeignKeyConstraint(
            ["centre", "session"], ["session.centre", "session.id"], name="fk_meeting_centre_session"
        ),
        sa.UniqueConstraint("session", name="uq_meeting_session"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _full_text_of_sqlite()
    else:
        op.execute(
            "CREATE INDEX ix_meeting_words ON meeting"
            " USING gin (array_to_tsvector(string_to_array(words, ' ')))"
        )
    op.execute(_FILL)
    op.create_index("ix_meeting_centre_place", "meeting", ["centre", "place"])
    op.create_index("ix_meeting_centre_ending_place", "meeting", ["centre", "ending", "place"])
    op.create_index("ix_meeting_centre_started_by_place", "meeting", ["centre", "started_by", "place"])
    op.create_index(
        "ix_meeting_debrief",
        "meeting",
        ["centre", "place"],
        sqlite_where=sa.text("debrief"),
        postgresql_where=sa.text("debrief"),
    )


def _full_text_of_sqlite() -> None:
    """Without a copy of the words. What is found comes in the order of `place`, the newest first, so that a
    page ends as soon as it is full. (https://www.sqlite.org/fts5.html)"""
    op.execute(
        "CREATE VIRTUAL TABLE meeting_words USING fts5(words, content='', detail=none, columnsize=0,"
        " prefix='3 4', tokenize=\"unicode61 remove_diacritics 0 tokenchars '#'\")"
    )
    gone = "INSERT INTO meeting_words (meeting_words, rowid, words) VALUES ('delete', old.place, old.words)"
    come = "INSERT INTO meeting_words (rowid, words) VALUES (new.place, new.words)"
    op.execute(f"CREATE TRIGGER meeting_comes AFTER INSERT ON meeting BEGIN {come}; END")
    op.execute(f"CREATE TRIGGER meeting_changes AFTER UPDATE OF words ON meeting BEGIN {gone}; {come}; END")
    op.execute(f"CREATE TRIGGER meeting_goes AFTER DELETE ON meeting BEGIN {gone}; END")
