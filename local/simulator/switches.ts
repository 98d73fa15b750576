import type { Bounds, DatasetName } from './datasets.ts';

/** How the outside APIs behave. Plain members: set any of them at any time. */
export interface Switches {
  /** Graph: `any` takes every bearer token that is not empty; `checked` looks at signature, audience, expiry, roles. */
  auth: 'any' | 'checked';
  /** App roles that the token endpoint writes into new tokens. */
  roles: readonly string[];
  /** Audiences accepted besides the simulator's own address. */
  audiences: readonly string[];
  clientSecretState: 'valid' | 'expired';
  /** China has none of the five functions. */
  cloud: 'global' | 'usgov-l4' | 'usgov-l5' | 'china-21vianet';
  /** Answer to a range of more than 90 days. */
  overRangeStatus: 406 | 400;
  /** What is done with the two ends of a range, where it is not the documented way. */
  bounds: Partial<Record<DatasetName, Bounds>>;
  /** Which SMS log rows have an `id`. */
  smsIds: 'some' | 'none' | 'all';
  /** By event time; in another order that stays; or in another order for every request. */
  order: 'time' | 'shuffled' | 'unstable';
  /** Compress bodies for clients that ask for it. */
  gzip: boolean;
  /** Milliseconds before an answer to a request for rows. */
  latencyMs: number;
  /** Rows of a full page of Graph; its documentation says 1,000. */
  graphPageRows: number;
  voximplantAuth: 'any' | 'checked';
  /** Role of the service account. */
  voximplantRole: string;
  /** Errors as an error object in a 200, or with a status of 4xx. */
  voximplantErrors: '200' | '4xx';
  voximplantNumbers: 'mixed' | 'integer' | 'string';
  /** Whether the account stores message texts. */
  voximplantText: boolean;
  /** Longest range in days; beyond it, error 569. */
  voximplantRangeDays: number;
  /** The wait that throttling faults ask for, in seconds. */
  retryAfterSeconds: number;
  /** `slow-body` sends one byte in this many milliseconds. */
  slowByteMs: number;
  /** Bytes that `huge-page` sends. */
  hugeBytes: number;
  /** Probability from 0 to 1 that a fault is injected into a request: one that is `passing`, and not `slow`. */
  faults: number;
}
