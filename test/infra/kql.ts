/**
 * Runs the small part of KQL that infra/kql is written in, over captured log lines. It says what a query answers, and
 * Microsoft's parser (kusto.ts) whether it is one. An operator or function that is not known here is an error, so a query
 * either means what these tests say or does not pass.
 */

type Value = string | number | boolean | null | { readonly [key: string]: unknown };
export type Row = Readonly<Record<string, Value>>;

type Node =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Node; readonly key: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: 'binary'; readonly sign: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'in'; readonly left: Node; readonly among: readonly Node[] };

/** `a = f(x)`, `(a, b) = f(x, y)` or plain `f(x)`. */
interface Column {
  readonly names: readonly string[];
  readonly node: Node;
}

type Step =
  | { readonly kind: 'where'; readonly node: Node }
  | { readonly kind: 'extend' | 'project'; readonly columns: readonly Column[] }
  | { readonly kind: 'summarize'; readonly columns: readonly Column[]; readonly by: readonly Column[] }
  | { readonly kind: 'order'; readonly node: Node; readonly descending: boolean };

/** What the steps begin with: the table of the workspace, or what `let` has named. */
interface Pipeline {
  readonly from: string;
  readonly steps: readonly Step[];
}

export interface Query extends Pipeline {
  /** `toscalar(…)` is the first cell of its pipeline. */
  readonly lets: readonly { readonly name: string; readonly isScalar: boolean; readonly pipeline: Pipeline }[];
  /** Members of the parsed line that it reads: `d.rows` is `rows`. */
  readonly fields: readonly string[];
  readonly texts: readonly string[];
}

const TOKEN =
  /\s+|\/\/[^\n]*|(?<text>'(?:[^'\\]|\\.)*')|(?<span>\d+[dhms]\b)|(?<number>\d+(?:\.\d+)?)|(?<word>[A-Za-z_]\w*)|(?<sign>==|=~|>=|<=|[-+/*><=(),.|[\]:;])/y;

interface Token {
  readonly kind: 'text' | 'span' | 'number' | 'word' | 'sign';
  readonly text: string;
}

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(source);
    if (found === null) throw new Error(`Not understood: ${source.slice(at, at + 40)}`);
    at = TOKEN.lastIndex;
    for (const kind of ['text', 'span', 'number', 'word', 'sign'] as const) {
      const text = found.groups?.[kind];
      if (text !== undefined) tokens.push({ kind, text });
    }
  }
  return tokens;
}

const SPANS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };
const SIGNS: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['==', '=~', '>', '>=', '<', '<=', 'startswith_cs', 'contains'],
  ['+', '-'],
  ['*', '/'],
];

/** @throws for anything this part of KQL does not have */
export function parse(source: string): Query {
  const tokens = tokensOf(source);
  let at = 0;
  const fields = new Set<string>();
  const peek = (): string => tokens[at]?.text ?? '';
  const next = (): Token => {
    const token = tokens[at++];
    if (token === undefined) throw new Error('The query ends too early');
    return token;
  };
  const take = (text: string): boolean => {
    if (peek() !== text || tokens[at]?.kind === 'text') return false;
    at += 1;
    return true;
  };
  const need = (text: string): void => {
    if (!take(text)) throw new Error(`Expected ${text}, got ${peek()}`);
  };
  const words = (...each: string[]): void => each.forEach(need);

  function expression(level = 0): Node {
    const signs = SIGNS[level];
    if (signs === undefined) return term();
    let left = expression(level + 1);
    for (;;) {
      if (level === 2 && take('in')) {
        need('(');
        left = { kind: 'in', left, among: listUntil(')') };
      } else if (signs.includes(peek()) && tokens[at]?.kind !== 'text') {
        const sign = next().text;
        left = { kind: 'binary', sign, left, right: expression(level + 1) };
      } else return left;
    }
  }

  function listUntil(end: string): Node[] {
    const nodes: Node[] = [];
    if (take(end)) return nodes;
    do nodes.push(expression());
    while (take(','));
    need(end);
    return nodes;
  }

  function term(): Node {
    if (take('(')) {
      const node = expression();
      need(')');
      return node;
    }
    const { kind, text } = next();
    if (kind === 'text') return { kind: 'value', value: text.slice(1, -1).replace(/\\(.)/g, '$1') };
    if (kind === 'number') return { kind: 'value', value: Number(text) };
    if (kind === 'span') return { kind: 'value', value: Number(text.slice(0, -1)) * (SPANS[text.slice(-1)] ?? 0) };
    if (kind !== 'word') throw new Error(`Not expected: ${text}`);
    if (take('(')) return { kind: 'call', name: text, args: listUntil(')') };
    let node: Node = { kind: 'name', name: text };
    while (peek() === '.' || peek() === '[') {
      const key = take('.') ? next().text : bracketed();
      if (text === 'd') fields.add(key);
      node = { kind: 'member', of: node, key };
    }
    return node;
  }

  /** `['missing']`, for names that are words of the language. */
  function bracketed(): string {
    need('[');
    const key = next().text.slice(1, -1);
    need(']');
    return key;
  }

  function columns(): Column[] {
    const found: Column[] = [];
    do found.push(column());
    while (take(','));
    return found;
  }

  function column(): Column {
    if (peek() === '(') {
      need('(');
      const names = [next().text];
      while (take(',')) names.push(next().text);
      words(')', '=');
      return { names, node: expression() };
    }
    if (peek() === '[') {
      const name = bracketed();
      need('=');
      return { names: [name], node: expression() };
    }
    if (tokens[at + 1]?.text === '=' && tokens[at]?.kind === 'word') {
      const name = next().text;
      need('=');
      return { names: [name], node: expression() };
    }
    return { names: [], node: expression() };
  }

  /** The one table, alone or beside an empty one that stands in until it exists; or what `let` has named. */
  function origin(): string {
    if (!take('union')) return next().text;
    words('isfuzzy', '=', 'true');
    const table = next().text;
    words(',', '(', 'datatable', '(');
    while (!take(')')) next();
    words('[', ']', ')');
    return table;
  }

  function pipeline(): Pipeline {
    const from = origin();
    const steps: Step[] = [];
    while (take('|')) steps.push(step());
    return { from, steps };
  }

  function step(): Step {
    const verb = next().text;
    switch (verb) {
      case 'where':
        return { kind: 'where', node: expression() };
      case 'extend':
      case 'project':
        return { kind: verb, columns: columns() };
      case 'summarize': {
        const aggregates = columns();
        return { kind: 'summarize', columns: aggregates, by: take('by') ? columns() : [] };
      }
      case 'order': {
        need('by');
        const node = expression();
        const descending = !take('asc') && take('desc');
        return { kind: 'order', node, descending };
      }
      default:
        throw new Error(`The operator ${verb} is not known here`);
    }
  }

  const lets: Query['lets'][number][] = [];
  while (take('let')) {
    const name = next().text;
    need('=');
    const isScalar = take('toscalar');
    if (isScalar) need('(');
    lets.push({ name, isScalar, pipeline: pipeline() });
    if (isScalar) need(')');
    need(';');
  }
  const { from, steps } = pipeline();
  if (at < tokens.length) throw new Error(`Not expected: ${peek()}`);
  const texts = tokens
    .filter(({ kind }) => kind === 'text')
    .map(({ text }) => text.slice(1, -1).replace(/\\(.)/g, '$1'));
  return { from, steps, lets, fields: [...fields], texts };
}

/** Rows of the tables that a query of this repository may read. */
export interface Tables {
  readonly AppTraces?: readonly Row[];
  readonly _LogOperation?: readonly Row[];
}

/** @param now what `ago` counts back from, in milliseconds; times are milliseconds all through */
export function run(query: Query, { AppTraces = [], _LogOperation = [] }: Tables, now: number): Row[] {
  const tables = new Map<string, readonly Row[]>(Object.entries({ AppTraces, _LogOperation }));
  const scalars: Record<string, Value> = {};
  const answer = ({ from, steps }: Pipeline): readonly Row[] => {
    const rows = tables.get(from);
    if (rows === undefined) throw new Error(`There is no table ${from}`);
    return steps.reduce<readonly Row[]>((left, step) => apply(step, left, now, scalars), rows);
  };
  for (const { name, isScalar, pipeline } of query.lets) {
    const rows = answer(pipeline);
    if (isScalar) scalars[name] = Object.values(rows[0] ?? {})[0] ?? null;
    else tables.set(name, rows);
  }
  return [...answer(query)];
}

function apply(step: Step, rows: readonly Row[], now: number, scalars: Row): Row[] {
  const compute = (node: Node, row: Row): Value => resultOf(node, { ...scalars, ...row }, now);
  switch (step.kind) {
    case 'where':
      return rows.filter(row => compute(step.node, row) === true);
    case 'extend':
      return rows.map(row => ({ ...row, ...named(step.columns, row, compute) }));
    case 'project':
      return rows.map(row => named(step.columns, row, compute));
    case 'order': {
      const way = step.descending ? -1 : 1;
      return [...rows].sort((a, b) => way * order(compute(step.node, a), compute(step.node, b)));
    }
    case 'summarize': {
      const groups = new Map<string, { key: Row; rows: Row[] }>();
      for (const row of rows) {
        const key = named(step.by, row, compute);
        const group = groups.get(JSON.stringify(key)) ?? { key, rows: [] };
        group.rows.push(row);
        groups.set(JSON.stringify(key), group);
      }
      // Without `by` there is one row, even over nothing.
      if (step.by.length === 0 && groups.size === 0) groups.set('', { key: {}, rows: [] });
      return [...groups.values()].map(({ key, rows: inner }) => ({
        ...key,
        ...Object.assign({}, ...step.columns.map(column => aggregate(column, inner, compute))),
      }));
    }
  }
}

function named(columns: readonly Column[], row: Row, compute: (node: Node, row: Row) => Value): Row {
  return Object.fromEntries(columns.map(column => [column.names[0] ?? nameOf(column.node), compute(column.node, row)]));
}

function nameOf(node: Node): string {
  if (node.kind === 'name') return node.name;
  // `bin(TimeGenerated, 1h)` keeps the name of what is binned.
  const [first] = node.kind === 'call' && node.name === 'bin' ? node.args : [];
  if (first?.kind === 'name') return first.name;
  throw new Error('A column needs a name');
}

function aggregate(
  { names, node }: Column,
  rows: readonly Row[],
  compute: (node: Node, row: Row) => Value,
): Record<string, Value> {
  if (node.kind === 'binary' && node.sign === '/' && node.right.kind === 'value') {
    const [name] = names;
    if (name === undefined) throw new Error('A quotient needs a name');
    const whole = aggregate({ names, node: node.left }, rows, compute)[name];
    return { [name]: Number(whole) / Number(node.right.value) };
  }
  if (node.kind !== 'call') throw new Error('An aggregate is a call');
  const [of, ...others] = node.args;
  const values = of === undefined ? [] : rows.map(row => compute(of, row)).filter(value => value !== null);
  const name = names[0] ?? (of?.kind === 'name' ? `${node.name}_${of.name}` : undefined);
  const one = (value: Value): Record<string, Value> => {
    if (name === undefined) throw new Error(`${node.name} needs a name`);
    return { [name]: value };
  };
  switch (node.name) {
    case 'count':
      return one(rows.length);
    case 'sum':
      return one(values.reduce<number>((sum, value) => sum + Number(value), 0));
    case 'min':
      return one([...values].sort(order)[0] ?? null);
    case 'max':
      return one([...values].sort(order).at(-1) ?? null);
    case 'arg_min':
    case 'arg_max': {
      if (of === undefined) throw new Error(`${node.name} needs a column`);
      const sorted = [...rows].sort((a, b) => order(compute(of, a), compute(of, b)));
      const row = node.name === 'arg_min' ? sorted[0] : sorted.at(-1);
      const nodes = [of, ...others];
      return Object.fromEntries(
        nodes.map((each, i) => [names[i] ?? nameOf(each), row === undefined ? null : compute(each, row)]),
      );
    }
    default:
      throw new Error(`The aggregate ${node.name} is not known here`);
  }
}

function order(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}

function resultOf(node: Node, row: Row, now: number): Value {
  switch (node.kind) {
    case 'value':
      return node.value;
    case 'name': {
      const value = row[node.name];
      if (value === undefined) throw new Error(`There is no column ${node.name}`);
      return value;
    }
    case 'member': {
      const of = resultOf(node.of, row, now);
      const value = typeof of === 'object' && of !== null ? of[node.key] : undefined;
      return isValue(value) ? value : null;
    }
    case 'in': {
      const left = resultOf(node.left, row, now);
      return node.among.some(each => resultOf(each, row, now) === left);
    }
    case 'binary':
      return binary(
        node.sign,
        () => resultOf(node.left, row, now),
        () => resultOf(node.right, row, now),
      );
    case 'call':
      return call(
        node.name,
        node.args.map(each => resultOf(each, row, now)),
        now,
      );
  }
}

function isValue(value: unknown): value is Value {
  return value === null || ['string', 'number', 'boolean', 'object'].includes(typeof value);
}

function binary(sign: string, left: () => Value, right: () => Value): Value {
  if (sign === 'and') return left() === true && right() === true;
  if (sign === 'or') return left() === true || right() === true;
  const [a, b] = [left(), right()];
  if (sign === '+' || sign === '-')
    return a === null || b === null ? null : Number(a) + (sign === '+' ? 1 : -1) * Number(b);
  if (a === null || b === null) return false;
  switch (sign) {
    case '==':
      return a === b;
    case '>':
      return order(a, b) > 0;
    case '>=':
      return order(a, b) >= 0;
    case '<':
      return order(a, b) < 0;
    case 'startswith_cs':
      return String(a).startsWith(String(b));
    case '=~':
      return String(a).toLowerCase() === String(b).toLowerCase();
    case 'contains':
      return String(a).toLowerCase().includes(String(b).toLowerCase());
    default:
      throw new Error(`The sign ${sign} is not known here`);
  }
}

function call(name: string, args: readonly Value[], now: number): Value {
  const [first = null, second = null] = args;
  switch (name) {
    case 'parse_json':
      return parseJson(String(first));
    case 'tostring':
      return first === null ? '' : String(first);
    case 'toint':
    case 'tolong':
      return first === null || first === '' ? null : Math.trunc(Number(first));
    case 'tobool':
      return typeof first === 'boolean' ? first : null;
    case 'todatetime':
      return first === null ? null : Date.parse(String(first));
    case 'ago':
      return now - Number(first);
    case 'bin':
      return first === null ? null : Math.floor(Number(first) / Number(second)) * Number(second);
    default:
      throw new Error(`The function ${name} is not known here`);
  }
}

function parseJson(text: string): Value {
  try {
    const value: unknown = JSON.parse(text);
    return isValue(value) ? value : null;
  } catch {
    return null;
  }
}
