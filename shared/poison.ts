import { HOUR_MS, instantOf } from './day.ts';
import { failed, troubleOf } from './entry.ts';
import type { Parsed } from './message.ts';
import type { CurateMessage, FetchMessage } from './model.ts';
import type { Clock, Ledger } from './ports.ts';
import type { Report } from './telemetry.ts';

/** What the host gave up on. A poison queue is not an end: it is told what happened, and what was asked for is owed again. */

/** A day whose message killed its workers is left alone for this long. */
const REST_MS = HOUR_MS;

export interface PoisonPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly report: Report;
}

/** Notes a given-up message in the ledger, when the day is still waiting for just that message. */
export async function poisonDay(message: FetchMessage, on: PoisonPorts): Promise<void> {
  const { dataset, day, ticket } = message;
  const text =
    'The host gave up on this day after several tries. Its own log says why; the day is tried again in an hour.';
  on.report('message poisoned', { dataset, day, ticket, message: text });
  const found = await on.ledger.day(dataset, day);
  if (found === undefined) return;
  const { work } = found.value;
  // Queued under this ticket, or claimed by the worker that took it: anything else has moved on since.
  const stuck =
    (work.state === 'queued' && work.ticket === ticket) || (work.state === 'fetching' && work.ticket === ticket + 1);
  if (!stuck) return;
  const trouble = troubleOf({ reason: 'worker.poisoned', remedy: 'retry', message: text });
  const retryAt = instantOf(on.clock.now() + REST_MS);
  // Whoever writes first has newer knowledge of the day.
  await on.ledger.putDay(failed(found.value, trouble, retryAt, undefined), found.etag);
}

/**
 * Tells of a curation that the host gave up on. The ledger needs no note: it owes the table until it is there, and
 * leaves the day alone for longer after every try, as owed-curation.ts decides.
 */
export function poisonCuration({ dataset, day, revision }: CurateMessage, report: Report): void {
  const message =
    'The host gave up on the curated table of this day after several tries. Its own log says why; while the table is behind, the planner queues the day again by itself, after a wait that doubles with every try, up to a day.';
  report('message poisoned', { dataset, day, revision, message });
}

/** Tells of what nobody here can read. It is not put back, so that no message goes round for ever. */
export function poisonUnread(entry: Exclude<Parsed<never>, { kind: 'ours' }>, what: string, report: Report): void {
  const gone = 'the host gave up on it';
  if (entry.kind === 'invalid') report('message rejected', { why: `${gone}; it is no ${what}`, digest: entry.digest });
  else report('message dropped', { why: `version ${entry.version}: ${gone}, and only a newer app can read it` });
}
