-- What became of all reviews, by channel (R01).
-- Number: reviews in each of seven ends, which together are all of them. by_person: a person's
--   resolution took effect. acknowledged_only: an automatic reply and no person. The others had
--   neither: ignored, withdrawn, expired, or still open. share_covered is the first two of them.
-- n: all reviews that were opened in the period, in `reviews`. Nobody is left out.
-- Trap: a mean over answered reviews alone hides those that nobody answered. And a review has a row
--   on each day on which it was touched: count its newest only.
-- Parameters: business, from, to, from
WITH latest AS (
  SELECT *, row_number() OVER (PARTITION BY review ORDER BY day DESC) AS newest
  FROM reviews
  WHERE business = ? AND day BETWEEN ? AND ? AND opened_day >= ?
),
ends AS (
  SELECT
    channel,
    first_person_reply_at IS NOT NULL AS has_reply,
    CASE
      WHEN first_person_at IS NOT NULL THEN 'person'
      WHEN acknowledged_at IS NOT NULL THEN 'acknowledged'
      ELSE coalesce(closed_kind, 'open')
    END AS ending
  FROM latest
  WHERE newest = 1
)
SELECT
  coalesce(channel, '(all)') AS channel,
  count(*) AS reviews,
  count(*) FILTER (WHERE ending = 'person') AS by_person,
  count(*) FILTER (WHERE ending = 'person' AND has_reply) AS by_person_with_reply,
  count(*) FILTER (WHERE ending = 'acknowledged') AS acknowledged_only,
  count(*) FILTER (WHERE ending = 'ignored') AS ignored,
  count(*) FILTER (WHERE ending = 'withdrawn') AS withdrawn,
  count(*) FILTER (WHERE ending = 'expired') AS expired,
  count(*) FILTER (WHERE ending = 'open') AS still_open,
  round(
    CAST(count(*) FILTER (WHERE ending IN ('person', 'acknowledged')) AS DOUBLE) / count(*), 4
  ) AS share_covered
FROM ends
GROUP BY GROUPING SETS ((channel), ())
ORDER BY reviews DESC, 1
