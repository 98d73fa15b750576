import { failed, queued, type Requeue, workErrorOf } from '../ledger/entry.ts';
import { closeGate } from '../ledger/gate.ts';
import { eventFieldsOf, failureOf } from '../words/errors.ts';
import type { Checkpoint, DayEntry } from '../words/ledger.ts';
import type { ReasonCode } from '../words/model.ts';
import type { Attempt, FetchPorts } from './attempt.ts';
import { backoffOf } from './backoff.ts';
import { divided, isTooLarge } from './window-parts.ts';

/** An attempt that ends before its day is landed: what was read is kept, and the ledger says when the day continues. */

/** After these the next attempt starts over: continuing a chain of pages that does not end only makes it longer. */
const ENDLESS: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['paging.loop', 'paging.empty']);

/** Time is up: the next attempt continues from here. */
export async function continueLater(attempt: Attempt, on: FetchPorts): Promise<'continued'> {
  const { rows, pages } = attempt.reading;
  await requeue(attempt, on, await progress(attempt), {}, 0);
  attempt.report('day continued', { rows, pages });
  return 'continued';
}

/**
 * Where the next attempt continues: after the last page of this one or, if that cannot be staged, at its checkpoint.
 */
async function progress(attempt: Attempt): Promise<Checkpoint | undefined> {
  const { reading, staging, claim } = attempt;
  const saved = claim.entry.work.checkpoint;
  if (!reading.whole || reading.ended || reading.pages === attempt.pagesBefore) return saved;
  return reading
    .beginComparison()
    .then(() => staging.flush())
    .then(
      () => reading.checkpoint(staging.segments),
      thrown => {
        const { reason, message } = failureOf(thrown);
        attempt.report('progress lost', { reason, message });
        return saved;
      },
    );
}

/**
 * Queues the day again: the ledger first, then the message. After a crash in between, the planner sees a lost message.
 */
async function requeue(
  { claim }: Attempt,
  on: FetchPorts,
  checkpoint: Checkpoint | undefined,
  changes: Requeue,
  delayMs: number,
): Promise<void> {
  await claim.save(queued(claim.entry, on.clock.now(), checkpoint, changes));
  const { dataset, day, work } = claim.entry;
  await on.jobs.send({ dataset, day, ticket: work.ticket }, delayMs);
}

/** Something failed: the ledger learns what, and when the day is tried again. */
export async function backOff(
  attempt: Attempt,
  on: FetchPorts,
  thrown: unknown,
): Promise<'delayed' | 'restarted' | 'failed'> {
  const { dataset, claim, report } = attempt;
  const failure = failureOf(thrown);
  const { reason, remedy } = failure;
  const now = on.clock.now();
  const parts =
    dataset.eventTime !== undefined && isTooLarge(reason)
      ? divided(attempt.window, attempt.reading.parts.count, now)
      : undefined;
  if (parts !== undefined) {
    await requeue(attempt, on, parts, workErrorOf(failure), 0);
    report('day restarted', eventFieldsOf(thrown));
    return 'restarted';
  }
  const kept = remedy === 'retry' && !ENDLESS.has(reason) ? await progress(attempt) : undefined;
  // Progress resets the count of failures. Otherwise a long day that fails now and then would wait longer each time,
  // until its checkpoint is too old to continue from.
  const furthered = (kept?.pages ?? 0) > attempt.pagesBefore;
  const entry = furthered ? withoutFailures(claim.entry) : claim.entry;
  const backoff = backoffOf(failure, entry.work, now);
  const workError = workErrorOf(failure);
  const told = eventFieldsOf(thrown);
  switch (backoff.kind) {
    case 'delay': {
      const { until } = backoff;
      await closeGate(on.ledger, { source: dataset.source, notBefore: until, reason }, now);
      await requeue(
        attempt,
        on,
        await progress(attempt),
        { ...workError, retryAt: until },
        Math.max(0, Date.parse(until) - now),
      );
      report('source throttled', { ...told, source: dataset.source, until });
      return 'delayed';
    }
    case 'restart':
      await requeue(attempt, on, undefined, { ...workError, rereads: backoff.rereads, ...contradicted(attempt) }, 0);
      report('day restarted', told);
      return 'restarted';
    case 'fail': {
      const { retryAt } = backoff;
      await claim.save(failed(entry, now, workError, retryAt, kept));
      report('day failed', { ...told, until: retryAt });
      return 'failed';
    }
  }
}

/** The fingerprint of a read that contradicted itself. A later read with the same fingerprint confirms it. */
function contradicted({ reading }: Attempt): Pick<Requeue, 'contradicted'> {
  return reading.ended ? { contradicted: reading.complete().fingerprint } : {};
}

function withoutFailures(entry: DayEntry): DayEntry {
  const { failingSince: _, ...work } = entry.work;
  return { ...entry, work: { ...work, failures: 0 } };
}
