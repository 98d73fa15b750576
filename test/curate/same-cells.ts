import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { DatasetName } from '../../local/simulator/index.ts';
import { PROFILES, type Profile } from '../../shared/curate/privacy.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { eachDay } from '../../shared/words/day.ts';
import { distinctLines, oddLines } from './odd-lines.ts';
import { type Duck, duck, type Rows } from './setup.ts';

/**
 * Whether two versions of the code write the same cells: a month of every dataset under every profile, and lines made
 * to be difficult, and one large day, curated by another checkout and by this one, and compared by DuckDB.
 *
 * `node test/curate/same-cells.ts ROOT` compares with the checkout in ROOT; `--keep` writes anew the small set that
 * same-cells.test.ts holds the code to, for when a cell is meant to be another.
 */

const USAGE = `Compares the curated tables of another checkout with those of this one, cell by cell.

  node test/curate/same-cells.ts ROOT   with the checkout in ROOT; ends with 1 when a cell differs
  node test/curate/same-cells.ts --keep write what test/curate/kept/ holds anew, with this checkout`;

const HERE = fileURLToPath(new URL('../../', import.meta.url));
const KEPT = new URL('./kept/', import.meta.url);
export const CELLS = new URL('cells.jsonl', KEPT);

const FIRST = '2026-01-01';
const LAST = '2026-01-31';
/** More rows than a row group has. */
const LARGE_DAY = '2026-02-02';
const LARGE_ROWS = 34_000;
const DISTINCT_ROWS = 2_000;

const KEPT_DAY = '2026-01-05';
const KEPT_ROWS = 6;

/** What of a checkout is asked for here, by its own names. */
interface Checkout {
  readonly memoryPorts: typeof import('./setup.ts').memoryPorts;
  readonly curated: typeof import('./setup.ts').curated;
}

async function checkoutIn(root: string): Promise<Checkout> {
  return import(pathToFileURL(join(root, 'test/curate/setup.ts')).href);
}

/** Lines by dataset and day. */
type Lines = Map<string, Map<string, readonly string[]>>;

async function simulated(days: readonly string[], rows: number): Promise<Lines> {
  const { startSimulator } = await import('../../local/simulator/index.ts');
  const now = (): number => Date.parse('2026-03-15T00:00:00Z');
  const simulator = await startSimulator({ seed: 17, rows, oddShare: 0.1, hugeCharges: true, now });
  const of = (name: string, day: string): readonly string[] => {
    const beta = day > '2026-01-15' && name.endsWith('-calls') ? 'beta' : undefined;
    const truth = simulator.truth(name as DatasetName, day, beta);
    return [...truth, ...oddLines(name, truth)];
  };
  const lines = new Map(DATASETS.map(({ name }) => [name, new Map(days.map(day => [day, of(name, day)]))]));
  await simulator.stop();
  return lines;
}

/** Curates all lines under a profile, below a folder. */
async function write(
  { memoryPorts, curated }: Checkout,
  lines: Lines,
  profile: Profile,
  folder: string,
): Promise<void> {
  const on = memoryPorts(profile);
  for (const [name, days] of lines) for (const [day, rows] of days) await curated(on, name, day, rows);
  for (const [path, { bytes }] of on.curated.files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

async function columnsOf(db: Duck, files: string): Promise<string[]> {
  const described = await db.rows(`DESCRIBE SELECT * FROM read_parquet('${files}', hive_partitioning=false)`);
  return described.map(row => `${row['column_name']} ${row['column_type']}`);
}

/** What DuckDB finds in one of two sets of files only. @returns sentences; none when they are the same */
async function differences(db: Duck, before: string, after: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name } of DATASETS) {
    const files = `v1/*/dataset=${name}/*/*.parquet`;
    const [one, other] = [join(before, files), join(after, files)];
    const columns = await columnsOf(db, one);
    if (String(columns) !== String(await columnsOf(db, other))) found.push(`${name}: other columns`);
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      const rowsOf = (at: string): string => `SELECT * FROM read_parquet('${at}', hive_partitioning=false)`;
      const rows = await db.rows(`${rowsOf(from)} EXCEPT ALL ${rowsOf(to)} LIMIT 3`);
      found.push(...rows.map(row => `${name}, only ${from === one ? 'before' : 'now'}: ${JSON.stringify(row)}`));
    }
  }
  return found;
}

async function compare(root: string): Promise<number> {
  const lines = await simulated([...eachDay(FIRST, LAST)], 60);
  for (const [name, days] of await simulated([LARGE_DAY], LARGE_ROWS)) {
    const rows = days.get(LARGE_DAY) ?? [];
    // Twice the odd lines: where values repeat, and where they no longer do.
    lines.get(name)?.set(LARGE_DAY, [...rows, ...distinctLines(name, DISTINCT_ROWS), ...oddLines(name, rows.slice(2))]);
  }
  const ends: (() => unknown)[] = [];
  const db = await duck({ after: (act: () => unknown) => void ends.push(act) });
  const folder = join(tmpdir(), `landline-same-cells-${process.pid}`);
  let count = 0;
  try {
    for (const profile of PROFILES) {
      const [before, after] = [join(folder, profile, 'before'), join(folder, profile, 'now')];
      await write(await checkoutIn(root), lines, profile, before);
      await write(await checkoutIn(HERE), lines, profile, after);
      const found = await differences(db, before, after);
      count += found.length;
      const [{ n } = {}] = await db.rows(
        `SELECT count(*)::INT AS n FROM read_parquet('${after}/v1/*/*/*/*.parquet', union_by_name=true)`,
      );
      console.log(
        `${profile}: ${n} rows, ${found.length === 0 ? 'no difference' : `differences:\n${found.join('\n')}`}`,
      );
    }
  } finally {
    for (const end of ends.reverse()) await end();
    await rm(folder, { recursive: true, force: true });
  }
  return count === 0 ? 0 : 1;
}

/** Every cell of the kept lines under every profile: a row a line, as DuckDB reads it. @param root of the checkout */
export async function cellsOfKept(db: Duck, folder: string, root: string = HERE): Promise<string> {
  const [checkout, lines] = [await checkoutIn(root), await keptLines()];
  for (const profile of PROFILES) await write(checkout, lines, profile, join(folder, profile));
  const texts: string[] = [];
  for (const { name } of DATASETS) {
    const [full = [], ...others] = await Promise.all(PROFILES.map(each => rowsIn(db, join(folder, each), name)));
    for (const [i, row] of full.entries()) {
      // What is null stands for itself by not being there; what a profile shows as it is, too.
      const said = Object.entries(row).filter(([, cell]) => cell !== null);
      const changed = others.map((rows, n) => {
        const cells = Object.entries(rows[i] ?? {}).filter(([column, cell]) => cell !== row[column]);
        return [PROFILES[n + 1], Object.fromEntries(cells)];
      });
      texts.push(`${JSON.stringify(Object.fromEntries([...said, ...changed]))}\n`);
    }
  }
  return texts.join('');
}

async function rowsIn(db: Duck, folder: string, dataset: string): Promise<Rows> {
  const files = join(folder, `v1/*/dataset=${dataset}/*/*.parquet`);
  return db.rows(`SELECT * FROM read_parquet('${files}', hive_partitioning=false) ORDER BY day, row_ordinal`);
}

async function keptLines(): Promise<Lines> {
  const kept = new Map<string, Map<string, readonly string[]>>();
  for (const { name } of DATASETS) {
    const text = await readFile(new URL(`${name}.jsonl`, KEPT), 'utf8');
    kept.set(name, new Map([[KEPT_DAY, text.split('\n').slice(0, -1)]]));
  }
  return kept;
}

async function keep(root: string): Promise<void> {
  const lines = await simulated([KEPT_DAY], KEPT_ROWS);
  const ends: (() => unknown)[] = [];
  const db = await duck({ after: (act: () => unknown) => void ends.push(act) });
  await mkdir(KEPT, { recursive: true });
  for (const [name, days] of lines) {
    const rows = [...days.values()].flat();
    await writeFile(new URL(`${name}.jsonl`, KEPT), rows.map(row => `${row}\n`).join(''));
  }
  const folder = join(tmpdir(), `landline-kept-${process.pid}`);
  await writeFile(CELLS, await cellsOfKept(db, folder, root));
  await rm(folder, { recursive: true });
  for (const end of ends.reverse()) await end();
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { keep: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  const root = positionals[0] === undefined ? HERE : resolve(positionals[0]);
  if (values.help || (!values.keep && positionals.length === 0)) console.log(USAGE);
  else if (values.keep) await keep(root);
  else process.exitCode = await compare(root);
}
