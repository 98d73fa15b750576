import { daysBetween } from '../words/day.ts';
import type { Day } from '../words/model.ts';
import type { ColumnBuffer } from './cells/column-buffer.ts';
import { DerivedColumn } from './cells/derived-column.ts';
import { blockClassOf, callClassOf, callDirectionOf, messageClassOf, messageDirectionOf } from './code-classes.ts';
import type { Cell, ColumnKind, Derived } from './table-model.ts';

const EPOCH: Day = '1970-01-01';

const CHANNELS: Readonly<Record<string, string>> = {
  'teams-sms': 'teams',
  'voximplant-sms': 'voximplant',
  'voximplant-a2p-sms': 'voximplant-a2p',
};

/** The file that a row stands in. */
export interface OfFile {
  readonly dataset: string;
  readonly day: Day;
  readonly revision: number;
  /** Lines of the partition, as its receipt says. */
  readonly rows: number;
}

/**
 * A column that follows from other columns of its row, or from the file alone.
 *
 * @param input a column of the table by its name; `undefined` when its dataset has none
 * @returns `undefined` for a column that is not worked out value by value
 */
export function derivedColumn(
  kind: ColumnKind,
  what: Derived,
  { dataset, day, revision }: OfFile,
  input: (name: string) => ColumnBuffer | undefined,
): DerivedColumn | undefined {
  const channel = CHANNELS[dataset] ?? 'teams';
  const made = (inputs: readonly string[], of: (first: string | null, second: string | null) => Cell) =>
    new DerivedColumn(kind, inputs.map(input), of);
  switch (what) {
    case 'dataset':
      return made([], () => dataset);
    case 'day':
      return made([], () => daysBetween(EPOCH, day));
    case 'revision':
      return made([], () => revision);
    case 'route':
      return made([], () => (dataset === 'teams-pstn-calls' ? 'pstn' : 'direct-routing'));
    case 'channel':
      return made([], () => channel);
    case 'call-class':
      return made(['call_type'], callClassOf);
    case 'call-direction':
      return made(['call_type'], callDirectionOf);
    case 'message-direction':
      return made(['message_type', 'direction_code'], (type, code) => messageDirectionOf(channel, type ?? code));
    case 'message-class':
      return made(['status_code', 'delivery_status'], (code, delivery) => messageClassOf(channel, code, delivery));
    case 'block-class':
      return made(['block_mode'], blockClassOf);
    case 'key':
    case 'row-ordinal':
    case 'conflict-ordinal':
    case 'extra':
      return undefined;
  }
}
