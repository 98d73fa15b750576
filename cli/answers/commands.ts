import { z } from 'zod';
import { count, day, doubts, facts, gate, instant, reason, source, state } from './facts.ts';
import { finding } from './finding.ts';

/** What each command prints with `--json`. Members may be added; `format` rises when one changes its meaning or goes. */

const dataset = z.string();
const format = z.literal(1);
const answer = <S extends z.ZodRawShape>(shape: S) => z.object({ format, ...shape });
const days = z.array(day);
const absent = z.array(z.object({ dataset, days, firstDay: day.optional() }));
const asked = z.array(z.object({ dataset, day, outcome: z.string() }));
const receipt = z.looseObject({ format: count, revision: count, rows: count, fingerprint: z.string() });

const differences = {
  added: count,
  changed: count,
  removed: count,
  rows: z.array(
    z.object({
      kind: z.enum(['added', 'changed', 'removed']),
      line: count,
      time: z.string().optional(),
      members: z.array(z.string()).optional().describe('names of the members that differ'),
      row: z.string().optional().describe('with --show-rows'),
      before: z.string().optional(),
    }),
  ),
};

const preview = z.object({
  dataset,
  from: day,
  to: day,
  days: count,
  held: count,
  missing: count,
  failed: count,
  inWork: count,
  erased: count,
  beyondHorizon: count,
  firstDay: day.optional(),
  between: count,
});

const spellings = z.array(z.object({ spelling: z.string(), rows: count }));

const searchedDay = z.object({
  dataset,
  day,
  raw: count,
  history: z.array(z.object({ revision: count, rows: count })),
});
const unsure = z.array(z.object({ dataset, day, why: z.string() }));

export const ANSWERS = {
  error: answer({ error: z.object({ reason: z.string(), message: z.string() }) }),
  status: facts,
  show: answer({
    dataset,
    day,
    state,
    owed: z.string().optional().describe('why the day is to be read'),
    reason: reason.optional(),
    message: z.string().optional(),
    since: instant.optional().describe('when the failures began, or when the read came that is not trusted'),
    next: z.string().optional(),
    doubts: doubts.optional(),
    gate: gate.optional().describe('the gate of the source is closed until then'),
    held: z.looseObject({ revision: count, rows: count, landedAt: instant, checkedAt: instant }).optional(),
    work: z.looseObject({ progress: z.object({ pages: count, rows: count, savedAt: instant }).optional() }),
    partition: z.looseObject({ bytes: count.optional(), receipt }).optional(),
    foreign: z.string().optional().describe('why the blob under the name of the partition is not a partition'),
  }),
  doctor: answer({
    version: z.string(),
    asOf: instant,
    result: finding.shape.result,
    findings: z.array(finding),
  }),
  backfill: answer({
    applied: z.boolean(),
    previews: z.array(preview),
    datasets: z
      .array(z.object({ dataset, extended: z.object({ outcome: z.string(), firstDay: day.optional() }), asked }))
      .optional(),
    complete: z.boolean().optional(),
  }),
  retry: answer({ asked }),
  accept: answer({
    days: z.array(
      z.object({
        dataset,
        day,
        reason: reason.optional(),
        rowsHeld: count.optional(),
        rowsRead: count.optional(),
        since: instant.optional(),
        going: z.object(differences).optional().describe('rows that would be removed, if the source could be asked'),
        outcome: z.string(),
      }),
    ),
  }),
  changes: answer({
    since: instant,
    changes: z.array(
      z.object({
        dataset,
        day,
        revision: count,
        rows: count,
        rowsAdded: count,
        rowsChanged: count,
        rowsRemoved: count,
        at: instant,
        erased: z.literal(true).optional(),
      }),
    ),
  }),
  diff: answer({ dataset, day, newest: count, older: count.optional(), newer: count.optional(), ...differences }),
  pause: answer({ datasets: z.array(z.object({ dataset, outcome: z.string() })) }),
  resume: answer({
    datasets: z.array(z.object({ dataset, outcome: z.string() })).optional(),
    gates: z.array(z.object({ source, outcome: z.string(), was: gate.optional(), days: count })).optional(),
  }),
  verify: answer({
    at: instant,
    days: count,
    rows: count,
    bytes: count,
    compared: count,
    cleared: count,
    clean: z.boolean(),
    findings: z.array(
      z.object({
        kind: z.string(),
        reason: reason.optional(),
        dataset: dataset.optional(),
        day: day.optional(),
        name: z.string().optional(),
        message: z.string(),
        mark: z.string().optional(),
      }),
    ),
    absent: absent.describe('days that are not held: days of the range, or without a range days that are owed'),
  }),
  prove: answer({
    from: day,
    to: day,
    complete: z.boolean(),
    out: z.string().optional(),
    keyFile: z.string().optional(),
    sentence: z.string().optional(),
    digest: z.string().describe('sha256:…; with --check right or wrong'),
    fine: z.boolean().optional(),
    shown: z.enum(['right', 'wrong', 'unknown']).optional(),
    compared: z
      .object({ same: count, newer: count, differing: z.array(z.object({ dataset, day, why: z.string() })) })
      .optional(),
  }),
  rebuild: answer({
    written: count,
    known: count,
    busy: count,
    cleared: count,
    unusable: z.array(z.object({ dataset, day, why: z.string() })),
    watermarks: z.array(
      z.object({ dataset, firstDay: day, landedThrough: day.optional(), settledThrough: day.optional() }),
    ),
  }),
  export: answer({
    out: z.string(),
    files: z.array(z.union([z.string(), z.object({ path: z.string(), rows: count, bytes: count })])),
    rows: count.optional(),
    damaged: z.array(z.object({ dataset, day, why: z.string() })).optional(),
    absent: absent.optional(),
    leftOut: z.array(z.string()).optional(),
    views: z.string().optional(),
    duckdb: z.string().optional(),
    csv: z.array(z.object({ file: z.string(), rows: count })).optional(),
  }),
  curate: answer({
    stamp: z.string(),
    curated: count,
    current: count,
    failed: count,
    failures: z.array(z.string()),
  }),
  report: answer({ out: z.string() }),
  /** `npm start -- --json`. */
  start: answer({
    ok: z.boolean().describe('every owed day landed, none failed, and nothing was left to do'),
    status: facts,
    run: z.array(z.object({ dataset, daysLanded: count, daysRevised: count, rowsGained: z.int() })),
    simulator: z.object({ requests: count, faults: z.record(z.string(), count) }).nullable(),
    dataFolder: z.string(),
    out: z.string().nullable(),
    seconds: z.number(),
  }),
  forget: answer({
    days: z.array(searchedDay),
    unsure,
    met: z.object({ spellings, longer: spellings, unsearched: count }),
    removed: z.boolean().optional(),
    left: count.optional(),
    at: instant.optional(),
    kind: z.string().optional(),
    datasets: z.array(z.string()).optional(),
    elsewhere: z.array(z.string()).optional(),
  }),
} as const;
