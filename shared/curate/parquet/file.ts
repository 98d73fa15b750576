import { snappyCompressor } from 'hysnappy';
import type { ColumnBuffer } from '../cells/column-buffer.ts';
import { GrowingBytes } from '../cells/growing-bytes.ts';
import { Footer, type Pages, PLAIN, RLE, RLE_DICTIONARY } from './footer.ts';
import { contentOf } from './pages.ts';
import type { Shape } from './schema.ts';
import { Thrift } from './thrift.ts';

/** Row groups to a Parquet file, from whole columns. docs/decisions/parquet.md says why. */

const MAGIC = Buffer.from('PAR1');

/** Numbers of Parquet's kinds of pages. */
const [DATA_PAGE, DICTIONARY_PAGE] = [0, 2];

type Compress = (page: Uint8Array) => Uint8Array;

/** More than most pages have. */
const PAGE_BYTES = 2 * 1024 * 1024;

/**
 * Made once in a process, before there is much to do: it has memory of its own, and when that grows, the engine throws
 * away the machine code of every function that reads bytes.
 */
let compressor: Compress | undefined;

function compressorOfProcess(): Compress {
  if (compressor !== undefined) return compressor;
  compressor = snappyCompressor();
  compressor(new Uint8Array(PAGE_BYTES));
  return compressor;
}

/** Gives the bytes of the file in stretches. Nothing of a stretch is held once it was taken. */
export class ParquetFile {
  private readonly footer: Footer;
  private readonly out = new GrowingBytes(0);
  private readonly thrift = new Thrift(this.out);
  private readonly page = new GrowingBytes(0);
  private readonly compress = compressorOfProcess();
  /** Bytes that were taken. */
  private taken = 0;
  private nulls: { readonly rows: number; readonly unpacked: number; readonly bytes: Buffer } | undefined;

  /** @param notes key-value metadata of the file */
  constructor(columns: readonly Shape[], notes: Readonly<Record<string, string>>) {
    this.footer = new Footer(columns, notes);
    this.out.append(MAGIC, 0, MAGIC.length);
  }

  /**
   * Adds a row group, unless it is empty.
   *
   * @param buffers of the columns in order, equally many rows each
   * @returns bytes to put behind those given before
   */
  addGroup(buffers: readonly ColumnBuffer[]): Uint8Array {
    if ((buffers[0]?.rows ?? 0) > 0)
      this.footer.addGroup(
        buffers,
        buffers.map(column => this.addChunk(column)),
      );
    return this.take();
  }

  /** The footer. */
  end(): Uint8Array {
    const { out } = this;
    const start = out.length;
    this.footer.write(out);
    out.reserve(4);
    out.view.setUint32(out.length, out.length - start, true);
    out.length += 4;
    out.append(MAGIC, 0, MAGIC.length);
    return this.take();
  }

  private get at(): number {
    return this.taken + this.out.length;
  }

  private addChunk(column: ColumnBuffer): Pages {
    const start = this.at;
    if (column.present === 0) {
      const unpacked = this.addNulls(column);
      return { start, dataStart: start, unpacked, packed: this.at - start };
    }
    const { dictionary, data } = contentOf(column, this.page);
    let unpacked = dictionary === undefined ? 0 : this.addDictionary(dictionary, column.count);
    const dataStart = this.at;
    unpacked += this.addData(data, column.rows, dictionary === undefined ? PLAIN : RLE_DICTIONARY);
    return { start, dataStart, unpacked, packed: this.at - start };
  }

  /** The page of a column that is null throughout is the same for all of a row group, and a table has many. */
  private addNulls(column: ColumnBuffer): number {
    const { out, nulls } = this;
    if (nulls?.rows === column.rows) {
      out.append(nulls.bytes, 0, nulls.bytes.length);
      return nulls.unpacked;
    }
    const start = out.length;
    const unpacked = this.addData(contentOf(column, this.page).data, column.rows, PLAIN);
    this.nulls = { rows: column.rows, unpacked, bytes: Buffer.from(out.bytes.subarray(start, out.length)) };
    return unpacked;
  }

  private addDictionary(page: Buffer, values: number): number {
    const { thrift } = this;
    return this.addPage(DICTIONARY_PAGE, page, () =>
      thrift.struct(7, () => {
        thrift.int(1, values);
        thrift.int(2, PLAIN);
      }),
    );
  }

  private addData(page: Buffer, rows: number, encoding: number): number {
    const { thrift } = this;
    return this.addPage(DATA_PAGE, page, () =>
      thrift.struct(5, () => {
        thrift.int(1, rows);
        thrift.int(2, encoding);
        // Definition levels, and repetition levels, of which there are none.
        thrift.int(3, RLE);
        thrift.int(4, RLE);
      }),
    );
  }

  /** @returns bytes of the page before it was compressed, with its header */
  private addPage(type: number, page: Buffer, writeMore: () => void): number {
    const { out, thrift } = this;
    const start = out.length;
    const packed = this.compress(page);
    thrift.structItem(() => {
      thrift.int(1, type);
      thrift.int(2, page.length);
      thrift.int(3, packed.length);
      writeMore();
    });
    const header = out.length - start;
    out.reserve(packed.length);
    out.bytes.set(packed, out.length);
    out.length += packed.length;
    return header + page.length;
  }

  private take(): Uint8Array {
    const { out } = this;
    const bytes = Buffer.from(out.taken());
    this.taken += bytes.length;
    out.length = 0;
    return bytes;
  }
}
