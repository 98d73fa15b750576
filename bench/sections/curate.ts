import { createWriteStream, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Profile } from '../../shared/curate/privacy.ts';
import { type Figure, figure, type Row, type Table, times } from '../figures.ts';
import { type Bench, measureOurs } from '../measure.ts';
import { runProgram } from '../programs.ts';
import type { Usage } from '../usage.ts';
import { variedLines } from '../varied.ts';

/** What all sizes are measured with. */
const PROFILE = 'masked';
const BATCH_CHARS = 1_000_000;

interface Work {
  readonly days: number;
  readonly rows: number;
  readonly profile?: Profile;
}

type Made = Usage & { readonly fileBytes: number };
type Curated = Made & { readonly startCpuSeconds: number };

/** The Parquet files of days, beside DuckDB's of the same columns, and beside landing as many rows. */
export async function curate(bench: Bench): Promise<Table[]> {
  const works: Work[] = bench.quick
    ? [
        { days: 1, rows: 10_000 },
        { days: 5, rows: 500 },
      ]
    : [
        { days: 1, rows: 10_000 },
        { days: 1, rows: 100_000 },
        { days: 1, rows: 100_000, profile: 'full' },
        { days: 1, rows: 100_000, profile: 'pseudonymous' },
        { days: 1, rows: 1_000_000 },
        { days: 30, rows: 500 },
      ];
  const landing = await landed(bench);
  const rows: Row[] = [];
  for (const work of works) rows.push(...(await compare(bench, work)));
  rows.push({ what: 'landing, for comparison', figures: { 'CPU ms per 100k rows': landing } });
  const note =
    'Each in a process that has just started: few rows pay for that. DuckDB on one thread, the same columns and masks, without looking for repeated rows. Starting is what the process has used before the first row: Node, and loading the code.';
  return [{ title: `curating Teams PSTN calls, profile ${PROFILE} unless another is named`, note, rows }];
}

async function compare(bench: Bench, work: Work): Promise<Row[]> {
  const count = work.days * work.rows;
  const { profile = PROFILE } = work;
  const size = `${work.days === 1 ? '' : `${work.days} × `}${work.rows.toLocaleString('en')} rows`;
  const title = profile === PROFILE ? size : `${size}, ${profile}`;
  const files = await partitions(bench, work);
  const ours: Curated[] = [];
  const theirs: Made[] = [];
  const [api, to] = [import.meta.resolve('@duckdb/node-api'), join(bench.folder, 'copy.parquet')];
  for (let run = 0; run < bench.runs; run++) {
    const days = files.flatMap(file => [file, String(work.rows)]);
    ours.push(await runProgram<Curated>(bench.programs, 'curate', profile, ...days));
    theirs.push(await runProgram<Made>(bench.programs, 'duckdb-copy', api, profile, to, ...files));
    bench.say(`curate: ${title}, run ${run + 1} of ${bench.runs}`);
  }
  const rawMb = figure(files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6);
  for (const file of files) rmSync(file);
  // Turn by turn, because two measurements of the same minute were equally disturbed.
  const ratio = times(ours.map(({ cpuSeconds }, i) => cpuSeconds / (theirs[i]?.cpuSeconds ?? Number.NaN)));
  const starting = figure(ours.map(({ startCpuSeconds }) => startCpuSeconds * 1_000));
  return [
    {
      what: title,
      figures: { 'CPU / DuckDB': ratio, ...figuresOf(ours, count), 'raw MB': rawMb, 'starting, CPU ms': starting },
    },
    { what: `${title}, DuckDB`, figures: figuresOf(theirs, count) },
  ];
}

function figuresOf(made: readonly Made[], rows: number): Readonly<Record<string, Figure>> {
  return {
    'rows/s': figure(made.map(({ seconds }) => rows / seconds)),
    'CPU ms per 100k rows': figure(made.map(({ cpuSeconds }) => (cpuSeconds * 1e8) / rows)),
    'CPU ms': figure(made.map(({ cpuSeconds }) => cpuSeconds * 1_000)),
    'peak MB': figure(made.map(({ peakMb }) => peakMb)),
    'Parquet MB': figure(
      made.map(({ fileBytes }) => fileBytes / 1e6),
      1,
    ),
  };
}

async function landed(bench: Bench): Promise<Figure> {
  const found = [];
  const work = { days: 1, pages: bench.quick ? 20 : 100, parallel: 1 };
  for (let run = 0; run < bench.runs; run++) found.push(await measureOurs(bench, work));
  bench.say('curate: landing');
  return figure(found.map(({ cpuSeconds, rows }) => (cpuSeconds * 1e8) / rows));
}

/** Writes a file for each day. @returns their names */
async function partitions({ folder }: Bench, { days, rows }: Work): Promise<string[]> {
  const lines = variedLines(days * rows)[Symbol.asyncIterator]();
  const files: string[] = [];
  for (let day = 0; day < days; day++) {
    const file = join(folder, `partition-${day}.jsonl`);
    await pipeline(batched(lines, rows), createWriteStream(file));
    files.push(file);
  }
  await lines.return(undefined);
  return files;
}

async function* batched(lines: AsyncIterator<string>, rows: number): AsyncGenerator<string> {
  let batch = '';
  for (let row = 0; row < rows; row++) {
    const next = await lines.next();
    if (next.done === true) break;
    batch += next.value;
    if (batch.length < BATCH_CHARS) continue;
    yield batch;
    batch = '';
  }
  yield batch;
}
