/**
 * `npm run test:soak`: the fault harness by hand, for longer than a run of the tests can take.
 *
 *   --seeds 20000 --from 1     so many worlds
 *   --kills 200                so many killed processes
 *   --sweep                    every fault at every operation of the small scenario
 *   --seed 17 --trace          one world, line by line
 *   --place 40:crash-after     one fault of the sweep
 */
import { Command } from 'commander';
import { runSeeds, runSweep } from './batch.ts';
import { runKills } from './kills.ts';
import { OPERATION_FAULTS } from './profile.ts';
import { profileOfSeed, simulate } from './simulate.ts';
import { sweepOne } from './sweep.ts';
import type { Outcome } from './world.ts';

/** Worlds between two lines of progress. */
const BATCH = 500;

interface Options {
  readonly seeds?: string;
  readonly from: string;
  readonly kills?: string;
  readonly seed?: string;
  readonly place?: string;
  readonly sweep?: true;
  readonly trace?: true;
}

const options = new Command('test:soak')
  .option('--seeds <count>', 'simulate so many seeds')
  .option('--from <seed>', 'the first of them', '1')
  .option('--kills <count>', 'kill so many worker processes')
  .option('--sweep', 'sweep all single faults')
  .option('--seed <seed>', 'simulate one seed')
  .option('--place <at:kind>', 'one fault of the sweep, or none')
  .option('--trace', 'print what happens')
  .parse()
  .opts<Options>();

const print = options.trace === undefined ? undefined : (line: string) => console.log(line);

function tell({ counts, violations, trace }: Outcome): void {
  console.log(JSON.stringify({ trace, ...Object.fromEntries(counts) }));
  for (const { rule, at, what } of violations) failed(`${at} [${rule}] ${what}`);
}

function failed(line: string): void {
  console.error(line);
  process.exitCode = 1;
}

if (options.seed !== undefined) {
  console.log(JSON.stringify(profileOfSeed(Number(options.seed))));
  tell(await simulate(Number(options.seed), print));
}
if (options.place !== undefined) {
  const [at, name] = options.place.split(':');
  const kind = OPERATION_FAULTS.find(each => each === name);
  tell(await sweepOne(kind === undefined ? undefined : { at: Number(at), kind }, print));
}
if (options.sweep) {
  const { summary, failures } = await runSweep();
  console.log(summary);
  failures.forEach(failed);
}
const end = Number(options.from) + Number(options.seeds ?? 0);
for (let from = Number(options.from); from < end; from += BATCH) {
  const { summary, failures } = await runSeeds(from, Math.min(BATCH, end - from));
  console.log(summary);
  failures.forEach(failed);
}
if (options.kills !== undefined) {
  const { summary, failures } = await runKills(Number(options.kills), Number(options.from));
  console.log(summary);
  failures.forEach(failed);
}
