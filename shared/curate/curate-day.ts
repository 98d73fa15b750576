import { linesOf } from '../rows/cut.ts';
import { eventFieldsOf, LandlineError } from '../words/errors.ts';
import type { CurateMessage, Day } from '../words/model.ts';
import { curatedPath } from '../words/paths.ts';
import type { Lake, Ledger, Partition, Ports } from '../words/ports.ts';
import { ParquetFile } from './parquet/file.ts';
import type { CuratedLabel, CuratedStore } from './ports.ts';
import { type PrivacyProfile, tableStamp } from './privacy.ts';
import { byBytesFirst, type KnownBy } from './repeated-rows.ts';
import { Shaper } from './shape-rows.ts';
import type { Table } from './table-model.ts';
import { tableOf } from './tables.ts';

/**
 * Curating a day: its partition, shaped column by column, becomes the one file of the day, replaced whole. Nothing here
 * touches the partition, and nothing that goes wrong here is seen by a fetch.
 */

export interface CuratePorts extends Pick<Ports, 'datasets' | 'ledger' | 'lake' | 'report'> {
  readonly curated: CuratedStore;
  readonly profile: PrivacyProfile;
}

export type CurateOutcome = 'curated' | 'current' | 'superseded' | 'absent' | 'failed' | 'dropped';

/** A row group ends when it has so many rows, or so many bytes of values: what is held at once. */
const GROUP_ROWS = 32_768;
const GROUP_BYTES = 32 * 1024 * 1024;

/** Thrown when the partition was replaced while it was read: its next revision is owed anyway. */
export class Replaced extends Error {
  override readonly name = 'Replaced';
}

/** Curates the day of a message. Never throws: a failure is reported, and the planner owes the day again. */
export async function curateMessage(message: CurateMessage, on: CuratePorts): Promise<CurateOutcome> {
  const { dataset: name, day, revision } = message;
  const dataset = on.datasets.find(each => each.name === name);
  if (dataset === undefined) {
    on.report('message dropped', { dataset: name, day, why: 'the dataset is switched off' });
    return 'dropped';
  }
  try {
    return await curateDay(dataset.name, day, on);
  } catch (thrown) {
    const table = tableOf(dataset.name).name;
    on.report('curation failed', { dataset: name, day, revision, table, ...eventFieldsOf(thrown) });
    return 'failed';
  }
}

/**
 * Makes the curated file of a day agree with its partition, unless its label says that it does already. The newest
 * revision wins, however many do this at once.
 *
 * @param anew whether the file is made also where its label says that it agrees: its bytes may be damaged
 * @throws LandlineError
 */
export async function curateDay(
  dataset: string,
  day: Day,
  on: Omit<CuratePorts, 'datasets'>,
  anew = false,
): Promise<CurateOutcome> {
  const table = tableOf(dataset);
  const path = curatedPath(table.name, dataset, day);
  const stamp = tableStamp(on.profile);
  // The file first: a partition that is read later is at least as new as what the file was made from.
  const before = await on.curated.head(path);
  const partition = await on.lake.head(dataset, day);
  if (partition === undefined) return 'absent';
  const { revision } = partition.receipt;
  if (!anew && before !== undefined && before.label.stamp === stamp && before.label.revision >= revision) {
    await noteCurated(on.ledger, dataset, day, before.label);
    return 'current';
  }
  let label: CuratedLabel | undefined;
  let bytes = 0;
  try {
    const wrote = await byBytesFirst(knownBy => {
      const content = fileOf(table, dataset, day, partition, on, knownBy, (made, size) => {
        label = made;
        bytes = size;
      });
      return on.curated.write(path, content, before?.etag);
    });
    if (wrote === 'superseded') return 'superseded';
  } catch (thrown) {
    if (thrown instanceof Replaced) return 'superseded';
    throw thrown;
  }
  if (label === undefined) throw new Error('A written file has a label');
  const { rows, duplicates, conflicts, misfits } = label;
  const counts = { rows, bytes, duplicates, conflicts, misfits };
  on.report('table curated', { dataset, day, revision, table: table.name, ...counts });
  await noteCurated(on.ledger, dataset, day, label);
  return 'curated';
}

/** The bytes of a day's file, and its label. @param made told of label and size @throws Replaced, LandlineError */
export async function* fileOf(
  table: Table,
  dataset: string,
  day: Day,
  partition: Partition,
  { lake, profile }: Pick<CuratePorts, 'lake' | 'profile'>,
  knownBy: KnownBy,
  made: (label: CuratedLabel, bytes: number) => void,
): AsyncGenerator<Uint8Array, CuratedLabel, void> {
  const { revision, rows: expected } = partition.receipt;
  const stamp = tableStamp(profile);
  // Nothing here comes from what a profile hides: whoever has the masked rows could try endings against a fingerprint.
  const notes = { table: table.name, dataset, day, revision: String(revision), tablestamp: stamp };
  const shaper = new Shaper(table, { dataset, day, revision, rows: expected }, profile, knownBy);
  const file = new ParquetFile(table.columns, notes);
  let bytes = 0;
  for await (const cut of linesOf(inStretches(await chunksOf(lake, dataset, day)), shaper.fields)) {
    shaper.add(cut);
    if (shaper.rows < GROUP_ROWS && shaper.bytes < GROUP_BYTES) continue;
    const group = file.addGroup(shaper.columns);
    shaper.clear();
    bytes += group.length;
    yield group;
  }
  const end = Buffer.concat([file.addGroup(shaper.columns), file.end()]);
  yield end;
  // The blob is one revision from its first byte to its last; which one, its receipt says before and after.
  const now = await lake.head(dataset, day);
  if (now?.etag !== partition.etag) throw new Replaced();
  const { lines, rows, duplicates, conflicts, misfits } = shaper.counts;
  if (lines !== expected) {
    const message = `The partition of ${dataset} ${day} has ${lines} lines, and its receipt says ${expected}. Run \`landline verify\`; nothing was curated.`;
    throw new LandlineError({ reason: 'partition.damaged', remedy: 'reject', message });
  }
  const label = { revision, stamp, rows, duplicates, conflicts, misfits };
  made(label, bytes + end.length);
  return label;
}

async function chunksOf(lake: Lake, dataset: string, day: Day): Promise<AsyncIterable<Uint8Array>> {
  const chunks = await lake.read(dataset, day);
  if (chunks === undefined) throw new Replaced();
  return chunks;
}

/** Downloads come in pieces of 16 to 64 KB, and what is set up for each is worth a few hundred rows. */
const STRETCH_BYTES = 256 * 1024;

async function* inStretches(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stretch = new Uint8Array(STRETCH_BYTES);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(chunk.length - at, STRETCH_BYTES - filled);
      stretch.set(chunk.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < STRETCH_BYTES) continue;
      // The reader copies what it keeps of it.
      yield stretch;
      filled = 0;
    }
  }
  yield stretch.subarray(0, filled);
}

/** Others may write the entry meanwhile; the planner owes the day again when the note is never taken. */
const NOTE_TRIES = 3;

/**
 * Notes in the ledger what was curated. Only of a day that nobody works on: a note between two heartbeats of a fetch
 * would make it believe itself superseded. The file says the same, so a note that is not taken costs one look later.
 */
async function noteCurated(ledger: Ledger, dataset: string, day: Day, label: CuratedLabel): Promise<void> {
  for (let tries = 0; tries < NOTE_TRIES; tries++) {
    const found = await ledger.day(dataset, day);
    const { held, work } = found?.value ?? {};
    if (found === undefined || held === undefined || (work?.state !== 'idle' && work?.state !== 'failed')) return;
    const { curateQueuedAt: _q, curateTries: _t, ...rest } = held;
    const noted = { ...rest, curatedRevision: label.revision, tableStamp: label.stamp };
    if ((await ledger.putDay({ ...found.value, held: noted }, found.etag)) !== undefined) return;
  }
}
