import { failed, queued, type Requeue, troubleOf } from '../ledger/entry.ts';
import { closeGate } from '../ledger/gate.ts';
import { failureOf, toldOf } from '../words/errors.ts';
import type { Checkpoint, DayEntry } from '../words/ledger.ts';
import type { ReasonCode } from '../words/model.ts';
import type { Jobs } from '../words/ports.ts';
import { backoffOf } from './backoff.ts';
import { type Attempt, about, type PagePorts } from './read-pages.ts';

/** An attempt that ends before its day is landed: what was read is kept, and the ledger says when the day goes on. */

/** A chain of pages that does not end is not gone on from: it would only grow. */
const ENDLESS: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['paging.loop', 'paging.empty']);

export interface EndEarlyPorts extends Pick<PagePorts, 'ledger' | 'clock' | 'report'> {
  readonly jobs: Jobs;
}

/** Time is up: the next attempt goes on from here. */
export async function continueLater(attempt: Attempt, on: EndEarlyPorts): Promise<'continued'> {
  const { rows, pages } = attempt.reading;
  await requeue(attempt, on, await progress(attempt, on), {}, 0);
  on.report('day continued', { ...about(attempt), rows, pages });
  return 'continued';
}

/** Where the next attempt goes on: after all that this one read or, where that cannot be staged, where it last saved. */
async function progress(attempt: Attempt, on: EndEarlyPorts): Promise<Checkpoint | undefined> {
  const { reading, staging, claim } = attempt;
  const saved = claim.entry.work.checkpoint;
  if (!reading.whole || reading.cursor === undefined) return saved;
  return staging.flush().then(
    () => reading.checkpoint(staging.segments),
    thrown => {
      const { reason, message } = failureOf(thrown);
      on.report('progress lost', { ...about(attempt), reason, message });
      return saved;
    },
  );
}

/** Hands the day on: the ledger first, then the message. A crash between them is a lost message, which is noticed. */
async function requeue(
  { claim, traceparent }: Attempt,
  on: EndEarlyPorts,
  checkpoint: Checkpoint | undefined,
  changes: Requeue,
  delayMs: number,
): Promise<void> {
  await claim.save(queued(claim.entry, on.clock.now(), checkpoint, changes));
  const { dataset, day, work } = claim.entry;
  await on.jobs.send({ dataset, day, ticket: work.ticket, traceparent }, delayMs);
}

/** Something failed: the ledger learns what, and when the day is tried again. */
export async function backOff(
  attempt: Attempt,
  on: EndEarlyPorts,
  thrown: unknown,
): Promise<'delayed' | 'restarted' | 'failed'> {
  const { dataset, claim } = attempt;
  const failure = failureOf(thrown);
  const { reason, remedy } = failure;
  const now = on.clock.now();
  const kept = remedy === 'retry' && !ENDLESS.has(reason) ? await progress(attempt, on) : undefined;
  // A long day that fails now and then would wait longer each time, until its checkpoint is too old to go on from.
  const furthered = (kept?.pages ?? 0) > attempt.pagesBefore;
  const entry = furthered ? withoutFailures(claim.entry) : claim.entry;
  const backoff = backoffOf(failure, entry.work, now);
  const trouble = troubleOf(failure);
  const told = { ...about(attempt), ...toldOf(thrown) };
  switch (backoff.kind) {
    case 'delay': {
      const { until } = backoff;
      await closeGate(on.ledger, { source: dataset.source, notBefore: until, reason }, now);
      await requeue(
        attempt,
        on,
        await progress(attempt, on),
        { ...trouble, retryAt: until },
        Math.max(0, Date.parse(until) - now),
      );
      on.report('source throttled', { ...told, source: dataset.source, until });
      return 'delayed';
    }
    case 'restart':
      await requeue(attempt, on, undefined, { ...trouble, rereads: backoff.rereads }, 0);
      on.report('day restarted', told);
      return 'restarted';
    case 'fail': {
      const { retryAt } = backoff;
      await claim.save(failed(entry, trouble, retryAt, kept));
      on.report('day failed', { ...told, until: retryAt });
      return 'failed';
    }
  }
}

function withoutFailures(entry: DayEntry): DayEntry {
  return { ...entry, work: { ...entry.work, failures: 0 } };
}
