import { isDay } from './day.ts';
import type { Day } from './model.ts';

/** Every blob name. docs/format.md is the contract; change that page first. */

export const CONTAINERS = { raw: 'raw', history: 'history', curated: 'curated' } as const;

/** Folder of a dataset's day, below `raw` and `history`. */
function folderOf(dataset: string, day: Day): string {
  return `${dataset}/date=${day}`;
}

/** The partition in `raw`: the one blob of a dataset's day. */
export function partitionPath(dataset: string, day: Day): string {
  return `${folderOf(dataset, day)}/${dataset}-${day}.jsonl`;
}

/** A superseded revision in `history`. */
export function revisionPath(dataset: string, day: Day, revision: number): string {
  return `${folderOf(dataset, day)}/r${String(revision).padStart(4, '0')}.jsonl`;
}

/** Where the superseded revisions of a day are listed from. */
export function revisionPrefix(dataset: string, day: Day): string {
  return `${folderOf(dataset, day)}/r`;
}

/** The number of a superseded revision's name; 0 for any other name. */
export function revisionOfPath(dataset: string, day: Day, path: string): number {
  const revision = Number.parseInt(path.slice(revisionPrefix(dataset, day).length), 10);
  return path === revisionPath(dataset, day, revision) ? revision : 0;
}

/** The day of a superseded revision's name; `undefined` for any other name. */
export function dayOfRevision(dataset: string, path: string): Day | undefined {
  const day = dayIn(dataset, path);
  return isDay(day) && revisionOfPath(dataset, day, path) > 0 ? day : undefined;
}

/** Where the days of a dataset are listed from, in `raw` and in `history`. */
export function datasetPrefix(dataset: string): string {
  return `${dataset}/date=`;
}

/** The day of a partition's name; `undefined` for any other name. */
export function dayOfPath(dataset: string, path: string): Day | undefined {
  const day = dayIn(dataset, path);
  return isDay(day) && path === partitionPath(dataset, day) ? day : undefined;
}

/** What stands where names have their day. */
function dayIn(dataset: string, path: string): string {
  return path.slice(datasetPrefix(dataset).length, datasetPrefix(dataset).length + 10);
}

/** The curated file of a dataset's day. */
export function curatedPath(table: string, dataset: string, day: Day): string {
  return `v1/${table}/dataset=${dataset}/date=${day}/part-0.parquet`;
}

/** A curated table that is one file. */
export function smallTablePath(table: string): string {
  return `v1/${table}/part-0.parquet`;
}

/**
 * Id of a staged block: base64 of fixed-width `ticket` and `number`, because all block ids of a blob must be equally
 * long. Only the one worker that claimed a ticket writes its blocks.
 */
export function blockId(ticket: number, number: number): string {
  return Buffer.from(`${String(ticket).padStart(10, '0')}-${String(number).padStart(6, '0')}`).toString('base64');
}
