import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../cli/usage-error.ts';
import { isLoopback } from '../../shared/config/loopback.ts';
import { lastDay } from '../../shared/ledger/settling.ts';
import { addDays } from '../../shared/words/day.ts';
import type { Day } from '../../shared/words/model.ts';
import { isAlive, isAzurite } from '../azurite/folder.ts';
import { cannotBeWritten, codeOf } from '../folders.ts';
import { jsonOf } from '../json.ts';
import { DEFAULTS, type Options } from './options.ts';

/** The data folder and what it says of itself, so that a later start goes on with the same tenant. */

/** The logs that were named with `--datasets`; absent: all. */
const datasets = z.array(z.string()).optional();

const holdsSchema = z.discriminatedUnion('from', [
  z.object({
    from: z.literal('simulator'),
    days: z.int(),
    datasets,
    seed: z.int(),
    rows: z.int(),
    /** Whether the rows that come late have come. They never leave again: a source that takes rows back is suspect. */
    late: z.boolean(),
    /** The last day whose late rows have come by themselves; absent until the first run is over. */
    arrived: z.string().optional(),
  }),
  z.object({ from: z.literal('server'), days: z.int(), datasets }),
  z.object({ from: z.literal('tenant'), days: z.int(), datasets, tenantId: z.string() }),
]);

/** Where the rows in a folder come from. Rows of two origins are never mixed in one folder. */
export type Holds = Readonly<z.output<typeof holdsSchema>>;

export interface Folder {
  readonly path: string;
  /** What the start before noted; `undefined` on the first one. */
  readonly before: Holds | undefined;
  readonly holds: Holds;
}

/** @throws UsageError when the folder holds something else than what is asked for */
export async function openFolder(options: Options, tenantId: string, now: number): Promise<Folder> {
  const path = options.data ?? defaultPath(options);
  const before = await readHolds(path);
  const wanted = options.tenant
    ? 'tenant'
    : (options.graph ?? options.voximplant) !== undefined
      ? 'server'
      : 'simulator';
  if (before !== undefined && before.from !== wanted) {
    throw new UsageError(`${path} holds ${ORIGINS[before.from]}. ${elsewhere(path)}`);
  }
  const first = options.tenant ? DEFAULTS.tenantDays : DEFAULTS.days;
  // History goes further back and never shrinks: what is landed stays owed.
  const days = before === undefined ? (options.days ?? first) : Math.max(options.days ?? 0, before.days);
  const named = options.datasets ?? before?.datasets;
  const common = { days, ...(named !== undefined && { datasets: [...named] }) };
  if (wanted === 'server') return { path, before, holds: { from: wanted, ...common } };
  if (wanted === 'tenant') {
    if (before?.from === 'tenant' && before.tenantId !== tenantId)
      throw new UsageError(`${path} holds days of the tenant ${before.tenantId}. ${elsewhere(path)}`);
    return { path, before, holds: { from: wanted, ...common, tenantId } };
  }
  const tenant = before?.from === 'simulator' ? before : undefined;
  for (const name of ['seed', 'rows'] as const) {
    const [was, is] = [tenant?.[name], options[name]];
    if (was === undefined || is === undefined || was === is) continue;
    throw new UsageError(`--${name} ${is}: ${path} holds a simulated tenant with --${name} ${was}. ${elsewhere(path)}`);
  }
  const { seed = tenant?.seed ?? DEFAULTS.seed, rows = tenant?.rows ?? DEFAULTS.rows } = options;
  const arrived = tenant?.arrived === undefined ? {} : { arrived: arrivedBy(now) };
  const late = options.late || tenant?.late === true;
  return { path, before, holds: { from: wanted, ...common, seed, rows, late, ...arrived } };
}

/** Days after which the late rows of a simulated day have come: no dataset settles earlier. */
const LATE_DAYS = 5;

/** The last day whose late rows have come. @param now milliseconds since the epoch */
export function arrivedBy(now: number): Day {
  return addDays(lastDay(now), -LATE_DAYS);
}

const ORIGINS: Readonly<Record<Holds['from'], string>> = {
  simulator: 'rows of the simulator',
  server: 'rows of a server on this machine (--graph, --voximplant)',
  tenant: 'rows of a real tenant (--tenant)',
};

function elsewhere(path: string): string {
  return `Name another folder with --data, or delete ${path} to start over.`;
}

/**
 * Names that git ignores, because real rows must not be committed by accident; and beside each other, because whoever
 * deletes the simulated one to start over must not delete those of a tenant.
 */
function defaultPath(options: Options): string {
  if (options.tenant) return `${DEFAULTS.data}-tenant`;
  return (options.graph ?? options.voximplant) === undefined ? DEFAULTS.data : `${DEFAULTS.data}-server`;
}

function fileOf(path: string): string {
  return join(path, 'start.json');
}

async function readHolds(path: string): Promise<Holds | undefined> {
  let text: string;
  try {
    text = await readFile(fileOf(path), 'utf8');
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOENT') return undefined;
    const why = code === 'ENOTDIR' ? 'it is a file, or below one' : (code ?? String(cause));
    throw new UsageError(`--data ${path} cannot be read: ${why}. Name another folder.`, { cause });
  }
  const read = holdsSchema.safeParse(jsonOf(text));
  if (read.success) return read.data;
  throw new UsageError(`${fileOf(path)} is damaged. ${elsewhere(path)}`);
}

/**
 * To be called once the folder is there and ours alone. A kill leaves the note before or this one, never half of it.
 *
 * @throws UsageError when it cannot be written to
 */
export async function noteHolds({ path, holds }: Folder): Promise<void> {
  try {
    await writeFile(`${fileOf(path)}.new`, `${JSON.stringify(holds, undefined, 2)}\n`);
    await rename(`${fileOf(path)}.new`, fileOf(path));
  } catch (cause) {
    throw new UsageError(`--data ${path} ${cannotBeWritten(cause)}. Name another folder.`, { cause });
  }
}

/** As long as a run lasts, the CLI finds its emulator and sources here. */
const RUNNING_FILE = 'running.json';
const runningSchema = z.object({
  /** The app's, without credentials of a real tenant: those stay in the environment. */
  settings: z.record(z.string(), z.string()),
  /** Of the run. */
  pid: z.int().positive().optional(),
  /** Address of the coverage page; absent until it is there. */
  page: z.string().optional(),
});

export type Running = Readonly<z.output<typeof runningSchema>>;

export async function noteRunning({ path }: Pick<Folder, 'path'>, running: Running): Promise<void> {
  await writeFile(join(path, RUNNING_FILE), `${JSON.stringify(running)}\n`, { mode: 0o600 });
}

/**
 * The settings of the app that runs over the folder; `undefined` when none does. A run that was killed leaves its note
 * behind, so its emulator is asked.
 */
export async function runningIn(path: string): Promise<Running['settings'] | undefined> {
  return (await runOver(path))?.settings;
}

async function runOver(path: string): Promise<Running | undefined> {
  const text = await readFile(join(path, RUNNING_FILE), 'utf8').catch(() => '');
  const running = runningSchema.safeParse(jsonOf(text)).data;
  const emulator = /BlobEndpoint=([^;]+)/.exec(running?.settings['AzureWebJobsStorage'] ?? '')?.[1] ?? '';
  return isLoopback(emulator) && (await isAzurite(emulator)) ? running : undefined;
}

/**
 * Before anything is said or started. The emulator of a run that was killed needs a moment to end, which whoever takes
 * the folder waits for.
 *
 * @throws UsageError when another run is at work over the folder
 */
export async function refuseSecondRun(path: string): Promise<void> {
  const running = await runOver(path);
  if (running?.pid === undefined || !isAlive(running.pid)) return;
  const page = running.page === undefined ? '' : `; its page is ${running.page}`;
  throw new UsageError(
    `\`npm start\` already uses ${path}${page}. Stop it in its terminal with Ctrl-C, or name another folder with --data.`,
  );
}

export async function noteStopped({ path }: Folder): Promise<void> {
  await rm(join(path, RUNNING_FILE), { force: true });
}
