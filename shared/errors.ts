import type { Instant, ReasonCode } from './model.ts';

/**
 * What to do next about a failure. The verb decides; the status that led to it is only evidence.
 *
 * `retry`       passing trouble: try again with a growing delay
 * `wait`        the source named a time, or must be left alone for a while: nothing failed
 * `restart`     this read cannot be completed or trusted: read the day again from its first page
 * `reject`      permanent for this day; a person should look
 * `fix-config`  permission, consent, key, clock or setting: a person must act
 */
export type Remedy = 'retry' | 'wait' | 'restart' | 'reject' | 'fix-config';

export interface Failure {
  readonly reason: ReasonCode;
  readonly remedy: Remedy;
  /** What failed, on what, and what to do next. Never a row, number, name, token, key or full address. */
  readonly message: string;
  /** With `wait`: not before this instant. Absent when the source named no time. */
  readonly until?: Instant;
  /** The source's own id of the failed request, for a support case. */
  readonly requestId?: string;
  readonly cause?: unknown;
}

/** Every failure that Landline foresees. Anything else that is thrown is a bug and is reported as one. */
export class LandlineError extends Error {
  override readonly name = 'LandlineError';
  readonly reason: ReasonCode;
  readonly remedy: Remedy;
  readonly until: Instant | undefined;
  readonly requestId: string | undefined;

  constructor(failure: Failure) {
    super(failure.message, failure.cause === undefined ? undefined : { cause: failure.cause });
    this.reason = failure.reason;
    this.remedy = failure.remedy;
    this.until = failure.until;
    this.requestId = failure.requestId;
  }
}

/** Whether what was thrown says that a partition, or a revision in `history`, is not what was landed. */
export function isDamaged(thrown: unknown): boolean {
  return thrown instanceof LandlineError && thrown.reason === 'partition.damaged';
}

/** The failure behind anything thrown. Unforeseen ones keep their class and nothing else: their text may hold data. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof LandlineError) return thrown as Failure;
  const kind = thrown instanceof Error ? thrown.name : typeof thrown;
  return {
    reason: 'worker.bug',
    remedy: 'retry',
    message: `An unforeseen ${kind} stopped the work. The function's own log holds the stack; report it as a bug.`,
    cause: thrown,
  };
}
