import { refuseBeforeGate } from '../ledger/gate.ts';
import { oddRowsOf } from '../rows/place-in-day.ts';
import type { Page } from '../words/ports.ts';
import type { Attempt, FetchPorts } from './attempt.ts';
import { FollowedLinks } from './followed-links.ts';

/** Reading a day page by page: each is checked, its rows are staged out of sight, and the progress is saved. */

/** A page, and when it came. */
interface Arrived {
  readonly page: Page;
  readonly arrivedAt: number;
}

/**
 * Reads from where the attempt's reading stands to the last page. The next page is requested while the rows of this
 * one are staged. The last of them are not staged when this returns: nobody needs them if the read brings nothing new.
 *
 * @throws LandlineError when the day cannot be read on; the deadline's reason when time is up
 * @throws Superseded when another worker has the day
 */
export async function readPages(attempt: Attempt, on: FetchPorts): Promise<void> {
  const { dataset, reading, deadline } = attempt;
  const stop = new AbortController();
  const signal = AbortSignal.any([deadline, stop.signal]);
  const request = (cursor: string | undefined): Promise<Arrived> => {
    // The time is taken now, because the page may wait for minutes while a block is staged, and its cursor ages.
    const arrived = on.sources[dataset.source]
      .read(dataset, reading.asked, cursor, signal)
      .then(page => ({ page, arrivedAt: on.clock.now() }));
    // It may fail while a block is being staged, before anybody awaits it.
    arrived.catch(() => {});
    return arrived;
  };
  const links = new FollowedLinks(dataset, reading, on.limits);
  let savedAt = on.clock.now();
  try {
    for (let pending: Promise<Arrived> | undefined = request(reading.cursor); pending !== undefined; ) {
      const { page, arrivedAt }: Arrived = await withHeartbeat(pending, attempt, on);
      links.refuseEndless(page);
      pending = page.next === undefined ? undefined : request(page.next);
      const [rows, before] = [page.cut.count, reading.duplicates];
      await stagePage(page, arrivedAt, attempt, on);
      links.refuseKnown(rows, reading.duplicates - before, page.next);
      if (!reading.ended) pending ??= request(undefined);
      if (pending !== undefined && on.clock.now() >= savedAt + on.limits.checkpointMs) {
        await refuseBeforeGate(dataset, on.ledger, on.clock);
        await saveProgress(attempt, on);
        savedAt = on.clock.now();
      }
      if (pending !== undefined) deadline.throwIfAborted();
    }
  } finally {
    stop.abort();
  }
}

/**
 * Waits for work that may take long, with signs of life to the ledger meanwhile.
 *
 * @param work never resolves to `undefined`. When the day is lost to another worker, its outcome is dropped
 * @throws Superseded when another worker has the day
 */
export async function withHeartbeat<T extends object | string | number>(
  work: Promise<T>,
  { claim }: Pick<Attempt, 'claim'>,
  { clock, limits }: Pick<FetchPorts, 'clock' | 'limits'>,
): Promise<T> {
  work.catch(() => {});
  for (;;) {
    const ended = new AbortController();
    const beat = clock.sleep(limits.heartbeatMs, ended.signal).catch(() => {});
    try {
      const first = await Promise.race([work, beat]);
      if (first !== undefined) return first;
    } finally {
      // With a reason, because making the default error costs more than the rest of the wait.
      ended.abort('the wait is over');
    }
    await claim.beat(clock.now());
  }
}

/** Saves a checkpoint after everything read so far is staged: the next attempt continues from staged rows only. */
async function saveProgress(attempt: Attempt, on: FetchPorts): Promise<void> {
  const { reading, staging, claim } = attempt;
  await withHeartbeat(reading.beginComparison().then(toldStaged), attempt, on);
  await allStaged(attempt, on);
  await claim.beat(on.clock.now(), reading.checkpoint(staging.segments));
}

/**
 * Returns when everything that was read is staged. Two waits: a worker that loses the day during the first must not
 * start another block.
 *
 * @throws Superseded when another worker has the day
 */
export async function allStaged(attempt: Attempt, on: Pick<FetchPorts, 'clock' | 'limits'>): Promise<void> {
  const { staging } = attempt;
  await withHeartbeat(staging.settled().then(toldStaged), attempt, on);
  await withHeartbeat(staging.flush().then(toldStaged), attempt, on);
}

/** `withHeartbeat` cannot wait for undefined. */
export const toldStaged = () => 'staged';

async function stagePage(page: Page, arrivedAt: number, attempt: Attempt, on: FetchPorts): Promise<void> {
  const { dataset, window, reading, staging } = attempt;
  if (page.notice !== undefined) attempt.report('page doubted', { reason: page.notice });
  reportDrift(page.cut.members, attempt, on);
  const odd = oddRowsOf(page.cut, dataset, window);
  if (odd.length > 0) await withHeartbeat(reading.lending.prepare(odd).then(toldStaged), attempt, on);
  await staging.add(reading.take(page, odd));
  reading.advance(page.next, arrivedAt);
  page.release();
}

/** Fields remembered as reported: names come from outside, and a process lives long. */
const DRIFT_MAX = 10_000;

const NAME = /^[A-Za-z_@][\w.@-]{0,63}$/;

/** Fields that the provider does not document are landed like all others, and named once. */
function reportDrift(members: readonly string[], attempt: Attempt, on: FetchPorts): void {
  const { name, fields } = attempt.dataset;
  if (on.drifted.size >= DRIFT_MAX) return;
  const drifted = members.filter(field => !fields.includes(field) && !on.drifted.has(`${name}.${field}`));
  if (drifted.length === 0) return;
  for (const field of drifted.slice(0, DRIFT_MAX - on.drifted.size)) on.drifted.add(`${name}.${field}`);
  // A name is the provider's, but it came from outside: only what looks like the name of a field is repeated.
  const names = drifted.map(field => (NAME.test(field) && !/\d{5}/.test(field) ? field : '(unprintable)'));
  attempt.report('schema drifted', { fields: names.slice(0, 20).join(',') });
}
