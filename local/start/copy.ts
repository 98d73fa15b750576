import { mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isDamaged } from '../../shared/errors.ts';
import type { Dataset } from '../../shared/model.ts';
import { partitionPath } from '../../shared/paths.ts';
import type { Lake, Partition } from '../../shared/ports.ts';
import { UsageError } from './options.ts';

/** Before anything is landed for it. @throws UsageError */
export async function openOut(out: string): Promise<void> {
  await mkdir(out, { recursive: true }).catch((thrown: NodeJS.ErrnoException) => {
    throw new UsageError(`--out ${out} cannot be written to: ${thrown.code}.`, { cause: thrown });
  });
}

/**
 * Copies the partitions to plain files, with the paths they have in the container `raw`. A file appears whole or not at
 * all, and takes the time at which its rows were fetched, or a person was erased from them: by that, and by its size, an
 * unchanged one is known.
 *
 * @returns the days that were left out because their blob is none of Landline's or cannot be read, as `dataset day`
 */
export async function copyOut(lake: Lake, datasets: readonly Dataset[], out: string): Promise<string[]> {
  const leftOut: string[] = [];
  for (const { name } of datasets) {
    for await (const { day, partition } of lake.list(name)) {
      if (partition === undefined) {
        leftOut.push(`${name} ${day}`);
        continue;
      }
      const file = join(out, partitionPath(name, day));
      if (await isSame(file, partition)) continue;
      const content = await lake.read(name, day);
      if (content === undefined) continue;
      await mkdir(dirname(file), { recursive: true });
      try {
        // Opened before anything can fail: a pipeline does not wait for it, and would leave the file behind.
        const target = await open(`${file}.part`, 'w');
        await pipeline(content, target.createWriteStream());
      } catch (thrown) {
        if (!isDamaged(thrown)) throw thrown;
        await rm(`${file}.part`, { force: true });
        leftOut.push(`${name} ${day}`);
        continue;
      }
      const writtenAt = new Date(timeOf(partition));
      await utimes(`${file}.part`, writtenAt, writtenAt);
      await rename(`${file}.part`, file);
    }
  }
  return leftOut;
}

async function isSame(file: string, partition: Partition): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  const sameSize = partition.bytes === undefined || found?.size === partition.bytes;
  return found !== undefined && sameSize && Math.abs(found.mtimeMs - timeOf(partition)) < 1;
}

function timeOf({ receipt }: Partition): number {
  return Date.parse(receipt.forgottenAt ?? receipt.fetchedAt);
}
