-- How the work of people ended.
-- Number: reviews that a person had and that were closed in the period, by closing kind, with the
--   follow-ups that they belong to, and the median of the hours from opening to closing.
-- n: reviews that were in a follow-up, whose last closing is in the period, in `reviews`.
-- Trap: work that is still open is not here, so a kind may look quick because the slow ones have not
--   ended: see first-answers for all. A review that was reopened and closed again counts once, with
--   its last closing. The hours are hours of the clock.
-- Parameters: business, from, to, from
WITH latest AS (
  SELECT *, row_number() OVER (PARTITION BY review ORDER BY day DESC) AS newest
  FROM reviews
  WHERE business = ? AND day BETWEEN ? AND ?
),
closed AS (
  SELECT
    closed_kind,
    follow_up,
    closed_wall_s,
    row_number() OVER (
      PARTITION BY closed_kind, closed_wall_s IS NOT NULL ORDER BY closed_wall_s
    ) AS wall_rank,
    count(closed_wall_s) OVER (PARTITION BY closed_kind) AS with_wall
  FROM latest
  WHERE newest = 1 AND follow_up IS NOT NULL AND closed_day >= ?
)
SELECT
  closed_kind,
  count(*) AS reviews,
  count(DISTINCT follow_up) AS follow_ups,
  round(
    CAST(min(closed_wall_s) FILTER (WHERE wall_rank * 2 >= with_wall) AS DOUBLE) / 3600, 2
  ) AS median_hours
FROM closed
GROUP BY closed_kind
ORDER BY reviews DESC, closed_kind
