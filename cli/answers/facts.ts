import { z } from 'zod';
import { SHOWN_STATES } from '../../shared/status/states.ts';
import { SOURCES } from '../../shared/words/model.ts';

/** What `landline status --json` and the coverage page's JSON say. Members may be added. */

export const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .meta({ id: 'day', description: 'UTC' });
export const instant = z.string().meta({ id: 'instant', format: 'date-time', description: 'UTC, ISO 8601' });
export const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER).meta({ id: 'count' });
const states = SHOWN_STATES.map(({ state }) => state);
export const state = z.enum(states).meta({ id: 'state' });
export const source = z.enum(SOURCES);
export const reason = z.string().describe('docs/operations.md#reasons');

export const doubts = z
  .array(z.object({ reason, message: z.string(), next: z.string() }))
  .describe('what is doubtful about a day that is held')
  .meta({ id: 'doubts' });

const dayFacts = z
  .object({
    day,
    state,
    held: z.boolean().describe('whether a partition is there, whatever else is being done about the day'),
    broken: z.literal(true).optional().describe('verification found the partition damaged or gone'),
    rows: count.optional(),
    usualRows: count.optional().describe('rows that the log usually has on that weekday'),
    unusual: z.enum(['few', 'many']).optional(),
    revision: count.optional(),
    landedAt: instant.optional(),
    checkedAt: instant.optional(),
    settledAt: instant.optional(),
    rowsAdded: count.optional().describe('against the revision before'),
    rowsChanged: count.optional(),
    rowsRemoved: count.optional(),
    retryAt: instant.optional(),
    failures: count.optional().describe('failed attempts in a row'),
    since: instant.optional().describe('when the failures began, or when the read came that is not trusted'),
    reason: reason.optional(),
    message: z.string().optional(),
    requestId: z.string().optional(),
    next: z.string().optional().describe('the next step'),
    command: z.string().optional().describe('what a person runs first; absent where nobody has to do anything'),
    doubts: doubts.optional(),
    waitsFor: day.optional().describe('the day that a person has to fix before this one is read'),
  })
  .meta({ id: 'dayFacts' });

const stretch = z.object({ from: day, to: day, days: count });

const datasetFacts = z
  .object({
    dataset: z.string(),
    title: z.string(),
    source,
    pausedAt: instant.optional(),
    firstDay: day,
    heldBefore: count
      .optional()
      .describe('days that are held before `firstDay`; `landline rebuild` makes history begin with them'),
    lastDay: day,
    landedThrough: day.optional(),
    settledThrough: day.optional(),
    newestHeld: day.optional(),
    lagDays: count,
    lagTargetDays: count,
    gapDays: count.describe('days that are owed and not held, and that the source still has'),
    gaps: z.array(stretch),
    landedLastHour: count,
    landingSince: instant.optional(),
    rows: count,
    daysOwed: count,
    daysHeld: count,
    counts: z.record(z.string(), count).describe('days in each state'),
    uncurated: count,
    expiring: z.array(z.object({ day, lastChance: day })),
    days: z.array(dayFacts).describe('the last year'),
    years: z.array(z.object({ year: z.string(), from: day, marks: z.string(), held: count })),
    trouble: z.array(dayFacts).describe('every day that is not as it should be, however old'),
  })
  .meta({ id: 'logFacts' });

export const gate = z.object({ source, notBefore: instant, reason });

export const facts = z.object({
  format: z.literal(1),
  version: z.string(),
  asOf: instant,
  verdict: z.object({
    level: z.enum(['held', 'landing', 'attention']),
    sentence: z.string(),
    points: z.array(z.object({ text: z.string(), command: z.string().optional(), help: z.string().optional() })),
  }),
  plannedAt: instant.optional(),
  queue: z.object({ fetch: count, poison: count }).optional(),
  expiringWithinDays: count,
  filling: z.object({ landed: count, owed: count, daysPerHour: count, minutesLeft: count.optional() }).optional(),
  gates: z.array(gate),
  datasets: z.array(datasetFacts),
  unreadable: z.array(z.object({ dataset: z.string(), message: z.string() })),
  off: z.array(z.object({ dataset: z.string(), why: z.string() })),
  unplanned: z.array(z.string()),
});
