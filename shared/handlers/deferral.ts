import { instantOf, MINUTE_MS } from '../day.ts';
import { DEFERRALS_MAX, type Parsed } from '../message.ts';
import type { Clock, PutBack } from '../ports.ts';
import type { Report } from '../telemetry.ts';

/**
 * What becomes of an entry of a queue that is no message of this version. While a deployment rolls out, old and new
 * workers take from the same queue: what a newer one has sent is left to it. Losing it would lose nothing either, as
 * the planner queues a silent day again.
 */

/** A deployment takes minutes. */
const DEFER_MS = 10 * MINUTE_MS;

export interface DeferralPorts {
  readonly putBack: PutBack;
  readonly clock: Clock;
  readonly report: Report;
}

/** @param what the queue is for, as in "a fetch message" */
export async function setAside(
  entry: Exclude<Parsed<never>, { kind: 'ours' }>,
  what: string,
  { putBack, clock, report }: DeferralPorts,
): Promise<void> {
  if (entry.kind === 'invalid') {
    const why = `it is not ${what}; it was removed, and nothing was changed`;
    return report('message rejected', { why, digest: entry.digest });
  }
  const { version, members } = entry;
  if (entry.deferred >= DEFERRALS_MAX) {
    const why = `version ${version}: a newer app has sent it, and none has taken it; what is owed is queued again`;
    return report('message dropped', { why });
  }
  const deferred = entry.deferred + 1;
  await putBack({ ...members, deferred }, DEFER_MS);
  const until = instantOf(clock.now() + DEFER_MS);
  report('message deferred', { why: 'a newer app has sent it, and may take it', version, deferred, until });
}
