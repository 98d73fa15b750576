import { KINDS, type Kind, TOP, TRANSLATED_KIND, type Value } from './tmdl-grammar.ts';

/** A strict reader of TMDL: it knows what may stand where, and refuses the rest with the line. */

export interface TmdlNode {
  readonly kind: string;
  readonly name: string;
  readonly line: number;
  readonly description: string;
  readonly properties: ReadonlyMap<string, string>;
  readonly children: readonly TmdlNode[];
  /** What stands after `=`, without its indentation. */
  readonly expression: string | undefined;
}

export class TmdlError extends Error {
  override readonly name = 'TmdlError';
}

interface Open {
  readonly kind: string;
  readonly name: string;
  readonly line: number;
  readonly description: string;
  readonly level: number;
  readonly grammar: Kind;
  readonly properties: Map<string, string>;
  readonly children: Open[];
  expression: string | undefined;
}

const NAME = String.raw`'(?:[^']|'')+'|[^\s'=:][^=:]*?`;
const DECLARATION = new RegExp(`^([a-zA-Z]+)(?: (${NAME}))?(?:\\s*=(?: ?(.*))?)?$`);
const FENCE = '```';

/** @param text of one file. @throws TmdlError */
export function readTmdl(text: string): TmdlNode[] {
  return new Reader(text).read();
}

class Reader {
  private readonly lines: readonly string[];
  private at = 0;
  private readonly top: Open[] = [];
  private readonly open: Open[] = [];
  private description: string[] = [];

  constructor(text: string) {
    this.lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  }

  read(): TmdlNode[] {
    for (; this.at < this.lines.length; this.at++) {
      const line = this.lines[this.at] ?? '';
      if (line.trim() === '') {
        if (this.description.length > 0) this.fail('a description has to stand right above what it describes');
        continue;
      }
      const level = /^\t*/.exec(line)?.[0].length ?? 0;
      const content = line.slice(level).trimEnd();
      if (/^\s/.test(content)) this.fail('a line is indented by tabs alone');
      if (content.startsWith('///')) this.description.push(content.slice(3).trim());
      else this.statement(level, content);
    }
    if (this.description.length > 0) this.fail('a description describes nothing');
    for (const node of this.top) this.close(node);
    return this.top;
  }

  private statement(level: number, content: string): void {
    while (this.open.length > 0 && (this.open.at(-1)?.level ?? 0) >= level) this.open.pop();
    const parent = this.open.at(-1);
    if (level > (parent === undefined ? 0 : parent.level + 1)) this.fail('it is indented deeper than its place');
    const property = parent && /^([a-zA-Z]+)\s*(:|=|$)\s*(.*)$/.exec(content);
    const value = parent?.grammar.properties[property?.[1] ?? ''];
    const isChild = parent?.grammar.children.includes(property?.[1] ?? '') === true;
    // `source` of a partition is an expression, or an object of its own.
    if (parent && property && value !== undefined && !(isChild && property[2] === ''))
      this.property(parent, level, value, property[1] ?? '', property[2] ?? '', property[3] ?? '');
    else this.declaration(parent, level, content);
  }

  private property(parent: Open, level: number, value: Value, name: string, mark: string, rest: string): void {
    if (this.description.length > 0) this.fail('a property has no description');
    if (parent.properties.has(name) && name !== 'groupByColumn') this.fail(`${name} stands here twice`);
    if (value === 'expression') {
      if (mark !== '=') this.fail(`${name} is an expression: expected =`);
      parent.properties.set(name, this.expression(level + 1, rest));
      return;
    }
    if (mark === '=') this.fail(`${name} is no expression: expected :`);
    if (value === 'flag' ? !['', 'true', 'false'].includes(rest) || (mark === ':') !== (rest !== '') : rest === '')
      this.fail(`${name} has no value that fits`);
    if (value === 'number' && !/^-?\d+$/.test(rest)) this.fail(`${name} is no number`);
    if (Array.isArray(value) && !value.some(each => each.toLowerCase() === rest.toLowerCase()))
      this.fail(`${name} is none of ${value.join(', ')}`);
    parent.properties.set(name, rest);
  }

  private declaration(parent: Open | undefined, level: number, content: string): void {
    const ref = /^ref ([a-zA-Z]+) (.+)$/.exec(content);
    if (ref !== null) {
      if (parent !== undefined || !TOP.includes(ref[1] ?? '')) this.fail('there is nothing to refer to here');
      const kind: Kind = { named: true, properties: {}, children: [] };
      this.add(undefined, `ref ${ref[1]}`, unquoted(ref[2] ?? ''), level, kind, undefined);
      return;
    }
    const stray = /^([a-zA-Z]+):/.exec(content)?.[1];
    if (stray !== undefined) this.fail(`${parent?.kind ?? 'a file'} has no ${stray}`);
    const [, word = '', name, rest] = DECLARATION.exec(content) ?? this.fail('it is neither an object nor a property');
    const grammar = this.grammarOf(parent, word);
    if (grammar.named !== 'maybe' && grammar.named !== (name !== undefined))
      this.fail(`${word} ${grammar.named ? 'needs a name' : 'has no name'}`);
    if (name !== undefined && !/^'/.test(name) && word !== 'annotation' && /[.=:']/.test(name))
      this.fail('a name with . = : or a quote stands in quotes');
    const hasExpression = /=/.test(content.slice(word.length + (name === undefined ? 0 : name.length + 1)));
    if (hasExpression && grammar.expression === undefined) this.fail(`${word} has no expression`);
    if (!hasExpression && grammar.expression === 'required') this.fail(`${word} needs an expression`);
    const expression = hasExpression ? this.expression(level + 2, rest ?? '') : undefined;
    this.add(parent, word, unquoted(name ?? ''), level, grammar, expression);
  }

  private add(
    parent: Open | undefined,
    kind: string,
    name: string,
    level: number,
    grammar: Kind,
    expression?: string,
  ): void {
    const siblings = parent?.children ?? this.top;
    const twin = siblings.find(each => each.kind === kind && each.name.toLowerCase() === name.toLowerCase());
    if (twin !== undefined && kind !== 'changedProperty') this.fail(`there is another ${kind} ${name}`);
    const description = this.description.join('\n');
    this.description = [];
    const node: Open = {
      kind,
      name,
      line: this.at + 1,
      description,
      level,
      grammar,
      properties: new Map(),
      children: [],
      expression,
    };
    siblings.push(node);
    this.open.push(node);
  }

  private grammarOf(parent: Open | undefined, word: string): Kind {
    if (parent === undefined) {
      const found = TOP.includes(word) ? KINDS[word] : undefined;
      return found ?? this.fail(`${word} does not begin a file's object`);
    }
    const isTranslated = parent.kind === 'translations' || parent.grammar === TRANSLATED_KIND;
    if (isTranslated && TRANSLATED_KIND.children.includes(word)) return TRANSLATED_KIND;
    const found = parent.grammar.children.includes(word) ? KINDS[word] : undefined;
    return found ?? this.fail(`${parent.kind} has no ${word}`);
  }

  /** The rest of the line, or the lines below that are indented at least so far, or what stands between fences. */
  private expression(least: number, rest: string): string {
    if (rest.startsWith(FENCE)) return this.fenced(rest);
    if (rest !== '') return rest;
    const begun = this.at;
    const found: string[] = [];
    while (this.at + 1 < this.lines.length) {
      const next = this.lines[this.at + 1] ?? '';
      const isBlank = next.trim() === '';
      if (!isBlank && (/^\t*/.exec(next)?.[0].length ?? 0) < least) break;
      found.push(isBlank ? '' : next);
      this.at += 1;
    }
    while (found.at(-1) === '') found.pop();
    if (found.length === 0) {
      this.at = begun;
      this.fail('the expression is empty');
    }
    // The outermost indentation belongs to TMDL.
    const outer = Math.min(...found.filter(each => each !== '').map(each => /^\t*/.exec(each)?.[0].length ?? 0));
    return found.map(each => each.slice(outer)).join('\n');
  }

  private fenced(rest: string): string {
    if (rest !== FENCE) this.fail('an expression between fences begins on the next line');
    const begun = this.at;
    const found: string[] = [];
    while (this.at + 1 < this.lines.length) {
      this.at += 1;
      const next = (this.lines[this.at] ?? '').trim();
      if (next === FENCE) return found.join('\n');
      if (next.endsWith(FENCE)) return [...found, next.slice(0, -FENCE.length)].join('\n');
      found.push(this.lines[this.at] ?? '');
    }
    this.at = begun;
    return this.fail('the fence is never closed');
  }

  private close(node: Open): void {
    for (const name of node.grammar.required ?? [])
      if (!node.properties.has(name)) throw new TmdlError(`line ${node.line}: ${node.kind} has no ${name}`);
    for (const child of node.children) this.close(child);
  }

  private fail(why: string): never {
    throw new TmdlError(`line ${this.at + 1}: ${why}`);
  }
}

export function unquoted(name: string): string {
  return name.startsWith("'") ? name.slice(1, -1).replaceAll("''", "'") : name.trim();
}
