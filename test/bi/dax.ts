/** A strict parser of the DAX that the project uses: it refuses what it does not know, and lists what is referred to. */

export interface Reference {
  /** `undefined` for `[name]` alone: a measure, or a column of a table that the expression makes. */
  readonly table: string | undefined;
  readonly name: string;
}

export interface Dax {
  readonly references: readonly Reference[];
  /** Tables that are named without a column. */
  readonly tables: readonly string[];
  /** Columns that the expression itself makes. */
  readonly made: readonly string[];
  readonly tokens: readonly string[];
}

export class DaxError extends Error {
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

  parse(): Dax {
    this.expression();
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

  private expression(): void {
    if (!this.is('VAR')) {
      this.levels(0);
      return;
    }
    const outer = this.variables.length;
    while (this.is('VAR')) {
      this.take();
      const name = this.take();
      if (!/^[A-Za-z_]\w*$/.test(name) || FUNCTIONS[name.toUpperCase()] !== undefined) this.fail();
      this.take('=');
      this.expression();
      this.variables.push(name.toLowerCase());
    }
    this.take('RETURN');
    this.expression();
    this.variables.length = outer;
  }

  /** Operators from the loosest to the tightest. */
  private levels(level: number): void {
    const operators = [['||'], ['&&'], COMPARISONS, ['&'], ['+', '-'], ['*', '/'], ['^']][level];
    if (operators === undefined) {
      this.unary();
      return;
    }
    this.levels(level + 1);
    while (this.is(...operators)) {
      this.take();
      this.levels(level + 1);
    }
  }

  private unary(): void {
    while (this.is('NOT', '-', '+')) this.take();
    this.primary();
  }

  private primary(): void {
    if (this.is('VAR')) {
      this.expression();
      return;
    }
    const token = this.take();
    if (/^["\d]/.test(token) || /^(TRUE|FALSE)$/i.test(token)) return;
    if (token === '(') {
      this.expression();
      this.take(')');
    } else if (token === '{') this.list('}');
    else if (token.startsWith('[')) this.references.push({ table: undefined, name: inside(token) });
    else if (/^['A-Za-z_]/.test(token)) this.name(token);
    else {
      this.at -= 1;
      this.fail();
    }
  }

  private name(token: string): void {
    const plain = token.startsWith("'") ? token.slice(1, -1).replaceAll("''", "'") : token;
    if (this.next.startsWith('[')) this.references.push({ table: plain, name: inside(this.take()) });
    else if (this.is('(')) this.call(token.toUpperCase());
    else if (!this.variables.includes(token.toLowerCase())) this.tables.push(plain);
  }

  private call(name: string): void {
    const [least, most] = FUNCTIONS[name] ?? this.fail();
    this.take('(');
    const begun = this.at;
    const count = this.list(')');
    if (count < least || count > most) throw new DaxError(`${name} has ${count} arguments`);
    if (name === 'SELECTCOLUMNS' || name === 'ADDCOLUMNS')
      this.made.push(
        ...this.tokens
          .slice(begun, this.at)
          .filter(each => each.startsWith('"'))
          .map(each => each.slice(1, -1)),
      );
  }

  /** @returns how many there are */
  private list(end: string): number {
    let count = 0;
    while (!this.is(end)) {
      if (count > 0) this.take(',');
      this.expression();
      count += 1;
    }
    this.take(end);
    return count;
  }
}

function inside(token: string): string {
  return token.slice(1, -1).replaceAll(']]', ']');
}
