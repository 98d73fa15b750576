import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startAzurite } from '../local/azurite.ts';
import { addDays } from '../shared/day.ts';
import type { Task } from './contenders.ts';

/** Running contenders: each in a process of its own, against one server process and a fresh store. */

export interface Work {
  readonly days: number;
  /** Pages of 1,000 rows in each day. */
  readonly pages: number;
  /** Days at once. */
  readonly parallel: number;
  /** Before each answer of the server. */
  readonly latencyMs?: number;
}

export interface Result {
  readonly rows: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
  /** CPU of the server process meanwhile. */
  readonly serverCpuSeconds: number;
}

/** The source that all contenders read. */
export interface Server {
  readonly url: string;
  readonly pageBytes: number;
  stop(): void;
}

const run = promisify(execFile);
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

export async function startServer(): Promise<Server> {
  const child = spawn(process.execPath, [here('server.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const { url, pageBytes } = JSON.parse(String(line));
  return { url, pageBytes, stop: () => child.stdin.end() };
}

async function ask(server: Server, path: string): Promise<{ seconds?: number }> {
  return (await fetch(`${server.url}${path}`)).json() as Promise<{ seconds?: number }>;
}

/** One run of a contender. */
export async function measure(server: Server, contender: string, work: Work): Promise<Result> {
  await ask(server, `/pages/${work.pages}`);
  await ask(server, `/latency/${work.latencyMs ?? 0}`);
  await ask(server, `/https/${contender === 'peer' ? 1 : 0}`);
  const before = (await ask(server, '/cpu')).seconds ?? 0;
  const azurite = await startAzurite();
  try {
    const days = Array.from({ length: work.days }, (_, i) => addDays('2026-06-01', i));
    const task: Task = {
      connectionString: azurite.connectionString,
      graph: server.url,
      days,
      parallel: work.parallel,
    };
    const { stdout } = await run(process.execPath, [here('contend.ts'), contender, JSON.stringify(task)], {
      maxBuffer: 1e8,
    });
    const result = JSON.parse(stdout);
    if (result.rows !== work.days * work.pages * 1_000) throw new Error(`${contender} landed ${result.rows} rows`);
    return { ...result, serverCpuSeconds: ((await ask(server, '/cpu')).seconds ?? 0) - before };
  } finally {
    await azurite.stop();
  }
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return { median: at(Math.floor((sorted.length - 1) / 2)), min: at(0), max: at(sorted.length - 1) };
}
