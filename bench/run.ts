import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { type Operations, operationsOfDay, operationsOfIdleDay, PRICES, priceOf } from './cost.ts';
import { planningMs } from './inside.ts';
import { measure, type Result, type Server, spreadOf, startServer, type Work } from './measure.ts';

/** `npm run bench`: all contenders side by side in one run, so that the ratios mean something on any machine. */

const CONTENDERS = ['bare', 'landline', 'peer', 'naive'] as const;
type Contender = (typeof CONTENDERS)[number];

const MEANING: Readonly<Record<Contender, string>> = {
  bare: 'bare copy: each page unread from the socket into a blob (the limit)',
  landline: 'Landline: the real fetch and commit, every row checked, cut and digested',
  peer: '@microsoft/microsoft-graph-client PageIterator, JSON.stringify, one upload',
  naive: 'fetch, JSON.parse, one upload at the end',
};

interface Line {
  readonly section: string;
  readonly contender: string;
  readonly [figure: string]: string | number;
}

function whole(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('a whole number from 1 to 99 is expected');
  return Number(text);
}

const options = new Command('bench')
  .description('Measures Landline beside what people use today. Ratios first; JSON for keeping.')
  .option('--runs <n>', 'runs of each measurement; the median is shown', whole, 3)
  .option('--quick', 'small sizes only: to see that it works')
  .option('--json <file>', 'also write every figure to this file')
  .addHelpText('after', '\nExample:\n  npm run bench -- --runs 5 --json bench.json')
  .parse()
  .opts<{ runs: number; quick?: true; json?: string }>();

const lines: Line[] = [];

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function compare(server: Server, section: string, work: Work, runs: number): Promise<void> {
  const results = new Map<Contender, Result[]>(CONTENDERS.map(name => [name, []]));
  // Contenders take turns, so that a noisy minute touches all of them.
  for (let turn = 0; turn < runs; turn++) {
    for (const name of CONTENDERS) {
      results.get(name)?.push(await measure(server, name, work));
      say(`${section}: ${name}, run ${turn + 1} of ${runs}`);
    }
  }
  const speed = (name: Contender) => spreadOf((results.get(name) ?? []).map(({ rows, seconds }) => rows / seconds));
  const cpu = (name: Contender) =>
    spreadOf((results.get(name) ?? []).map(({ rows, cpuSeconds }) => (cpuSeconds * 1e8) / rows));
  for (const name of CONTENDERS) {
    const mine = results.get(name) ?? [];
    lines.push({
      section,
      contender: name,
      'speed / bare': ratio(speed(name).median, speed('bare').median),
      'speed / peer': ratio(speed(name).median, speed('peer').median),
      'CPU / peer': ratio(cpu(name).median, cpu('peer').median),
      'rows/s': spread(speed(name)),
      'CPU ms per 100k rows': spread(cpu(name)),
      'peak MB': spread(spreadOf(mine.map(({ peakMb }) => peakMb))),
      'server share': `${Math.round(100 * spreadOf(mine.map(({ serverCpuSeconds, seconds }) => serverCpuSeconds / seconds)).median)} %`,
    });
  }
}

/** How much of what a slow source allows is reached, with several days in flight. */
async function underLatency(server: Server, days: number, inFlight: readonly number[]): Promise<void> {
  const [pages, latencyMs] = [20, 200];
  for (const parallel of inFlight) {
    const { seconds } = await measure(server, 'landline', { days, pages, parallel, latencyMs });
    const least = (Math.ceil(days / parallel) * pages * latencyMs) / 1_000;
    lines.push({
      section: `${days} days × ${pages} pages, ${latencyMs} ms each`,
      contender: `landline, ${parallel} in flight`,
      'share of the source': ratio(least, seconds),
      seconds: seconds.toFixed(1),
      'least possible': least.toFixed(1),
    });
    say(`latency: ${parallel} in flight`);
  }
}

async function costs(): Promise<void> {
  const add = (contender: string, counts: Operations) =>
    lines.push({ section: 'storage operations of a day', contender, ...counts, price: priceOf(counts).toFixed(6) });
  for (const pages of [0, 1, 20, 400]) add(`${pages} pages`, await operationsOfDay(pages));
  add('idle: 288 ticks, 7 logs, a year', operationsOfIdleDay(288, 7, 365));
}

function ratio(a: number, b: number): string {
  return `${(a / b).toFixed(2)} ×`;
}

function spread({ median, min, max }: ReturnType<typeof spreadOf>): string {
  return `${Math.round(median)} (${Math.round(min)}–${Math.round(max)})`;
}

function printTable(section: string): void {
  const rows = lines.filter(line => line.section === section).map(({ section: _, ...rest }) => rest);
  const heads = Object.keys(rows[0] ?? {});
  const cells = [heads, ...rows.map(row => heads.map(head => String(row[head as keyof typeof row])))];
  const widths = heads.map((_, i) => Math.max(...cells.map(row => (row[i] ?? '').length)));
  const text = cells.map(row => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`);
  text.splice(1, 0, `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`);
  console.log(`\n${section}\n\n${text.join('\n')}`);
}

const server = await startServer();
try {
  const sizes: readonly Work[] = (options.quick ? [10] : [10, 100, 1_000]).map(pages => ({
    days: 1,
    pages,
    parallel: 1,
  }));
  for (const work of sizes) {
    const runs = work.pages > 100 ? Math.min(options.runs, 2) : options.runs;
    await compare(server, `one day of ${work.pages * 1_000} rows`, work, runs);
  }
  const many = options.quick ? { days: 4, pages: 5, parallel: 4 } : { days: 8, pages: 50, parallel: 8 };
  await compare(
    server,
    `${many.days} days of ${many.pages * 1_000} rows, ${many.parallel} at once`,
    many,
    options.runs,
  );
  await underLatency(server, options.quick ? 4 : 30, options.quick ? [2] : [1, 2, 4, 8]);
  const planning = spreadOf(Array.from({ length: 5 }, () => planningMs(Date.now())));
  lines.push({ section: 'decisions', contender: 'plan: 10 years × 7 logs', 'CPU ms': spread(planning) });
  await costs();
} finally {
  server.stop();
}

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, page of ${server.pageBytes} bytes`,
);
for (const name of CONTENDERS) console.log(`  ${name.padEnd(8)} ${MEANING[name]}`);
for (const section of new Set(lines.map(line => line.section))) printTable(section);
console.log(`\nPrices per 10,000 operations, to be replaced by those of your region: ${JSON.stringify(PRICES)}`);
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(lines, undefined, 2)}\n`);
