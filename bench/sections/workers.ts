import { figure, type Row, type Table, times } from '../figures.ts';
import { landTogether, refuseWrong } from '../fleet.ts';
import { type Bench, prepare, withStore } from '../measure.ts';

/**
 * Several worker processes over one emulator: the planner queues, all of them take from the one queue, and the ticket
 * of a day decides who has it. Afterwards each day must have been landed once, and be whole.
 */

/** Days in flight of each process. */
const AT_ONCE = 2;

interface Load {
  /** For each process: twice as many of them land twice as much. */
  readonly daysEach: number;
  readonly pages: number;
  readonly latencyMs: number;
}

export async function workers(bench: Bench): Promise<Table[]> {
  const slow = { daysEach: bench.quick ? 4 : 12, pages: bench.quick ? 5 : 20, latencyMs: 200 };
  const fast = { daysEach: bench.quick ? 4 : 6, pages: bench.quick ? 5 : 40, latencyMs: 0 };
  return [
    await scale(bench, slow, 'The source is the limit.'),
    await scale(bench, fast, 'The cores are the limit: workers, emulator and server share them.'),
  ];
}

async function scale(bench: Bench, load: Load, note: string): Promise<Table> {
  const { daysEach, pages, latencyMs } = load;
  const rows: Row[] = [];
  let alone = Number.NaN;
  for (const count of bench.quick ? [1, 2] : [1, 2, 4]) {
    const { speed, cpuMs, peakMb } = await land(bench, load, count);
    if (count === 1) alone = speed;
    const allowed = (count * AT_ONCE * 1e6) / latencyMs;
    const figures = {
      'rows/s': figure(speed),
      'share of N × one': times(speed / (alone * count)),
      ...(latencyMs > 0 && { 'share of the source': times(speed / allowed) }),
      'CPU ms per 100k rows': figure(cpuMs),
      'peak MB of each': figure(peakMb),
      'days landed': figure(count * daysEach),
    };
    rows.push({ what: `${count} worker process${count === 1 ? '' : 'es'}`, figures });
    bench.say(`workers: ${count}, ${latencyMs} ms`);
  }
  const title = `worker processes: ${daysEach} days × ${pages} pages each, ${latencyMs} ms per page, ${AT_ONCE} days in flight each`;
  return { title, note: `${note} Each day was landed once, and all its rows are there.`, rows };
}

function land({ server, programs, app }: Bench, load: Load, workers: number) {
  return withStore(async ({ connectionString }) => {
    await prepare(server, load);
    const days = workers * load.daysEach;
    const fleet = { programs, app, connectionString, graph: server.url, workers, atOnce: AT_ONCE, days };
    const { seconds, used } = await landTogether(fleet);
    await refuseWrong(connectionString, days, load.pages * 1_000);
    const rows = days * load.pages * 1_000;
    const cpuSeconds = used.reduce((sum, each) => sum + each.cpuSeconds, 0);
    return { speed: rows / seconds, cpuMs: (cpuSeconds * 1e8) / rows, peakMb: used.map(({ peakMb }) => peakMb) };
  });
}
