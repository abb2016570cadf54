-- What each person's resolutions did: the load of the people who answer.
-- Number: reviews that a person's resolutions closed, promises and invitations that they made, and
--   the follow-ups that these belong to. median_waited_h is the working time for which their
--   follow-ups had waited until then.
-- n: outcomes of the period that name a person, in `outcomes`. `agent` is the id of a person.
-- Trap: one reply may close several reviews of a follow-up: compare follow-ups. How long a
--   follow-up waited says little of the agent, who may have claimed it last: claims are not in the
--   log. This tells who is loaded, and is no ranking of people.
-- Parameters: business, from, to
WITH decided AS (
  SELECT DISTINCT
    id,
    kind,
    detail."by" AS agent,
    detail.follow_up AS follow_up,
    detail.waited_s AS waited_s
  FROM outcomes
  WHERE
    business = ? AND day BETWEEN ? AND ?
    AND kind IN (
      'answered', 'moved_private_resolved', 'resolved_without_reply', 'walked_away', 'reported',
      'promised', 'invited_private'
    )
),
ranked AS (
  SELECT
    decided.*,
    row_number() OVER (
      PARTITION BY agent, waited_s IS NOT NULL ORDER BY waited_s
    ) AS waited_rank,
    count(waited_s) OVER (PARTITION BY agent) AS with_waited
  FROM decided
)
SELECT
  agent,
  count(*) AS outcomes,
  count(DISTINCT follow_up) AS follow_ups,
  count(*) FILTER (WHERE kind NOT IN ('promised', 'invited_private')) AS reviews_closed,
  count(*) FILTER (WHERE kind = 'promised') AS promises,
  count(*) FILTER (WHERE kind = 'invited_private') AS invitations,
  count(*) FILTER (WHERE kind IN ('walked_away', 'reported')) AS refusals,
  round(
    CAST(min(waited_s) FILTER (WHERE waited_rank * 2 >= with_waited) AS DOUBLE) / 3600, 2
  ) AS median_waited_h
FROM ranked
GROUP BY agent
ORDER BY follow_ups DESC, agent
