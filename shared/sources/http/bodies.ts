import { BufferPool } from '../../rows/buffer-pool.ts';

/** Bodies of answers, each gathered in one piece of memory as it arrives. */

/** A whole body. */
export interface Body {
  readonly bytes: Buffer;
  /** Gives its memory back. Nobody may look at the bytes afterwards. */
  readonly release: () => void;
}

/** More than a page of either source (about 0.8 MB for 1,000 rows). */
const PIECE_BYTES = 2 * 1024 * 1024;

/** For eight days in flight, each with one page in work and one on its way. */
const SPARE_MAX = 16;

/** Smaller bodies do not deserve a piece: tokens, errors, pages of quiet days. */
const SMALL_BYTES = 64 * 1024;

export class Bodies {
  private readonly memory = new BufferPool(PIECE_BYTES, SPARE_MAX);
  private readonly bytesMax: number;

  /** @param bytesMax no body may be larger */
  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  /** A body that is about to arrive. */
  incoming(): Incoming {
    return new Incoming(this.memory, this.bytesMax);
  }
}

/** A body on its way. */
class Incoming {
  private piece: Buffer = Buffer.alloc(0);
  private length = 0;
  private readonly memory: BufferPool;
  private readonly bytesMax: number;

  constructor(memory: BufferPool, bytesMax: number) {
    this.memory = memory;
    this.bytesMax = bytesMax;
  }

  /** @param bytes as the head of the answer says; 0 when it does not. @returns whether it may come */
  announce(bytes: number): boolean {
    if (bytes > this.bytesMax) return false;
    this.makeRoom(bytes);
    return true;
  }

  /** @returns whether it may go on */
  add(chunk: Buffer): boolean {
    const length = this.length + chunk.length;
    if (length > this.bytesMax) return false;
    if (length > this.piece.length) this.makeRoom(Math.max(length, 2 * this.piece.length));
    this.piece.set(chunk, this.length);
    this.length = length;
    return true;
  }

  whole(): Body {
    const { piece } = this;
    const bytes = piece.subarray(0, this.length);
    this.piece = Buffer.alloc(0);
    let released = false;
    return {
      bytes,
      release: () => {
        // Twice would hand the same memory to two bodies.
        if (!released) this.memory.give(piece);
        released = true;
      },
    };
  }

  /** It will not be whole. */
  drop(): void {
    this.memory.give(this.piece);
    this.piece = Buffer.alloc(0);
    this.length = 0;
  }

  private makeRoom(bytes: number): void {
    const larger = bytes <= SMALL_BYTES ? Buffer.allocUnsafeSlow(bytes) : this.memory.take(bytes);
    larger.set(this.piece.subarray(0, this.length));
    this.memory.give(this.piece);
    this.piece = larger;
  }
}
