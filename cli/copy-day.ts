import { open, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../local/folders.ts';
import { recount } from '../shared/rows/recount.ts';
import { headOrForeign } from '../shared/verify/verify-day.ts';
import type { Day, Receipt } from '../shared/words/model.ts';
import { partitionPath } from '../shared/words/paths.ts';
import type { Lake } from '../shared/words/ports.ts';

/** Copies out of storage into plain files. A file appears whole or not at all. */

/** A partition may be replaced while it is copied; then it is copied again. */
const TRIES = 3;

/**
 * Copies a partition under its path in the container `raw`, and recounts it. The file takes the time of its receipt.
 *
 * @returns why it was not copied, when it is not what its receipt says or cannot be read as a partition
 */
export async function copyDay(
  lake: Lake,
  dataset: string,
  day: Day,
  to: string,
): Promise<{ path: string; rows: number; bytes: number } | { why: string }> {
  const path = partitionPath(dataset, day);
  let why = 'it is not what its receipt says: run `landline verify`';
  const copied = await intoPlace(join(to, path), async part => {
    for (let tries = 0; tries < TRIES; tries++) {
      const { partition, foreign } = await headOrForeign(lake, dataset, day);
      why = foreign ?? why;
      if (foreign !== undefined) return undefined;
      const receipt = partition?.receipt;
      const chunks = await lake.read(dataset, day);
      if (receipt === undefined || chunks === undefined) continue;
      const { rows, bytes, fingerprint } = await recount(savedTo(part, chunks));
      if (fingerprint !== receipt.fingerprint) continue;
      const writtenAt = new Date(timeOf(receipt));
      await utimes(part, writtenAt, writtenAt);
      return { path, rows, bytes };
    }
    return undefined;
  });
  return copied ?? { why };
}

/** When its rows were fetched, or a person was erased from them, in milliseconds since the epoch. */
export function timeOf({ fetchedAt, forgottenAt }: Receipt): number {
  return Date.parse(forgottenAt ?? fetchedAt);
}

/** Copies a blob as it is. */
export async function copyFile(chunks: AsyncIterable<Uint8Array>, file: string): Promise<void> {
  await intoPlace(file, async part => {
    for await (const _ of savedTo(part, chunks));
    return true;
  });
}

/** Writes a file beside its place, and moves it there when something came of it. */
async function intoPlace<T>(file: string, write: (part: string) => Promise<T | undefined>): Promise<T | undefined> {
  const part = `${file}.part`;
  await makeFolder(dirname(file));
  try {
    const written = await write(part);
    if (written !== undefined) await rename(part, file);
    return written;
  } finally {
    await rm(part, { force: true });
  }
}

/** Passes the chunks on as they are written. */
async function* savedTo(file: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const target = await open(file, 'w');
  try {
    for await (const chunk of chunks) {
      await target.appendFile(chunk);
      yield chunk;
    }
  } finally {
    await target.close();
  }
}
