import type { TableClient } from '@azure/data-tables';
import type { Instant } from '../words/model.ts';
import type { Pulse } from '../words/ports.ts';
import { ask, must, type Operation } from './storage-errors.ts';

/** One more entity in the ledger's table: PartitionKey `plan`, RowKey `last`, with the instant in `at`. */
const PARTITION = 'plan';
const ROW = 'last';

export function tablePulse(table: TableClient): Pulse {
  const operation = (verb: string): Operation => ({
    service: 'table',
    what: `${verb} the planner's mark in table "${table.tableName}"`,
  });
  return {
    async beat(at) {
      await must(operation('Writing'), abortSignal =>
        table.upsertEntity({ partitionKey: PARTITION, rowKey: ROW, at }, 'Replace', { abortSignal }),
      );
    },
    async last(): Promise<Instant | undefined> {
      const answer = await ask(operation('Reading'), ['404 ResourceNotFound'], abortSignal =>
        table.getEntity<{ readonly at?: unknown }>(PARTITION, ROW, { abortSignal }),
      );
      const at = answer.value?.at;
      return typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? at : undefined;
    },
  };
}
