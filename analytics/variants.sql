-- What authors did after each wording of an acknowledgement (R27).
-- Number: reviews whose author edited afterwards or withdrew, and reviews that were reopened or that
--   a person answered after all.
-- n: reviews that were acknowledged in the period, in `acknowledged`. `variant` is null where the
--   policy has one wording only.
-- Trap: this shows what happened, not what the wording did. Reviews that were acknowledged yesterday
--   had one day to change, so compare variants of the same time. Whether two differ is for
--   `heard policy experiments` to say, which follows each review for equally long.
-- Parameters: business, from, to, from
WITH latest AS (
  SELECT *, row_number() OVER (PARTITION BY review ORDER BY day DESC) AS newest
  FROM reviews
  WHERE business = ? AND day BETWEEN ? AND ? AND acknowledged_day >= ?
)
SELECT
  variant,
  count(*) AS acknowledged,
  count(*) FILTER (WHERE revisions > 1) AS edited,
  count(*) FILTER (WHERE closed_kind = 'withdrawn') AS withdrawn,
  count(*) FILTER (WHERE reopened > 0) AS reopened,
  count(*) FILTER (WHERE first_person_at > acknowledged_at) AS then_by_person,
  round(CAST(count(*) FILTER (WHERE reopened > 0) AS DOUBLE) / count(*), 4) AS share_reopened
FROM latest
WHERE newest = 1
GROUP BY variant
ORDER BY acknowledged DESC, variant
