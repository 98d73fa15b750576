import { hash } from 'node:crypto';
import { eventFieldsOf } from '../words/errors.ts';
import type { DatasetLedger } from '../words/ledger.ts';
import { smallTablePath } from '../words/paths.ts';
import type { Report } from '../words/telemetry.ts';
import { ColumnBuffer } from './cells/column-buffer.ts';
import { DIMENSIONS, type Dimension } from './dimensions.ts';
import { ParquetFile } from './parquet/file.ts';
import { partitionStatus, statusRows } from './partition-status.ts';
import type { CuratedLabel, CuratedStore } from './ports.ts';
import type { ColumnKind } from './table-model.ts';

/** The tables that are one file each: written when their rows differ from those of the file. */

/**
 * Brings the status and the dimensions up to date. Never throws: who plans has done the planning by then.
 *
 * @param ledgers of all datasets; `undefined` when one could not be read, since a status without it would tell its
 *   readers that there is no such dataset
 * @returns the names of the tables that were written
 */
export async function writeDimensionFiles(
  curated: CuratedStore,
  ledgers: readonly DatasetLedger[] | undefined,
  now: number,
  report: Report,
): Promise<string[]> {
  const written: string[] = [];
  const status = ledgers === undefined ? [] : [{ ...partitionStatus, rows: statusRows(ledgers, now) }];
  for (const table of [...DIMENSIONS, ...status]) {
    try {
      if (await writeDimensionFile(curated, table)) written.push(table.name);
    } catch (thrown) {
      report('curation failed', { table: table.name, ...eventFieldsOf(thrown) });
      return written;
    }
  }
  return written;
}

/** @returns whether the file was written; not when it has these rows already, or somebody else wrote it meanwhile */
async function writeDimensionFile(curated: CuratedStore, table: Dimension): Promise<boolean> {
  const path = smallTablePath(table.name);
  const before = await curated.head(path);
  const stamp = hash('sha256', JSON.stringify([table.columns, table.rows], textOfBigint)).slice(0, 32);
  if (before?.label.stamp === stamp) return false;
  return (await curated.write(path, fileOf(table, stamp), before?.etag)) === 'written';
}

async function* fileOf(
  { name, columns, rows }: Dimension,
  stamp: string,
): AsyncGenerator<Uint8Array, CuratedLabel, void> {
  const file = new ParquetFile(columns, { table: name });
  yield file.addGroup(columns.map(({ kind }, i) => columnOf(kind, rows, i)));
  yield file.end();
  return { revision: 0, stamp, rows: rows.length, duplicates: 0, conflicts: 0, misfits: 0 };
}

function columnOf(kind: ColumnKind, rows: Dimension['rows'], place: number): ColumnBuffer {
  const column = new ColumnBuffer(kind);
  column.reserveRows(rows.length);
  for (const row of rows) column.push(column.codeOf(row[place] ?? null));
  return column;
}

function textOfBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
