import { createInterface } from 'node:readline/promises';
import { stripVTControlCharacters, styleText } from 'node:util';
import type { Colour } from './colours.ts';
import { jsonText, printable } from './printable.ts';

/** What the commands say: results on stdout, everything on the way on stderr. */
export interface Output {
  /** A line of the result. */
  line(text?: string): void;
  /** The result as one JSON object, with the version of its format. */
  json(value: object): void;
  /** A line about what is being done. */
  note(text: string): void;
  /** Progress that is written over by the next; only where somebody watches. */
  progress(text: string): void;
  /** Colour, where there is a terminal that wants it. */
  paint(colour: Colour | 'bold', text: string): string;
  readonly interactive: boolean;
  /** Columns of the terminal; absent where the result goes into a file or a pipe. */
  readonly width?: number | undefined;
  /** @returns whether the person said yes; `false` when there is none to ask */
  confirm(question: string): Promise<boolean>;
}

/** Columns that a file or a pipe gets, and the least that a terminal does. */
const WIDTH_ELSEWHERE = 100;
const WIDTH_MIN = 40;

/** How wide lines may be. */
export function columnsOf({ width = WIDTH_ELSEWHERE }: Pick<Output, 'width'>): number {
  return Math.max(WIDTH_MIN, width);
}

/** Somebody pressed Ctrl-C at a question. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

export function terminal(): Output {
  const { stdin, stdout, stderr } = process;
  let drawn = false;
  const wipe = () => {
    if (drawn) stderr.write('\r\x1b[K');
    drawn = false;
  };
  const interactive = stdin.isTTY === true && stderr.isTTY === true;
  const paint: Output['paint'] = (colour, text) => styleText(colour, text, { stream: stdout });
  const colours = paint('red', '-') !== '-';
  return {
    line(text = '') {
      wipe();
      stdout.write(linesFor(text, stdout.columns, colours));
    },
    json(value) {
      wipe();
      stdout.write(`${jsonText({ format: JSON_FORMAT, ...value }, 2)}\n`);
    },
    note(text) {
      wipe();
      stderr.write(linesFor(text, stderr.columns, false));
    },
    progress(text) {
      if (stderr.isTTY !== true) return;
      wipe();
      stderr.write(printable(text).slice(0, (stderr.columns ?? 80) - 1));
      drawn = true;
    },
    paint,
    interactive,
    get width() {
      return stdout.columns;
    },
    async confirm(question) {
      if (!interactive) return false;
      const asking = createInterface({ input: stdin, output: stderr });
      try {
        return /^y(es)?$/i.test((await asking.question(`${printable(question)} [y/N] `)).trim());
      } catch (thrown) {
        throw thrown instanceof Error && thrown.name === 'AbortError' ? new Stopped() : thrown;
      } finally {
        asking.close();
      }
    },
  };
}

/** Raised when a member of an answer changes its meaning or goes. Members may be added without that. */
const JSON_FORMAT = 1;

/**
 * Text as it is written: cleaned, and on a terminal in lines that fit it, broken between words.
 *
 * @param width columns of the terminal; absent in a file or pipe, whose lines stay whole
 */
export function linesFor(text: string, width: number | undefined, colours: boolean): string {
  const lines = text.split('\n').map(line => printable(line, colours));
  // A terminal that does not know its width says 0.
  if (width === undefined || width === 0) return `${lines.join('\n')}\n`;
  return lines.map(line => `${fitted(line, Math.max(WIDTH_MIN, width)).join('\n')}\n`).join('');
}

const NO_BREAK = '\u00a0';

/** An option and what it is given, which may be a word in quotes. */
const OPTION = String.raw`--[a-z-]+ (?:'[^']*'|"[^"]*"|\S+)`;
/** A command is copied, so it stays on one line where it can. */
const COMMAND = new RegExp(
  String.raw`\b(?:(?:npx )?landline(?: ${OPTION})* [a-z]+(?: (?:teams|voximplant)-[\w-]+)?(?: \d{4}-\d\d-\d\d)*|npm start --|npm (?:start|ci)\b|bash [\w./]+\.sh)(?: ${OPTION})*`,
  'g',
);
/** One that has the line for itself stays whole there: a terminal breaks it where it has to, and it can be copied. */
const OWN_LINE = /^(?:npx )?landline /;

/** What is broken goes on two columns further in. */
function fitted(line: string, width: number): string[] {
  if (widthOf(line) <= width) return [line];
  const indent = /^ */.exec(line)?.[0] ?? '';
  if (OWN_LINE.test(stripVTControlCharacters(line).trimStart())) return [line];
  const whole = line.slice(indent.length).replace(COMMAND, command => command.replaceAll(' ', NO_BREAK));
  return wrapped(whole, width - indent.length, '  ').map(part => `${indent}${part.replaceAll(NO_BREAK, ' ')}`);
}

/**
 * A table where it fits; on a narrow terminal a short paragraph for each row: its first cell, and below it what the
 * other columns say, by name.
 *
 * @param least columns at the left that make a table; those to the right of them are left out where they do not fit
 */
export function tableIn(
  out: Pick<Output, 'width'>,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  least = head.length,
): string[] {
  const width = columnsOf(out);
  for (let shown = head.length; shown >= least; shown -= 1) {
    const lines = table(
      head.slice(0, shown),
      rows.map(row => row.slice(0, shown)),
    );
    if (lines.every(line => widthOf(line) <= width)) return lines;
  }
  return rows.flatMap(([first = '', ...cells]) => {
    const facts = cells.flatMap((cell, at) =>
      cell === '' ? [] : [`${head[at + 1]} ${cell}`.replaceAll(' ', '\u00a0')],
    );
    return [first, ...wrapped(facts.join(', '), width - 2).map(line => `  ${line.replaceAll('\u00a0', ' ')}`)];
  });
}

/** Columns side by side; numbers (digits and separators) to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map(row => widthOf(row[column] ?? ''))));
  const right = head.map(
    (_, column) => rows.length > 0 && rows.every(row => /^(?:none|[\d,./]*)$/.test(row[column] ?? '')),
  );
  return all.map(row =>
    row
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - widthOf(cell));
        return right[column] ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd(),
  );
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

/**
 * A text in lines of at most `width` columns, broken between words; a word that is longer has a line of its own.
 *
 * @param indent stands before every line but the first
 */
export function wrapped(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer) > width) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = longer;
  }
  return [...lines, line];
}
