import type { TableClient } from '@azure/data-tables';

/** The table of a memory, as far as the ledger asks: what stands in it is put there by hand, whatever it is. */
export interface MemoryTable {
  readonly client: TableClient;
  /** By partition and row key. */
  readonly rows: Map<string, Record<string, unknown>>;
}

class Refusal extends Error {
  readonly statusCode: number;
  readonly code: string;
  constructor(statusCode: number, code: string) {
    super(code);
    this.statusCode = statusCode;
    this.code = code;
  }
}

export function memoryTable(): MemoryTable {
  const rows = new Map<string, Record<string, unknown>>();
  let writes = 0;
  const keyOf = (partitionKey: string, rowKey: string) => `${partitionKey} ${rowKey}`;
  const put = (entity: { partitionKey: string; rowKey: string }) => {
    const etag = `W/"${++writes}"`;
    rows.set(keyOf(entity.partitionKey, entity.rowKey), { ...plain(entity), etag });
    return { etag };
  };
  const methods = {
    tableName: 'ledger',
    async getEntity(partitionKey: string, rowKey: string) {
      const found = rows.get(keyOf(partitionKey, rowKey));
      if (found === undefined) throw new Refusal(404, 'ResourceNotFound');
      return { ...found };
    },
    async createEntity(entity: { partitionKey: string; rowKey: string }) {
      if (rows.has(keyOf(entity.partitionKey, entity.rowKey))) throw new Refusal(409, 'EntityAlreadyExists');
      return put(entity);
    },
    async updateEntity(entity: { partitionKey: string; rowKey: string }, _mode: string, { etag }: { etag: string }) {
      const found = rows.get(keyOf(entity.partitionKey, entity.rowKey));
      if (found === undefined) throw new Refusal(404, 'ResourceNotFound');
      if (found['etag'] !== etag) throw new Refusal(412, 'UpdateConditionNotSatisfied');
      return put(entity);
    },
    listEntities({ queryOptions }: { queryOptions: { filter: string; select: readonly string[] } }) {
      const partition = /PartitionKey eq '([^']+)'/.exec(queryOptions.filter)?.[1];
      const page = [...rows.values()]
        .filter(({ partitionKey, rowKey }) => partitionKey === partition && /^\d/.test(String(rowKey)))
        .map(row => selected(row, queryOptions.select));
      return {
        async *byPage() {
          yield page;
        },
      };
    },
  };
  return { client: methods as unknown as TableClient, rows };
}

function selected(row: Record<string, unknown>, select: readonly string[]): Record<string, unknown> {
  const { etag, rowKey } = row;
  return { ...Object.fromEntries(select.map(name => [name, row[name] ?? null])), rowKey, etag };
}

/** Properties that are given with their type come back as what the SDK makes of them. */
function plain(entity: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(entity)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, value]),
  );
}
