import { createWriteStream } from 'node:fs';
import { mkdir, rename, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Dataset } from '../../shared/model.ts';
import { partitionPath } from '../../shared/paths.ts';
import type { Lake, Partition } from '../../shared/ports.ts';

/**
 * Copies the partitions to plain files, with the paths they have in the container `raw`. A file appears whole or not at
 * all, and takes the time at which its rows were fetched: by that, and by its size, an unchanged one is known.
 *
 * @returns how many files were written
 */
export async function copyOut(lake: Lake, datasets: readonly Dataset[], out: string): Promise<number> {
  let copied = 0;
  for (const { name } of datasets) {
    for await (const { day, partition } of lake.list(name)) {
      const file = join(out, partitionPath(name, day));
      if (await isSame(file, partition)) continue;
      const content = await lake.read(name, day);
      if (content === undefined) continue;
      await mkdir(dirname(file), { recursive: true });
      await pipeline(content, createWriteStream(`${file}.part`));
      const fetchedAt = new Date(partition.receipt.fetchedAt);
      await utimes(`${file}.part`, fetchedAt, fetchedAt);
      await rename(`${file}.part`, file);
      copied += 1;
    }
  }
  return copied;
}

async function isSame(file: string, { bytes, receipt }: Partition): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  const fetchedAt = Date.parse(receipt.fetchedAt);
  return found !== undefined && found.size === bytes && Math.abs(found.mtimeMs - fetchedAt) < 1;
}
