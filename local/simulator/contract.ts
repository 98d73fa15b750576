import type { Api, DatasetName } from './datasets.ts';
import type { FaultRule } from './faults.ts';
import type { CREDENTIALS } from './graph-sign-in.ts';
import type { Switches } from './switches.ts';
import type { ServiceAccount } from './tokens.ts';

/** What is remembered of a request. Never the token itself. */
export interface RequestRecord {
  /** The server's clock. */
  readonly atMs: number;
  readonly kind: 'graph' | 'voximplant' | 'token' | 'foreign';
  readonly method: string;
  /** Path and query as sent. Form bodies are not kept. */
  readonly path: string;
  readonly host: string;
  readonly authorized: boolean;
  /** 0 when no answer was sent, or not yet. */
  status: number;
  /** Name of the fault that was applied. */
  fault: string | undefined;
  /** Rows in the answer. */
  rows: number;
}

export interface Counters {
  requests: number;
  /** Requests for rows that were answered 200. */
  pages: number;
  rows: number;
  /** Body bytes, before compression. */
  bytes: number;
  /** Requests into which a fault was injected, by its name. */
  readonly faults: Record<string, number>;
  /** Most requests in progress at once. */
  readonly concurrencyMax: Record<'graph' | 'voximplant' | 'token', number>;
}

/** The outside APIs on a port of this machine, until `stop`. */
export interface Simulator {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** What the versions follow: `{graphUrl}/v1.0/communications/…`. Also the sign-in service. */
  readonly graphUrl: string;
  /** What the methods follow: `{voximplantUrl}/GetSmsHistory`. */
  readonly voximplantUrl: string;
  /** A second server that only notes who comes: nobody should. */
  readonly foreignUrl: string;
  /** Set any member at any time. */
  readonly switches: Switches;
  /** The latest 10,000 requests, oldest first. */
  readonly requests: readonly RequestRecord[];
  readonly foreignRequests: readonly RequestRecord[];
  readonly counters: Counters;
  /** Rows that faults made up or changed, exactly as sent: not part of the truth. */
  readonly addedByFaults: readonly string[];
  /** The app registration that the token endpoint knows. */
  readonly credentials: typeof CREDENTIALS;
  /** The service account whose key signs Voximplant tokens. */
  readonly account: ServiceAccount;
  /** A signed Graph token with any claims, for tests of the checks. */
  graphToken(claims: Readonly<Record<string, unknown>>): string;
  /** Replaces all rules; an empty list ends all faults but those by chance. */
  setFaults(rules: readonly FaultRule[]): void;
  /**
   * The exact JSON texts of the rows of a UTC day as the server has them now, in the order of their time. Rows with
   * an odd or missing time are in the day whose range brings them. For the dial-out report: the rows of that range.
   *
   * @param api version whose rows are meant; left out, the first that has the function
   */
  truth(dataset: DatasetName, day: string, api?: Api): string[];
  /** The same one by one, for days that should not be held in memory. */
  eachRow(dataset: DatasetName, day: string, api?: Api): Generator<string>;
  /** How many rows `truth` has. */
  countRows(dataset: DatasetName, day: string): number;
  stop(): Promise<void>;
}
