/**
 * Pieces of memory, used again and again: to make megabytes anew for each page costs more than to receive it, and what
 * is thrown away has to be collected. A piece holds whatever its last user left in it.
 */
export class BufferPool {
  readonly pieceBytes: number;
  private readonly spare: Buffer[] = [];
  private readonly spareMax: number;

  /** @param spareMax pieces that are kept for later; what comes back beyond that is let go */
  constructor(pieceBytes: number, spareMax: number) {
    this.pieceBytes = pieceBytes;
    this.spareMax = spareMax;
  }

  /** A piece, or more where that is too little for `bytes`. What is never written to costs nothing. */
  take(bytes: number): Buffer {
    if (bytes > this.pieceBytes) return Buffer.allocUnsafeSlow(bytes);
    return this.spare.pop() ?? Buffer.allocUnsafeSlow(this.pieceBytes);
  }

  /** Nobody may look at it afterwards, and nobody gives it twice. */
  give(piece: Buffer): void {
    if (piece.length === this.pieceBytes && this.spare.length < this.spareMax) this.spare.push(piece);
  }
}
