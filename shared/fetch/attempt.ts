import type { BufferPool } from '../rows/buffer-pool.ts';
import type { Dataset, Window } from '../words/model.ts';
import type { Ports } from '../words/ports.ts';
import type { Report } from '../words/telemetry.ts';
import type { Claim } from './claim.ts';
import type { LinkLimits } from './followed-links.ts';
import type { Reading } from './reading.ts';
import type { Staging } from './staging.ts';

/** What everything in this room works on, and with. */

/** One attempt at a claimed day. */
export interface Attempt {
  readonly dataset: Dataset;
  readonly window: Window;
  readonly claim: Claim;
  readonly reading: Reading;
  /** Pages that earlier attempts had read. */
  readonly pagesBefore: number;
  readonly staging: Staging;
  /** Ends the attempt; what was read is kept and another attempt goes on from there. */
  readonly deadline: AbortSignal;
  /** Every line says what the attempt is about. */
  readonly report: Report;
}

export type FetchPorts = Pick<Ports, 'datasets' | 'sources' | 'ledger' | 'lake' | 'jobs' | 'clock' | 'report'> & {
  readonly limits: FetchLimits;
  /** Fields already reported as drift, as `dataset.field`: each is reported once per process. */
  readonly drifted: Set<string>;
  /** One for the process. */
  readonly blocks: BufferPool;
};

export interface FetchLimits extends LinkLimits {
  /** A fetch stops here, well under the host's `functionTimeout`, and goes on in the next one. */
  readonly deadlineMs: number;
  /** Between two checkpoints. */
  readonly checkpointMs: number;
  /** While a page is awaited, a sign of life at least this often. */
  readonly heartbeatMs: number;
}

export const FETCH_LIMITS: FetchLimits = {
  deadlineMs: 8 * 60_000,
  checkpointMs: 5_000,
  heartbeatMs: 20_000,
  // Far above any tenant's day, and below the 50,000 blocks a blob can have.
  pagesMax: 40_000,
  // A source that filters behind its paging may skip a day of other rows; at a tenth of a second a page, two minutes.
  emptyPagesMax: 1_000,
};
