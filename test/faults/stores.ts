import { ofLength } from '../../shared/rows/recount.ts';
import type { DayEntry, Gate, Watermark } from '../../shared/words/ledger.ts';
import type { Day, FetchMessage, SourceName } from '../../shared/words/model.ts';
import type { Jobs, Lake, Ledger, ListedDay, Versioned } from '../../shared/words/ports.ts';
import { memoryJobs, type QueuedMessage } from '../doubles/memory-jobs.ts';
import { type LakeStore, lakeStore, type MemoryLake, memoryLake } from '../doubles/memory-lake.ts';
import { type LedgerStore, memoryLedger } from '../doubles/memory-ledger.ts';
import type { Actor } from './actor.ts';

/** The stores of one world, and each actor's way to them: through operations that can go wrong. */

/** Is told of everything that changes, right after it did. */
export interface Watcher {
  dayPut(actor: Actor, before: DayEntry | undefined, after: DayEntry): void;
  watermarkPut(actor: Actor, before: Watermark | undefined, after: Watermark): void;
  gatePut(actor: Actor, before: Gate | undefined, after: Gate): void;
  gateRead(actor: Actor, source: SourceName, gate: Gate | undefined): void;
  headRead(actor: Actor, etag: string | undefined): void;
  /** A block is about to be staged. */
  staging(actor: Actor, dataset: string, day: Day): void;
  staged(dataset: string, day: Day, ticket: number, number: number, content: Uint8Array): void;
  /** The worker knows that the page is staged that came with this cursor to the next. */
  stageAnswered(cursor: string | undefined): void;
  /** Something of a commit is about to be asked for. */
  committing(actor: Actor): void;
  committed(actor: Actor, dataset: string, day: Day, replaced: string | undefined): void;
  kept(actor: Actor, dataset: string, day: Day): void;
  sending(actor: Actor, message: FetchMessage): void;
  sent(message: QueuedMessage): void;
}

export class Stores {
  readonly lakeStore: LakeStore = lakeStore();
  readonly lake: MemoryLake = memoryLake({}, this.lakeStore);
  ledgerStore: LedgerStore;
  private readonly messages: QueuedMessage[] = [];
  private readonly watcher: Watcher;
  /** Whose operation is taking effect. */
  private acting: Actor | undefined;
  private versions = 0;

  constructor(watcher: Watcher) {
    this.watcher = watcher;
    this.ledgerStore = this.emptyLedger();
  }

  /** Somebody has deleted the table, and it was made anew. */
  wipeLedger(): void {
    this.ledgerStore = this.emptyLedger();
  }

  entries(): readonly DayEntry[] {
    return this.ledgerStore.days.all().map(({ value }) => value);
  }

  etagOf(dataset: string, day: Day): string | undefined {
    return this.lakeStore.blobs.get(`${dataset}/${day}`)?.committed?.etag;
  }

  private emptyLedger(): LedgerStore {
    const { watcher } = this;
    return {
      days: this.table<DayEntry>((actor, before, after) => watcher.dayPut(actor, before, after)),
      watermarks: this.table<Watermark>((actor, before, after) => watcher.watermarkPut(actor, before, after)),
      gates: this.table<Gate, SourceName>((actor, before, after) => watcher.gatePut(actor, before, after)),
    };
  }

  /** Values are frozen and shared instead of copied: equal to a copy for whoever leaves them alone, and much cheaper. */
  private table<T, Key extends string = string>(told: (actor: Actor, before: T | undefined, after: T) => void) {
    const rows = new Map<Key, Versioned<T>>();
    return {
      get: (key: Key) => rows.get(key),
      put: (key: Key, value: T, etag: string | undefined): string | undefined => {
        const before = rows.get(key);
        if (before?.etag !== etag) return undefined;
        this.versions += 1;
        const next = `"${this.versions}"`;
        rows.set(key, { value: frozen(value), etag: next });
        if (this.acting !== undefined) told(this.acting, before?.value, value);
        return next;
      },
      all: () => [...rows.values()],
    };
  }

  private as<T>(actor: Actor, act: (short: boolean) => Promise<T>): (short: boolean) => Promise<T> {
    return short => {
      this.acting = actor;
      return act(short);
    };
  }

  ledger(actor: Actor): Ledger {
    // Asked anew each time, because the table may have been replaced.
    const now = (): Ledger => memoryLedger({}, this.ledgerStore);
    const read = <T>(op: string, act: () => Promise<T>): Promise<T> => actor.operate(op, this.as(actor, act));
    const write = async (
      op: string,
      put: (ledger: Ledger) => Promise<string | undefined>,
      etagNow: (ledger: Ledger) => Promise<string | undefined>,
    ): Promise<string | undefined> => {
      const again = async (first: string | undefined): Promise<string | undefined> => {
        this.acting = actor;
        // A second try is refused, unless the first was; then the write's identity is read back.
        const second = await put(now());
        return second ?? ((await etagNow(now())) === first ? first : undefined);
      };
      const etag = await actor.operate(
        op,
        this.as(actor, () => put(now())),
        again,
      );
      actor.facts.answeredAt = actor.clock.now() - actor.machine.skewMs;
      return etag;
    };
    return {
      day: (dataset, day) => read(`ledger.day ${dataset} ${day}`, () => now().day(dataset, day)),
      days: dataset => read(`ledger.days ${dataset}`, () => now().days(dataset)),
      putDay: async (entry, etag) => {
        const written = await write(
          `ledger.putDay ${entry.dataset} ${entry.day} ${entry.work.state} ${entry.work.ticket}`,
          ledger => ledger.putDay(entry, etag),
          async ledger => (await ledger.day(entry.dataset, entry.day))?.etag,
        );
        // Whatever it writes of its own day fails once another has it.
        const { ticket = -2 } = actor.facts;
        const own = entry.work.ticket === ticket || entry.work.ticket === ticket + 1;
        if (written === undefined && own && actor.facts.day === `${entry.dataset}/${entry.day}`)
          actor.facts.superseded = true;
        return written;
      },
      watermark: dataset => read(`ledger.watermark ${dataset}`, () => now().watermark(dataset)),
      putWatermark: (watermark, etag) =>
        write(
          `ledger.putWatermark ${watermark.dataset}`,
          ledger => ledger.putWatermark(watermark, etag),
          async ledger => (await ledger.watermark(watermark.dataset))?.etag,
        ),
      gate: source =>
        read(`ledger.gate ${source}`, async () => {
          const gate = await now().gate(source);
          this.watcher.gateRead(actor, source, gate?.value);
          return gate;
        }),
      putGate: (gate, etag) =>
        write(
          `ledger.putGate ${gate.source}`,
          ledger => ledger.putGate(gate, etag),
          async ledger => (await ledger.gate(gate.source))?.etag,
        ),
    };
  }

  lakeOf(actor: Actor): Lake {
    const { lake, watcher } = this;
    const run = <T>(op: string, act: (short: boolean) => Promise<T>, again?: (first: T) => Promise<T>): Promise<T> =>
      actor.operate(op, this.as(actor, act), again);
    return {
      head: (dataset, day, revision) =>
        run(`lake.head ${dataset} ${day}`, async () => {
          const partition = await lake.head(dataset, day, revision);
          if (revision !== undefined) return partition;
          watcher.headRead(actor, partition?.etag);
          return partition;
        }),
      stage: async (dataset, day, ticket, number, content) => {
        watcher.staging(actor, dataset, day);
        const act = async (): Promise<void> => {
          await lake.stage(dataset, day, ticket, number, content);
          watcher.staged(dataset, day, ticket, number, content);
        };
        const { cursor } = actor.facts;
        await run(`lake.stage ${dataset} ${day} ${ticket}-${number}`, act, act);
        watcher.stageAnswered(cursor);
        actor.facts.answeredAt = actor.clock.now() - actor.machine.skewMs;
      },
      commit: (dataset, day, segments, receipt, replaces) => {
        watcher.committing(actor);
        const act = async (): Promise<'committed' | 'superseded'> => {
          const replaced = this.etagOf(dataset, day);
          const before = this.lakeStore.commits;
          const outcome = await lake.commit(dataset, day, segments, receipt, replaces);
          if (this.lakeStore.commits !== before) watcher.committed(actor, dataset, day, replaced);
          return outcome;
        };
        return run(`lake.commit ${dataset} ${day} ${receipt.ticket}`, act, act);
      },
      keep: (dataset, day, partition) => {
        watcher.committing(actor);
        const act = async (short: boolean): Promise<'kept' | 'superseded'> => {
          const outcome = await lake.keepThrough(dataset, day, partition, short ? half : bytes => bytes);
          watcher.kept(actor, dataset, day);
          return outcome;
        };
        return run(`lake.keep ${dataset} ${day}`, act, () => act(false));
      },
      read: (dataset, day, revision) =>
        run(`lake.read ${dataset} ${day} ${revision ?? ''}`, async short => {
          const { history } = this.lakeStore.blobs.get(`${dataset}/${day}`) ?? {};
          const bytes = revision === undefined ? lake.partition(dataset, day)?.bytes : history?.get(revision)?.bytes;
          return bytes && ofLength(halves(short ? half(bytes) : bytes), bytes.length, 'Reading (simulated)');
        }),
      lastKept: (dataset, day) => {
        watcher.committing(actor);
        return run(`lake.lastKept ${dataset} ${day}`, () => lake.lastKept(dataset, day));
      },
      list: async function* (dataset) {
        yield* await run(`lake.list ${dataset}`, async () => {
          const days: ListedDay[] = [];
          for await (const each of lake.list(dataset)) days.push(each);
          return days;
        });
      },
    };
  }

  jobs(actor: Actor): Jobs {
    const { watcher, messages } = this;
    const jobs = memoryJobs(actor.clock, {}, messages);
    return {
      send: (message, delayMs) => {
        watcher.sending(actor, message);
        const act = async (): Promise<void> => {
          await jobs.send(message, delayMs);
          // The queue's own clock counts the delay, not the sender's.
          for (const { message: sent, visibleAt } of messages.splice(0))
            watcher.sent({ message: sent, visibleAt: visibleAt - actor.machine.skewMs });
        };
        return actor.operate(`jobs.send ${message.dataset} ${message.day} ${message.ticket}`, act, act);
      },
    };
  }
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

/** A body that comes short and claims to be whole. */
function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length >> 1);
}

/** Chunks end anywhere, also within a line. */
async function* halves(bytes: Buffer): AsyncGenerator<Uint8Array> {
  const middle = bytes.length >> 1;
  if (middle > 0) yield bytes.subarray(0, middle);
  if (middle < bytes.length) yield bytes.subarray(middle);
}
