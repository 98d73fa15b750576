import type { Config } from '../config/config.ts';
import type { SourceName } from '../words/model.ts';
import type { Ports } from '../words/ports.ts';

/** What the doctor looks at, and how it says what it found. */

/** `fine`; `warning`: it works and should be seen to; `broken`; `skipped`: correct something else first. */
export type Result = Found['result'];

/** Who can do it: the person who runs Landline often may not. */
export const WHO = {
  runner: 'whoever runs Landline',
  deployer: 'whoever may change the Function App (Contributor of its resource group)',
  owner: 'an Owner or User Access Administrator of the resource group',
  directory: 'a Privileged Role Administrator of the Microsoft Entra tenant',
  registration: 'an owner of the app registration, or an Application Administrator of the Microsoft Entra tenant',
  voximplant: 'an Owner or Admin of the Voximplant account',
} as const;

/** Belongs to every command that sets a setting of the app. */
export const UNDONE_BY_DEPLOYMENT =
  'the next deployment undoes it, unless the parameter of the template is set too (docs/deploy.md, "Parameters")';

/** Trouble that does not pass by itself: it always comes with what to do, and who can do it. */
export interface Trouble {
  /** The dataset, setting or service it is about. */
  readonly about?: string;
  readonly result: 'warning' | 'broken';
  readonly meaning: string;
  /** The exact command, setting or page. */
  readonly next: string;
  readonly who: string;
}

/** Nobody has to do anything; of a warning: it is trouble that passes by itself. */
interface Calm extends Pick<Trouble, 'about' | 'meaning'> {
  readonly result: 'fine' | 'skipped' | 'warning';
  readonly next?: undefined;
  readonly who?: undefined;
}

/** What a check says; the check's stable name is added to it. */
export type Found = Calm | Trouble;
export type CheckResult = Found & { readonly check: string };
export type Told = Pick<Trouble, 'meaning' | 'next' | 'who'>;

/** What the doctor touches of an app whose configuration can be read. */
export interface DoctorPorts extends Pick<Ports, 'ledger' | 'backlog' | 'probe' | 'pulse' | 'clock' | 'sources'> {
  readonly config: Config;
  /** A token for Graph; throws `LandlineError` with reason `auth.*`. */
  readonly graphToken: (fresh: boolean) => Promise<string>;
  /**
   * When the client certificate expires, in milliseconds; `undefined` when none is used. Throws
   * `LandlineError` `config.invalid` when its file holds none.
   */
  readonly certificateEnd: () => number | undefined;
  /** What the `Date` header of any answer of this address says, in milliseconds; `NaN` when nothing can be had. */
  readonly servedAt: (url: string) => Promise<number>;
  /** Which roles the Voximplant key has; absent without a key. */
  readonly keyRoles: ((signal: AbortSignal) => Promise<KeyRoles>) | undefined;
}

export interface KeyRoles {
  /** Error code of the answer; absent when the key was accepted. */
  readonly code?: number;
  readonly roles: readonly string[];
}

/** What the checks know of each other's results. Filled in the order of the checks. */
export interface Learnt {
  /** Name of the Function App, for commands. */
  readonly site: string;
  /** Object id of the identity, from its token: what roles are granted to. */
  principal?: string;
  /** Whether a token for Graph could be had. */
  token?: boolean;
  /** Whether it is for the cloud that is read, and has the role. */
  role?: 'granted' | 'absent';
  /** This machine's clock minus the server's, in milliseconds. */
  skewMs?: Partial<Record<SourceName, number>>;
}

/** One thing to look at. Checks run one after the other, because later ones read what was learnt. */
export interface Check {
  readonly name: string;
  look(on: DoctorPorts, learnt: Learnt): Promise<readonly Found[]>;
}

/** How long one question to a source may take. */
export const QUESTION_MS = 15_000;
