import { UsageError } from '../../cli/usage-error.ts';
import { type Config, readConfig } from '../../shared/config/config.ts';
import { SETTINGS } from '../../shared/config/settings.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { certificateEnd } from '../../shared/sources/sign-in.ts';
import { failureOf } from '../../shared/words/errors.ts';
import type { Day } from '../../shared/words/model.ts';
import { type FaultRule, type Simulator, type SimulatorOptions, startSimulator } from '../simulator/index.ts';
import { serviceAccount } from '../simulator/tokens.ts';
import type { Holds } from './folder.ts';
import { gapOf } from './history.ts';
import type { Options } from './options.ts';

/** Where rows come from in this run, and the settings that tell the product so. */

export type AppSettings = Readonly<Record<string, string>>;

/** The planner looks this often: a person is waiting. */
const PLAN_SCHEDULE = '*/5 * * * * *';

/** Share of the rows that come late. */
const LATE_SHARE = 0.03;
/** So that among the older days of a tenant of two weeks there is one of which hours were missing, and have come. */
const OUTAGE = { dataset: 'teams-pstn-calls', everyDays: 9 } as const;
/** Later than any day that can be asked for. */
const NOT_YET_HOURS = 1_000_000;

/**
 * The simulated tenant of a data folder: a function of what the folder notes and of nothing else, so that whoever
 * starts it again gets the same rows. Its late rows come when the folder says so and not by the hour, and no row changes with time.
 * Its amounts are such as a tenant pays, so that sums over them can be looked at, and no row has the time of another
 * day: a tenant in which nothing is wrong shows no doubt.
 */
export function simulatedTenant(
  holds: Extract<Holds, { from: 'simulator' }>,
  lateThrough: () => Day | undefined = () => holds.arrived,
): SimulatorOptions {
  const { seed, rows, late } = holds;
  const lateness = late
    ? { lateShare: 0 }
    : { lateShare: LATE_SHARE, outage: OUTAGE, lateHours: [NOT_YET_HOURS, NOT_YET_HOURS] as const, lateThrough };
  return { seed, rows, changedShare: 0, hugeCharges: false, hostileNames: false, oddTimes: false, ...lateness };
}

export interface Sources {
  readonly simulator: Simulator | undefined;
  /** All settings of the product but those of storage. */
  readonly settings: AppSettings;
  /** Days of the simulator that fail so that there is something to see, and not because somebody asked for a fault. */
  readonly onPurpose: readonly FaultRule[];
  stop(): Promise<void>;
}

/** @throws UsageError when a dataset is asked for whose source is not there */
export async function startSources(
  options: Options,
  holds: Holds,
  lateThrough?: () => Day | undefined,
): Promise<Sources> {
  const common = {
    PLAN_SCHEDULE,
    LANDLINE_HISTORY_DAYS: String(holds.days),
    LANDLINE_DATASETS: datasetsOf(options, holds).join(','),
    LANDLINE_GRAPH_URL: '',
  };
  if (holds.from === 'tenant') {
    const settings = { ...common, LANDLINE_CREDENTIAL: 'environment' };
    return { simulator: undefined, settings, onPurpose: [], stop: async () => undefined };
  }
  // Whatever the shell is set up for, nothing of it is sent to a stand-in.
  const blank = {
    AZURE_TENANT_ID: '',
    AZURE_CLIENT_ID: '',
    AZURE_CLIENT_SECRET: '',
    AZURE_CLIENT_CERTIFICATE_PATH: '',
  };
  const standIn = { ...common, ...blank, LANDLINE_CREDENTIAL: 'simulator', LANDLINE_CLOUD: '' };
  if (holds.from === 'server') {
    const { graph, voximplant } = options;
    const settings = {
      ...standIn,
      // The app wants the address even when no dataset of Graph is switched on.
      LANDLINE_GRAPH_URL: graph ?? voximplant ?? '',
      LANDLINE_VOXIMPLANT_URL: voximplant === undefined ? '' : methodsAt(voximplant),
      LANDLINE_VOXIMPLANT_KEY: voximplant === undefined ? '' : serviceAccount().keyFile,
    };
    return { simulator: undefined, settings, onPurpose: [], stop: async () => undefined };
  }
  const { faults = 0, fault } = options;
  // A drill shows the faults that were asked for, and nothing beside them.
  const onPurpose = fault === undefined && options.faults === undefined ? gapOf(holds, Date.now()) : [];
  const rules = fault ?? onPurpose;
  const simulator = await startSimulator({ ...simulatedTenant(holds, lateThrough), switches: { faults }, rules });
  const settings = {
    ...standIn,
    LANDLINE_GRAPH_URL: simulator.graphUrl,
    LANDLINE_VOXIMPLANT_URL: simulator.voximplantUrl,
    LANDLINE_VOXIMPLANT_KEY: simulator.account.keyFile,
  };
  return { simulator, settings, onPurpose, stop: () => simulator.stop() };
}

/** A source for which no server was named is off, when another one was. */
function datasetsOf({ graph, voximplant }: Options, { datasets }: Holds): string[] {
  const chosen = DATASETS.filter(({ name }) => datasets?.includes(name) ?? true);
  if (graph === undefined && voximplant === undefined) return chosen.map(({ name }) => name);
  const there = { graph: graph !== undefined, voximplant: voximplant !== undefined };
  const absent = chosen.find(({ source }) => !there[source]);
  if (datasets !== undefined && absent !== undefined) {
    throw new UsageError(`--datasets ${absent.name}: there is no server for it; add --${absent.source} URL.`);
  }
  return chosen.filter(({ source }) => there[source]).map(({ name }) => name);
}

/** What the methods follow: the address as given, or where Voximplant has them when it names an origin only. */
function methodsAt(address: string): string {
  const url = new URL(address);
  return url.pathname === '/' ? `${url.origin}/platform_api` : address;
}

/** The settings of a run: those of the sources, and the emulator for all storage. They win over the environment. */
export function appSettings(sources: AppSettings, connectionString: string): AppSettings {
  const storage = Object.keys(SETTINGS).filter(name => /^AzureWebJobsStorage|^LANDLINE_(LAKE|ALLOW)/.test(name));
  const none = Object.fromEntries(storage.map(name => [name, '']));
  return { ...none, AzureWebJobsStorage: connectionString, ...sources };
}

/**
 * The configuration the product is going to read, read before anything is started for it.
 *
 * @throws UsageError with every problem
 */
export function checkConfig(sources: AppSettings, options: Options): Config {
  try {
    const config = readConfig({ ...process.env, ...appSettings(sources, 'UseDevelopmentStorage=true') });
    certificateEnd(config.signIn);
    const [off] = config.off;
    if (off !== undefined && (options.datasets !== undefined || config.datasets.length === 0)) {
      throw new UsageError(`--datasets ${off.dataset}: ${off.why}.`);
    }
    return config;
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown;
    throw new UsageError(failureOf(thrown).message, { cause: thrown });
  }
}
