-- How often nobody answered until a follow-up was escalated, by queue (R08).
-- Number: follow-ups that were escalated at least once, how often in all, and the highest level.
-- n: follow-ups of reviews that were opened in the period, in `follow_ups`, by the queue that they
--   were in last.
-- Trap: a follow-up may hold several reviews of a thread, and its escalation stands in the log of
--   one of them. So follow-ups are counted, not reviews. One that was given a level by the policy
--   when it was opened is not escalated for that.
-- Parameters: business, from, to, from
WITH latest AS (
  SELECT *, row_number() OVER (PARTITION BY review ORDER BY day DESC) AS newest
  FROM reviews
  WHERE business = ? AND day BETWEEN ? AND ? AND opened_day >= ?
)
SELECT
  queue,
  count(DISTINCT follow_up) AS follow_ups,
  count(DISTINCT CASE WHEN escalations > 0 THEN follow_up END) AS escalated,
  sum(escalations) AS escalations,
  max(level) AS highest_level,
  round(
    CAST(count(DISTINCT CASE WHEN escalations > 0 THEN follow_up END) AS DOUBLE)
      / count(DISTINCT follow_up),
    4
  ) AS share_escalated
FROM latest
WHERE newest = 1 AND follow_up IS NOT NULL
GROUP BY queue
ORDER BY follow_ups DESC, queue
