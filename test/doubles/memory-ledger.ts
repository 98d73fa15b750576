import { dayOfEntity, entityOfDay, type Properties } from '../../shared/stores/ledger-entities.ts';
import type { DayEntry, Gate, Watermark } from '../../shared/words/ledger.ts';
import type { Day, SourceName } from '../../shared/words/model.ts';
import type { Ledger, Versioned } from '../../shared/words/ports.ts';
import { between, type Hooks } from './hooks.ts';

/** The ledger of a memory, for looking at. What it gives is a copy. */
export interface MemoryLedger extends Ledger {
  /** Every day entity, whole, in the order of dataset and day. */
  entries(): DayEntry[];
}

/** A ledger in memory. Share one store between several workers, each with its own hooks. */
export function memoryLedger(hooks: Hooks = {}, store: LedgerStore = ledgerStore()): MemoryLedger {
  const { days, watermarks, gates } = store;
  return {
    day: (dataset, day) => between(hooks, `ledger.day ${dataset} ${day}`, () => days.get(dayKey(dataset, day))),
    days: dataset =>
      between(hooks, `ledger.days ${dataset}`, () =>
        days
          .all()
          .filter(({ value }) => value.dataset === dataset)
          .sort((a, b) => (a.value.day < b.value.day ? -1 : 1))
          .map(({ value, etag }) => ({ value: withoutCheckpoint(value), etag })),
      ),
    putDay: (entry, etag) =>
      between(hooks, `ledger.putDay ${entry.dataset} ${entry.day}`, () =>
        days.put(dayKey(entry.dataset, entry.day), readBack(entry), etag),
      ),
    watermark: dataset => between(hooks, `ledger.watermark ${dataset}`, () => watermarks.get(dataset)),
    putWatermark: (watermark, etag) =>
      between(hooks, `ledger.putWatermark ${watermark.dataset}`, () =>
        watermarks.put(watermark.dataset, watermark, etag),
      ),
    gate: source => between(hooks, `ledger.gate ${source}`, () => gates.get(source)),
    putGate: (gate, etag) => between(hooks, `ledger.putGate ${gate.source}`, () => gates.put(gate.source, gate, etag)),
    entries: () =>
      days
        .all()
        .map(({ value }) => value)
        .sort((a, b) => (dayKey(a.dataset, a.day) < dayKey(b.dataset, b.day) ? -1 : 1)),
  };
}

/** What several ledgers of one harness share. */
export interface LedgerStore {
  readonly days: Table<DayEntry>;
  readonly watermarks: Table<Watermark>;
  readonly gates: Table<Gate, SourceName>;
}

export function ledgerStore(): LedgerStore {
  return { days: table(), watermarks: table(), gates: table() };
}

interface Table<T, Key extends string = string> {
  get(key: Key): Versioned<T> | undefined;
  put(key: Key, value: T, etag: string | undefined): string | undefined;
  all(): Versioned<T>[];
}

/** Compare-and-set in memory. Everything is copied on its way in and out, as it is over a network. */
function table<T, Key extends string = string>(): Table<T, Key> {
  const rows = new Map<Key, Versioned<T>>();
  let writes = 0;
  return {
    get: key => structuredClone(rows.get(key)),
    put(key, value, etag) {
      if (rows.get(key)?.etag !== etag) return undefined;
      writes += 1;
      const next = `"${writes}"`;
      rows.set(key, { value: structuredClone(value), etag: next });
      return next;
    },
    all: () => structuredClone([...rows.values()]),
  };
}

function dayKey(dataset: string, day: Day): string {
  return `${dataset}/${day}`;
}

/** An entry that Table Storage would take, and that nobody could read from then on, is a bug of who writes it. */
function readBack(entry: DayEntry): DayEntry {
  return dayOfEntity(entry.dataset, entry.day, entityOfDay(entry) as Properties);
}

function withoutCheckpoint(entry: DayEntry): DayEntry {
  const { checkpoint: _, ...work } = entry.work;
  return { ...entry, work };
}
