import { DATASETS } from '../../shared/datasets/index.ts';
import { isExpired, lastDay } from '../../shared/ledger/settling.ts';
import { type Facts, factsOf } from '../../shared/status/facts.ts';
import { addDays, DAY_MS, eachDay, endOf, HOUR_MS, instantOf, MINUTE_MS } from '../../shared/words/day.ts';
import type { DatasetLedger, DayEntry, Gate, Held, Watermark, Work } from '../../shared/words/ledger.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';

/** A tenant as its ledger shows it: made up, the same each time. */

/** Noon of a day in spring, so that a year reaches over a new year and a leap day is not in it. */
export const NOW = Date.parse('2026-11-21T12:04:00.000Z');

const IDLE: Work = { state: 'idle', ticket: 2, failures: 0, rereads: 0 };

/** A number from 0 up to 1 that a text always gives. */
function chance(text: string): number {
  let hash = 2_166_136_261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16_777_619) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_519);
  hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_917);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

function held(dataset: Dataset, day: Day, changes: Partial<Held> = {}): Held {
  const draw = chance(`${dataset.name} ${day}`);
  const weekend = [0, 6].includes(new Date(endOf(day) - DAY_MS).getUTCDay());
  const rows = Math.round((weekend ? 180 : 2_400) * (0.6 + draw));
  const landedAt = instantOf(endOf(day) + HOUR_MS + Math.round(draw * 50) * MINUTE_MS);
  const settles = endOf(day) + (dataset.settleDays + 1) * DAY_MS + 2 * HOUR_MS;
  const settled = settles <= NOW;
  const revised = draw < 0.1;
  const late = Math.ceil(draw * 90);
  return {
    revision: revised ? 2 : 1,
    rows,
    bytes: rows * 700,
    pages: Math.ceil(rows / 1000) || 1,
    fingerprint: `${rows}-${'a'.repeat(32)}`,
    landedAt,
    checkedAt: settled ? instantOf(settles) : instantOf(NOW - 5 * HOUR_MS),
    ...(settled && { settledAt: instantOf(settles) }),
    rowsAdded: revised ? late : 0,
    rowsChanged: revised ? Math.floor(late / 3) : 0,
    rowsRemoved: 0,
    rowsOutside: 0,
    rowsNeighbour: 0,
    curatedRevision: 1,
    ...changes,
  };
}

/** A tenant of a year in which everything is held. */
export function heldLedger(dataset: Dataset, days: number): DatasetLedger {
  const last = lastDay(NOW);
  const firstDay = addDays(last, 1 - days);
  const entries = [...eachDay(firstDay, last)].map(day => ({
    dataset: dataset.name,
    day,
    held: held(dataset, day),
    work: IDLE,
  }));
  return { dataset, watermark: watermarkOf(dataset, firstDay, last), entries };
}

function watermarkOf(dataset: Dataset, firstDay: Day, landed: Day | undefined): Watermark {
  const settledThrough = addDays(landed ?? firstDay, -dataset.settleDays - 1);
  return { dataset: dataset.name, firstDay, ...(landed !== undefined && { landedThrough: landed, settledThrough }) };
}

const FORBIDDEN: Partial<Work> = {
  errorKind: 'auth.forbidden',
  errorRemedy: 'fix-config',
  errorMessage:
    'Graph refused getDirectRoutingCalls with 403 Forbidden: the permission is missing, or the token is from before the permission was granted. Grant it to the app’s identity (docs/consent.md); a token from before the grant is replaced within a day, or by a restart of the app. Needed: CallRecord-PstnCalls.Read.All.',
  requestId: '9f0e2c3a-7d51-4c07-9a61-5a0c4f3b2e11',
};

/** What happened to the newest days of each dataset, by their age in days. Between them every state is there. */
const STORIES: Readonly<
  Record<string, Readonly<Record<number, (dataset: Dataset, day: Day) => DayEntry | undefined>>>
> = {
  'teams-pstn-calls': {
    1: working({ state: 'fetching', ticket: 7, heartbeat: instantOf(NOW - 9_000) }, true),
    2: working({ state: 'queued', ticket: 6, queuedAt: instantOf(NOW - 30_000) }, true),
  },
  'teams-direct-routing-calls': {
    1: () => undefined,
    2: () => undefined,
    3: failed(3),
    4: failed(4),
    5: failed(4),
  },
  'teams-sms': {
    1: working({
      state: 'queued',
      ticket: 1,
      queuedAt: instantOf(NOW - 20_000),
      retryAt: instantOf(NOW + 23 * MINUTE_MS),
    }),
    2: working({ state: 'fetching', ticket: 3, heartbeat: instantOf(NOW - 4_000) }),
    80: () => undefined,
  },
  'teams-dialout-usage': { 1: () => undefined },
  'teams-blocked-users': {},
  'voximplant-sms': {
    9: suspect('shrink.unconfirmed', 214),
    33: suspect('shrink.emptied', 0),
  },
  'voximplant-a2p-sms': {
    4: working({
      state: 'failed',
      failures: 2,
      retryAt: instantOf(NOW + 40_000),
      errorKind: 'source.unreachable',
      errorRemedy: 'retry',
      errorMessage: 'api.voximplant.com broke off in the middle of its answer (UND_ERR_SOCKET).',
    }),
  },
};

function working(work: Partial<Work>, isHeld = false) {
  return (dataset: Dataset, day: Day): DayEntry => ({
    dataset: dataset.name,
    day,
    ...(isHeld && { held: held(dataset, day) }),
    work: { ...IDLE, ...work },
  });
}

function failed(failures: number) {
  const retryAt = instantOf(NOW + 17 * MINUTE_MS);
  return working({
    state: 'failed',
    failures,
    failingSince: instantOf(NOW - failures * HOUR_MS),
    retryAt,
    ...FORBIDDEN,
  });
}

function suspect(reason: 'shrink.unconfirmed' | 'shrink.emptied', rows: number) {
  const since = instantOf(NOW - 40 * MINUTE_MS);
  return working({ suspicion: { reason, rows, fingerprint: `${rows}-${'b'.repeat(32)}`, since } }, true);
}

/** Weekends on which nobody was blocked, and days on which nobody dialled out. */
function isQuiet(dataset: Dataset, day: Day): boolean {
  return dataset.name === 'teams-blocked-users' && chance(`quiet ${day}`) < 0.6;
}

/** A year of a tenant that was on for half of it, in trouble here and there. */
export function troubledLedger(dataset: Dataset): DatasetLedger {
  const last = lastDay(NOW);
  const firstDay = addDays(last, dataset.source === 'graph' ? -244 : -364);
  const story = STORIES[dataset.name] ?? {};
  const lost = dataset.name === 'teams-sms' ? addDays(firstDay, 5) : '';
  const entries: DayEntry[] = [];
  for (const day of eachDay(firstDay, last)) {
    if (day < lost && isExpired(dataset, day, NOW)) continue;
    const age = Math.round((endOf(last) - endOf(day)) / DAY_MS) + 1;
    const told = story[age];
    const rows = isQuiet(dataset, day) ? { rows: 0, revision: 1 } : {};
    const entry =
      told === undefined
        ? { dataset: dataset.name, day, held: held(dataset, day, rows), work: IDLE }
        : told(dataset, day);
    if (entry !== undefined) entries.push(entry);
  }
  const gap = [...eachDay(firstDay, last)].find(day => entries.find(each => each.day === day)?.held === undefined);
  return {
    dataset,
    watermark: watermarkOf(
      dataset,
      firstDay,
      gap === undefined ? last : gap === firstDay ? undefined : addDays(gap, -1),
    ),
    entries,
  };
}

const GATE: Gate = { source: 'graph', notBefore: instantOf(NOW + 4 * MINUTE_MS), reason: 'source.throttled' };

/** Every state there is, in seven datasets. */
export function troubledFacts(): Facts {
  const ledgers = DATASETS.map(troubledLedger);
  return factsOf({ ...READ, ledgers, gates: [GATE], depth: { fetch: 4, poison: 0 } });
}

/** The first two weeks of a tenant that nobody gave a permission: the newest days failed, the others wait for them. */
export function forbiddenFacts(): Facts {
  const last = lastDay(NOW);
  const firstDay = addDays(last, -13);
  const ledgers = DATASETS.map((dataset, at) => ({
    dataset,
    watermark: watermarkOf(dataset, firstDay, undefined),
    entries: [...eachDay(addDays(last, -(at % 3)), last)].map(day => failed(1)(dataset, day)),
  }));
  return factsOf({ ...READ, ledgers });
}

/** What is read beside the ledgers, of an app that runs and is in no trouble. */
export const READ = {
  now: NOW,
  unreadable: [],
  off: [],
  gates: [],
  depth: { fetch: 0, poison: 0 },
  plannedAt: instantOf(NOW - 2 * MINUTE_MS),
} as const;

/** All is well. */
export function heldFacts(days = 365): Facts {
  return factsOf({ ...READ, ledgers: DATASETS.map(dataset => heldLedger(dataset, days)) });
}
