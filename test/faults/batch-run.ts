/**
 * `node batch-run.ts seeds <from> <count>` or `node batch-run.ts sweep`: a batch, as one line of JSON. A process of its
 * own, because node:test follows every promise of a test, and a batch makes tens of millions of them; and because worlds
 * that have ended leave something behind.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runSeeds, runSweep } from './batch.ts';

/** What comes back from the process: of a sweep, with its operations. */
export interface BatchResult {
  readonly summary: string;
  readonly failures: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly operations: readonly string[];
}

export async function runApart(...what: readonly string[]): Promise<BatchResult> {
  const file = fileURLToPath(import.meta.url);
  // Worlds make much that is soon garbage: with room for it, a batch takes a sixth less.
  const room = '--max-semi-space-size=64';
  const { stdout } = await promisify(execFile)(process.execPath, [room, file, ...what], { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [kind, from, count] = process.argv.slice(2);
  const batch =
    kind === 'sweep' ? await runSweep() : { ...(await runSeeds(Number(from), Number(count))), operations: [] };
  const result: BatchResult = { ...batch, counts: Object.fromEntries(batch.counts) };
  console.log(JSON.stringify(result));
}
