import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Figures } from '../../cli/report/data.ts';
import { Held, type StatusRow } from '../../cli/report/held.ts';
import type { Period } from '../../cli/report/period.ts';
import { Sums } from '../../cli/report/sums.ts';
import type { CuratedStore } from '../../shared/curate/ports.ts';
import { eachDay } from '../../shared/words/day.ts';
import { slashed } from '../system.ts';

/** Figures of a report made by hand, and a store to read them from. */

export const MADE_AT = '2026-02-01T06:00:00.000Z';
export const WEEK: Period = { from: '2026-01-05', to: '2026-01-11' };

/** Days of a log that are held, from its first on, but those named. */
export function heldDays(dataset: string, { from, to }: Period, missing: readonly string[] = []): StatusRow[] {
  return [...eachDay(from, to)].map(day => {
    const isHeld = !missing.includes(day);
    return { dataset, day, isHeld, state: isHeld ? 'final' : 'missing' };
  });
}

export function made(
  fill: (now: Sums, earlier: Sums) => void,
  status: readonly StatusRow[] = heldDays('teams-sms', WEEK),
  period: Period = WEEK,
  zone = 'UTC',
): Figures {
  const [now, earlier] = [new Sums(zone), new Sums(zone)];
  fill(now, earlier);
  return { period, zone, now, before: earlier, held: new Held(status) };
}

/** The curated files of a folder, as a store. */
export function storeOf(folder: string): CuratedStore {
  const root = join(folder, 'curated');
  return {
    head: async () => undefined,
    write: async () => 'superseded',
    async read(path) {
      const bytes = await readFile(join(root, path));
      return (async function* () {
        yield bytes;
      })();
    },
    async *list(prefix) {
      yield* globSync(`${prefix}**/*.parquet`, { cwd: root })
        .map(path => slashed(path))
        .sort();
    },
  };
}
