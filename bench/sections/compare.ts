import { type Figure, figure, type Row, type Table, times } from '../figures.ts';
import { type Bench, type Failed, measure, type Result, type Work } from '../measure.ts';

/** All contenders side by side. They take turns, so that a noisy minute touches all of them. */

const CONTENDERS = ['bare', 'landline', 'peer', 'naive'] as const;
/** Where what has to be known is what a change costs. */
const WITH_BEFORE = ['bare', 'landline', 'before'] as const;
type Contender = (typeof CONTENDERS)[number] | 'before';

export const MEANING: Readonly<Record<Contender, string>> = {
  bare: 'bare copy: each page unread from the socket into a blob (the limit)',
  landline: 'Landline: the real fetch and commit, every row checked, cut and digested',
  before: 'Landline of the other checkout (--against)',
  peer: '@microsoft/microsoft-graph-client PageIterator, JSON.stringify, one upload',
  naive: 'fetch, JSON.parse, one upload at the end',
};

/** The same million rows in days of three sizes, so that what differs is the size of the day alone. */
const PAGES = 1_000;
const PAGES_OF_A_DAY = [10, 100, 1_000] as const;

export async function sizes(bench: Bench): Promise<Table[]> {
  const works = bench.quick
    ? [{ days: 2, pages: 10, parallel: 1 }]
    : PAGES_OF_A_DAY.map(pages => ({ days: PAGES / pages, pages, parallel: 1 }));
  const tables: Table[] = [];
  for (const work of works) tables.push(await compare(bench, work, bench.runs));
  return tables;
}

export async function days(bench: Bench): Promise<Table[]> {
  const work = bench.quick ? { days: 4, pages: 5, parallel: 4 } : { days: 8, pages: 50, parallel: 8 };
  return [await compare(bench, work, bench.runs)];
}

function titleOf({ days, pages, parallel }: Work): string {
  const rows = `${(pages * 1_000).toLocaleString('en')} rows`;
  if (days === 1) return `one day of ${rows}`;
  return `${days} days of ${rows}, ${parallel === 1 ? 'one after the other' : `${parallel} at once`}`;
}

type Results = Readonly<Record<Contender, (Result | Failed)[]>>;

async function compare(bench: Bench, work: Work, runs: number): Promise<Table> {
  const results: Results = { bare: [], landline: [], before: [], peer: [], naive: [] };
  const contenders = bench.before === undefined ? CONTENDERS : WITH_BEFORE;
  for (let turn = 0; turn < runs; turn++) {
    // The other way round in every second turn, so that nobody is always the one behind the largest.
    for (const name of turn % 2 === 0 ? contenders : contenders.toReversed()) {
      // What cannot be done is not tried again.
      if (results[name].some(isFailed)) continue;
      results[name].push(await measure(bench, name, work));
      bench.say(`${titleOf(work)}: ${name}, run ${turn + 1} of ${runs}`);
    }
  }
  return { title: titleOf(work), rows: contenders.map(name => ({ what: name, figures: figuresOf(name, results) })) };
}

function isFailed(result: Result | Failed): result is Failed {
  return 'fails' in result;
}

function figuresOf(name: Contender, results: Results): Row['figures'] {
  const failed = results[name].find(isFailed);
  const mine = done(results[name]);
  const rival = results.before.length === 0 ? 'peer' : 'before';
  const speed = ({ rows, seconds }: Result) => rows / seconds;
  const cpu = ({ rows, cpuSeconds }: Result) => (cpuSeconds * 1e8) / rows;
  return {
    'speed / bare': ratio(mine, done(results.bare), speed),
    [`speed / ${rival}`]: ratio(mine, done(results[rival]), speed),
    [`CPU / ${rival}`]: ratio(mine, done(results[rival]), cpu),
    'rows/s': failed === undefined ? figure(mine.map(speed)) : `fails: ${failed.fails}`,
    'CPU ms per 100k rows': failed === undefined ? figure(mine.map(cpu)) : '–',
    'peak MB': failed === undefined ? figure(mine.map(({ peakMb }) => peakMb)) : '–',
    'CPU of the server, share of a core':
      failed === undefined
        ? figure(
            mine.map(each => each.serverCpuSeconds / each.seconds),
            2,
          )
        : '–',
  };
}

function done(results: readonly (Result | Failed)[]): Result[] {
  return results.flatMap(result => (isFailed(result) ? [] : [result]));
}

/** Turn by turn, because two measurements of the same minute were equally disturbed. */
function ratio(mine: readonly Result[], theirs: readonly Result[], of: (result: Result) => number): Figure {
  const values = mine.flatMap((result, turn) => {
    const other = theirs[turn];
    return other === undefined ? [] : [of(result) / of(other)];
  });
  return values.length === 0 ? '–' : times(values);
}
