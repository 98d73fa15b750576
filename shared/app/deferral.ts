import { instantOf, MINUTE_MS } from '../words/day.ts';
import type { Clock, PutBack } from '../words/ports.ts';
import type { Report } from '../words/telemetry.ts';
import { DEFERRALS_MAX, type NotOurs } from './message.ts';

/**
 * What becomes of what is in a queue and is no message of this version. While a deployment rolls out, old and new
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
  received: NotOurs,
  what: string,
  { putBack, clock, report }: DeferralPorts,
): Promise<void> {
  if (received.kind === 'invalid') {
    const why = `it is not ${what}; it was removed, and nothing was changed`;
    return report('message rejected', { why, digest: received.digest });
  }
  const { version, members } = received;
  if (received.deferred >= DEFERRALS_MAX) {
    const why = `version ${version}: a newer app has sent it, and none has taken it; what is owed is queued again`;
    return report('message dropped', { why });
  }
  const deferred = received.deferred + 1;
  await putBack({ ...members, deferred }, DEFER_MS);
  const until = instantOf(clock.now() + DEFER_MS);
  report('message deferred', { why: 'a newer app has sent it, and may take it', version, deferred, until });
}
