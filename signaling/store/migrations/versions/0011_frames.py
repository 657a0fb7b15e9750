"""Frames a second among the figures, of what was measured before as well, and their view."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute(
        "INSERT INTO figure_due (session, centre, version) SELECT id, centre, version FROM session"
        " WHERE ended_at IS NOT NULL AND erased_at IS NULL"
        " AND EXISTS (SELECT 1 FROM quality"
        " WHERE quality.centre = session.centre AND quality.session = session.id)"
        " AND NOT EXISTS (SELECT 1 FROM figure_due AS due WHERE due.session = session.id)"
    )
    op.execute(
        """
        CREATE VIEW figure_frames AS
        SELECT centre, span, first, dimension, name, MAX(sessions) AS sessions,
            MIN(CASE WHEN seen * 100 >= 50 * sessions THEN bucket END) / 10.0 AS median_frames,
            MIN(CASE WHEN seen * 100 >= 90 * sessions THEN bucket END) / 10.0 AS p90_frames,
            MIN(CASE WHEN seen * 100 >= 99 * sessions THEN bucket END) / 10.0 AS p99_frames
        FROM (
            SELECT centre, span, first, dimension, name, bucket,
                SUM(total) OVER (PARTITION BY centre, span, first, dimension, name, measure ORDER BY bucket)
                    AS seen,
                SUM(total) OVER (PARTITION BY centre, span, first, dimension, name, measure) AS sessions
            FROM figure_bucket
            WHERE measure = 'frames' AND total > 0
        ) AS counted
        GROUP BY centre, span, first, dimension, name
        """
    )
