import { figure, type Table, times } from '../figures.ts';
import { type Bench, measureOurs } from '../measure.ts';

const PAGES = 20;
const LATENCY_MS = 200;

/** How much of what a slow source allows is reached, with several days in flight. */
export async function latency(bench: Bench): Promise<Table[]> {
  const days = bench.quick ? 4 : 30;
  const rows = [];
  for (const parallel of bench.quick ? [2] : [1, 2, 4, 8]) {
    const result = await measureOurs(bench, { days, pages: PAGES, parallel, latencyMs: LATENCY_MS });
    const least = (Math.ceil(days / parallel) * PAGES * LATENCY_MS) / 1_000;
    rows.push({
      what: `${parallel} in flight`,
      figures: {
        'share of the source': times(least / result.seconds),
        seconds: figure(result.seconds, 1),
        'least possible': figure(least, 1),
        'rows/s': figure(result.rows / result.seconds),
        'CPU ms per 100k rows': figure((result.cpuSeconds * 1e8) / result.rows),
        'peak MB': figure(result.peakMb),
      },
    });
    bench.say(`latency: ${parallel} in flight`);
  }
  return [{ title: `${days} days × ${PAGES} pages, ${LATENCY_MS} ms each: Landline`, rows }];
}
