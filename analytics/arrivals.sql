-- When reviews arrive, by weekday and hour: when somebody should be there (R15).
-- Number: reviews that were opened, and complaints (medium or worse) among them. Weekday 1 is Monday.
-- n: all reviews that were opened in the period; the rows add up to it.
-- Trap: the hours are UTC, not those of the business. A polled platform is asked at intervals, so a
--   review may be older than its arrival. A period should have each weekday equally often.
-- Parameters: business, from, to, from
WITH latest AS (
  SELECT *, row_number() OVER (PARTITION BY review ORDER BY day DESC) AS newest
  FROM reviews
  WHERE business = ? AND day BETWEEN ? AND ? AND opened_day >= ?
)
SELECT
  opened_weekday AS weekday,
  opened_hour AS hour_utc,
  count(*) AS reviews,
  count(*) FILTER (WHERE severity_worst IN ('critical', 'high', 'medium')) AS complaints
FROM latest
WHERE newest = 1
GROUP BY opened_weekday, opened_hour
ORDER BY weekday, hour_utc
