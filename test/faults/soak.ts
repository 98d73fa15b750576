/**
 * `npm run test:soak`: the fault harness by hand, for longer than a run of the tests can take.
 *
 *   (nothing)                  1,000 worlds
 *   --seeds 20000 --from 1     so many worlds
 *   --kills 200                so many killed processes
 *   --sweep                    every fault at every operation of the small scenario
 *   --seed 17 --trace          one world, line by line
 *   --place 40:crash-after     one fault of the sweep
 */
import { Command, InvalidArgumentError } from 'commander';
import { grouped } from '../../shared/status/text.ts';
import { runSweep } from './batch.ts';
import { runApart } from './batch-run.ts';
import { runKills } from './kills.ts';
import { OPERATION_FAULTS, type OperationFault } from './profile.ts';
import { profileOfSeed, simulate } from './simulate.ts';
import { sweepOne } from './sweep.ts';
import type { Outcome } from './world.ts';

/**
 * Worlds between two lines of progress, in a process of their own: work that hangs when its world ends holds a signal with
 * a listener, which the engine never lets go of, and with it a megabyte or two of every few worlds.
 */
const BATCH = 250;

/** When nothing was asked for: a minute or two. */
const SEEDS = 1_000;

type Place = { readonly at: number; readonly kind: OperationFault } | 'none';

interface Options {
  readonly seeds?: number;
  readonly from: number;
  readonly kills?: number;
  readonly seed?: number;
  readonly place?: Place;
  readonly sweep?: true;
  readonly trace?: true;
}

function whole(min: number): (text: string) => number {
  return text => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${min}.`);
  };
}

function place(text: string): Place {
  if (text === 'none') return text;
  const [, at, name] = /^(\d{1,9}):(.+)$/.exec(text) ?? [];
  const kind = OPERATION_FAULTS.find(each => each === name);
  if (at !== undefined && kind !== undefined) return { at: Number(at), kind };
  throw new InvalidArgumentError(
    `Expected none, or an operation and a fault such as 40:crash-after. Faults: ${OPERATION_FAULTS.join(', ')}.`,
  );
}

const options = new Command('test:soak')
  .option('--seeds <count>', 'simulate so many seeds', whole(1))
  .option('--from <seed>', 'the first of them; for kills, what decides their moments', whole(0), 1)
  .option('--kills <count>', 'kill so many worker processes', whole(1))
  .option('--sweep', 'sweep all single faults')
  .option('--seed <seed>', 'simulate one seed', whole(0))
  .option('--place <at:kind>', 'one fault of the sweep, or none', place)
  .option('--trace', 'print what happens')
  .addHelpText('after', `\nWithout any of these, ${grouped(SEEDS)} seeds are simulated.`)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
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

async function simulateSeeds(first: number, count: number): Promise<void> {
  const end = first + count;
  for (let from = first; from < end; from += BATCH) {
    const { summary, failures } = await runApart('seeds', String(from), String(Math.min(BATCH, end - from)));
    console.log(summary);
    failures.forEach(failed);
  }
}

const { seed, place: at, sweep, seeds, kills, from } = options;
if (seed !== undefined) {
  console.log(JSON.stringify(profileOfSeed(seed)));
  tell(await simulate(seed, print));
}
if (at !== undefined) tell(await sweepOne(at === 'none' ? undefined : at, print));
if (sweep) {
  const { summary, failures } = await runSweep();
  console.log(summary);
  failures.forEach(failed);
}
if (seeds !== undefined) await simulateSeeds(from, seeds);
if (kills !== undefined) {
  const { summary, failures } = await runKills(kills, from);
  console.log(summary);
  failures.forEach(failed);
}
if ([seed, at, sweep, seeds, kills].every(asked => asked === undefined)) {
  console.log(`Nothing was asked for, so ${grouped(SEEDS)} seeds are simulated. --help says what else there is.`);
  await simulateSeeds(from, SEEDS);
}
