/**
 * Time zones for Power Query, which knows none: offsets from UTC, and the rules by which clocks change. A rule is that of
 * the years since 2019; test/bi holds every zone to the time zone database.
 */

interface Rule {
  /** Month (1 to 12), the n-th Sunday in it (-1: the last), and the hour at which the summer begins and ends. */
  readonly begins: readonly [month: number, sunday: number, hour: number];
  readonly ends: readonly [month: number, sunday: number, hour: number];
  /** Whether these hours are UTC, or the zone's standard time. */
  readonly clock: 'utc' | 'standard';
}

export const RULES = {
  Europe: { begins: [3, -1, 1], ends: [10, -1, 1], clock: 'utc' },
  America: { begins: [3, 2, 2], ends: [11, 1, 1], clock: 'standard' },
  Australia: { begins: [10, 1, 2], ends: [4, 1, 2], clock: 'standard' },
  NewZealand: { begins: [9, -1, 2], ends: [4, 1, 2], clock: 'standard' },
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleName = keyof typeof RULES;

export interface Zone {
  readonly name: string;
  /** Minutes east of UTC in winter. */
  readonly standard: number;
  readonly rule?: RuleName;
}

function zone(name: string, hours: number, rule?: RuleName): Zone {
  return { name, standard: hours * 60, ...(rule && { rule }) };
}

export const ZONES: readonly Zone[] = [
  zone('UTC', 0),
  zone('Europe/London', 0, 'Europe'),
  zone('Europe/Lisbon', 0, 'Europe'),
  zone('Europe/Amsterdam', 1, 'Europe'),
  zone('Europe/Berlin', 1, 'Europe'),
  zone('Europe/Madrid', 1, 'Europe'),
  zone('Europe/Paris', 1, 'Europe'),
  zone('Europe/Prague', 1, 'Europe'),
  zone('Europe/Rome', 1, 'Europe'),
  zone('Europe/Stockholm', 1, 'Europe'),
  zone('Europe/Vienna', 1, 'Europe'),
  zone('Europe/Warsaw', 1, 'Europe'),
  zone('Europe/Zurich', 1, 'Europe'),
  zone('Europe/Athens', 2, 'Europe'),
  zone('Europe/Bucharest', 2, 'Europe'),
  zone('Europe/Helsinki', 2, 'Europe'),
  zone('Europe/Kyiv', 2, 'Europe'),
  zone('Europe/Istanbul', 3),
  zone('Africa/Johannesburg', 2),
  zone('Africa/Lagos', 1),
  zone('Africa/Nairobi', 3),
  zone('America/New_York', -5, 'America'),
  zone('America/Toronto', -5, 'America'),
  zone('America/Chicago', -6, 'America'),
  zone('America/Denver', -7, 'America'),
  zone('America/Phoenix', -7),
  zone('America/Los_Angeles', -8, 'America'),
  zone('America/Anchorage', -9, 'America'),
  zone('Pacific/Honolulu', -10),
  zone('America/Bogota', -5),
  zone('America/Sao_Paulo', -3),
  zone('America/Argentina/Buenos_Aires', -3),
  zone('Asia/Dubai', 4),
  zone('Asia/Karachi', 5),
  zone('Asia/Kolkata', 5.5),
  zone('Asia/Dhaka', 6),
  zone('Asia/Bangkok', 7),
  zone('Asia/Singapore', 8),
  zone('Asia/Hong_Kong', 8),
  zone('Asia/Shanghai', 8),
  zone('Asia/Manila', 8),
  zone('Asia/Seoul', 9),
  zone('Asia/Tokyo', 9),
  zone('Australia/Perth', 8),
  zone('Australia/Brisbane', 10),
  zone('Australia/Adelaide', 9.5, 'Australia'),
  zone('Australia/Melbourne', 10, 'Australia'),
  zone('Australia/Sydney', 10, 'Australia'),
  zone('Pacific/Auckland', 12, 'NewZealand'),
];

const FIRST_YEAR = 2019;
const LAST_YEAR = 2045;
const MINUTE = 60_000;

/** The instants at which clocks change, in milliseconds on the rule's clock: first to summer, then back, and so on. */
export function changesOf(name: RuleName): readonly number[] {
  const { begins, ends } = RULES[name];
  const changes: number[] = [];
  for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) {
    changes.push(sunday(year, begins));
    // South of the equator a summer ends in the year after.
    changes.push(sunday(ends[0] < begins[0] ? year + 1 : year, ends));
  }
  return changes;
}

function sunday(year: number, [month, nth, hour]: Rule['begins']): number {
  if (nth > 0) {
    const first = new Date(Date.UTC(year, month - 1, 1));
    return Date.UTC(year, month - 1, 1 + ((7 - first.getUTCDay()) % 7) + 7 * (nth - 1), hour);
  }
  const last = new Date(Date.UTC(year, month, 0));
  return Date.UTC(year, month - 1, last.getUTCDate() - last.getUTCDay(), hour);
}

/** Minutes from UTC to the zone's time, as the Power Query function of the project works it out. */
export function offsetOf({ standard, rule }: Zone, instant: number): number {
  if (rule === undefined) return standard;
  const clock = instant + (RULES[rule].clock === 'utc' ? 0 : standard * MINUTE);
  const passed = changesOf(rule).filter(change => change <= clock).length;
  return standard + (passed % 2 === 1 ? 60 : 0);
}
