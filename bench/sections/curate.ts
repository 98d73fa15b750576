import { createWriteStream, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { figure, type Table } from '../figures.ts';
import type { Bench } from '../measure.ts';
import { runProgram } from '../programs.ts';
import type { Usage } from '../usage.ts';
import { variedLines } from '../varied.ts';

const PROFILE = 'masked';
const BATCH_CHARS = 1_000_000;

/** The Parquet file of a day. */
export async function curate(bench: Bench): Promise<Table[]> {
  const rows = [];
  for (const count of bench.quick ? [10_000] : [10_000, 100_000, 1_000_000]) {
    const file = join(bench.folder, 'partition.jsonl');
    await pipeline(batched(variedLines(count)), createWriteStream(file));
    const args = [file, String(count), PROFILE];
    const made = await runProgram<Usage & { fileBytes: number }>(bench.programs, 'curate', ...args);
    bench.say(`curate: ${count} rows`);
    rows.push({
      what: `${count.toLocaleString('en')} rows`,
      figures: {
        'rows/s': figure(count / made.seconds),
        'CPU ms per 100k rows': figure((made.cpuSeconds * 1e8) / count),
        'peak MB': figure(made.peakMb),
        'raw MB': figure(statSync(file).size / 1e6),
        'Parquet MB': figure(made.fileBytes / 1e6, 1),
      },
    });
    rmSync(file);
  }
  const note = 'In a process that has just started: a day of few rows pays for that.';
  return [{ title: `curating one day of Teams PSTN calls, profile ${PROFILE}`, note, rows }];
}

async function* batched(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let batch = '';
  for await (const line of lines) {
    batch += line;
    if (batch.length < BATCH_CHARS) continue;
    yield batch;
    batch = '';
  }
  yield batch;
}
