import { createHash } from 'node:crypto';
import type { Dataset } from '../../shared/words/model.ts';
import { type RowAt, rowsOf } from './row-at.ts';

/** Which rows differ between two contents of a day, by their keys. Rows that came twice count once. */

export interface RowDifference {
  readonly kind: 'added' | 'changed' | 'removed';
  /** In the newer content; of a removed row, in the older one. */
  readonly line: number;
  readonly time: string | undefined;
  /** Of a changed row: names of the members that differ. */
  readonly members: readonly string[];
  /** The row as it is, or was. */
  readonly text: string;
  /** Of a changed row: as it was. */
  readonly before: string | undefined;
}

export interface Differences {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** At most as many as were asked for: removed ones first, since those are what a person fears. */
  readonly rows: readonly RowDifference[];
}

/** Opens a content anew each time: it is read more than once. */
export type Content = () => Promise<AsyncIterable<Uint8Array>>;

/** @param max rows that are kept to be shown; the counts are of all. Memory grows by about 150 bytes for each older row. */
export async function differencesOf(
  dataset: Dataset,
  older: Content,
  newer: Content,
  max: number,
): Promise<Differences> {
  const known = new Map<string, string>();
  for await (const { key, text } of rowsOf(dataset, await older())) if (!known.has(key)) known.set(key, hashOf(text));
  const met = new Set<string>();
  const count = { added: 0, changed: 0, removed: 0 };
  const added: RowAt[] = [];
  const changed = new Map<string, RowAt>();
  for await (const row of rowsOf(dataset, await newer())) {
    if (met.has(row.key)) continue;
    met.add(row.key);
    const was = known.get(row.key);
    if (was === undefined) {
      count.added += 1;
      if (added.length < max) added.push(row);
    } else if (was !== hashOf(row.text)) {
      count.changed += 1;
      if (changed.size < max) changed.set(row.key, row);
    }
  }
  count.removed = [...known.keys()].filter(key => !met.has(key)).length;
  const removed: RowDifference[] = [];
  const seen = new Set<string>();
  const differing: RowDifference[] = [];
  if (count.removed + changed.size > 0)
    for await (const row of rowsOf(dataset, await older())) {
      if (seen.has(row.key)) continue;
      seen.add(row.key);
      const now = changed.get(row.key);
      if (now !== undefined) differing.push(changeOf(row, now));
      else if (!met.has(row.key) && removed.length < max) removed.push(alone('removed', row));
    }
  const rows = [...removed, ...differing, ...added.map(row => alone('added', row))].slice(0, max);
  return { ...count, rows };
}

export function alone(kind: 'added' | 'removed', { line, time, text }: RowAt): RowDifference {
  return { kind, line, time, members: [], text, before: undefined };
}

function changeOf(was: RowAt, { line, time, text }: RowAt): RowDifference {
  return { kind: 'changed', line, time, members: membersThatDiffer(was.text, text), text, before: was.text };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64').slice(0, 16);
}

/** Numbers are compared as they are spelled. Rows that differ in order or white space alone differ in no member. */
function membersThatDiffer(was: string, is: string): string[] {
  const [before, after] = [valuesOf(was), valuesOf(is)];
  return [...new Set([...before.keys(), ...after.keys()])].filter(name => before.get(name) !== after.get(name));
}

/** The members of a row, each as text. A line that is no JSON object has none. */
function valuesOf(text: string): Map<string, string> {
  try {
    const row: unknown = JSON.parse(text, spelled);
    return new Map(Object.entries(Object(row)).map(([name, value]) => [name, JSON.stringify(value)]));
  } catch {
    return new Map();
  }
}

/** A number as it is spelled, which the parser tells since Node 21 and the compiler does not know yet. */
function spelled(_name: string, value: unknown, ...[context]: readonly unknown[]): unknown {
  if (typeof value !== 'number') return value;
  return { number: String((context as { source?: string } | undefined)?.source ?? value) };
}
