-- How long reviews wait for a person, and whether the time limit (SLA) is kept, by severity (R07).
-- Number: in_time, late, overdue (nobody answered, and the time is over) and not_due (nobody
--   answered, and there is time left). share_in_time is in_time of the first three.
--   median_answered_h is over answered reviews alone; median_all_h counts everybody who waits
--   (Kaplan-Meier): after so many hours half of all were answered. Both are hours of the clock;
--   median_working_h is working time, of answered reviews.
-- n: reviews opened in the period that a person was given, by their worst severity, in `reviews`.
--   moot are those of them that ended without needing an answer: withdrawn, or ignored.
-- Trap: a median over answered reviews alone looks better the more are left unanswered. A review
--   that is open and over its time is late, whatever comes. A review that was reopened before any
--   answer waits from then on.
-- Parameters: business, from, to, from, to, to
WITH latest AS (
  SELECT *, row_number() OVER (PARTITION BY review ORDER BY day DESC) AS newest
  FROM reviews
  WHERE business = ? AND day BETWEEN ? AND ? AND opened_day >= ?
),
given AS (
  SELECT
    severity_worst AS severity,
    first_wall_s,
    first_waited_s,
    first_person_at IS NOT NULL AS answered,
    CASE
      WHEN first_person_at <= due_at THEN 'in_time'
      WHEN first_person_at IS NOT NULL THEN 'late'
      WHEN closed_kind = 'expired' THEN 'overdue'
      WHEN closed_kind IS NOT NULL THEN 'moot'
      WHEN due_s < (date_diff('day', DATE '1970-01-01', CAST(? AS DATE)) + 1) * 86400 THEN 'overdue'
      ELSE 'not_due'
    END AS state,
    coalesce(
      first_wall_s,
      closed_wall_s,
      (date_diff('day', DATE '1970-01-01', CAST(? AS DATE)) + 1) * 86400 - clock_s
    ) AS wall_s
  FROM latest
  WHERE newest = 1 AND due_at IS NOT NULL
),
steps AS (
  SELECT
    severity,
    wall_s,
    CAST(count(*) FILTER (WHERE answered) AS DOUBLE) AS answers,
    sum(count(*)) OVER (PARTITION BY severity ORDER BY wall_s DESC) AS waiting
  FROM given
  GROUP BY severity, wall_s
),
curve AS (
  SELECT
    severity,
    wall_s,
    exp(
      sum(CASE WHEN answers >= waiting THEN -1000.0 ELSE ln(1.0 - answers / waiting) END)
        OVER (PARTITION BY severity ORDER BY wall_s)
    ) AS unanswered
  FROM steps
),
half AS (
  SELECT severity, min(wall_s) FILTER (WHERE unanswered <= 0.5000001) AS wall_s
  FROM curve
  GROUP BY severity
),
ranked AS (
  SELECT
    given.*,
    row_number() OVER (PARTITION BY severity, answered ORDER BY first_wall_s) AS wall_rank,
    row_number() OVER (
      PARTITION BY severity, first_waited_s IS NOT NULL ORDER BY first_waited_s
    ) AS working_rank,
    count(*) OVER (PARTITION BY severity, answered) AS alike,
    count(first_waited_s) OVER (PARTITION BY severity) AS with_working
  FROM given
)
SELECT
  ranked.severity AS severity,
  count(*) AS reviews,
  count(*) FILTER (WHERE state = 'in_time') AS in_time,
  count(*) FILTER (WHERE state = 'late') AS late,
  count(*) FILTER (WHERE state = 'overdue') AS overdue,
  count(*) FILTER (WHERE state = 'not_due') AS not_due,
  count(*) FILTER (WHERE state = 'moot') AS moot,
  round(
    CAST(count(*) FILTER (WHERE state = 'in_time') AS DOUBLE)
      / nullif(count(*) FILTER (WHERE state IN ('in_time', 'late', 'overdue')), 0),
    4
  ) AS share_in_time,
  round(
    CAST(min(first_wall_s) FILTER (WHERE answered AND wall_rank * 2 >= alike) AS DOUBLE) / 3600, 2
  ) AS median_answered_h,
  round(CAST(min(half.wall_s) AS DOUBLE) / 3600, 2) AS median_all_h,
  round(
    CAST(min(first_waited_s) FILTER (WHERE working_rank * 2 >= with_working) AS DOUBLE) / 3600, 2
  ) AS median_working_h
FROM ranked
JOIN half ON half.severity = ranked.severity
GROUP BY ranked.severity
ORDER BY
  CASE ranked.severity
    WHEN 'critical' THEN 1 WHEN 'high' THEN 2 WHEN 'medium' THEN 3 WHEN 'low' THEN 4 ELSE 5
  END
