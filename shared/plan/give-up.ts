import { changeDay } from '../ledger/change-day.ts';
import { failed, workErrorOf } from '../ledger/entry.ts';
import { HOUR_MS, instantOf } from '../words/day.ts';
import type { DayEntry } from '../words/ledger.ts';
import type { FetchMessage } from '../words/model.ts';
import type { Ports, Versioned } from '../words/ports.ts';

/** What was given up on. That is not an end: it is told what happened, and what was asked for is owed again. */

/** A day that killed its workers is left alone for this long. */
const REST_MS = HOUR_MS;

/**
 * Workers in a row. The host recycles an instance whose worker has died three times, each within half an hour of the one
 * before: a day that kills is set aside before it takes all others on the instance with it.
 */
export const TAKEOVERS_MAX = 2;

type PoisonPorts = Pick<Ports, 'ledger' | 'clock' | 'report'>;

/** Notes a given-up message in the ledger, when the day is still waiting for just that message. */
export async function poisonDay(message: FetchMessage, on: PoisonPorts): Promise<void> {
  const { dataset, day, ticket } = message;
  const text =
    'The host gave up on this day after several tries. The log of the host says why; Landline tries the day again in an hour.';
  on.report('message poisoned', { dataset, day, ticket, message: text });
  await changeDay<'moved-on'>(on.ledger, dataset, day, entry => {
    const { state, ticket: now } = entry?.work ?? {};
    // Queued under this ticket, or claimed by the worker that took it: anything else has moved on since.
    const stuck = (state === 'queued' && now === ticket) || (state === 'fetching' && now === ticket + 1);
    return entry !== undefined && stuck ? poisoned(entry, text, on.clock.now()) : 'moved-on';
  });
}

/**
 * Gives up on a day that workers were lost with, one after the other. The host does not count them: the message of a
 * worker that was killed comes back, finds another ticket, and ends well.
 */
export async function poisonSilentDay({ value, etag }: Versioned<DayEntry>, on: PoisonPorts): Promise<void> {
  const { dataset, day, work } = value;
  const message = `${TAKEOVERS_MAX} workers in a row were lost while they read this day. The log of the host says why, and memory is the usual cause; Landline tries the day again in an hour.`;
  if ((await on.ledger.putDay(poisoned(value, message, on.clock.now()), etag)) === undefined) return;
  on.report('message poisoned', { dataset, day, ticket: work.ticket, message });
}

/** From the first page, because what was staged so far may be what kills. */
function poisoned(entry: DayEntry, message: string, now: number): DayEntry {
  const workError = workErrorOf({ reason: 'worker.poisoned', remedy: 'retry', message });
  return failed(entry, now, workError, instantOf(now + REST_MS), undefined);
}
