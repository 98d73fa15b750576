import { createHash } from 'node:crypto';
import { isUnreadable } from '../words/errors.ts';
import type { Held } from '../words/ledger.ts';
import type { Day } from '../words/model.ts';
import { curatedPath } from '../words/paths.ts';
import type { Ledger } from '../words/ports.ts';
import { type CuratePorts, curateDay } from './curate-day.ts';
import type { CuratedLabel, CuratedStore } from './ports.ts';
import { tableStamp } from './privacy.ts';
import { tableOf } from './tables.ts';

/** Whether the typed table of a day is what its partition makes. It is made once more to be compared, and not written. */

/**
 * `behind`   not made yet, or not from this revision with this profile: the app makes it by itself
 * `missing`  the ledger says that it was made, and it is gone
 * `differs`  its bytes or its label are others than the partition makes
 */
export type TableState = 'whole' | 'behind' | 'missing' | 'differs';

type Ports = Pick<CuratePorts, 'lake' | 'ledger' | 'curated' | 'profile'>;

export async function checkTable(dataset: string, day: Day, on: Ports): Promise<TableState> {
  const path = curatedPath(tableOf(dataset).name, dataset, day);
  const stamp = tableStamp(on.profile);
  const [file, held] = [await on.curated.head(path), await heldOf(on.ledger, dataset, day)];
  const partition = await on.lake.head(dataset, day);
  if (partition === undefined) return 'behind';
  const { revision } = partition.receipt;
  const noted = held?.curatedRevision === revision && held.curatedAs === stamp;
  if (file === undefined) return noted ? 'missing' : 'behind';
  if (file.label.stamp !== stamp || file.label.revision !== revision) return noted ? 'differs' : 'behind';
  const made = await madeAnew(dataset, day, on);
  if (made === undefined) return 'behind';
  const chunks = await on.curated.read(path);
  if (chunks === undefined) return 'missing';
  return (await digestOf(chunks)) === made.digest && isSame(file.label, made.label) ? 'whole' : 'differs';
}

async function heldOf(ledger: Ledger, dataset: string, day: Day): Promise<Held | undefined> {
  try {
    return (await ledger.day(dataset, day))?.value.held;
  } catch (thrown) {
    if (isUnreadable(thrown)) return undefined;
    throw thrown;
  }
}

interface Made {
  readonly digest: string;
  readonly label: CuratedLabel;
}

/** @returns `undefined` when the partition was replaced meanwhile */
async function madeAnew(dataset: string, day: Day, { lake, profile }: Ports): Promise<Made | undefined> {
  let made: Made | undefined;
  const curated: CuratedStore = {
    head: async () => undefined,
    read: async () => undefined,
    async *list() {},
    async write(_path, content) {
      const digest = createHash('sha256');
      let next = await content.next();
      for (; !next.done; next = await content.next()) digest.update(next.value);
      made = { digest: digest.digest('hex'), label: next.value };
      return 'written';
    },
  };
  const outcome = await curateDay(dataset, day, { lake, profile, curated, ledger: FORGETFUL, report: () => undefined });
  return outcome === 'curated' ? made : undefined;
}

/** Knows of no day, so that nothing is noted. */
const FORGETFUL: Ledger = {
  day: async () => undefined,
  days: async () => [],
  putDay: async () => undefined,
  watermark: async () => undefined,
  putWatermark: async () => undefined,
  gate: async () => undefined,
  putGate: async () => undefined,
};

async function digestOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of chunks) digest.update(chunk);
  return digest.digest('hex');
}

function isSame(a: CuratedLabel, b: CuratedLabel): boolean {
  const names = ['revision', 'stamp', 'rows', 'duplicates', 'conflicts', 'misfits'] as const;
  return names.every(name => a[name] === b[name]);
}

/** The store as one whose files are all behind: what is made with it is made anew. */
export function withoutLabels(curated: CuratedStore): CuratedStore {
  return {
    ...curated,
    async head(path) {
      const found = await curated.head(path);
      return found && { ...found, label: { ...found.label, revision: 0 } };
    },
  };
}
