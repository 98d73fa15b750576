import type { Bounds, DatasetName } from './datasets.ts';
import type { FaultRule } from './faults.ts';

/** A mean per dataset or for all of them. */
export type PerDataset = number | Readonly<Partial<Record<DatasetName, number>>>;

/** How the outside APIs behave. Plain members: set any of them at any time. */
export interface Switches {
  /** Graph: `any` takes every bearer token that is not empty; `checked` looks at signature, audience, expiry, roles. */
  auth: 'any' | 'checked';
  /** App roles that the token endpoint writes into new tokens. */
  roles: readonly string[];
  /** Audiences accepted besides the simulator's own address. */
  audiences: readonly string[];
  tokenLifetimeSeconds: number;
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
  /** The wait that `throttled-long` asks for, in seconds. */
  retryAfterLongSeconds: number;
  /** `slow-body` sends one byte in this many milliseconds. */
  slowByteMs: number;
  /** Bytes that `huge-page` sends. */
  hugeBytes: number;
  /** Probability from 0 to 1 that a request is struck by a fault from which a correct client recovers by itself. */
  faults: number;
  /** The faults that `faults` chooses from; by default all that are `passing`, not `slow`, and need no timeout. */
  chanceFaults: readonly string[] | undefined;
}

export interface SimulatorOptions {
  /** Equal seeds give equal bytes. */
  readonly seed?: number | string;
  /** Mean rows of a dataset's day. Working days have more, weekends fewer. */
  readonly rows?: number;
  /** Means that differ from `rows`. */
  readonly volumes?: Readonly<Partial<Record<DatasetName, number>>>;
  /** The server's clock, milliseconds since the epoch: rows exist up to now, tokens are checked against it. */
  readonly now?: () => number;
  /** Share of rows, from 0 to 1, that appear only `lateHours` after their event. Not for the dial-out report. */
  readonly lateShare?: PerDataset;
  /** Least and greatest delay of a late row, in hours. */
  readonly lateHours?: readonly [number, number];
  /** Share of PSTN, SMS and Voximplant rows that are seen in a first form until `changedHours` after their event. */
  readonly changedShare?: PerDataset;
  readonly changedHours?: readonly [number, number];
  /** Share of rows with something unusual but possible: unknown fields or values, missing or empty fields. */
  readonly oddShare?: number;
  /** Whether a few calls and messages cost an amount of ten digits, which no tenant ever pays. On unless set. */
  readonly hugeCharges?: boolean;
  /** Same as the switch of that name. */
  readonly faults?: number;
  /** Explicit faults from the start; see `setFaults`. */
  readonly rules?: readonly FaultRule[];
  readonly switches?: Partial<Switches>;
  /** Rendered pages kept, about 1 MB each. */
  readonly cachePages?: number;
}

export const DEFAULT_SWITCHES: Readonly<Switches> = {
  auth: 'any',
  roles: ['CallRecord-PstnCalls.Read.All'],
  audiences: ['https://graph.microsoft.com', 'https://graph.microsoft.us', 'https://dod-graph.microsoft.us'],
  tokenLifetimeSeconds: 3_599,
  clientSecretState: 'valid',
  cloud: 'global',
  overRangeStatus: 406,
  bounds: {},
  smsIds: 'some',
  order: 'time',
  gzip: false,
  latencyMs: 0,
  voximplantAuth: 'checked',
  voximplantRole: 'Owner',
  voximplantErrors: '200',
  voximplantNumbers: 'mixed',
  voximplantText: true,
  voximplantRangeDays: Number.POSITIVE_INFINITY,
  retryAfterSeconds: 1,
  retryAfterLongSeconds: 1_800,
  slowByteMs: 1_000,
  hugeBytes: 200_000_000,
  faults: 0,
  chanceFaults: undefined,
};

export function meanOf(setting: PerDataset | undefined, name: DatasetName, otherwise: number): number {
  return typeof setting === 'number' ? setting : (setting?.[name] ?? otherwise);
}
