import type { Land, Open, Place } from './contenders/contender.ts';
import { usageFromHere } from './usage.ts';

/**
 * One contender in a process of its own, so that its CPU and memory are its alone. Arguments: name, and task as JSON.
 *
 * Measured is the steady state: a worker lives for hours, so everything is loaded and one day is landed before.
 */

export interface Task extends Place {
  /** Days at once. */
  readonly parallel: number;
}

/** Each brings along only what it needs itself. */
const CONTENDERS: Readonly<Record<string, () => Promise<{ open: Open }>>> = {
  bare: () => import('./contenders/bare.ts'),
  landline: () => import('./contenders/landline.ts'),
  peer: () => import('./contenders/peer.ts'),
  naive: () => import('./contenders/naive.ts'),
};

async function landAll(land: Land, { days, parallel }: Task): Promise<number> {
  const waiting = days.values();
  let rows = 0;
  const drain = async () => {
    for (const day of waiting) {
      const landed = await land(day);
      rows += landed;
    }
  };
  await Promise.all(Array.from({ length: parallel }, drain));
  return rows;
}

const [name = '', text = ''] = process.argv.slice(2);
const load = CONTENDERS[name];
if (load === undefined) throw new Error(`There is no contender ${name}: ${Object.keys(CONTENDERS).join(', ')}`);
const task: Task = JSON.parse(text);
try {
  const { open } = await load();
  const land = await open(task);
  await land(task.warmUp);
  const used = usageFromHere();
  const rows = await landAll(land, task);
  console.log(JSON.stringify({ rows, ...used() }));
} catch (thrown) {
  const { message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
  console.log(JSON.stringify({ fails: message, stack }));
}
process.exit(0);
