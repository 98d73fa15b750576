const BYTES_AT_FIRST = 256;

/** Bytes that grow at their end. What was reserved may be written straight into `bytes` and `view`. */
export class GrowingBytes {
  bytes: Buffer;
  /** Of `bytes`, to write whole words. */
  view: DataView;
  length = 0;

  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
    this.view = viewOf(this.bytes);
  }

  /** Makes room for so many bytes behind `length`; `bytes` and `view` may be other ones afterwards. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length, BYTES_AT_FIRST));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
    this.view = viewOf(grown);
  }

  /** @param end exclusive, at most `source.length` */
  append(source: Buffer, start: number, end: number): void {
    this.reserve(end - start);
    this.length += source.copy(this.bytes, this.length, start, end);
  }

  /** What was appended so far: a view, good until the next append. */
  taken(): Buffer {
    return this.bytes.subarray(0, this.length);
  }
}

/** The same bytes as words. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Copies a few bytes word by word: for the length of a cell that is faster than a call of `copy`. */
export function copyShort(from: DataView, start: number, end: number, to: DataView, at: number): void {
  const last = end - 4;
  let source = start;
  let target = at;
  for (; source <= last; source += 4, target += 4) to.setInt32(target, from.getInt32(source, true), true);
  for (; source < end; source += 1, target += 1) to.setUint8(target, from.getUint8(source));
}
