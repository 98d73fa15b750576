-- Ten questions for the views of duckdb.sql. The answers of a simulated month are in questions.md.

-- 1. What did calls cost, per currency and month?
SELECT
  strftime(day, '%Y-%m') AS month,
  currency,
  sum(coalesce(charge, 0) + coalesce(connection_charge, 0)) AS cost,
  count(*) AS calls
FROM fact_call
WHERE route = 'pstn'
GROUP BY ALL
ORDER BY ALL;

-- 2. Which countries of users cost the most, each in its own currency?
SELECT
  coalesce(country_name, usage_country_code) AS country,
  currency,
  sum(coalesce(charge, 0) + coalesce(connection_charge, 0)) AS cost
FROM fact_call
LEFT JOIN dim_country ON country_code = usage_country_code
WHERE route = 'pstn'
GROUP BY ALL
ORDER BY currency, cost DESC;

-- 3. How many calls are there on each UTC weekday, in and out?
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
SELECT
  trunk_fqdn,
  count(*) AS legs,
  count(*) FILTER (NOT successful) AS failed,
  round(100.0 * count(*) FILTER (NOT successful) / count(*), 1) AS failed_percent
FROM fact_call
WHERE route = 'direct-routing'
GROUP BY ALL
ORDER BY failed_percent DESC, trunk_fqdn;

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

-- 8. Who sends and gets the most Teams messages?
SELECT user_display_name, user_id, count(*) AS messages, sum(units) AS units
FROM fact_message
WHERE channel = 'teams'
GROUP BY ALL
ORDER BY messages DESC, user_id
LIMIT 5;

-- 9. What became of the messages, and what did they cost?
-- Without a currency: Voximplant charges in the account's own and does not name it.
SELECT channel, status_class, currency, count(*) AS messages, sum(charge) AS charge
FROM fact_message
GROUP BY ALL
ORDER BY ALL;

-- 10. Which days are whole, may still change, or are missing, and how many had no rows?
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
