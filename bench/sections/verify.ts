import { figure, type Table } from '../figures.ts';
import { type Bench, contend, withStore } from '../measure.ts';
import { runProgram } from '../programs.ts';
import type { Usage } from '../usage.ts';

interface Verified extends Usage {
  readonly days: number;
  readonly rows: number;
  readonly bytes: number;
}

/** The real verification of a lake that was really landed: every byte is read again, recounted and digested. */
export async function verify(bench: Bench): Promise<Table[]> {
  const work = bench.quick ? { days: 2, pages: 10, parallel: 2 } : { days: 7, pages: 50, parallel: 4 };
  const found = await withStore(async ({ connectionString }) => {
    await contend(bench, 'landline', work, connectionString);
    const runs: Verified[] = [];
    for (let run = 0; run < bench.runs; run++) {
      const verified = await runProgram<Verified>(bench.programs, 'verify', connectionString);
      if (verified.rows < work.days * work.pages * 1_000) throw new Error(`Only ${verified.rows} rows were verified`);
      runs.push(verified);
      bench.say(`verify: run ${run + 1} of ${bench.runs}`);
    }
    return runs;
  });
  const figures = {
    'MB/s': figure(found.map(({ bytes, seconds }) => bytes / 1e6 / seconds)),
    'CPU ms per MB': figure(
      found.map(({ bytes, cpuSeconds }) => (cpuSeconds * 1e9) / bytes),
      1,
    ),
    'rows/s': figure(found.map(({ rows, seconds }) => rows / seconds)),
    'peak MB': figure(found.map(({ peakMb }) => peakMb)),
  };
  const what = `${work.days} days of ${(work.pages * 1_000).toLocaleString('en')} rows`;
  return [{ title: 'verify, from the emulator', rows: [{ what, figures }] }];
}
