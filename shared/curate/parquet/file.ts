import { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import { snappyCompressor } from 'hysnappy';
import type { ColumnBuffer } from '../cells/column-buffer.ts';
import { GrowingBytes } from '../cells/growing-bytes.ts';
import { contentOf } from './pages.ts';
import { elementOf, type Shape, schemaOf } from './schema.ts';
import { statisticsOf } from './statistics.ts';

/**
 * Row groups to a Parquet file: pages are made here from whole columns, headers and footer by the library.
 * docs/decisions/parquet.md says why.
 */

type Metadata = Parameters<typeof writeMetadata>[1];
type RowGroup = Metadata['row_groups'][number];
type Chunk = RowGroup['columns'][number];

type PageHeader = Omit<Parameters<typeof writePageHeader>[1], `${'un' | ''}compressed_page_size`>;

const MAGIC = 0x31524150;

type Compress = (page: Uint8Array) => Uint8Array;

/** More than most pages have. */
const PAGE_BYTES = 2 * 1024 * 1024;

/**
 * A compressor has memory of its own. When that of the first one grows, the engine throws away the machine code of every
 * function that reads bytes: better before there is much to do.
 */
let grown = false;

/** One for each file: what it compressed before decides what it finds repeated, and a day's file has one form only. */
function compressorOfFile(): Compress {
  if (!grown) snappyCompressor()(new Uint8Array(PAGE_BYTES));
  grown = true;
  return snappyCompressor();
}

/** Gives the bytes of the file in stretches. Nothing of a stretch is held once it was taken. */
export class ParquetFile {
  private readonly columns: readonly Shape[];
  private readonly notes: Readonly<Record<string, string>>;
  private readonly out = new ByteWriter(64 * 1024);
  private readonly page = new GrowingBytes(0);
  private readonly groups: RowGroup[] = [];
  private readonly compress = compressorOfFile();
  private rows = 0;
  private nulls: { readonly rows: number; readonly size: number; readonly bytes: Uint8Array } | undefined;

  /** @param notes key-value metadata of the file */
  constructor(columns: readonly Shape[], notes: Readonly<Record<string, string>>) {
    this.columns = columns;
    this.notes = notes;
    this.out.appendUint32(MAGIC);
  }

  /**
   * Adds a row group, unless it is empty.
   *
   * @param buffers of the columns in order, equally many rows each
   * @returns bytes to put behind those given before
   */
  addGroup(buffers: readonly ColumnBuffer[]): Uint8Array {
    const rows = buffers[0]?.rows ?? 0;
    if (rows === 0) return this.taken();
    const start = this.out.offset;
    const columns = this.columns.map((shape, i) => this.addChunk(shape, buffers[i] as ColumnBuffer));
    const size = columns.reduce((sum, { meta_data }) => sum + (meta_data?.total_uncompressed_size ?? 0n), 0n);
    this.groups.push({
      columns,
      total_byte_size: size,
      num_rows: BigInt(rows),
      total_compressed_size: BigInt(this.out.offset - start),
    });
    this.rows += rows;
    return this.taken();
  }

  /** The footer. */
  end(): Uint8Array {
    const metadata = {
      version: 1,
      created_by: 'Landline',
      schema: schemaOf(this.columns),
      num_rows: BigInt(this.rows),
      row_groups: this.groups,
      key_value_metadata: Object.entries(this.notes).map(([key, value]) => ({ key, value })),
    };
    // Its own length is no part of what is written.
    writeMetadata(this.out, metadata as unknown as Metadata);
    this.out.appendUint32(MAGIC);
    return this.taken();
  }

  private addChunk(shape: Shape, column: ColumnBuffer): Chunk {
    const { out } = this;
    const start = out.offset;
    if (column.present === 0)
      return this.chunkOf(shape, column, { start, pageStart: start, size: this.addNulls(column) });
    const { dictionary, data } = contentOf(column, this.page);
    let size = 0;
    if (dictionary !== undefined) {
      size += this.addPage(dictionary, {
        type: 'DICTIONARY_PAGE',
        dictionary_page_header: { num_values: column.count, encoding: 'PLAIN' },
      });
    }
    const pageStart = out.offset;
    size += this.addPage(data, dataPage(column.rows, dictionary === undefined ? 'PLAIN' : 'RLE_DICTIONARY'));
    return this.chunkOf(shape, column, { start, pageStart, size });
  }

  /** The page of a column that is null throughout is the same for all of a row group, and a table has many. */
  private addNulls(column: ColumnBuffer): number {
    const { out } = this;
    if (this.nulls?.rows !== column.rows) {
      const { offset, index } = out;
      const size = this.addPage(contentOf(column, this.page).data, dataPage(column.rows, 'PLAIN'));
      this.nulls = { rows: column.rows, size, bytes: out.getBytes().slice(index, index + out.offset - offset) };
    } else out.appendBytes(this.nulls.bytes);
    return this.nulls.size;
  }

  /** @param pages where the first page of the chunk starts, where the data page does, and what they have unpacked */
  private chunkOf(
    shape: Shape,
    column: ColumnBuffer,
    pages: { start: number; pageStart: number; size: number },
  ): Chunk {
    const { start, pageStart, size } = pages;
    const { type } = elementOf(shape);
    if (type === undefined) throw new Error('Every column has a type');
    const dictionary = pageStart === start ? {} : { dictionary_page_offset: BigInt(start) };
    return {
      file_offset: BigInt(start),
      meta_data: {
        type,
        encodings: pageStart === start ? ['PLAIN', 'RLE'] : ['PLAIN', 'RLE', 'RLE_DICTIONARY'],
        path_in_schema: [shape.name],
        codec: 'SNAPPY',
        num_values: BigInt(column.rows),
        total_uncompressed_size: BigInt(size),
        total_compressed_size: BigInt(this.out.offset - start),
        data_page_offset: BigInt(pageStart),
        ...dictionary,
        statistics: statisticsOf(column),
      },
    };
  }

  /** @returns bytes of the page before it was compressed, with its header */
  private addPage(page: Buffer, header: PageHeader): number {
    const { out } = this;
    const start = out.offset;
    const packed = this.compress(page);
    writePageHeader(out, { ...header, uncompressed_page_size: page.length, compressed_page_size: packed.length });
    const headerBytes = out.offset - start;
    out.appendBytes(packed);
    return headerBytes + page.length;
  }

  private taken(): Uint8Array {
    const bytes = this.out.getBytes().slice();
    this.out.index = 0;
    return bytes;
  }
}

function dataPage(rows: number, encoding: 'PLAIN' | 'RLE_DICTIONARY'): PageHeader {
  const levels = { definition_level_encoding: 'RLE', repetition_level_encoding: 'RLE' } as const;
  return { type: 'DATA_PAGE', data_page_header: { num_values: rows, encoding, ...levels } };
}
