import { odata, type TableClient } from '@azure/data-tables';
import { isDay } from '../words/day.ts';
import { isUnreadable } from '../words/errors.ts';
import type { DayEntry, Gate } from '../words/ledger.ts';
import type { Day, SourceName } from '../words/model.ts';
import type { Ledger, Versioned } from '../words/ports.ts';
import {
  DAY_PROPERTIES_WITHOUT_CHECKPOINT,
  dayOfEntity,
  type Entity,
  entityOfDay,
  entityOfGate,
  entityOfWatermark,
  GATE_PARTITION,
  gateOfEntity,
  type Properties,
  unreadableDay,
  unreadableGate,
  WATERMARK_ROW,
  watermarkOfEntity,
} from './ledger-entities.ts';
import { ask, must, type Operation } from './storage-errors.ts';

/** What was read of an entity: its properties, and the version they are of. */
interface ReadEntity {
  readonly properties: Properties;
  readonly etag: string;
}

/**
 * The ledger in one table (ledger-entities.ts says how). The table must exist.
 *
 * @param newId a text that no other call ever returns, such as a UUID: the identity of one write
 */
export function tableLedger(table: TableClient, newId: () => string): Ledger {
  async function read(partitionKey: string, rowKey: string, what: string): Promise<ReadEntity | undefined> {
    // A table that is missing is another code. Should the service say "resource" of that too, nothing can be lost by
    // it: whoever believes the entity absent goes on to create it, and that says `TableNotFound`.
    const answer = await ask(operationOn(table, 'Reading', what), ['404 ResourceNotFound'], abortSignal =>
      table.getEntity<Properties>(partitionKey, rowKey, { abortSignal }),
    );
    return answer.refusal === undefined ? { properties: answer.value, etag: answer.value.etag } : undefined;
  }

  async function write(entity: Entity, etag: string | undefined, what: string): Promise<string | undefined> {
    const id = newId();
    const written = { ...entity, write: id };
    // Without an etag `updateEntity` would overwrite whatever is there.
    const answer = await ask(
      operationOn(table, 'Writing', what),
      ['409 EntityAlreadyExists', '404 ResourceNotFound', '412'],
      abortSignal =>
        etag === undefined
          ? table.createEntity(written, { abortSignal })
          : table.updateEntity(written, 'Replace', { etag, abortSignal }),
    );
    if (answer.refusal === undefined && answer.value.etag !== undefined) return answer.value.etag;

    // The refusal may be of the SDK's second try, after a first one that succeeded and whose answer was lost.
    const now = await read(entity.partitionKey, entity.rowKey, what);
    return now?.properties.write === id ? now.etag : undefined;
  }

  return {
    async day(dataset, day) {
      const found = await read(dataset, day, `${dataset} ${day}`);
      return found && { value: dayOfEntity(dataset, day, found.properties), etag: found.etag };
    },

    async days(dataset) {
      const days = await listed<Versioned<DayEntry>>(
        table,
        dataset,
        DAY_PROPERTIES_WITHOUT_CHECKPOINT,
        (day, { etag, ...properties }) => ({ value: listedDay(dataset, day, properties), etag }),
      );
      return days.sort((a, b) => (a.value.day < b.value.day ? -1 : 1));
    },

    async putDay(entry, etag) {
      return write(entityOfDay(entry), etag, `${entry.dataset} ${entry.day}`);
    },

    async watermark(dataset) {
      const found = await read(dataset, WATERMARK_ROW, `the watermark of ${dataset}`);
      return found && { value: watermarkOfEntity(dataset, found.properties), etag: found.etag };
    },

    putWatermark(watermark, etag) {
      return write(entityOfWatermark(watermark), etag, `the watermark of ${watermark.dataset}`);
    },

    async gate(source) {
      const found = await read(GATE_PARTITION, source, `the gate of ${source}`);
      return found && { value: readGate(source, found.properties), etag: found.etag };
    },

    putGate(gate, etag) {
      return write(entityOfGate(gate), etag, `the gate of ${gate.source}`);
    },
  };
}

/** One entity that is damaged hides no other. */
function listedDay(dataset: string, day: Day, properties: Properties): DayEntry {
  try {
    return dayOfEntity(dataset, day, properties);
  } catch (thrown) {
    if (!isUnreadable(thrown)) throw thrown;
    return unreadableDay(dataset, day, thrown);
  }
}

function readGate(source: SourceName, properties: Properties): Gate {
  try {
    return gateOfEntity(source, properties);
  } catch (thrown) {
    if (!isUnreadable(thrown)) throw thrown;
    return unreadableGate(source, thrown);
  }
}

/** Every day of a dataset, in any order. */
function listed<T>(
  table: TableClient,
  dataset: string,
  select: readonly string[],
  of: (day: Day, properties: Properties & { readonly etag: string }) => T,
): Promise<T[]> {
  // Days are the row keys that start with a digit; the colon is the character after nine.
  const filter = odata`PartitionKey eq ${dataset} and RowKey ge '0' and RowKey lt ':'`;
  return must(operationOn(table, 'Listing', `the days of ${dataset}`), async abortSignal => {
    const days: T[] = [];
    const queryOptions = { filter, select: [...select] };
    const entities = table.listEntities<Properties>({ queryOptions, abortSignal });
    // By page: waiting for each entity by itself would cost as much as reading it, and ten years are many.
    for await (const page of entities.byPage())
      for (const { rowKey, ...properties } of page) if (isDay(rowKey)) days.push(of(rowKey, properties));
    return days;
  });
}

function operationOn(table: TableClient, verb: string, what: string): Operation {
  return { service: 'table', what: `${verb} ${what} in table "${table.tableName}"` };
}
