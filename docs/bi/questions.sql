-- Twenty questions for the views of duckdb.sql. questions.md has the answers for a simulated quarter.
-- Questions 11 and 12 use the time zone of this variable, or UTC if it is not set:
--   SET VARIABLE zone = 'Europe/Berlin';

-- 1. What did calls cost, per currency and month?
SELECT
  strftime(day, '%Y-%m') AS month,
  currency,
  coalesce(sum(charge), 0) + coalesce(sum(connection_charge), 0) AS cost,
  count(*) AS calls
FROM fact_call
WHERE route = 'pstn'
GROUP BY ALL
ORDER BY ALL;

-- 2. What do the calls of users in each country cost, per currency?
SELECT
  coalesce(country_name, usage_country_code) AS country,
  currency,
  coalesce(sum(charge), 0) + coalesce(sum(connection_charge), 0) AS cost
FROM fact_call
LEFT JOIN dim_country ON country_code = usage_country_code
WHERE route = 'pstn'
GROUP BY ALL
ORDER BY currency, cost DESC;

-- 3. How many calls are there on each UTC weekday, inbound and outbound?
-- A call over Direct Routing counts once per leg.
SELECT
  dayname(day) AS weekday,
  count(*) FILTER (direction = 'inbound') AS inbound,
  count(*) FILTER (direction = 'outbound') AS outbound,
  count(*) FILTER (direction = 'unknown') AS unknown
FROM fact_call
GROUP BY dayname(day), isodow(day)
ORDER BY isodow(day);

-- 4. Where do we call most, and for how long?
SELECT destination_name, count(*) AS calls, sum(duration_seconds) // 60 AS minutes
FROM fact_call
WHERE route = 'pstn' AND direction = 'outbound'
GROUP BY ALL
ORDER BY calls DESC, destination_name
LIMIT 10;

-- 5. Which trunks fail, and on how many legs?
-- failed_percent is a share of the legs for which the source says whether they succeeded.
SELECT
  trunk_fqdn,
  count(*) AS legs,
  count(*) FILTER (NOT successful) AS failed,
  round(100.0 * count(*) FILTER (NOT successful) / count(successful), 1) AS failed_percent
FROM fact_call
WHERE route = 'direct-routing'
GROUP BY ALL
ORDER BY failed_percent DESC NULLS LAST, trunk_fqdn;

-- 6. Why do calls over Direct Routing fail?
SELECT final_sip_code, final_sip_code_phrase, call_end_sub_reason, count(*) AS legs
FROM fact_call
WHERE NOT successful
GROUP BY ALL
ORDER BY legs DESC, final_sip_code;

-- 7. What does dial-out from meetings cost?
SELECT currency, destination_context, sum(total_calls) AS calls, sum(total_call_charge) AS cost
FROM fact_dialout_usage
GROUP BY ALL
ORDER BY ALL;

-- 8. Who sends and receives the most Teams messages?
-- A user who was renamed is one user, under the newest name.
SELECT
  arg_max(user_display_name, sent_at) AS user_display_name,
  user_id,
  count(*) AS messages,
  sum(units) AS units
FROM fact_message
WHERE channel = 'teams' AND user_id IS NOT NULL
GROUP BY user_id
ORDER BY messages DESC, user_id
LIMIT 5;

-- 9. What became of the messages, and what did they cost?
-- Rows without a currency: Voximplant charges in the currency of the account, or Teams stated no currency.
SELECT channel, status_class, currency, count(*) AS messages, sum(charge) AS charge
FROM fact_message
GROUP BY ALL
ORDER BY ALL;

-- 10. Which days are final, may still change, or are missing, and how many had no rows?
SELECT
  source_dataset,
  state,
  count(*) AS days,
  count(*) FILTER (rows = 0) AS empty_days,
  min(day) AS first_day,
  max(day) AS last_day,
  sum(rows) AS rows
FROM partition_status
GROUP BY ALL
ORDER BY ALL;

-- 11. Which local hours are the busiest?
-- In the time zone of the variable zone (SET VARIABLE zone = 'Europe/Berlin'), or in UTC if it is not set.
SELECT
  hour(started_at AT TIME ZONE coalesce(getvariable('zone'), 'UTC')) AS local_hour,
  count(*) AS calls,
  count(*) FILTER (direction = 'inbound') AS inbound
FROM fact_call
WHERE started_at IS NOT NULL
GROUP BY local_hour
ORDER BY calls DESC, local_hour
LIMIT 5;

-- 12. What was the highest number of calls at once in each month, and when was it first reached?
-- Calls over Direct Routing count once per leg. The time is local, as in question 11.
WITH steps AS (
  SELECT started_at AS moment, 1 AS step FROM fact_call WHERE started_at < ended_at
  UNION ALL
  SELECT ended_at, -1 FROM fact_call WHERE started_at < ended_at
), running AS (
  SELECT moment, step, sum(step) OVER (ORDER BY moment, step ROWS UNBOUNDED PRECEDING) AS at_once FROM steps
)
SELECT
  strftime(moment AT TIME ZONE coalesce(getvariable('zone'), 'UTC'), '%Y-%m') AS month,
  max(at_once)::BIGINT AS at_once,
  arg_max(moment AT TIME ZONE coalesce(getvariable('zone'), 'UTC'), (at_once, -epoch(moment))) AS first_at
FROM running
WHERE step = 1
GROUP BY month
ORDER BY month;

-- 13. How many inbound calls did nobody answer, as far as each log shows?
-- The log teams-pstn-calls has no column for this: a call with a duration of 0 was not connected.
SELECT
  route,
  count(*) AS inbound,
  count(*) FILTER (if(route = 'pstn', duration_seconds = 0, NOT successful)) AS unanswered,
  round(100.0 * count(*) FILTER (if(route = 'pstn', duration_seconds = 0, NOT successful)) / count(*), 1)
    AS unanswered_percent
FROM fact_call
WHERE direction = 'inbound'
GROUP BY ALL
ORDER BY ALL;

-- 14. Whose calls cost the most, per currency?
SELECT
  currency,
  arg_max(user_display_name, started_at) AS user_display_name,
  user_id,
  coalesce(sum(charge), 0) + coalesce(sum(connection_charge), 0) AS cost,
  count(*) AS calls
FROM fact_call
WHERE route = 'pstn' AND user_id IS NOT NULL
GROUP BY currency, user_id
QUALIFY row_number() OVER (PARTITION BY currency ORDER BY cost DESC, user_id) <= 3
ORDER BY currency, cost DESC, user_id;

-- 15. How many users were active in each month, and what did they do?
SELECT month, count(DISTINCT user_id) AS users, sum(calls)::BIGINT AS calls, sum(messages)::BIGINT AS messages
FROM (
  SELECT strftime(day, '%Y-%m') AS month, user_id, 1 AS calls, 0 AS messages FROM fact_call
  UNION ALL
  SELECT strftime(day, '%Y-%m'), user_id, 0, 1 FROM fact_message
)
WHERE user_id IS NOT NULL
GROUP BY month
ORDER BY month;

-- 16. How does each month compare with the month before, and is it complete?
-- held_percent is the share of the days owed that are held: below 100, change_percent says little. Days before the
-- history of a log begins are not owed.
SELECT
  strftime(status.month, '%Y-%m') AS month,
  coalesce(calls, 0) AS calls,
  round(100.0 * (calls - lag(calls) OVER (ORDER BY status.month)) / lag(calls) OVER (ORDER BY status.month), 1)
    AS change_percent,
  status.held_percent
FROM (
  SELECT date_trunc('month', day) AS month, round(100.0 * count(rows) / count(*), 1) AS held_percent
  FROM partition_status
  WHERE source_dataset IN ('teams-pstn-calls', 'teams-direct-routing-calls')
  GROUP BY ALL
) AS status
LEFT JOIN (SELECT date_trunc('month', day) AS month, count(*) AS calls FROM fact_call GROUP BY ALL) AS counts
  ON counts.month = status.month
ORDER BY status.month;

-- 17. What is the network effectiveness ratio of each trunk?
-- Legs that succeeded or that a person ended (SIP 480, 486, 487, 600, 603: busy, no answer, hung up, declined), as a
-- share of the legs for which the source says how they ended.
SELECT
  trunk_fqdn,
  count(*) AS legs,
  round(100.0 * count(*) FILTER (successful OR final_sip_code IN (480, 486, 487, 600, 603))
    / count(coalesce(successful::INTEGER, final_sip_code)), 1) AS effective_percent
FROM fact_call
WHERE route = 'direct-routing'
GROUP BY ALL
ORDER BY effective_percent, trunk_fqdn;

-- 18. How long do connected calls last?
SELECT
  route,
  direction,
  count(*) AS calls,
  median(duration_seconds)::INTEGER AS median_seconds,
  quantile_disc(duration_seconds, 0.95) AS longest_of_95_percent
FROM fact_call
WHERE duration_seconds > 0
GROUP BY ALL
ORDER BY ALL;

-- 19. Which days are not held, and which changed after they first landed, by how many rows and when?
SELECT source_dataset, day, state, rows, revision, rows_added, rows_changed, rows_removed, landed_at
FROM partition_status
WHERE rows IS NULL OR revision > 1
ORDER BY source_dataset, day;

-- 20. Which licences do calls use, and for how many calls and minutes?
SELECT
  coalesce(meaning, license_capability, 'none named') AS licence,
  count(*) AS calls,
  sum(duration_seconds) // 60 AS minutes
FROM fact_call
LEFT JOIN dim_license USING (license_capability)
WHERE route = 'pstn'
GROUP BY ALL
ORDER BY calls DESC, licence;
