import { Clock } from './clock.ts';

/** What a report counts, row by row. */

export interface DayFigures {
  inbound: number;
  outbound: number;
  other: number;
  messages: number;
}

export interface Cost {
  calls: bigint;
  messages: bigint;
}

export interface TrunkFigures {
  good: number;
  failed: number;
  /** Legs that do not say whether they succeeded. */
  unknown: number;
}

export interface UserFigures {
  /** The newest that the tables have of the user; `undefined` where the profile drops names. */
  name: string | undefined;
  inbound: number;
  outbound: number;
  other: number;
}

export type Row = Readonly<Record<string, unknown>>;

/** Amounts that name no currency, by who leaves it out. No currency is called so. */
export const ACCOUNT_CURRENCY = "the Voximplant account's currency";
export const NO_CURRENCY = 'no currency stated';

export class Sums {
  calls = 0;
  seconds = 0;
  messages = 0;
  /** Amounts in millionths by currency, then month. */
  readonly cost = new Map<string, Map<string, Cost>>();
  readonly days = new Map<string, DayFigures>();
  readonly destinations = new Map<string, { calls: number; seconds: number }>();
  readonly trunks = new Map<string, TrunkFigures>();
  /** Failed legs by what they ended with. */
  readonly codes = new Map<string, number>();
  /** By the id of the user. */
  readonly users = new Map<string, UserFigures>();
  /** Calls by weekday (0 is Monday), then hour, in the zone of the report. */
  readonly hours: number[][] = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  private readonly clock: Clock;

  constructor(zone: string) {
    this.clock = new Clock(zone);
  }

  addCall(row: Row, day: string): void {
    const seconds = Number(row['duration_seconds'] ?? 0);
    this.calls += 1;
    this.seconds += seconds;
    const direction = directionOf(row);
    this.dayAt(day)[direction] += 1;
    if (row['started_at'] instanceof Date) {
      const { weekday, hour } = this.clock.at(row['started_at'].getTime());
      const hours = this.hours[weekday];
      if (hours !== undefined) hours[hour] = (hours[hour] ?? 0) + 1;
    }
    if (row['route'] === 'direct-routing') this.addLeg(row);
    else {
      this.costAt(row, day).calls += millionths(row['charge']) + millionths(row['connection_charge']);
      const name = row['destination_name'];
      if (direction === 'outbound' && typeof name === 'string') {
        const found = entryOf(this.destinations, name, { calls: 0, seconds: 0 });
        found.calls += 1;
        found.seconds += seconds;
      }
    }
  }

  private addLeg(row: Row): void {
    const fresh = { good: 0, failed: 0, unknown: 0 };
    const trunk = entryOf(this.trunks, String(row['trunk_fqdn'] ?? 'no trunk named'), fresh);
    const { successful } = row;
    trunk[successful === true ? 'good' : successful === false ? 'failed' : 'unknown'] += 1;
    if (successful !== false) return;
    const code = [row['final_sip_code'] ?? 'no code', row['final_sip_code_phrase']]
      .filter(part => part != null)
      .join(' ');
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }

  addMessage(row: Row, day: string): void {
    this.messages += 1;
    this.dayAt(day).messages += 1;
    this.costAt(row, day).messages += millionths(row['charge']);
    if (row['channel'] !== 'teams' || typeof row['user_id'] !== 'string') return;
    const user = entryOf(this.users, row['user_id'], { name: undefined, inbound: 0, outbound: 0, other: 0 });
    if (typeof row['user_display_name'] === 'string') user.name = row['user_display_name'];
    user[directionOf(row)] += 1;
  }

  private dayAt(day: string): DayFigures {
    return entryOf(this.days, day, { inbound: 0, outbound: 0, other: 0, messages: 0 });
  }

  private costAt(row: Row, day: string): Cost {
    const isVoximplant = String(row['channel'] ?? '').startsWith('voximplant');
    const currency = row['currency'] ?? (isVoximplant ? ACCOUNT_CURRENCY : NO_CURRENCY);
    return entryOf(entryOf(this.cost, String(currency), new Map()), day.slice(0, 7), { calls: 0n, messages: 0n });
  }
}

function directionOf({ direction }: Row): 'inbound' | 'outbound' | 'other' {
  return direction === 'inbound' || direction === 'outbound' ? direction : 'other';
}

function entryOf<V>(map: Map<string, V>, key: string, fresh: V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  map.set(key, fresh);
  return fresh;
}

function millionths(amount: unknown): bigint {
  return typeof amount === 'bigint' ? amount : 0n;
}
