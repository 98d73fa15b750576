import { simulate } from './simulate.ts';
import { placements, sweepOne } from './sweep.ts';
import type { Outcome } from './world.ts';

/** Many worlds, and one line about them. */

export interface Batch {
  readonly summary: string;
  /** One for each world that broke an invariant: what, and the command that replays it. */
  readonly failures: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
}

class Tally {
  readonly counts = new Map<string, number>();
  readonly failures: string[] = [];
  private violations = 0;

  add({ counts, violations }: Outcome, replay: string): void {
    for (const [what, count] of counts) this.counts.set(what, (this.counts.get(what) ?? 0) + count);
    this.violations += violations.length;
    const [first] = violations;
    if (first !== undefined) this.failures.push(`${first.at} [${first.rule}] ${first.what}\n  replay: ${replay}`);
  }

  line(worlds: string): string {
    const { operation = 0, ...rest } = Object.fromEntries(this.counts);
    const kinds = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
    const told = kinds.map(([what, count]) => `${what} ${count}`).join(', ');
    return `${worlds}, ${operation} storage operations, ${this.violations} violations; ${told}`;
  }
}

export async function runSeeds(from: number, seeds: number): Promise<Batch> {
  const tally = new Tally();
  for (let seed = from; seed < from + seeds; seed++)
    tally.add(await simulate(seed), `npm run test:soak -- --seed ${seed} --trace`);
  return { ...tally, summary: tally.line(`${seeds} seeds from ${from}`) };
}

/** Every fault at every operation of the small scenario. */
export async function runSweep(): Promise<Batch & { readonly operations: readonly string[] }> {
  const tally = new Tally();
  const calm = await sweepOne();
  tally.add(calm, 'npm run test:soak -- --place none --trace');
  const places = placements(calm.operations);
  for (const place of places)
    tally.add(await sweepOne(place), `npm run test:soak -- --place ${place.at}:${place.kind} --trace`);
  const worlds = `${places.length} placements over ${calm.operations.length} operations`;
  return { ...tally, summary: tally.line(worlds), operations: calm.operations };
}
