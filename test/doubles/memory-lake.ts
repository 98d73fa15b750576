import { NotAsExpected, proved } from '../../shared/rows/recount.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import type { Segment } from '../../shared/words/ledger.ts';
import type { Day, Fingerprint, Receipt } from '../../shared/words/model.ts';
import { blockId } from '../../shared/words/paths.ts';
import type { Eraser, Lake, ListedDay, Partition } from '../../shared/words/ports.ts';
import { between, type Hooks } from './hooks.ts';

/** A blob as a reader finds it. */
interface Landed {
  readonly bytes: Buffer;
  readonly receipt: Receipt;
}

/** What arrives of a blob's bytes. */
type Download = (bytes: Buffer) => Buffer;

/** The lake of a memory, for looking at. */
export interface MemoryLake extends Lake {
  partition(dataset: string, day: Day): Landed | undefined;
  /** Superseded revisions, oldest first. */
  history(dataset: string, day: Day): Landed[];
  /** Days with superseded revisions, in order. */
  keptDays(dataset: string): Day[];
  /** `keep` over a connection that does to the bytes what it is told to. */
  keepThrough(dataset: string, day: Day, partition: Partition, download: Download): Promise<'kept' | 'superseded'>;
  /** Replaces a superseded revision; for the eraser alone. */
  rewriteKept(dataset: string, day: Day, landed: Landed): void;
  /** Blocks staged and not committed. */
  staged(dataset: string, day: Day): number;
  /** Puts a blob without a receipt where a partition belongs, as somebody past the lake could. */
  plant(dataset: string, day: Day, bytes: Buffer): void;
  /** Changes the bytes of a partition behind everybody's back. */
  replaceBytes(dataset: string, day: Day, bytes: Buffer): void;
  /** Deletes a partition behind everybody's back. */
  remove(dataset: string, day: Day): void;
}

/** What several lakes of one harness share: blobs by `dataset/day`. */
export interface LakeStore {
  readonly blobs: Map<string, Blob>;
  commits: number;
}

/** A block blob: committed blocks stay addressable by their id, staged ones wait beside them. */
interface Blob {
  committed: { readonly blocks: readonly Block[]; readonly receipt: Receipt; readonly etag: string } | undefined;
  /** What somebody else wrote in its place. */
  foreign?: Buffer;
  readonly staged: Map<string, Buffer>;
  readonly history: Map<number, Landed>;
}

interface Block {
  readonly id: string;
  readonly content: Buffer;
}

export function lakeStore(): LakeStore {
  return { blobs: new Map(), commits: 0 };
}

/** A lake in memory. Share one store between several workers, each with its own hooks. */
export function memoryLake(hooks: Hooks = {}, store: LakeStore = lakeStore()): MemoryLake {
  function blobOf(dataset: string, day: Day): Blob {
    const key = `${dataset}/${day}`;
    const blob = store.blobs.get(key) ?? { committed: undefined, staged: new Map(), history: new Map() };
    store.blobs.set(key, blob);
    return blob;
  }

  function commit(
    dataset: string,
    day: Day,
    segments: readonly Segment[],
    receipt: Receipt,
    replaces: string | undefined,
  ): boolean {
    const blob = blobOf(dataset, day);
    refuseForeign(blob, dataset, day);
    if (blob.committed?.etag !== replaces) {
      const now = blob.committed?.receipt;
      return now?.ticket === receipt.ticket && now.fingerprint === receipt.fingerprint;
    }
    const blocks = blocksOf(blob, segments);
    if (blocks === undefined) return false;
    store.commits += 1;
    blob.committed = { blocks, receipt: structuredClone(receipt), etag: `"${store.commits}"` };
    blob.staged.clear();
    return true;
  }

  return {
    head: (dataset, day, revision) =>
      between(hooks, `lake.head ${dataset} ${day}`, () => {
        if (revision !== undefined) return keptOf(blobOf(dataset, day).history.get(revision));
        refuseForeign(blobOf(dataset, day), dataset, day);
        return partitionOf(blobOf(dataset, day));
      }),

    async stage(dataset, day, ticket, number, content) {
      if (content.length === 0) throw new RangeError('A block holds at least one line');
      await between(hooks, `lake.stage ${dataset} ${day}`, () => {
        blobOf(dataset, day).staged.set(blockId(ticket, number), Buffer.from(content));
      });
    },

    commit: (dataset, day, segments, receipt, replaces) =>
      between(hooks, `lake.commit ${dataset} ${day}`, () =>
        commit(dataset, day, segments, receipt, replaces) ? 'committed' : 'superseded',
      ),

    keep: async (dataset, day, partition) =>
      await between(hooks, `lake.keep ${dataset} ${day}`, () => ({
        kept: keep(blobOf(dataset, day), partition, bytes => bytes),
      })).then(({ kept }) => kept),
    keepThrough: (dataset, day, partition, download) => keep(blobOf(dataset, day), partition, download),

    read: (dataset, day, revision) =>
      between(hooks, `lake.read ${dataset} ${day}`, () => {
        const blob = blobOf(dataset, day);
        const found =
          revision === undefined ? (blob.foreign ?? landedOf(blob)?.bytes) : blob.history.get(revision)?.bytes;
        return found && inChunks(found);
      }),

    lastKept: (dataset, day) =>
      between(hooks, `lake.lastKept ${dataset} ${day}`, () => Math.max(0, ...blobOf(dataset, day).history.keys())),

    async *list(dataset) {
      yield* await between(hooks, `lake.list ${dataset}`, () => daysOf(store, dataset));
    },

    partition: (dataset, day) => landedOf(blobOf(dataset, day)),
    history: (dataset, day) =>
      [...blobOf(dataset, day).history].sort(([a], [b]) => a - b).map(([, landed]) => structuredCopy(landed)),
    keptDays: dataset =>
      [...store.blobs]
        .flatMap(([key, { history }]) => {
          const [owner, day] = key.split('/');
          return owner === dataset && day !== undefined && history.size > 0 ? [day] : [];
        })
        .sort(),
    rewriteKept(dataset, day, landed) {
      blobOf(dataset, day).history.set(landed.receipt.revision, structuredCopy(landed));
    },
    staged: (dataset, day) => blobOf(dataset, day).staged.size,
    plant(dataset, day, bytes) {
      const blob = blobOf(dataset, day);
      blob.committed = undefined;
      blob.foreign = bytes;
    },
    replaceBytes(dataset, day, bytes) {
      const blob = blobOf(dataset, day);
      if (blob.committed !== undefined)
        blob.committed = { ...blob.committed, blocks: [{ id: 'replaced', content: bytes }] };
    },
    remove(dataset, day) {
      blobOf(dataset, day).committed = undefined;
    },
  };
}

/** The newest block of each id, as the service's `Latest` takes them; `undefined` when one is nowhere. */
function blocksOf(blob: Blob, segments: readonly Segment[]): Block[] | undefined {
  const committed = new Map(blob.committed?.blocks.map(block => [block.id, block.content]));
  const blocks: Block[] = [];
  for (const { ticket, count } of segments) {
    for (let number = 0; number < count; number++) {
      const id = blockId(ticket, number);
      const content = blob.staged.get(id) ?? committed.get(id);
      if (content === undefined) return undefined;
      blocks.push({ id, content });
    }
  }
  return blocks;
}

/** Proved as the real one proves it. */
async function keep(blob: Blob, partition: Partition, download: Download): Promise<'kept' | 'superseded'> {
  const { revision, fingerprint } = partition.receipt;
  const there = blob.history.get(revision);
  if (there !== undefined) {
    if (there.receipt.fingerprint === fingerprint) return 'kept';
    throw new LandlineError({
      reason: 'storage.failing',
      remedy: 'reject',
      message: `history already holds other content under revision ${revision}`,
    });
  }
  const landed = landedOf(blob);
  if (landed === undefined || blob.committed?.etag !== partition.etag) return 'superseded';
  const copy = async (expected: Fingerprint): Promise<Buffer> => {
    const parts: Uint8Array[] = [];
    const chunks = inChunks(download(landed.bytes));
    for await (const part of proved(chunks, { bytes: partition.bytes, fingerprint: expected }, 'Copying'))
      parts.push(Buffer.from(part));
    return Buffer.concat(parts);
  };
  const bytes = await copy(fingerprint).catch(thrown => {
    if (thrown instanceof NotAsExpected) return copy(thrown.found);
    throw thrown;
  });
  blob.history.set(revision, { bytes, receipt: landed.receipt });
  return 'kept';
}

/** A revision's fingerprint stands for its etag. */
function keptOf(kept: Landed | undefined): Partition | undefined {
  return kept && { etag: kept.receipt.fingerprint, bytes: kept.bytes.length, receipt: structuredClone(kept.receipt) };
}

function landedOf(blob: Blob): Landed | undefined {
  if (blob.committed === undefined) return undefined;
  const { blocks, receipt } = blob.committed;
  return { bytes: Buffer.concat(blocks.map(block => block.content)), receipt: structuredClone(receipt) };
}

function partitionOf(blob: Blob): Partition | undefined {
  if (blob.committed === undefined) return undefined;
  const { blocks, receipt, etag } = blob.committed;
  const bytes = blocks.reduce((sum, block) => sum + block.content.length, 0);
  return { etag, bytes, receipt: structuredClone(receipt) };
}

function refuseForeign({ foreign }: Blob, dataset: string, day: Day): void {
  if (foreign === undefined) return;
  throw new LandlineError({
    reason: 'partition.damaged',
    remedy: 'reject',
    message: `Reading ${dataset} ${day}: the blob has no whole receipt`,
  });
}

function daysOf(store: LakeStore, dataset: string): ListedDay[] {
  const days: ListedDay[] = [];
  for (const [key, blob] of [...store.blobs].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [owner, day] = key.split('/');
    const partition = partitionOf(blob);
    const there = partition !== undefined || blob.foreign !== undefined;
    if (owner === dataset && day !== undefined && there) days.push({ day, partition });
  }
  return days;
}

function structuredCopy(landed: Landed): Landed {
  return { bytes: Buffer.from(landed.bytes), receipt: structuredClone(landed.receipt) };
}

/** Bytes of the chunks that are read one after the other: some end within a line, or within a character. */
const CHUNKS = [1, 7, 61, 509, 4_093] as const;

/** Chunks that end anywhere: readers must not count on more. */
export async function* inChunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = CHUNKS[turn % CHUNKS.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** The eraser of a lake in memory. A revision's fingerprint stands for its etag. */
export function memoryEraser(lake: MemoryLake): Eraser {
  const find = (dataset: string, day: Day, revision: number): Landed | undefined =>
    lake.history(dataset, day).find(({ receipt }) => receipt.revision === revision);
  return {
    async *days(dataset) {
      yield* lake.keptDays(dataset);
    },
    async rewrite(dataset, day, lines, receipt, etag) {
      const parts: Uint8Array[] = [];
      for await (const part of lines) parts.push(Buffer.from(part));
      if (find(dataset, day, receipt.revision)?.receipt.fingerprint !== etag) return 'superseded';
      lake.rewriteKept(dataset, day, { bytes: Buffer.concat(parts), receipt });
      return 'written';
    },
  };
}
