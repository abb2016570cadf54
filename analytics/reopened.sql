-- What did not stay closed, by the closing that no longer holds.
-- Number: reviews that were reopened, how often in all, how many were answered by a person since,
--   and how many are open now.
-- n: reviews that were opened in the period, in `of_reviews`; `reopened_after` is the closing kind
--   before the last reopening.
-- Trap: the first answer of a reopened review was given before: its waiting time says nothing of the
--   second one. A review that is reopened after `ignored` was often never answered at all: an event
--   came first that was no review.
-- Parameters: business, from, to, from
WITH latest AS (
  SELECT *, row_number() OVER (PARTITION BY review ORDER BY day DESC) AS newest
  FROM reviews
  WHERE business = ? AND day BETWEEN ? AND ? AND opened_day >= ?
),
counted AS (
  SELECT latest.*, count(*) OVER () AS of_reviews
  FROM latest
  WHERE newest = 1
)
SELECT
  reopened_after,
  count(*) AS reviews,
  sum(reopened) AS reopenings,
  count(*) FILTER (WHERE reanswered_at IS NOT NULL OR first_person_at > reopened_at)
    AS answered_since,
  count(*) FILTER (WHERE closed_kind IS NULL) AS open_now,
  min(of_reviews) AS of_reviews,
  round(CAST(count(*) AS DOUBLE) / min(of_reviews), 4) AS share
FROM counted
WHERE reopened > 0
GROUP BY reopened_after
ORDER BY reviews DESC, reopened_after
