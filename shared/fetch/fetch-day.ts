import { refuseBeforeGate } from '../ledger/gate.ts';
import { windowOf } from '../words/day.ts';
import { LandlineError } from '../words/errors.ts';
import type { Held } from '../words/ledger.ts';
import type { FetchMessage, Instant } from '../words/model.ts';
import type { Partition } from '../words/ports.ts';
import { about } from '../words/telemetry.ts';
import type { Attempt, FetchPorts } from './attempt.ts';
import { Claim, Superseded } from './claim.ts';
import { type Concluded, conclude, leaveErased } from './conclude.ts';
import { backOff, continueLater } from './end-early.ts';
import { isFoundDamaged } from './guards.ts';
import { readPages, toldStaged, withHeartbeat } from './read-pages.ts';
import { Reading } from './reading.ts';
import { type Stage, Staging } from './staging.ts';

/**
 * Fetching a day: claim it, read its pages, stage their rows, judge the read, commit it, note it in the ledger.
 * Every failure is noted in the ledger, with its reason and the time of the next attempt.
 */

export type FetchOutcome = Concluded | 'continued' | 'delayed' | 'restarted' | 'failed' | 'superseded' | 'dropped';

/**
 * Fetches the day of a message.
 *
 * Failures of the source are noted in the ledger. This throws only when the ledger itself fails: then the day gives no
 * sign of life any more, and the planner queues it again under another ticket. If the old message comes back, it is
 * dropped.
 */
export async function fetchDay(message: FetchMessage, on: FetchPorts): Promise<FetchOutcome> {
  const { dataset: name, day, ticket } = message;
  const dataset = on.datasets.find(each => each.name === name);
  const claim = dataset === undefined ? undefined : await Claim.take(on.ledger, message, on.clock.now());
  if (dataset === undefined || claim === undefined) {
    const why = dataset === undefined ? 'the dataset is switched off' : 'the ticket is old';
    on.report('message dropped', { dataset: name, day, ticket, why });
    return 'dropped';
  }
  const report = about(on.report, { dataset: name, day, ticket: claim.ticket });
  try {
    return await fetchClaimed({ dataset, claim, report }, on);
  } catch (thrown) {
    if (!(thrown instanceof Superseded)) throw thrown;
    report('worker superseded', {});
    return 'superseded';
  }
}

type Claimed = Pick<Attempt, 'dataset' | 'claim' | 'report'>;

async function fetchClaimed(claimed: Claimed, on: FetchPorts): Promise<FetchOutcome> {
  const { dataset, claim } = claimed;
  const deadline = on.clock.timeout(on.limits.deadlineMs);
  const read = on.lake.head(dataset.name, claim.entry.day);
  read.catch(() => {});
  let attempt = attemptAt(claimed, undefined, deadline, on);
  try {
    const [replaces] = await Promise.all([read, refuseBeforeGate(dataset, on.ledger, on.clock)]);
    attempt = attemptAt(claimed, replaces, deadline, on);
    claimed.report('day claimed', { pages: attempt.pagesBefore });
    if (replaces !== undefined) {
      const erasedAt = unknownErasure(replaces, claim.entry.held);
      if (erasedAt !== undefined) return await leaveErased(attempt, on, replaces, erasedAt);
    }
    const { reading } = attempt;
    if (reading.comparesFromStart) await withHeartbeat(reading.beginComparison().then(toldStaged), attempt, on);
    await readPages(attempt, on);
    return await conclude(attempt, on, replaces);
  } catch (thrown) {
    if (thrown instanceof Superseded) throw thrown;
    const timeUp = deadline.aborted && thrown === deadline.reason;
    if (timeUp && attempt.reading.pages > attempt.pagesBefore) return await continueLater(attempt, on);
    return await backOff(attempt, on, timeUp ? outOfTime(attempt) : thrown);
  } finally {
    await attempt.staging.end();
  }
}

/** @param replaces the partition as it is before the first page is asked for */
function attemptAt(claimed: Claimed, replaces: Partition | undefined, deadline: AbortSignal, on: FetchPorts): Attempt {
  const { dataset, claim } = claimed;
  const { day, held, work } = claim.entry;
  const window = windowOf(day, dataset.overlap);
  const partition = isFoundDamaged(work) ? undefined : replaces;
  const reading = new Reading({ dataset, window, held, partition, checkpoint: work.checkpoint }, on);
  const stage: Stage = (number, content) => on.lake.stage(dataset.name, day, claim.ticket, number, content);
  const staging = new Staging(reading.segments, claim.ticket, stage, on.blocks);
  return { ...claimed, window, reading, pagesBefore: reading.pages, staging, deadline };
}

/** When a person was erased from the partition, in a revision that the ledger has lost or never knew. */
function unknownErasure({ receipt }: Partition, held: Held | undefined): Instant | undefined {
  return (held?.revision ?? 0) < receipt.revision ? receipt.forgottenAt : undefined;
}

function outOfTime({ dataset, window }: Attempt): LandlineError {
  const message = `No page of ${dataset.name} ${window.day} arrived before the time of its fetch was up. Landline tries it again; if it stays so, raise LANDLINE_FETCH_SECONDS.`;
  return new LandlineError({ reason: 'source.slow', remedy: 'retry', message });
}
