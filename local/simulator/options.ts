import type { DatasetName } from './datasets.ts';
import type { FaultRule } from './faults.ts';
import type { Switches } from './switches.ts';

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
  readonly lateShare?: number;
  /** Least and greatest delay of a late row, in hours. */
  readonly lateHours?: readonly [number, number];
  /** The last day, `YYYY-MM-DD`, whose late rows show, whatever the hour; asked for with every request. */
  readonly lateThrough?: () => string | undefined;
  /** A log of which every so many days the middle third of the rows is late, as after an outage of its source. */
  readonly outage?: { readonly dataset: DatasetName; readonly everyDays: number };
  /** Whether some users have names that look like markup or a formula. On unless set. */
  readonly hostileNames?: boolean;
  /** Share of PSTN, SMS and Voximplant rows that are seen in a first form until `changedHours` after their event. */
  readonly changedShare?: number;
  readonly changedHours?: readonly [number, number];
  /** Share of rows with something unusual but possible: unknown fields or values, missing or empty fields. */
  readonly oddShare?: number;
  /** Whether a few of the odd messages have a time of another day or none. On unless set. */
  readonly oddTimes?: boolean;
  /** Whether a few calls and messages cost an amount of ten digits, which no tenant ever pays. On unless set. */
  readonly hugeCharges?: boolean;
  /** Explicit faults from the start; see `setFaults`. */
  readonly rules?: readonly FaultRule[];
  readonly switches?: Partial<Switches>;
}

export const DEFAULT_SWITCHES: Readonly<Switches> = {
  auth: 'any',
  roles: ['CallRecord-PstnCalls.Read.All'],
  audiences: ['https://graph.microsoft.com', 'https://graph.microsoft.us', 'https://dod-graph.microsoft.us'],
  clientSecretState: 'valid',
  cloud: 'global',
  overRangeStatus: 406,
  bounds: {},
  smsIds: 'some',
  order: 'time',
  gzip: false,
  latencyMs: 0,
  graphPageRows: 1_000,
  voximplantAuth: 'checked',
  voximplantRole: 'Owner',
  voximplantErrors: '200',
  voximplantNumbers: 'mixed',
  voximplantText: true,
  voximplantRangeDays: Number.POSITIVE_INFINITY,
  retryAfterSeconds: 1,
  slowByteMs: 1_000,
  hugeBytes: 200_000_000,
  faults: 0,
};
