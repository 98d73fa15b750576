import { figure, type Row, type Table } from '../figures.ts';
import type { Bench } from '../measure.ts';
import { runProgram } from '../programs.ts';

/** A cold figure is one of a fresh process, so it needs several of them. */
const PROCESSES = 5;

export async function plan(bench: Bench): Promise<Table[]> {
  const { cold, warm } = await decide(bench, 'plan');
  const row = { what: 'ten years × 7 logs', figures: { 'CPU ms, warm': warm, 'CPU ms, first time': cold } };
  return [{ title: 'planning: the decision, from a ledger that was read', rows: [row] }];
}

export async function page(bench: Bench): Promise<Table[]> {
  const { cold, warm, size } = await decide(bench, 'page');
  const figures: Row['figures'] = { 'CPU ms, warm': warm, 'CPU ms, first time': cold, kB: figure(size / 1_000) };
  return [{ title: 'status page: drawn, from a ledger that was read', rows: [{ what: 'a year × 7 logs', figures }] }];
}

async function decide(bench: Bench, what: 'plan' | 'page') {
  const found = [];
  for (let i = 0; i < PROCESSES; i++)
    found.push(await runProgram<{ coldMs: number; warmMs: number[]; size: number }>(bench.programs, 'decide', what));
  bench.say(`${what}: ${PROCESSES} processes`);
  return {
    cold: figure(found.map(({ coldMs }) => coldMs)),
    warm: figure(
      found.flatMap(({ warmMs }) => warmMs),
      1,
    ),
    size: found[0]?.size ?? 0,
  };
}
