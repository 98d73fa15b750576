import { hash } from 'node:crypto';
import { RowSpans } from '../rows/spans.ts';
import type { Cut } from '../words/cut.ts';
import { daysBetween } from '../words/day.ts';
import type { Day } from '../words/model.ts';
import {
  blockClassOf,
  callClassOf,
  callDirectionOf,
  type Direction,
  messageClassOf,
  messageDirectionOf,
} from './classes.ts';
import { KnownRows } from './known.ts';
import type { Cell, Column, Derived, Table } from './model.ts';
import type { Veil } from './privacy.ts';
import { cellOf, isNever, MISFIT } from './values.ts';

/** What was met while a partition was shaped into rows. */
export interface Counts {
  /** Lines of the partition. */
  readonly lines: number;
  /** Rows of the file. */
  readonly rows: number;
  /** Lines left out because the same line was there already. */
  readonly duplicates: number;
  /** Rows with the key of an earlier row and other content. */
  readonly conflicts: number;
  /** Values that did not fit their column and are in `extra_json`. */
  readonly misfits: number;
}

const EPOCH: Day = '1970-01-01';

/** Shapes the lines of one partition into the rows of its table. */
export class Shaper {
  readonly fields: readonly string[];
  private readonly table: Table;
  private readonly dataset: string;
  private readonly veil: Veil;
  private readonly constants: ReadonlyMap<Derived, Cell>;
  /** For each column, its place among `fields`; -1 when it has none in this dataset. */
  private readonly places: readonly number[];
  private readonly at: ReadonlyMap<string, number>;
  private readonly known = new KnownRows();
  private met = { lines: 0, rows: 0, duplicates: 0, conflicts: 0, misfits: 0 };

  constructor(table: Table, dataset: string, day: Day, revision: number, veil: Veil) {
    this.table = table;
    this.dataset = dataset;
    this.veil = veil;
    const names = table.columns.map(column => fieldOf(column, dataset));
    this.fields = [...new Set(names.filter(name => name !== undefined))];
    this.places = names.map(name => (name === undefined ? -1 : this.fields.indexOf(name)));
    this.at = new Map(table.columns.map(({ name }, i) => [name, i]));
    this.constants = new Map<Derived, Cell>([
      ['dataset', dataset],
      ['day', daysBetween(EPOCH, day)],
      ['revision', revision],
      ['route', dataset === 'teams-pstn-calls' ? 'pstn' : 'direct-routing'],
      ['channel', CHANNELS[dataset] ?? 'teams'],
    ]);
  }

  get counts(): Counts {
    return this.met;
  }

  /** @param cut with the places of `fields` */
  *rowsOf(cut: Cut): Generator<Cell[], void> {
    const unknown = cut.members.filter(name => !this.fields.includes(name));
    const others = unknown.length === 0 ? undefined : placesOf(cut, unknown);
    for (let row = 0; row < cut.count; row++) {
      this.met.lines += 1;
      const cells = this.shaped(cut, row, others);
      const key = this.keyOf(cells);
      const ordinal = this.known.ordinalOf(key, cut.body.subarray(cut.starts[row], cut.ends[row]));
      if (ordinal === undefined) {
        this.met.duplicates += 1;
        continue;
      }
      this.met.rows += 1;
      if (ordinal > 0) this.met.conflicts += 1;
      this.put(cells, 'key', key);
      this.put(cells, 'conflict_ordinal', ordinal);
      yield cells;
    }
  }

  private shaped(cut: Cut, row: number, others: RowSpans | undefined): Cell[] {
    const extra: string[] = [];
    const cells = this.table.columns.map((column, i): Cell => {
      if ('derived' in column.origin) return this.constants.get(column.origin.derived) ?? null;
      return this.cell(cut, row, column, this.places[i] ?? -1, extra);
    });
    const span = cut.starts[row] ?? 0;
    const isObject = cut.body[span] === 0x7b;
    if (others !== undefined) this.collect(cut.body, others, row, extra);
    if (!isObject) extra.push(this.member('line', cut.body.toString('utf8', span, cut.ends[row])));
    this.put(cells, 'row_ordinal', BigInt(this.met.lines));
    this.put(cells, 'extra_json', extra.length === 0 ? null : `{${extra.join(',')}}`);
    this.classify(cells);
    return this.covered(cells);
  }

  private cell(cut: Cut, row: number, column: Column, place: number, extra: string[]): Cell {
    if (place < 0) return null;
    const span = 2 * (row * this.fields.length + place);
    const start = cut.spans[span] ?? 0;
    const end = cut.spans[span + 1] ?? 0;
    const read = cellOf(column.kind, cut.body, start, end);
    if (read === MISFIT) {
      // Of an instant nobody can read the text column has it all.
      if (column.kind === 'time') return null;
      this.met.misfits += 1;
      extra.push(this.member(this.fields[place] ?? '', cut.body.toString('utf8', start, end)));
      return null;
    }
    return typeof read === 'string' && column.name.endsWith('_at_text') && isNever(read) ? null : read;
  }

  private collect(body: Buffer, others: RowSpans, row: number, extra: string[]): void {
    others.fields.forEach((name, field) => {
      const span = 2 * (row * others.fields.length + field);
      const [start = 0, end = 0] = [others.spans[span], others.spans[span + 1]];
      if (end > start) extra.push(this.member(name, body.toString('utf8', start, end)));
    });
  }

  /** Nobody has said what an unknown field holds, so only `full` shows it; the others name it. */
  private member(name: string, value: string): string {
    const shown = !this.veil.showsUnknown ? 'null' : name === 'line' ? JSON.stringify(value) : value;
    return `${JSON.stringify(name)}:${shown}`;
  }

  private classify(cells: Cell[]): void {
    const channel = String(this.constants.get('channel'));
    for (const [i, { origin }] of this.table.columns.entries()) {
      if (!('derived' in origin)) continue;
      switch (origin.derived) {
        case 'call-class':
          cells[i] = callClassOf(this.textOf(cells, 'call_type'));
          break;
        case 'call-direction':
          cells[i] = callDirectionOf(this.textOf(cells, 'call_type'));
          break;
        case 'message-direction':
          cells[i] = messageDirectionOf(
            channel,
            this.textOf(cells, 'message_type') ?? this.textOf(cells, 'direction_code'),
          );
          break;
        case 'message-class':
          cells[i] = messageClassOf(channel, this.textOf(cells, 'status_code'), this.textOf(cells, 'delivery_status'));
          break;
        case 'block-class':
          cells[i] = blockClassOf(this.textOf(cells, 'block_mode'));
          break;
      }
    }
  }

  private covered(cells: Cell[]): Cell[] {
    const direction = (this.textOf(cells, 'direction') ?? 'unknown') as Direction;
    const passedOn = ['transfer', 'forwarding'].includes(this.textOf(cells, 'call_class') ?? '');
    return cells.map((cell, i) => {
      const privacy = this.table.columns[i]?.privacy ?? 'unknown';
      return typeof cell === 'string' && privacy !== 'open'
        ? this.veil.cover(privacy, cell, direction, passedOn)
        : cell;
    });
  }

  /** From cells as the profile shows them, so that a key tells nothing that its row does not. */
  private keyOf(cells: readonly Cell[]): string {
    const columns = this.table.key[this.dataset] ?? [];
    const values = columns.map(name => this.valueOf(cells, name));
    if (values[0] !== null && columns.length === 1) return `${this.dataset}:${values[0]}`;
    const fallback = values[0] === null ? this.table.keyFallback.map(name => this.valueOf(cells, name)) : values;
    const identity = fallback.every(value => value === null) ? cells : fallback;
    const plain = identity.map(value => (value === null ? '' : String(value)));
    return `${this.dataset}:${hash('sha256', JSON.stringify(plain)).slice(0, 32)}`;
  }

  private valueOf(cells: readonly Cell[], name: string): Cell {
    return cells[this.at.get(name) ?? -1] ?? null;
  }

  private textOf(cells: readonly Cell[], name: string): string | null {
    const value = this.valueOf(cells, name);
    return typeof value === 'string' ? value : null;
  }

  private put(cells: Cell[], name: string, value: Cell): void {
    const i = this.at.get(name);
    if (i !== undefined) cells[i] = value;
  }
}

const CHANNELS: Readonly<Record<string, string>> = {
  'teams-sms': 'teams',
  'voximplant-sms': 'voximplant',
  'voximplant-a2p-sms': 'voximplant-a2p',
};

function fieldOf({ origin }: Column, dataset: string): string | undefined {
  return 'fields' in origin ? origin.fields[dataset] : undefined;
}

function placesOf(cut: Cut, fields: readonly string[]): RowSpans {
  const places = new RowSpans(cut.body, fields);
  for (let row = 0; row < cut.count; row++) places.addLine(cut.starts[row] ?? 0, cut.ends[row] ?? 0);
  return places;
}
