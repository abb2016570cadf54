-- How often platforms send the same thing again, and how often authors edit.
-- Number: reviews of which something arrived again, how often that is in the log, and reviews that
--   were edited.
-- n: reviews that were opened in the period, in `reviews`.
-- Trap: the first repetitions of a review leave an outcome each, later ones one a day, so `repeats`
--   counts less than arrived. An edit without new words counts as an edit. Whether two reviews have
--   one author is not in the lake.
-- Parameters: business, from, to, from
WITH latest AS (
  SELECT *, row_number() OVER (PARTITION BY review ORDER BY day DESC) AS newest
  FROM reviews
  WHERE business = ? AND day BETWEEN ? AND ? AND opened_day >= ?
)
SELECT
  platform,
  count(*) AS reviews,
  count(*) FILTER (WHERE repeats > 0) AS with_repeats,
  sum(repeats) AS repeats,
  count(*) FILTER (WHERE revisions > 1) AS edited,
  round(CAST(count(*) FILTER (WHERE repeats > 0) AS DOUBLE) / count(*), 4) AS share_repeated
FROM latest
WHERE newest = 1
GROUP BY platform
ORDER BY reviews DESC, platform
