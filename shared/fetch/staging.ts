import { BufferPool } from '../rows/buffer-pool.ts';
import type { Segment } from '../words/ledger.ts';

/**
 * Stages lines for a partition, invisible until the commit. Lines are gathered into blocks: two blocks are staged while
 * the next one fills. One block per page would cost three times the operations and a third more time.
 */

const BLOCK_BYTES = 2 * 1024 * 1024;
const UNDERWAY_MAX = 2;

/** For four days in work, each with one block that fills and those under way. */
const SPARE_MAX = 4 * (1 + UNDERWAY_MAX);

/** The memory of all blocks of a process. */
export function blockMemory(): BufferPool {
  return new BufferPool(BLOCK_BYTES, SPARE_MAX);
}

/** Stages a block; `number` counts from 0 under one ticket. The content is kept as it is until that has ended. */
export type Stage = (number: number, content: Uint8Array) => Promise<void>;

export class Staging {
  private filling: Buffer | undefined;
  private filled = 0;
  private blocks = 0;
  /** Oldest first. */
  private readonly underway: Promise<void>[] = [];
  private readonly earlier: readonly Segment[];
  private readonly ticket: number;
  private readonly stage: Stage;
  private readonly memory: BufferPool;

  /**
   * @param earlier what others have staged, in front of these lines
   * @param memory a block is one piece of it
   */
  constructor(earlier: readonly Segment[], ticket: number, stage: Stage, memory: BufferPool) {
    this.earlier = earlier;
    this.ticket = ticket;
    this.stage = stage;
    this.memory = memory;
  }

  /**
   * Adds lines behind the others. A block ends where it is full, whatever line that is in.
   *
   * @param lines copied
   * @throws what staging an earlier block threw
   */
  async add(lines: Uint8Array): Promise<void> {
    for (let at = 0; at < lines.length; ) {
      this.filling ??= this.memory.take(this.memory.pieceBytes);
      const some = lines.subarray(at, at + this.filling.length - this.filled);
      this.filling.set(some, this.filled);
      this.filled += some.length;
      at += some.length;
      if (this.filled === this.filling.length) await this.send();
    }
  }

  /** Returns when all lines are staged. @throws what staging one of the blocks threw */
  async flush(): Promise<void> {
    await this.send();
    await this.settled();
  }

  /** Returns when no block is under way. @throws what staging one of them threw */
  async settled(): Promise<void> {
    await Promise.all(this.underway);
  }

  /** Gives the memory back, once nothing is under way. Nothing can be added afterwards. */
  async end(): Promise<void> {
    await Promise.allSettled(this.underway);
    if (this.filling !== undefined) this.memory.give(this.filling);
    this.filling = undefined;
    this.filled = 0;
  }

  /** Everything staged, in order: complete after `flush`. */
  get segments(): readonly Segment[] {
    return this.blocks === 0 ? this.earlier : [...this.earlier, { ticket: this.ticket, count: this.blocks }];
  }

  private async send(): Promise<void> {
    const { filling: block } = this;
    if (block === undefined) return;
    if (this.underway.length === UNDERWAY_MAX) {
      await this.underway[0];
      this.underway.shift();
    }
    const staged = this.stage(this.blocks, block.subarray(0, this.filled)).finally(() => this.memory.give(block));
    // It may fail before anybody awaits it.
    staged.catch(() => {});
    this.underway.push(staged);
    this.blocks += 1;
    this.filling = undefined;
    this.filled = 0;
  }
}
