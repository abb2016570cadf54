-- Replies that did not arrive, by platform.
-- Number: replies that the platform refused, of which nobody can tell whether they are there, and
--   that it removed later; and the reviews that this happened to.
-- n: reviews that were opened in the period and got a reply or should have, in `reviews`.
-- Trap: a reply that was refused may be sent again and arrive, so these are not reviews without an
--   answer: see coverage. A reply to several reviews stands in the log of one of them.
-- Parameters: business, from, to, from
WITH latest AS (
  SELECT
    *,
    replies_rejected + replies_unknown + replies_removed AS failures,
    row_number() OVER (PARTITION BY review ORDER BY day DESC) AS newest
  FROM reviews
  WHERE business = ? AND day BETWEEN ? AND ? AND opened_day >= ?
)
SELECT
  platform,
  count(*) AS reviews,
  count(*) FILTER (WHERE failures > 0) AS with_failures,
  sum(replies_rejected) AS replies_rejected,
  sum(replies_unknown) AS replies_unknown,
  sum(replies_removed) AS replies_removed,
  round(CAST(count(*) FILTER (WHERE failures > 0) AS DOUBLE) / count(*), 4) AS share_failed
FROM latest
WHERE newest = 1 AND public_replies + private_replies + failures > 0
GROUP BY platform
ORDER BY with_failures DESC, platform
