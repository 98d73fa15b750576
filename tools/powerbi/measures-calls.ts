import { COUNT, counted, rowsWhere, SHARE } from './measures-shared.ts';
import type { Measure } from './model.ts';

/** Calls, and the quality of Direct Routing. */

const IN_PSTN = `fact_call[direction] = "inbound" && fact_call[route] = "pstn" && fact_call[duration_seconds] == 0`;
const IN_LEG = `fact_call[direction] = "inbound" && fact_call[route] = "direct-routing" && fact_call[successful] == FALSE`;
const UNANSWERED_SQL = `direction = 'inbound'
  AND ((route = 'pstn' AND duration_seconds = 0) OR (route = 'direct-routing' AND NOT successful))`;

/** SIP codes that say that the person called, or the caller, ended it; the network did its part. */
const USER_CODES = [480, 486, 487, 600, 603] as const;

export const CALLS: readonly Measure[] = [
  {
    name: 'Calls',
    folder: 'Calls',
    meaning: 'Rows of fact_call: calls, and legs of calls over Direct Routing.',
    format: COUNT,
    dax: 'COUNTROWS ( fact_call )',
    sql: counted('fact_call'),
  },
  {
    name: 'Calls inbound',
    folder: 'Calls',
    meaning: 'Calls that came in.',
    format: COUNT,
    dax: rowsWhere('fact_call', 'fact_call[direction] = "inbound"'),
    sql: counted('fact_call', "direction = 'inbound'"),
  },
  {
    name: 'Calls outbound',
    folder: 'Calls',
    meaning: 'Calls that went out.',
    format: COUNT,
    dax: rowsWhere('fact_call', 'fact_call[direction] = "outbound"'),
    sql: counted('fact_call', "direction = 'outbound'"),
  },
  {
    name: 'Call minutes',
    folder: 'Calls',
    meaning: 'Minutes as the sources count them; over Direct Routing they include the ringing.',
    format: COUNT,
    dax: 'DIVIDE ( SUM ( fact_call[duration_seconds] ), 60 )',
    sql: 'SELECT sum(duration_seconds) / 60 FROM fact_call',
  },
  {
    name: 'Average call seconds',
    folder: 'Calls',
    meaning: 'Average duration in seconds of the calls that last longer than 0 seconds.',
    format: '#,0.0',
    dax: 'AVERAGEX ( FILTER ( fact_call, fact_call[duration_seconds] > 0 ), fact_call[duration_seconds] )',
    sql: 'SELECT avg(duration_seconds) FROM fact_call WHERE duration_seconds > 0',
  },
  {
    name: 'Unanswered inbound',
    folder: 'Calls',
    meaning:
      'Inbound calls that nobody answered, as far as each log shows: with a duration of 0 (pstn), or not successful (Direct Routing).',
    format: COUNT,
    dax: rowsWhere('fact_call', `( ${IN_PSTN} ) || ( ${IN_LEG} )`),
    sql: counted('fact_call', UNANSWERED_SQL),
  },
  {
    name: 'Unanswered share',
    folder: 'Calls',
    meaning: 'Unanswered inbound calls as a share of all inbound calls.',
    format: SHARE,
    dax: 'DIVIDE ( [Unanswered inbound], [Calls inbound] )',
    sql: `SELECT count(*) FILTER (${UNANSWERED_SQL}) / nullif(count(*) FILTER (direction = 'inbound'), 0) FROM fact_call`,
  },
  {
    name: 'Calls before',
    folder: 'Calls',
    meaning: 'Calls of the period before, which has as many days as the period in view and ends on the day before it.',
    format: COUNT,
    dax: `VAR firstDay = MIN ( dim_date[date] )
VAR dayCount = COUNTROWS ( dim_date )
RETURN
    CALCULATE (
        [Calls],
        FILTER ( ALL ( dim_date ), dim_date[date] >= firstDay - dayCount && dim_date[date] < firstDay )
    )`,
    sql: `SELECT count(*) FROM every_call, period
WHERE day < first AND day >= first - (last - first + 1)::INTEGER`,
  },
  {
    name: 'Calls in local time',
    folder: 'Calls',
    meaning: 'Calls by the local day on which they started, in the time zone of the parameter TimeZone.',
    format: COUNT,
    dax: 'CALCULATE ( [Calls], USERELATIONSHIP ( fact_call[local_day], dim_date[date] ) )',
    sql: counted('every_call, period', 'started_at::DATE BETWEEN first AND last'),
  },
  {
    name: 'Concurrent peak',
    folder: 'Calls',
    meaning:
      'The highest number of calls at the same instant, counting calls with a start and an end. The computing time grows with the square of the calls of a day.',
    format: COUNT,
    dax: `VAR calls =
    FILTER (
        fact_call,
        NOT ISBLANK ( fact_call[started_at] ) && fact_call[started_at] < fact_call[ended_at]
    )
RETURN
    MAXX (
        calls,
        VAR startDay = fact_call[day]
        VAR callStart = fact_call[started_at]
        RETURN
            COUNTROWS (
                FILTER (
                    calls,
                    fact_call[day] >= startDay - 1 && fact_call[day] <= startDay + 1
                        && fact_call[started_at] <= callStart
                        && fact_call[ended_at] > callStart
                )
            )
    )`,
    sql: `SELECT max(running) FROM (
  SELECT sum(step) OVER (ORDER BY moment, step ROWS UNBOUNDED PRECEDING) AS running FROM (
    SELECT started_at AS moment, 1 AS step FROM fact_call WHERE started_at < ended_at
    UNION ALL
    SELECT ended_at, -1 FROM fact_call WHERE started_at < ended_at))`,
  },
  {
    name: 'Active users',
    folder: 'Calls',
    meaning: 'Users with a call or a Teams message.',
    format: COUNT,
    dax: `COUNTROWS (
    FILTER (
        DISTINCT ( UNION ( VALUES ( fact_call[user_id] ), VALUES ( fact_message[user_id] ) ) ),
        NOT ISBLANK ( [user_id] )
    )
)`,
    sql: 'SELECT count(*) FROM (SELECT user_id FROM fact_call UNION SELECT user_id FROM fact_message) WHERE user_id IS NOT NULL',
  },
];

const LEG = 'fact_call[route] = "direct-routing"';
const LEG_SQL = "route = 'direct-routing'";
const REACHED = `${LEG} && ( fact_call[successful] == TRUE || fact_call[final_sip_code] IN { ${USER_CODES.join(', ')} } )`;
const ENDED = `${LEG} && ( NOT ISBLANK ( fact_call[successful] ) || NOT ISBLANK ( fact_call[final_sip_code] ) )`;
const REACHED_SQL = `route = 'direct-routing' AND (successful OR final_sip_code IN (${USER_CODES.join(', ')}))`;

export const DIRECT_ROUTING: readonly Measure[] = [
  {
    name: 'Legs',
    folder: 'Direct Routing',
    meaning: 'Legs of calls over Direct Routing.',
    format: COUNT,
    dax: rowsWhere('fact_call', LEG),
    sql: counted('fact_call', LEG_SQL),
  },
  {
    name: 'Direct Routing calls',
    folder: 'Direct Routing',
    meaning: 'Calls over Direct Routing: each call counts once, however many legs it has.',
    format: COUNT,
    dax: `CALCULATE ( DISTINCTCOUNTNOBLANK ( fact_call[correlation_id] ), KEEPFILTERS ( ${LEG} ) )`,
    sql: `SELECT count(DISTINCT correlation_id) FROM fact_call WHERE ${LEG_SQL}`,
  },
  {
    name: 'Failed legs',
    folder: 'Direct Routing',
    meaning: 'Legs that the source marks as not successful.',
    format: COUNT,
    dax: rowsWhere('fact_call', `${LEG} && fact_call[successful] == FALSE`),
    sql: counted('fact_call', `${LEG_SQL} AND NOT successful`),
  },
  {
    name: 'Failure share',
    folder: 'Direct Routing',
    meaning: 'Failed legs as a share of the legs for which the source says whether they succeeded.',
    format: SHARE,
    dax: `DIVIDE ( [Failed legs], ${rowsWhere('fact_call', `${LEG} && NOT ISBLANK ( fact_call[successful] )`)} )`,
    sql: `SELECT count(*) FILTER (NOT successful) / nullif(count(successful), 0) FROM fact_call WHERE ${LEG_SQL}`,
  },
  {
    name: 'Network effectiveness ratio',
    folder: 'Direct Routing',
    meaning: `Legs that succeeded or that a person ended (SIP ${USER_CODES.join(', ')}), as a share of the legs for which the source says how they ended.`,
    format: SHARE,
    dax: `DIVIDE ( ${rowsWhere('fact_call', REACHED)}, ${rowsWhere('fact_call', ENDED)} )`,
    sql: `SELECT count(*) FILTER (${REACHED_SQL})
  / nullif(count(coalesce(successful::INTEGER, final_sip_code)) FILTER (${LEG_SQL}), 0) FROM fact_call`,
  },
];
