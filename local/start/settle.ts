import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE_MS } from '../../shared/words/day.ts';
import type { Host } from '../host.ts';
import type { Standing } from './standing.ts';

/** Waiting until there is nothing more to do. */

/** Without a day getting on for this long, days that wait are not waited for any more. */
const PATIENCE_MS = 5 * MINUTE_MS;
const LOOK_MS = 150;
/** The least time between two runs of the planner that are asked for here; it has its own schedule beside. */
const PLAN_MS = 1_000;

export type Settled =
  /** Nothing moves by itself any more: all is landed, or what is not needs a person. */
  | 'settled'
  /** What is left fails again and again, or waits for longer than anybody would sit and watch. */
  | 'impatient'
  | 'stopped';

export interface Watch {
  readonly host: Pick<Host, 'idle' | 'runTimer'>;
  readonly look: () => Promise<readonly Standing[]>;
  /** When a day last got on, in milliseconds since the epoch. */
  readonly movedAt: () => number;
  /** Datasets of which every read fails, by name: no run waits for these alone. */
  readonly hopeless: () => ReadonlySet<string>;
  readonly onWait: (until: number) => void;
  readonly signal: AbortSignal;
}

/** Runs the planner, and looks at the ledger whenever the host has nothing to do. */
export async function settle({ host, look, movedAt, hopeless, onWait, signal }: Watch): Promise<Settled> {
  let plannedAt = 0;
  const plan = async (): Promise<void> => {
    plannedAt = Date.now();
    await host.runTimer('plan');
  };
  if (!signal.aborted) await plan();
  while (!signal.aborted) {
    const lost = hopeless();
    if (!host.idle() && lost.size === 0) {
      await pause(LOOK_MS, signal);
      continue;
    }
    const open = (await look()).filter(standing => standing.due.length > 0);
    if (open.length > 0 && open.every(({ dataset }) => lost.has(dataset))) return 'impatient';
    if (!host.idle()) {
      // The ledger is not looked at more often than this while there is work.
      await pause(PLAN_MS, signal);
      continue;
    }
    const due = open.flatMap(standing => standing.due);
    if (due.length === 0) {
      // Once more, so that the watermarks are where the last day has put them.
      await plan();
      const more = (await look()).some(standing => standing.due.length > 0);
      if (!more) return 'settled';
      continue;
    }
    const now = Date.now();
    const next = Math.min(...due);
    if (next > now + PATIENCE_MS || now > movedAt() + PATIENCE_MS) return 'impatient';
    if (next > now) onWait(next);
    else if (now >= plannedAt + PLAN_MS) await plan();
    await pause(Math.min(Math.max(next - now, LOOK_MS), PLAN_MS), signal);
  }
  return 'stopped';
}

/** Resolves early when the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
