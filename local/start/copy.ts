import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { copyDay, timeOf } from '../../cli/copy-day.ts';
import { UsageError } from '../../cli/usage-error.ts';
import type { Dataset } from '../../shared/words/model.ts';
import { partitionPath } from '../../shared/words/paths.ts';
import type { Lake, Partition } from '../../shared/words/ports.ts';
import { cannotBeWritten, makeFolder } from '../folders.ts';

/** Before anything is landed for it. @throws UsageError */
export async function openOut(out: string): Promise<void> {
  await makeFolder(out).catch(cause => {
    throw new UsageError(`--out ${out} ${cannotBeWritten(cause)}. Name another folder.`, { cause });
  });
}

/**
 * Copies the partitions to plain files, with the paths they have in the container `raw`. A file has the time at which
 * its rows were fetched, or a person was erased from them: by that, and by its size, an unchanged one is known.
 *
 * @returns the days that were left out because their blob is not what its receipt says, as `dataset day`
 */
export async function copyOut(lake: Lake, datasets: readonly Dataset[], out: string): Promise<string[]> {
  const leftOut: string[] = [];
  for (const { name } of datasets) {
    for await (const { day, partition } of lake.list(name)) {
      if (partition !== undefined && (await isSame(join(out, partitionPath(name, day)), partition))) continue;
      if ('why' in (await copyDay(lake, name, day, out))) leftOut.push(`${name} ${day}`);
    }
  }
  return leftOut;
}

async function isSame(file: string, partition: Partition): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found?.size === partition.bytes && Math.abs(found.mtimeMs - timeOf(partition.receipt)) < 1;
}
