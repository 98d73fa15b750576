/**
 * `node planted-run.ts <number> [seeds]`: loads the product with one planted bug and runs the harness over it until it
 * notices. Prints one line of JSON: what was noticed, or nothing; with `seeds`, how often which rule breaks first.
 */
import { registerHooks } from 'node:module';
import { PLANTED_BUGS } from './planted-bugs.ts';

export interface Noticed {
  /** The first invariant that was seen broken; `undefined` when nothing was noticed. */
  readonly rule?: string;
  readonly what?: string;
  readonly by?: string;
}

/** Seeds that are tried before a bug counts as missed. */
const SEEDS = 600;

const bug = PLANTED_BUGS[Number(process.argv[2])];
if (bug === undefined) throw new Error('Usage: node planted-run.ts <number of a planted bug>');
const target = new URL(`../../${bug.file}`, import.meta.url).href;
let planted = 0;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (url !== target || loaded.source === undefined || loaded.source === null) return loaded;
    const text =
      typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString();
    const pieces = text.split(bug.find);
    if (pieces.length !== 2) throw new Error(`${bug.file} has ${pieces.length - 1} times: ${bug.find}`);
    planted += 1;
    return { ...loaded, source: pieces.join(bug.replace) };
  },
});

const { simulate } = await import('./simulate.ts');
const { placements, sweepOne } = await import('./sweep.ts');
if (planted !== 1) throw new Error(`${bug.file} was not loaded`);

async function notice(): Promise<Noticed> {
  const { from = 1 } = bug ?? {};
  for (let seed = from; seed < from + SEEDS; seed++) {
    const [first] = (await simulate(seed)).violations;
    if (first !== undefined) return { rule: first.rule, what: first.what, by: `seed ${seed}` };
  }
  for (const place of placements((await sweepOne()).operations)) {
    const [first] = (await sweepOne(place)).violations;
    if (first !== undefined) return { rule: first.rule, what: first.what, by: `${place.kind} at ${place.op}` };
  }
  return {};
}

/** How often each rule is the first to break, for README.md. */
async function rules(seeds: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let seed = 1; seed <= seeds; seed++) {
    const [first] = (await simulate(seed)).violations;
    if (first !== undefined) counts[first.rule] = (counts[first.rule] ?? 0) + 1;
  }
  return counts;
}

const survey = process.argv[3];
console.log(JSON.stringify(survey === undefined ? await notice() : await rules(Number(survey))));
