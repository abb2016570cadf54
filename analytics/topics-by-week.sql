-- What reviews are about, week by week (R17).
-- Number: reviews that name a topic, how many of them are complaints (medium or worse), and the
--   share of all reviews of that week.
-- n: all reviews that were opened in that week, also those without a topic, in `reviews_of_week`.
-- Trap: a review has up to five topics, so the shares of a week may add up to more than 1. The first
--   and the last week of a period may be cut: begin on a Monday and end on a Sunday. Few reviews
--   make large shares: read the count first.
-- Parameters: business, from, to, from
WITH latest AS (
  SELECT *, row_number() OVER (PARTITION BY review ORDER BY day DESC) AS newest
  FROM reviews
  WHERE business = ? AND day BETWEEN ? AND ? AND opened_day >= ?
),
weeks AS (
  SELECT opened_week, count(*) AS reviews
  FROM latest
  WHERE newest = 1
  GROUP BY opened_week
),
named AS (
  SELECT opened_week, severity_worst, topic
  FROM latest
  CROSS JOIN UNNEST(topics) AS named_topics (topic)
  WHERE newest = 1
)
SELECT
  named.opened_week AS week,
  topic,
  count(*) AS reviews,
  count(*) FILTER (WHERE severity_worst IN ('critical', 'high', 'medium')) AS complaints,
  min(weeks.reviews) AS reviews_of_week,
  round(CAST(count(*) AS DOUBLE) / min(weeks.reviews), 4) AS share
FROM named
JOIN weeks ON weeks.opened_week = named.opened_week
GROUP BY named.opened_week, topic
ORDER BY week, reviews DESC, topic
