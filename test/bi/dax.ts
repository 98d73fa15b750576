/** A strict parser of the DAX that the project uses: it refuses what it does not know, and lists what is referred to. */

export interface Reference {
  /** `undefined` for `[name]` alone: a measure, or a column of a table that the expression makes. */
  readonly table: string | undefined;
  readonly name: string;
}

/** An expression as a tree. */
export type Node =
  | { readonly is: 'value'; readonly value: string | number | boolean }
  | { readonly is: 'column'; readonly table: string | undefined; readonly name: string }
  | { readonly is: 'name'; readonly name: string }
  | { readonly is: 'call'; readonly name: string; readonly parts: readonly Node[] }
  | { readonly is: 'list'; readonly parts: readonly Node[] }
  | { readonly is: 'operator'; readonly name: string; readonly parts: readonly Node[] }
  | { readonly is: 'let'; readonly variables: readonly (readonly [string, Node])[]; readonly body: Node };

export interface Dax {
  readonly tree: Node;
  readonly references: readonly Reference[];
  /** Tables that are named without a column. */
  readonly tables: readonly string[];
  /** Columns that the expression itself makes. */
  readonly made: readonly string[];
  readonly tokens: readonly string[];
}

class DaxError extends Error {
  override readonly name = 'DaxError';
}

/** Functions by the fewest and the most arguments. */
const FUNCTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ADDCOLUMNS: [3, 99],
  ALL: [0, 99],
  AVERAGEX: [2, 2],
  CALCULATE: [1, 99],
  COALESCE: [2, 99],
  COUNTROWS: [0, 1],
  DISTINCT: [1, 1],
  DISTINCTCOUNTNOBLANK: [1, 1],
  DIVIDE: [2, 3],
  FILTER: [2, 2],
  IF: [2, 3],
  ISBLANK: [1, 1],
  KEEPFILTERS: [1, 1],
  MAXX: [2, 3],
  MIN: [1, 2],
  SELECTCOLUMNS: [2, 99],
  SUM: [1, 1],
  UNION: [2, 99],
  USERELATIONSHIP: [2, 2],
  VALUES: [1, 1],
};

const TOKEN =
  /\s+|(--[^\n]*|\/\/[^\n]*)|("(?:[^"]|"")*")|('(?:[^']|'')+'|[A-Za-z_]\w*)|(\[(?:[^\]]|\]\])+\])|(\d+(?:\.\d+)?)|(\|\||&&|==|<>|<=|>=|[-+*/^&=<>(){},])/y;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new DaxError(`nothing in DAX begins with ${text.slice(from, from + 12)}`);
    if (match[0].trim() !== '' && match[1] === undefined) tokens.push(match[0]);
  }
  return tokens;
}

const COMPARISONS = ['=', '==', '<>', '<', '>', '<=', '>=', 'IN'];

/** @throws DaxError */
export function readDax(text: string): Dax {
  return new Parser(tokensOf(text)).parse();
}

class Parser implements Dax {
  private at = 0;
  private readonly variables: string[] = [];
  readonly references: Reference[] = [];
  readonly tables: string[] = [];
  readonly made: string[] = [];
  readonly tokens: readonly string[];

  constructor(tokens: readonly string[]) {
    this.tokens = tokens;
  }

  tree: Node = { is: 'value', value: 0 };

  parse(): Dax {
    this.tree = this.expression();
    if (this.at < this.tokens.length) this.fail();
    return this;
  }

  private get next(): string {
    return this.tokens[this.at] ?? '';
  }

  private is(...words: readonly string[]): boolean {
    return words.includes(this.next.toUpperCase());
  }

  private take(word?: string): string {
    if (this.at >= this.tokens.length || (word !== undefined && !this.is(word))) this.fail();
    this.at += 1;
    return this.tokens[this.at - 1] ?? '';
  }

  private fail(): never {
    const before = this.tokens.slice(Math.max(0, this.at - 4), this.at).join(' ');
    throw new DaxError(`"${this.next}" cannot stand after "${before}"`);
  }

  private expression(): Node {
    if (!this.is('VAR')) return this.levels(0);
    const outer = this.variables.length;
    const variables: [string, Node][] = [];
    while (this.is('VAR')) {
      this.take();
      const name = this.take();
      if (!/^[A-Za-z_]\w*$/.test(name) || FUNCTIONS[name.toUpperCase()] !== undefined) this.fail();
      this.take('=');
      variables.push([name.toLowerCase(), this.expression()]);
      this.variables.push(name.toLowerCase());
    }
    this.take('RETURN');
    const body = this.expression();
    this.variables.length = outer;
    return { is: 'let', variables, body };
  }

  /** Operators from the loosest to the tightest. */
  private levels(level: number): Node {
    const operators = [['||'], ['&&'], COMPARISONS, ['&'], ['+', '-'], ['*', '/'], ['^']][level];
    if (operators === undefined) return this.unary();
    let left = this.levels(level + 1);
    while (this.is(...operators)) {
      const name = this.take().toUpperCase();
      left = { is: 'operator', name, parts: [left, this.levels(level + 1)] };
    }
    return left;
  }

  private unary(): Node {
    if (!this.is('NOT', '-', '+')) return this.primary();
    const name = this.take().toUpperCase();
    return { is: 'operator', name, parts: [this.unary()] };
  }

  private primary(): Node {
    if (this.is('VAR')) return this.expression();
    const token = this.take();
    if (/^(TRUE|FALSE)$/i.test(token)) return { is: 'value', value: token.toUpperCase() === 'TRUE' };
    if (token.startsWith('"')) return { is: 'value', value: token.slice(1, -1).replaceAll('""', '"') };
    if (/^\d/.test(token)) return { is: 'value', value: Number(token) };
    if (token === '(') {
      const inner = this.expression();
      this.take(')');
      return inner;
    }
    if (token === '{') return { is: 'list', parts: this.list('}') };
    if (token.startsWith('[')) return this.column(undefined, token);
    if (/^['A-Za-z_]/.test(token)) return this.name(token);
    this.at -= 1;
    return this.fail();
  }

  private column(table: string | undefined, token: string): Node {
    const name = inside(token);
    this.references.push({ table, name });
    return { is: 'column', table, name };
  }

  private name(token: string): Node {
    const plain = token.startsWith("'") ? token.slice(1, -1).replaceAll("''", "'") : token;
    if (this.next.startsWith('[')) return this.column(plain, this.take());
    if (this.is('(')) return this.call(token.toUpperCase());
    if (!this.variables.includes(token.toLowerCase())) this.tables.push(plain);
    return { is: 'name', name: plain };
  }

  private call(name: string): Node {
    const [least, most] = FUNCTIONS[name] ?? this.fail();
    this.take('(');
    const begun = this.at;
    const parts = this.list(')');
    if (parts.length < least || parts.length > most) throw new DaxError(`${name} has ${parts.length} arguments`);
    if (name === 'SELECTCOLUMNS' || name === 'ADDCOLUMNS') {
      const texts = this.tokens.slice(begun, this.at).filter(each => each.startsWith('"'));
      this.made.push(...texts.map(each => each.slice(1, -1)));
    }
    return { is: 'call', name, parts };
  }

  private list(end: string): Node[] {
    const parts: Node[] = [];
    while (!this.is(end)) {
      if (parts.length > 0) this.take(',');
      parts.push(this.expression());
    }
    this.take(end);
    return parts;
  }
}

function inside(token: string): string {
  return token.slice(1, -1).replaceAll(']]', ']');
}
