import type { Clock } from '../../shared/words/ports.ts';
import type { Counts, LogLine } from './invoke.ts';

export interface HostOptions {
  /** The app's folder: host.json, and package.json unless the entry files are named. */
  readonly root: string;
  /** Glob of the entry files below `root`; `main` of package.json when absent. */
  readonly main?: string;
  /** The entry files themselves, in the order of loading; wins over `main`. */
  readonly files?: readonly string[];
  /** App settings. They are put into `process.env`, which all hosts of a process share, and taken out at the end. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Becomes the setting `AzureWebJobsStorage`, unless the settings have one. */
  readonly connectionString: string;
  /** Used in place of `root`/host.json. */
  readonly hostJson?: unknown;
  readonly log: (line: LogLine) => void;
  /** Decides when timers are due; polling and handlers live in real time. */
  readonly clock?: Pick<Clock, 'now' | 'sleep'>;
  /** Whether timers follow their schedules (default) or run only when asked. */
  readonly schedules?: boolean;
  /** Port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number;
  /** Whether it may be any other one when that is taken. */
  readonly orAnyPort?: boolean;
  /** Wanted by functions of level `function` and `admin` when set; by default nobody asks for a key. */
  readonly functionKey?: string;
  /** How long a received message is invisible; 10 minutes as on Azure, in whole seconds. */
  readonly invisibleMs?: number;
  /** How often that is extended while the handler runs; 5 minutes as on Azure. */
  readonly renewMs?: number;
  /** The longest pause between two looks into an empty queue; at most host.json's, 250 ms by default. */
  readonly pollMaxMs?: number;
  /** How long `stop` waits for running handlers; 10 s by default. */
  readonly stopWaitMs?: number;
}

export interface Host {
  readonly functions: readonly { readonly name: string; readonly type: string }[];
  /** `http://127.0.0.1:<port>`, without the route prefix; `undefined` when the app has no HTTP function. */
  readonly url: string | undefined;
  /**
   * Runs a timer function now, as `POST /admin/functions/<name>` does: beside a scheduled run, if there is one.
   *
   * @returns whether it succeeded; a failure is logged
   * @throws when there is no timer of that name
   */
  runTimer(name: string): Promise<boolean>;
  /** Whether no handler runs and each queue was found empty since the last one ended. */
  idle(): boolean;
  /**
   * Waits until the host is idle, having looked into each queue at least once. Messages with a delay are not waited for.
   *
   * @throws after `timeoutMs` (5 minutes by default), naming what is still running
   */
  drain(timeoutMs?: number): Promise<void>;
  /** Counts of each function since the start. */
  stats(): Readonly<Record<string, Counts>>;
  /** Ends triggers, waits for running handlers, runs the `appTerminate` hooks, closes the server. May be called twice. */
  stop(): Promise<void>;
  /**
   * Ends the triggers as a killed process would: messages in flight are not settled, no hook runs. The handlers
   * themselves run on, because nothing can stop them within a process.
   */
  kill(): Promise<void>;
}
