import { factCall } from './fact-call.ts';
import { factMessage } from './fact-message.ts';
import { factBlockedUser, factDialoutUsage } from './fact-teams.ts';
import type { Table } from './table-model.ts';

/** Every fact table, in the order people see them. */
export const TABLES: readonly Table[] = [factCall, factMessage, factDialoutUsage, factBlockedUser];

/**
 * Raised whenever what a table says would change: a column, its meaning, a class. Every day is then owed again.
 * The `v1` of the paths changes only when a column is removed or changes its type.
 */
export const TABLE_VERSION = 3;

/** The table that holds a dataset's days. @throws for a dataset nobody has made a table for */
export function tableOf(dataset: string): Table {
  const table = TABLES.find(({ datasets }) => datasets.includes(dataset));
  if (table === undefined) throw new Error(`No curated table holds ${dataset}`);
  return table;
}
