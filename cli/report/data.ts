import { parquetReadObjects } from 'hyparquet';
import type { CuratedStore } from '../../shared/curate/ports.ts';

/** What the sample report says, added up from the curated files one by one. */

export interface Figures {
  readonly firstDay: string;
  readonly lastDay: string;
  readonly calls: number;
  readonly minutes: number;
  readonly messages: number;
  /** Amounts in millionths by currency, then month. `''` is the Voximplant account's own currency. */
  readonly cost: ReadonlyMap<string, ReadonlyMap<string, { readonly calls: bigint; readonly messages: bigint }>>;
  readonly days: ReadonlyMap<string, DayFigures>;
  readonly destinations: ReadonlyMap<string, { readonly calls: number; readonly minutes: number }>;
  readonly trunks: ReadonlyMap<string, { readonly good: number; readonly failed: number }>;
  /** By the id of the user. */
  readonly users: ReadonlyMap<string, UserFigures>;
  /** Days of all datasets: that should be held, that are, and that are read no more. */
  readonly owed: number;
  readonly held: number;
  readonly final: number;
}

export interface UserFigures {
  /** The latest that the tables have of the user; `undefined` where the profile drops names. */
  name: string | undefined;
  inbound: number;
  outbound: number;
}

export interface DayFigures {
  inbound: number;
  outbound: number;
  other: number;
  messages: number;
}

type Row = Record<string, unknown>;

const CALL_COLUMNS = [
  'day',
  'conflict_ordinal',
  'route',
  'direction',
  'duration_seconds',
  'charge',
  'connection_charge',
  'currency',
  'destination_name',
  'trunk_fqdn',
  'successful',
];
const MESSAGE_COLUMNS = [
  'day',
  'conflict_ordinal',
  'channel',
  'direction',
  'charge',
  'currency',
  'user_id',
  'user_display_name',
];

export async function figuresOf(curated: CuratedStore): Promise<Figures> {
  const sums = new Sums();
  for await (const row of rowsOf(curated, 'v1/fact_call/', CALL_COLUMNS)) sums.addCall(row);
  for await (const row of rowsOf(curated, 'v1/fact_message/', MESSAGE_COLUMNS)) sums.addMessage(row);
  for await (const row of rowsOf(curated, 'v1/partition_status/', ['state', 'rows'])) sums.addStatus(row);
  const days = [...sums.days.keys()].sort();
  return { ...sums, firstDay: days[0] ?? '', lastDay: days.at(-1) ?? '' };
}

async function* rowsOf(curated: CuratedStore, prefix: string, columns: string[]): AsyncGenerator<Row> {
  for await (const path of curated.list(prefix)) {
    const chunks = await curated.read(path);
    if (chunks === undefined) continue;
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(Buffer.from(chunk));
    const bytes = new Uint8Array(Buffer.concat(parts));
    for (const row of await parquetReadObjects({ file: bytes.buffer, columns })) {
      if (Number(row['conflict_ordinal'] ?? 0) === 0) yield row;
    }
  }
}

class Sums {
  calls = 0;
  minutes = 0;
  messages = 0;
  readonly cost = new Map<string, Map<string, { calls: bigint; messages: bigint }>>();
  readonly days = new Map<string, DayFigures>();
  readonly destinations = new Map<string, { calls: number; minutes: number }>();
  readonly trunks = new Map<string, { good: number; failed: number }>();
  readonly users = new Map<string, UserFigures>();
  owed = 0;
  held = 0;
  final = 0;

  addCall(row: Row): void {
    const day = dayOf(row);
    const seconds = Number(row['duration_seconds'] ?? 0);
    this.calls += 1;
    this.minutes += seconds / 60;
    const direction = row['direction'];
    this.dayAt(day)[direction === 'inbound' || direction === 'outbound' ? direction : 'other'] += 1;
    if (row['route'] === 'pstn') {
      this.costAt(row, day).calls += millionths(row['charge']) + millionths(row['connection_charge']);
      const name = row['destination_name'];
      if (direction === 'outbound' && typeof name === 'string') {
        const found = entryOf(this.destinations, name, { calls: 0, minutes: 0 });
        found.calls += 1;
        found.minutes += seconds / 60;
      }
    } else {
      const trunk = entryOf(this.trunks, String(row['trunk_fqdn'] ?? 'no trunk named'), { good: 0, failed: 0 });
      trunk[row['successful'] === false ? 'failed' : 'good'] += 1;
    }
  }

  addMessage(row: Row): void {
    const day = dayOf(row);
    this.messages += 1;
    this.dayAt(day).messages += 1;
    this.costAt(row, day).messages += millionths(row['charge']);
    if (row['channel'] !== 'teams' || typeof row['user_id'] !== 'string') return;
    const user = entryOf(this.users, row['user_id'], { name: undefined, inbound: 0, outbound: 0 });
    if (typeof row['user_display_name'] === 'string') user.name = row['user_display_name'];
    user[row['direction'] === 'inbound' ? 'inbound' : 'outbound'] += 1;
  }

  addStatus(row: Row): void {
    this.owed += 1;
    if (row['rows'] !== null) this.held += 1;
    if (row['state'] === 'final') this.final += 1;
  }

  private dayAt(day: string): DayFigures {
    return entryOf(this.days, day, { inbound: 0, outbound: 0, other: 0, messages: 0 });
  }

  private costAt(row: Row, day: string): { calls: bigint; messages: bigint } {
    const months = entryOf(this.cost, String(row['currency'] ?? ''), new Map());
    return entryOf(months, day.slice(0, 7), { calls: 0n, messages: 0n });
  }
}

function entryOf<V>(map: Map<string, V>, key: string, fresh: V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  map.set(key, fresh);
  return fresh;
}

function dayOf(row: Row): string {
  const day = row['day'];
  return day instanceof Date ? day.toISOString().slice(0, 10) : '';
}

/** The reader gives decimals as floating point, which is right to more digits than an amount here has. */
function millionths(amount: unknown): bigint {
  return amount === null || amount === undefined ? 0n : BigInt(Math.round(Number(amount) * 1_000_000));
}
