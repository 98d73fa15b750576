import { MINUTE_MS } from '../words/day.ts';
import type { Instant } from '../words/model.ts';

/** From when on the pipeline itself, and no single day, needs a person. Status page, doctor and alerts share these numbers. */

/** A planner that has not run to its end for this long is not running. */
export const PLANNER_SILENT_MS = 30 * MINUTE_MS;

/** @param plannedAt when the planner last ran to its end; `undefined` when it never did */
export function isSilent(plannedAt: Instant | undefined, now: number): boolean {
  return plannedAt === undefined || now - Date.parse(plannedAt) > PLANNER_SILENT_MS;
}

/**
 * A queue has as many messages as days are in flight, and those that were sent again: never so many while it is read.
 * The alert `failed` has the same number.
 */
export const QUEUE_MAX = 100;
