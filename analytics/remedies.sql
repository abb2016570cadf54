-- What was granted to customers, by remedy and currency (R28).
-- Number: grants, their sum, and the largest, in units of the currency.
-- n: resolutions of the period that were accepted with a remedy, in `grants`.
-- Trap: never add up currencies. A grant says what is owed: Heard pays nothing out, and does not
--   know whether somebody did. A grant whose reply did not arrive is not granted again.
-- Parameters: business, from, to
WITH granted AS (
  SELECT DISTINCT
    id,
    detail.remedy AS remedy,
    detail.currency AS currency,
    CAST(detail.amount AS DECIMAL(18, 2)) AS amount
  FROM outcomes
  WHERE
    business = ? AND day BETWEEN ? AND ?
    AND kind = 'resolution_given' AND detail.remedy IS NOT NULL
)
SELECT
  remedy,
  currency,
  count(*) AS grants,
  sum(amount) AS total,
  max(amount) AS largest
FROM granted
GROUP BY remedy, currency
ORDER BY grants DESC, remedy, currency
