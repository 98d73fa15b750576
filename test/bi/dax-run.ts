import { type Node, readDax } from './dax.ts';

/**
 * The DAX of the measures, evaluated: a small model of its filter context, of blanks, and of the functions the project
 * uses. It is our reading of Microsoft's description and no Power BI; it shows where a measure and its SQL differ.
 */

export type Value = number | string | boolean | null;
type Row = Readonly<Record<string, Value>>;
type Result = Value | readonly Row[];

/** Rows by table. Keys of a row are `table[column]`; dates are whole numbers of days. */
export type Data = Readonly<Record<string, readonly Row[]>>;

export interface Filter {
  /** The days in view. */
  readonly days: ReadonlySet<number>;
  /** What else filters the rows of a table. */
  readonly keeps: (table: string, row: Row) => boolean;
  /** The column of a table that its day is taken from, where it is not `day`. */
  readonly dateColumns: Readonly<Record<string, string>>;
}

export class Evaluation {
  private readonly data: Data;
  private readonly measures: ReadonlyMap<string, Node>;

  constructor(data: Data, measures: ReadonlyMap<string, string>) {
    this.data = data;
    this.measures = new Map([...measures].map(([name, dax]) => [name, readDax(dax).tree]));
  }

  measure(name: string, filter: Filter): Value {
    const tree = this.measures.get(name);
    if (tree === undefined) throw new Error(`There is no measure ${name}`);
    return scalar(this.run(tree, { filter, rows: [], variables: {} }));
  }

  private tableOf(name: string, { days, keeps, dateColumns }: Filter): readonly Row[] {
    const rows = this.data[name];
    if (rows === undefined) throw new Error(`There is no table ${name}`);
    if (name === 'dim_date') return rows.filter(row => days.has(Number(row['dim_date[date]'])));
    const day = `${name}[${dateColumns[name] ?? 'day'}]`;
    return rows.filter(row => days.has(Number(row[day] ?? Number.NaN)) && keeps(name, row));
  }

  private run(node: Node, scope: Scope): Result {
    switch (node.is) {
      case 'value':
        return node.value;
      case 'list':
        return node.parts.map(part => ({ value: scalar(this.run(part, scope)) }));
      case 'let': {
        const variables = { ...scope.variables };
        const inner = { ...scope, variables };
        for (const [name, value] of node.variables) variables[name] = this.run(value, inner);
        return this.run(node.body, inner);
      }
      case 'name': {
        const variable = scope.variables[node.name.toLowerCase()];
        return variable === undefined ? this.tableOf(node.name, scope.filter) : variable;
      }
      case 'column':
        return this.column(node.table, node.name, scope);
      case 'operator':
        return this.operator(node.name, node.parts, scope);
      case 'call':
        return this.call(node.name, node.parts, scope);
    }
  }

  private column(table: string | undefined, name: string, scope: Scope): Value {
    for (const row of scope.rows.toReversed()) {
      const key = table === undefined ? Object.keys(row).find(each => each.endsWith(`[${name}]`)) : `${table}[${name}]`;
      if (key !== undefined && key in row) return row[key] ?? null;
    }
    if (table !== undefined) throw new Error(`${table}[${name}] has no row here`);
    // Within an iteration a measure would see one row alone; no measure of the project needs that.
    if (scope.rows.length > 0) throw new Error(`[${name}] stands inside of an iteration`);
    return this.measure(name, scope.filter);
  }

  private operator(name: string, parts: readonly Node[], scope: Scope): Value {
    const [left, right] = parts.map(part => (): Result => this.run(part, scope));
    const one = (): Value => scalar(left?.() ?? null);
    const two = (): Value => scalar(right?.() ?? null);
    switch (name) {
      case '&&':
        return truth(one()) && truth(two());
      case '||':
        return truth(one()) || truth(two());
      case 'NOT':
        return !truth(one());
      case 'IN': {
        const value = one();
        return rowsOf(right?.() ?? null).some(row => Object.values(row)[0] === value);
      }
      case '==':
        return one() === two();
      case '=':
      case '<>': {
        const [a, b] = [one(), two()];
        return (filled(a, b) === filled(b, a)) === (name === '=');
      }
      case '<':
      case '>':
      case '<=':
      case '>=': {
        const [a, b] = [Number(one() ?? 0), Number(two() ?? 0)];
        return { '<': a < b, '>': a > b, '<=': a <= b, '>=': a >= b }[name];
      }
      case '+':
      case '-': {
        const [a, b] = [one(), two()];
        return a === null && b === null ? null : Number(a ?? 0) + (name === '+' ? 1 : -1) * Number(b ?? 0);
      }
      default:
        throw new Error(`${name} is not known here`);
    }
  }

  private call(name: string, parts: readonly Node[], scope: Scope): Result {
    const [first, second, third] = parts;
    const value = (node: Node | undefined, inner = scope): Value => scalar(node ? this.run(node, inner) : null);
    const table = (node: Node | undefined): readonly Row[] => rowsOf(node ? this.run(node, scope) : null);
    const each = (row: Row): Scope => ({ ...scope, rows: [...scope.rows, row] });
    const valuesOf = (node: Node | undefined): Value[] => {
      if (node?.is !== 'column' || node.table === undefined) throw new Error(`${name} takes a column`);
      const key = `${node.table}[${node.name}]`;
      return this.tableOf(node.table, scope.filter).map(row => row[key] ?? null);
    };
    switch (name) {
      case 'COUNTROWS':
        return table(first).length || null;
      case 'FILTER':
        return table(first).filter(row => truth(value(second, each(row))));
      case 'ALL':
        if (first?.is !== 'name') throw new Error('ALL takes a table');
        return this.data[first.name] ?? [];
      case 'VALUES': {
        const key = first?.is === 'column' ? `${first.table}[${first.name}]` : '';
        return [...new Set(valuesOf(first))].map(one => ({ [key]: one }));
      }
      case 'DISTINCT': {
        const rows = table(first);
        return [...new Map(rows.map(row => [JSON.stringify(Object.values(row)), row])).values()];
      }
      case 'UNION': {
        const [head = [], ...rest] = parts.map(table);
        const keys = Object.keys(head[0] ?? {});
        const renamed = rest
          .flat()
          .map(row => Object.fromEntries(Object.values(row).map((one, i) => [keys[i] ?? `[${i}]`, one])));
        return [...head, ...(keys.length === 0 ? rest.flat() : renamed)];
      }
      case 'SUM': {
        const numbers = valuesOf(first).filter(one => one !== null);
        return numbers.length === 0 ? null : numbers.reduce((sum: number, one) => sum + Number(one), 0);
      }
      case 'MIN':
        return valuesOf(first).reduce(
          (least: Value, one) => (least === null || Number(one) < Number(least) ? one : least),
          null,
        );
      case 'DISTINCTCOUNTNOBLANK':
        return new Set(valuesOf(first).filter(one => one !== null)).size || null;
      case 'MAXX':
      case 'AVERAGEX': {
        const numbers = table(first)
          .flatMap(row => value(second, each(row)) ?? [])
          .map(Number);
        if (numbers.length === 0) return null;
        if (name === 'MAXX') return numbers.reduce((most, one) => Math.max(most, one));
        return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
      }
      case 'DIVIDE': {
        const [above, below] = [value(first), value(second)];
        return above === null || !below ? null : Number(above) / Number(below);
      }
      case 'IF':
        return truth(value(first)) ? value(second) : value(third);
      case 'ISBLANK':
        return value(first) === null;
      case 'CALCULATE': {
        const filter = parts.slice(1).reduce((before, part) => this.filtered(part, before, scope), scope.filter);
        return value(first, { ...scope, filter, rows: [] });
      }
      default:
        throw new Error(`${name} is not known here`);
    }
  }

  private filtered(node: Node, filter: Filter, scope: Scope): Filter {
    if (node.is !== 'call') throw new Error('A filter of CALCULATE is a call');
    const [first] = node.parts;
    if (node.name === 'USERELATIONSHIP' && first?.is === 'column')
      return { ...filter, dateColumns: { ...filter.dateColumns, [first.table ?? '']: first.name } };
    if (node.name === 'KEEPFILTERS' && first !== undefined) {
      const named = JSON.stringify(first).match(/"table":"(\w+)"/)?.[1];
      const keeps: Filter['keeps'] = (table, row) =>
        filter.keeps(table, row) && (table !== named || truth(scalar(this.run(first, { ...scope, rows: [row] }))));
      return { ...filter, keeps };
    }
    const rows = rowsOf(this.run(node, scope));
    return { ...filter, days: new Set(rows.map(row => Number(row['dim_date[date]']))) };
  }
}

interface Scope {
  readonly filter: Filter;
  /** Of the iterations around, the innermost last. */
  readonly rows: readonly Row[];
  readonly variables: Readonly<Record<string, Result>>;
}

function scalar(result: Result): Value {
  if (typeof result === 'object' && result !== null) throw new Error('A table stands where a value should');
  return result;
}

function rowsOf(result: Result): readonly Row[] {
  if (typeof result !== 'object' || result === null) throw new Error('A value stands where a table should');
  return result;
}

function truth(value: Value): boolean {
  return value !== null && value !== false && value !== 0 && value !== '';
}

/** A blank equals 0, the empty text and FALSE. */
function filled(value: Value, other: Value): Value {
  if (value !== null) return value;
  if (typeof other === 'number') return 0;
  if (typeof other === 'string') return '';
  return typeof other === 'boolean' ? false : null;
}
