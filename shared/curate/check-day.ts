import { createHash } from 'node:crypto';
import type { Day } from '../words/model.ts';
import { curatedPath } from '../words/paths.ts';
import { type CuratePorts, fileOf, Replaced } from './curate-day.ts';
import { tableStamp } from './privacy.ts';
import { byBytesFirst, type KnownBy } from './repeated-rows.ts';
import { tableOf } from './tables.ts';

/**
 * Whether the curated file of a day is what its partition gives, to the last byte: it is made again, out of sight, and
 * compared. Only of a file that the ledger takes for made: any other is made by the app anyway.
 *
 * @returns what is wrong with it, and `undefined` when nothing is
 * @throws LandlineError when the partition cannot be read
 */
export async function curatedProblem(
  dataset: string,
  day: Day,
  on: Omit<CuratePorts, 'datasets' | 'report'>,
): Promise<string | undefined> {
  const table = tableOf(dataset);
  const path = curatedPath(table.name, dataset, day);
  const stamp = tableStamp(on.profile);
  const held = (await on.ledger.day(dataset, day))?.value.held;
  const file = await on.curated.head(path);
  const partition = await on.lake.head(dataset, day);
  if (held === undefined || partition === undefined) return undefined;
  const { revision } = partition.receipt;
  if (held.tableStamp !== stamp || held.curatedRevision !== revision || held.revision !== revision) return undefined;
  if (file === undefined) return 'it is not there';
  const { label } = file;
  if (label.stamp !== stamp || label.revision !== revision)
    return `its label says revision ${label.revision} and tables ${label.stamp || 'of nobody'}, where the ledger says ${revision} and ${stamp}`;
  const content = (knownBy: KnownBy) => fileOf(table, dataset, day, partition, on, knownBy, () => undefined);
  try {
    const made = await byBytesFirst(knownBy => digestOf(content(knownBy)));
    const there = await digestOf((await on.curated.read(path)) ?? []);
    return made === there ? undefined : 'its bytes are not those that its partition gives';
  } catch (thrown) {
    if (thrown instanceof Replaced) return undefined;
    throw thrown;
  }
}

async function digestOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of chunks) digest.update(chunk);
  return digest.digest('hex');
}
