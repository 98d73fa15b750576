import { Memory } from './memory.ts';
import type { Segment } from './model.ts';

/**
 * Lines on their way into a partition, out of sight: gathered into blocks, of which one is being staged while the next
 * one fills. A block of one page each would cost five times the operations and a third more time.
 */

const BLOCK_BYTES = 3 * 1024 * 1024;

/** For four days in work, each with one block that fills and one that is being staged. */
const SPARE_MAX = 8;

/** The memory of all blocks of a process. */
export function blockMemory(): Memory {
  return new Memory(BLOCK_BYTES, SPARE_MAX);
}

/** Stages a block; `number` counts from 0 under one ticket. The content is kept as it is until that has ended. */
export type Stage = (number: number, content: Uint8Array) => Promise<void>;

export class Staging {
  private filling: Buffer = Buffer.alloc(0);
  private filled = 0;
  private spare: Buffer = Buffer.alloc(0);
  private blocks = 0;
  private underway: Promise<void> = Promise.resolve();
  private readonly earlier: readonly Segment[];
  private readonly ticket: number;
  private readonly stage: Stage;
  private readonly memory: Memory;

  /**
   * @param earlier what others have staged, in front of these lines
   * @param memory a block is one piece of it, or more for lines that came together and are more
   */
  constructor(earlier: readonly Segment[], ticket: number, stage: Stage, memory: Memory) {
    this.earlier = earlier;
    this.ticket = ticket;
    this.stage = stage;
    this.memory = memory;
  }

  /**
   * Adds lines behind the others.
   *
   * @param lines copied
   * @throws what staging an earlier block threw
   */
  async add(lines: Uint8Array): Promise<void> {
    if (this.filled + lines.length > this.filling.length) {
      await this.send();
      this.makeRoom(lines.length);
    }
    this.filling.set(lines, this.filled);
    this.filled += lines.length;
  }

  /** Returns when all lines are staged. @throws what staging one of the blocks threw */
  async flush(): Promise<void> {
    await this.send();
    await this.underway;
  }

  /** Returns when no block is under way. @throws what staging it threw */
  async settled(): Promise<void> {
    await this.underway;
  }

  /** Gives the memory back, once nothing is under way. Nothing can be added afterwards. */
  async end(): Promise<void> {
    await this.underway.catch(() => {});
    this.memory.give(this.filling);
    this.memory.give(this.spare);
    this.filling = this.spare = Buffer.alloc(0);
    this.filled = 0;
  }

  /** Everything staged, in order: complete after `flush`. */
  get segments(): readonly Segment[] {
    return this.blocks === 0 ? this.earlier : [...this.earlier, { ticket: this.ticket, count: this.blocks }];
  }

  private async send(): Promise<void> {
    await this.underway;
    if (this.filled === 0) return;
    this.underway = this.stage(this.blocks, this.filling.subarray(0, this.filled));
    // It may fail before anybody awaits it.
    this.underway.catch(() => {});
    this.blocks += 1;
    this.filled = 0;
    [this.filling, this.spare] = [this.spare, this.filling];
  }

  /** All lines before are on their way. Memory for one page that was very large is not kept for the next. */
  private makeRoom(bytes: number): void {
    const usual = this.filling.length === this.memory.pieceBytes;
    if (bytes <= this.filling.length && (usual || bytes > this.memory.pieceBytes)) return;
    this.memory.give(this.filling);
    this.filling = this.memory.take(bytes);
  }
}
