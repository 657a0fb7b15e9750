-- The figures as views: one a definition (docs/figures.md), the same in SQLite and PostgreSQL. Each row is of
-- one centre, one `span` ('day' or 'month') that begins at `first`, one group: `dimension` is 'all', 'regulator',
-- 'carrier', 'model', 'browser' or 'network', and `name` says which of them.

CREATE VIEW figure_attempts AS
SELECT centre, span, first, dimension, name,
    SUM(CASE WHEN measure = 'attempts' THEN total ELSE 0 END) AS attempts,
    SUM(CASE WHEN measure = 'reached' THEN total ELSE 0 END) AS reached,
    SUM(CASE WHEN measure = 'video' THEN total ELSE 0 END) AS video,
    SUM(CASE WHEN measure = 'stills' THEN total ELSE 0 END) AS stills
FROM figure_sum
GROUP BY centre, span, first, dimension, name
HAVING SUM(CASE WHEN measure = 'attempts' THEN total ELSE 0 END) > 0;

CREATE VIEW figure_failures AS
SELECT centre, span, first, dimension, name,
    SUM(CASE WHEN measure = 'attempts' THEN total ELSE 0 END) AS attempts,
    SUM(CASE WHEN measure = 'cause.not_delivered' THEN total ELSE 0 END) AS not_delivered,
    SUM(CASE WHEN measure = 'cause.never_opened' THEN total ELSE 0 END) AS never_opened,
    SUM(CASE WHEN measure = 'cause.refused' THEN total ELSE 0 END) AS refused,
    SUM(CASE WHEN measure = 'cause.network' THEN total ELSE 0 END) AS network,
    SUM(CASE WHEN measure = 'cause.hung_up' THEN total ELSE 0 END) AS hung_up,
    SUM(CASE WHEN measure = 'cause.ended' THEN total ELSE 0 END) AS ended
FROM figure_sum
GROUP BY centre, span, first, dimension, name
HAVING SUM(CASE WHEN measure = 'attempts' THEN total ELSE 0 END) > 0;

CREATE VIEW figure_ways_in AS
SELECT centre, span, first, dimension, name,
    SUM(CASE WHEN measure = 'attempts' THEN total ELSE 0 END) AS attempts,
    SUM(CASE WHEN measure = 'way.resent' THEN total ELSE 0 END) AS resent,
    SUM(CASE WHEN measure = 'way.code' THEN total ELSE 0 END) AS code,
    SUM(CASE WHEN measure = 'way.shared' THEN total ELSE 0 END) AS shared,
    SUM(CASE WHEN measure = 'way.second_phone' THEN total ELSE 0 END) AS second_phone
FROM figure_sum
GROUP BY centre, span, first, dimension, name
HAVING SUM(CASE WHEN measure = 'attempts' THEN total ELSE 0 END) > 0;

CREATE VIEW figure_assessments AS
SELECT centre, span, first, dimension, name,
    SUM(CASE WHEN measure = 'attempts' THEN total ELSE 0 END) AS attempts,
    SUM(CASE WHEN measure = 'reached' THEN total ELSE 0 END) AS reached,
    SUM(CASE WHEN measure = 'assessed.worse' THEN total ELSE 0 END) AS worse,
    SUM(CASE WHEN measure = 'assessed.same' THEN total ELSE 0 END) AS same,
    SUM(CASE WHEN measure = 'assessed.better' THEN total ELSE 0 END) AS better,
    SUM(CASE WHEN measure = 'assessed.no_video' THEN total ELSE 0 END) AS no_video
FROM figure_sum
GROUP BY centre, span, first, dimension, name
HAVING SUM(CASE WHEN measure = 'attempts' THEN total ELSE 0 END) > 0;

CREATE VIEW figure_functions AS
SELECT centre, span, first, dimension, name,
    SUM(CASE WHEN measure = 'attempts' THEN total ELSE 0 END) AS attempts,
    SUM(CASE WHEN measure = 'reached' THEN total ELSE 0 END) AS reached,
    SUM(CASE WHEN measure = 'function.capture' THEN total ELSE 0 END) AS capture,
    SUM(CASE WHEN measure = 'function.position' THEN total ELSE 0 END) AS position,
    SUM(CASE WHEN measure = 'function.photo' THEN total ELSE 0 END) AS photo,
    SUM(CASE WHEN measure = 'function.torch' THEN total ELSE 0 END) AS torch,
    SUM(CASE WHEN measure = 'function.zoom' THEN total ELSE 0 END) AS zoom,
    SUM(CASE WHEN measure = 'function.document' THEN total ELSE 0 END) AS document,
    SUM(CASE WHEN measure = 'function.drawing' THEN total ELSE 0 END) AS drawing,
    SUM(CASE WHEN measure = 'function.cpr' THEN total ELSE 0 END) AS cpr,
    SUM(CASE WHEN measure = 'function.guest' THEN total ELSE 0 END) AS guest,
    SUM(CASE WHEN measure = 'function.screen' THEN total ELSE 0 END) AS screen
FROM figure_sum
GROUP BY centre, span, first, dimension, name
HAVING SUM(CASE WHEN measure = 'attempts' THEN total ELSE 0 END) > 0;

CREATE VIEW figure_interruptions AS
SELECT centre, span, first, dimension, name,
    SUM(CASE WHEN measure = 'attempts' THEN total ELSE 0 END) AS attempts,
    SUM(CASE WHEN measure = 'watched_ms' THEN total ELSE 0 END) AS watched_ms,
    SUM(CASE WHEN measure = 'stalled_ms' THEN total ELSE 0 END) AS stalled_ms
FROM figure_sum
GROUP BY centre, span, first, dimension, name
HAVING SUM(CASE WHEN measure = 'attempts' THEN total ELSE 0 END) > 0;

-- Percentiles: the smallest bucket up to which 50, 90, 99 of a hundred sessions lie. A bucket is called by its
-- middle, from 100 units up at most 5 % away from what is in it.

-- From the start of a session to each rung of the ladder
CREATE VIEW figure_rungs AS
SELECT centre, span, first, dimension, name, rung, MAX(sessions) AS sessions,
    MIN(CASE WHEN seen * 100 >= 50 * sessions THEN bucket END) / 1000.0 AS median_seconds,
    MIN(CASE WHEN seen * 100 >= 90 * sessions THEN bucket END) / 1000.0 AS p90_seconds,
    MIN(CASE WHEN seen * 100 >= 99 * sessions THEN bucket END) / 1000.0 AS p99_seconds
FROM (
    SELECT centre, span, first, dimension, name, SUBSTR(measure, 6) AS rung, bucket,
        SUM(total) OVER (PARTITION BY centre, span, first, dimension, name, measure ORDER BY bucket) AS seen,
        SUM(total) OVER (PARTITION BY centre, span, first, dimension, name, measure) AS sessions
    FROM figure_bucket
    WHERE measure LIKE 'rung.%' AND total > 0
) AS counted
GROUP BY centre, span, first, dimension, name, rung;

-- To each rung from the one before it
CREATE VIEW figure_spent AS
SELECT centre, span, first, dimension, name, rung, MAX(sessions) AS sessions,
    MIN(CASE WHEN seen * 100 >= 50 * sessions THEN bucket END) / 1000.0 AS median_seconds,
    MIN(CASE WHEN seen * 100 >= 90 * sessions THEN bucket END) / 1000.0 AS p90_seconds,
    MIN(CASE WHEN seen * 100 >= 99 * sessions THEN bucket END) / 1000.0 AS p99_seconds
FROM (
    SELECT centre, span, first, dimension, name, SUBSTR(measure, 7) AS rung, bucket,
        SUM(total) OVER (PARTITION BY centre, span, first, dimension, name, measure ORDER BY bucket) AS seen,
        SUM(total) OVER (PARTITION BY centre, span, first, dimension, name, measure) AS sessions
    FROM figure_bucket
    WHERE measure LIKE 'spent.%' AND total > 0
) AS counted
GROUP BY centre, span, first, dimension, name, rung;

-- Of each session's median, as its phone measured it
CREATE VIEW figure_bitrates AS
SELECT centre, span, first, dimension, name, MAX(sessions) AS sessions,
    MIN(CASE WHEN seen * 100 >= 50 * sessions THEN bucket END) / 1.0 AS median_kilobits,
    MIN(CASE WHEN seen * 100 >= 90 * sessions THEN bucket END) / 1.0 AS p90_kilobits,
    MIN(CASE WHEN seen * 100 >= 99 * sessions THEN bucket END) / 1.0 AS p99_kilobits
FROM (
    SELECT centre, span, first, dimension, name, bucket,
        SUM(total) OVER (PARTITION BY centre, span, first, dimension, name, measure ORDER BY bucket) AS seen,
        SUM(total) OVER (PARTITION BY centre, span, first, dimension, name, measure) AS sessions
    FROM figure_bucket
    WHERE measure = 'kilobits' AND total > 0
) AS counted
GROUP BY centre, span, first, dimension, name;

CREATE VIEW figure_losses AS
SELECT centre, span, first, dimension, name, MAX(sessions) AS sessions,
    MIN(CASE WHEN seen * 100 >= 50 * sessions THEN bucket END) / 10000.0 AS median_share,
    MIN(CASE WHEN seen * 100 >= 90 * sessions THEN bucket END) / 10000.0 AS p90_share,
    MIN(CASE WHEN seen * 100 >= 99 * sessions THEN bucket END) / 10000.0 AS p99_share
FROM (
    SELECT centre, span, first, dimension, name, bucket,
        SUM(total) OVER (PARTITION BY centre, span, first, dimension, name, measure ORDER BY bucket) AS seen,
        SUM(total) OVER (PARTITION BY centre, span, first, dimension, name, measure) AS sessions
    FROM figure_bucket
    WHERE measure = 'lost' AND total > 0
) AS counted
GROUP BY centre, span, first, dimension, name;
