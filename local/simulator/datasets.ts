import { TICKS_PER_MS, TICKS_PER_SECOND } from './moments.ts';

/** What the outside APIs offer. Written from docs/sources.md; the product has its own list. */

export type Api = 'v1.0' | 'beta' | 'platform_api';

export type DatasetName =
  | 'teams-pstn-calls'
  | 'teams-direct-routing-calls'
  | 'teams-sms'
  | 'teams-dialout-usage'
  | 'teams-blocked-users'
  | 'voximplant-sms'
  | 'voximplant-a2p-sms';

type Bound = 'inclusive' | 'exclusive';

/** How a function treats the two ends of the range it is asked for. */
export interface Bounds {
  readonly from: Bound;
  readonly to: Bound;
}

export interface Dataset {
  readonly name: DatasetName;
  /** Distinguishes the draws of datasets. */
  readonly number: number;
  readonly source: 'graph' | 'voximplant';
  /** Function of Graph or method of Voximplant. */
  readonly call: string;
  /** Graph's name of a row, for `@odata.context`. */
  readonly rowType: string;
  /** The first is the one `truth` speaks of when it is not told. */
  readonly apis: readonly [Api, ...Api[]];
  /** Names of the two arguments in page links. */
  readonly linkArguments: readonly [string, string];
  readonly bounds: Bounds;
  /** The finest unit of its event time, in ticks of 100 ns. */
  readonly unitTicks: number;
  /** Days after which the source forgets a row. */
  readonly retentionDays: number;
  /** Voximplant: who may call it. */
  readonly roles: readonly string[];
}

const INCLUSIVE: Bounds = { from: 'inclusive', to: 'inclusive' };
const FULL_NAMES = ['fromDateTime', 'toDateTime'] as const;
const GRAPH = { source: 'graph', linkArguments: FULL_NAMES, bounds: INCLUSIVE, unitTicks: 1, roles: [] } as const;
const VOXIMPLANT = {
  source: 'voximplant',
  rowType: '',
  apis: ['platform_api'],
  linkArguments: ['', ''],
  bounds: INCLUSIVE,
  unitTicks: TICKS_PER_SECOND,
  retentionDays: 400,
} as const;

export const DATASETS: readonly [Dataset, ...Dataset[]] = [
  {
    ...GRAPH,
    name: 'teams-pstn-calls',
    number: 1,
    call: 'getPstnCalls',
    rowType: 'pstnCallLogRow',
    apis: ['v1.0', 'beta'],
    linkArguments: ['from', 'to'],
    retentionDays: 365,
  },
  {
    ...GRAPH,
    name: 'teams-direct-routing-calls',
    number: 2,
    call: 'getDirectRoutingCalls',
    rowType: 'directRoutingLogRow',
    apis: ['v1.0', 'beta'],
    bounds: { from: 'inclusive', to: 'exclusive' },
    unitTicks: TICKS_PER_MS,
    retentionDays: 150,
  },
  {
    ...GRAPH,
    name: 'teams-sms',
    number: 3,
    call: 'getSmsLog',
    rowType: 'smsLogRow',
    apis: ['beta'],
    retentionDays: 365,
  },
  {
    ...GRAPH,
    name: 'teams-dialout-usage',
    number: 4,
    call: 'getPstnOnlineMeetingDialoutReport',
    rowType: 'pstnOnlineMeetingDialoutReport',
    apis: ['beta'],
    retentionDays: 365,
  },
  {
    ...GRAPH,
    name: 'teams-blocked-users',
    number: 5,
    call: 'getPstnBlockedUsersLog',
    rowType: 'pstnBlockedUsersLogRow',
    apis: ['beta'],
    retentionDays: 365,
  },
  {
    ...VOXIMPLANT,
    name: 'voximplant-sms',
    number: 6,
    call: 'GetSmsHistory',
    roles: ['Owner', 'Admin', 'Developer', 'Supervisor', 'Accountant', 'CallsSMS'],
  },
  {
    ...VOXIMPLANT,
    name: 'voximplant-a2p-sms',
    number: 7,
    call: 'A2PGetSmsHistory',
    roles: ['Owner', 'Admin', 'CallsSMS'],
  },
];

/** @throws when the simulator does not speak of that dataset. */
export function datasetNamed(name: string): Dataset {
  const found = DATASETS.find(dataset => dataset.name === name);
  if (found === undefined) throw new Error(`The simulator has no dataset "${name}"`);
  return found;
}
