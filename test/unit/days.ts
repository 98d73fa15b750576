import { NO_SEAMS } from '../../shared/ledger/seams.ts';
import { addDays, endOf, HOUR_MS, instantOf } from '../../shared/words/day.ts';
import type { DayEntry, Held, Work } from '../../shared/words/ledger.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';

/** Values that tests about days start from. */

export const TODAY: Day = '2026-03-15';
/** Noon of TODAY. */
export const NOON = Date.parse(`${TODAY}T12:00:00.000Z`);

export const DATASET: Dataset = {
  name: 'calls',
  title: 'Calls',
  source: 'graph',
  api: 'v1.0',
  call: 'getCalls',
  rowArray: 'value',
  key: ['id'],
  eventTime: 'startDateTime',
  overlap: 'second',
  pageSize: 1000,
  fields: ['id', 'startDateTime'],
  settleDays: 5,
  rereadHours: 24,
  lateCheckDays: 35,
  historyDays: 90,
  permission: 'Calls.Read',
  docsUrl: 'https://example.test/calls',
};

export const IDLE: Work = { state: 'idle', ticket: 4, failures: 0, rereads: 0 };

/** A day that landed an hour and a half after its end. */
export function heldOn(day: Day, changes: Partial<Held> = {}): Held {
  const landedAt = instantOf(endOf(day) + 1.5 * HOUR_MS);
  return {
    revision: 1,
    rows: 10,
    bytes: 5_000,
    pages: 1,
    fingerprint: `10-${'a'.repeat(32)}`,
    landedAt,
    checkedAt: landedAt,
    rowsAdded: 0,
    rowsChanged: 0,
    rowsRemoved: 0,
    rowsOutside: 0,
    rowsNeighbour: 0,
    curatedRevision: 0,
    seams: { at: landedAt, ...NO_SEAMS },
    ...changes,
  };
}

export function entryOf(day: Day, work: Partial<Work> = {}, held: Held | undefined = heldOn(day)): DayEntry {
  const entry = { dataset: DATASET.name, day, work: { ...IDLE, ...work } };
  return held === undefined ? entry : { ...entry, held };
}

/** A day of which nothing is held. */
export function emptyHanded(day: Day, work: Partial<Work>): DayEntry {
  return { dataset: DATASET.name, day, work: { ...IDLE, ...work } };
}

/** The day `age` days before TODAY. */
export function daysAgo(age: number): Day {
  return addDays(TODAY, -age);
}

export function at(ms: number): string {
  return instantOf(ms);
}
