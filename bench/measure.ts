import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Azurite, startAzurite } from '../local/azurite.ts';
import { addDays } from '../shared/words/day.ts';
import type { Task } from './contend.ts';
import { runProgram } from './programs.ts';
import type { Usage } from './usage.ts';

/** Running contenders: each in a process of its own, against one server process and a fresh store. */

/** What a section has at hand. */
export interface Bench {
  readonly server: Server;
  /** Where the bundled programs are. */
  readonly programs: string;
  /** The same of another checkout, if it is compared with one. */
  readonly before: string | undefined;
  /** The deployable, as it would be on Azure. */
  readonly app: string;
  /** For what a section needs on disk; removed at the end. */
  readonly folder: string;
  readonly runs: number;
  /** Small sizes only. */
  readonly quick: boolean;
  say(text: string): void;
}

/** The source that all contenders read. */
export interface Server {
  readonly url: string;
  readonly pageBytes: number;
  stop(): void;
}

export interface Work {
  readonly days: number;
  /** Pages of 1,000 rows in each day. */
  readonly pages: number;
  /** Days at once. */
  readonly parallel: number;
  /** Before each answer of the server. */
  readonly latencyMs?: number;
}

export interface Result extends Usage {
  readonly rows: number;
  /** CPU of the server process meanwhile. */
  readonly serverCpuSeconds: number;
}

/** A contender that cannot do the work, and what it said. */
export interface Failed {
  readonly fails: string;
}

/** What contend.ts prints. */
interface Told extends Usage {
  readonly rows: number;
  readonly fails?: string;
  readonly stack?: string;
}

/** Those whose failures are a result; ours are an error of the whole run. */
const OTHERS: ReadonlySet<string> = new Set(['peer', 'naive']);

/** On the server this day has 100 pages, always, and comes without delay. */
const WARM_UP = '2026-05-31';
const FIRST = '2026-06-01';

export async function startServer(): Promise<Server> {
  const file = fileURLToPath(new URL('server.ts', import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const { url, pageBytes } = JSON.parse(String(line));
  return { url, pageBytes, stop: () => child.stdin.end() };
}

/** Tells the server what to serve from now on, and to count its CPU anew. */
export async function prepare(server: Server, { pages, latencyMs = 0 }: Omit<Work, 'days' | 'parallel'>, https = 0) {
  for (const set of [`pages/${pages}`, `latency/${latencyMs}`, `https/${https}`]) await fetch(`${server.url}/${set}`);
}

async function serverCpuSeconds({ url }: Server): Promise<number> {
  const { seconds } = (await (await fetch(`${url}/cpu`)).json()) as { seconds: number };
  return seconds;
}

export async function withStore<T>(use: (azurite: Azurite) => Promise<T>): Promise<T> {
  const azurite = await startAzurite();
  try {
    return await use(azurite);
  } finally {
    await azurite.stop();
  }
}

/** One run of a contender over a store of its own. */
export function measure(bench: Bench, contender: string, work: Work): Promise<Result | Failed> {
  return withStore(({ connectionString }) => contend(bench, contender, work, connectionString));
}

/** One run of Landline. */
export async function measureOurs(bench: Bench, work: Work): Promise<Result> {
  return believed(await measure(bench, 'landline', work));
}

function believed(result: Result | Failed): Result {
  if ('fails' in result) throw new Error(result.fails);
  return result;
}

export async function contend(
  { server, programs, before = '' }: Bench,
  contender: string,
  work: Work,
  connectionString: string,
): Promise<Result | Failed> {
  await prepare(server, work, contender === 'peer' ? 1 : 0);
  const days = Array.from({ length: work.days }, (_, i) => addDays(FIRST, i));
  const task: Task = { connectionString, graph: server.url, warmUp: WARM_UP, days, parallel: work.parallel };
  const [from, name] = contender === 'before' ? [before, 'landline'] : [programs, contender];
  const result = await runProgram<Told>(from, 'contend', name, JSON.stringify(task)).catch(outOfMemory);
  if (result.fails !== undefined) {
    if (OTHERS.has(contender)) return { fails: result.fails };
    throw new Error(`${contender} fails: ${result.stack ?? result.fails}`);
  }
  const wanted = work.days * work.pages * 1_000;
  if (result.rows !== wanted) throw new Error(`${contender} landed ${result.rows} of ${wanted} rows`);
  return { ...result, serverCpuSeconds: await serverCpuSeconds(server) };
}

/** A process that ran out of memory cannot say so itself. */
function outOfMemory(thrown: unknown): Told {
  const said = thrown instanceof Error && 'stderr' in thrown ? String(thrown.stderr) : '';
  if (!said.includes('heap out of memory')) throw thrown;
  return { rows: 0, fails: 'out of memory', seconds: 0, cpuSeconds: 0, peakMb: 0 };
}
