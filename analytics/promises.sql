-- What became of what we promised, by queue (R14).
-- Number: promises made, and how each ended. kept and late: a person ended the matter before the
--   date or after it. moved: another date was promised first. missed: the follow-up expired. void:
--   the review ended otherwise, for example withdrawn. waiting and overdue are open, before and
--   after the date. share_kept is kept of kept, late, missed and overdue.
-- n: promises of reviews that were opened in the period, in `promises`.
-- Trap: kept of all that ended looks well while broken promises stay open: overdue ones count as
--   broken. A promise that is moved again and again is never late: read `moved`. A promise stands
--   in the log of one review of its follow-up.
-- Parameters: business, from, to, from, to, to
WITH latest AS (
  SELECT *, row_number() OVER (PARTITION BY review ORDER BY day DESC) AS newest
  FROM reviews
  WHERE business = ? AND day BETWEEN ? AND ? AND opened_day >= ?
),
sums AS (
  SELECT
    queue,
    sum(promised) AS promises,
    sum(promises_kept) AS kept,
    sum(promises_late) AS late,
    sum(promises_moved) AS moved,
    sum(promises_missed) AS missed,
    sum(promises_void) AS void,
    count(*) FILTER (
      WHERE promised_for_s >= (date_diff('day', DATE '1970-01-01', CAST(? AS DATE)) + 1) * 86400
    ) AS waiting,
    count(*) FILTER (
      WHERE promised_for_s < (date_diff('day', DATE '1970-01-01', CAST(? AS DATE)) + 1) * 86400
    ) AS overdue
  FROM latest
  WHERE newest = 1 AND promised > 0
  GROUP BY queue
)
SELECT
  sums.*,
  round(CAST(kept AS DOUBLE) / nullif(kept + late + missed + overdue, 0), 4) AS share_kept
FROM sums
ORDER BY promises DESC, queue
