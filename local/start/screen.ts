import { styleText } from 'node:util';
import { counted } from '../../shared/status/text.ts';
import type { DatasetProgress } from './progress.ts';

/** Where a person watches: bars that are redrawn in place on a terminal, a line now and then in a pipe. */

export interface Screen {
  /** A line that stays. */
  say(line: string): void;
  /** A line that stays, about trouble. */
  warn(line: string): void;
  /** How far everything is. May be called as often as there is news. */
  show(progress: readonly DatasetProgress[]): void;
  /** Draws the last state, if there is one, and leaves it. */
  rest(): void;
}

/** The parts of a stream that are used: `process.stdout` or `process.stderr`. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): boolean;
}

const DRAW_MS = 100;
const LINE_MS = 2_000;

type Color = 'yellow' | 'green' | 'dim';

export function screenOn(out: Terminal, env: Readonly<Record<string, string | undefined>>, now: () => number): Screen {
  const moves = out.isTTY === true && env['TERM'] !== 'dumb';
  const colored = moves && !env['NO_COLOR'];
  const paint = (color: Color, text: string): string =>
    colored ? styleText(color, text, { validateStream: false }) : text;
  return moves ? bars(out, paint, now) : lines(out, now);
}

function lines(out: Terminal, now: () => number): Screen {
  let [shownAt, shown, latest] = [now(), '', ''];
  const say = (line: string): void => void out.write(`${line}\n`);
  const tell = (): void => {
    if (latest === shown) return;
    [shownAt, shown] = [now(), latest];
    say(latest);
  };
  return {
    say,
    warn: say,
    show(progress) {
      latest = totalLine(progress);
      if (now() >= shownAt + LINE_MS) tell();
    },
    // The table that follows says it better.
    rest() {
      shown = latest;
    },
  };
}

function bars(out: Terminal, paint: (color: Color, text: string) => string, now: () => number): Screen {
  let drawn = 0;
  let drawnAt = 0;
  let latest: readonly DatasetProgress[] = [];
  const erase = (): string => (drawn === 0 ? '' : `\u001b[${drawn}A\r\u001b[J`);
  const draw = (above = ''): void => {
    // A terminal that does not know its width says 0. One column is left free: some wrap a line that fills the last one.
    const width = Math.max(20, (out.columns || 80) - 1);
    const text = barLines(latest, width).map((line, i) => `${paint(colorOf(latest[i]), line)}\n`);
    out.write(`${erase()}${above}${text.join('')}`);
    [drawn, drawnAt] = [latest.length, now()];
  };
  return {
    say: line => draw(`${line}\n`),
    warn: line => draw(`${paint('yellow', line)}\n`),
    show(progress) {
      latest = progress;
      if (now() >= drawnAt + DRAW_MS) draw();
    },
    rest() {
      draw();
      [drawn, latest] = [0, []];
    },
  };
}

function colorOf(progress: DatasetProgress | undefined): Color {
  if (progress === undefined || progress.daysTroubled > 0) return 'yellow';
  return progress.daysLanded >= progress.daysOwed ? 'green' : 'dim';
}

const NAME_WIDTH = 27;
const BAR_WIDTH_MAX = 28;

/** `teams-sms  ████████░░░░  9/14 days  4,403 rows`, bars of one length, each line cut to the width. */
export function barLines(progress: readonly DatasetProgress[], width: number): string[] {
  const numbers = progress.map(numbersOf);
  const room = Math.min(BAR_WIDTH_MAX, width - NAME_WIDTH - 2 - Math.max(0, ...numbers.map(text => text.length)));
  return progress.map(({ dataset, daysOwed, daysLanded }, i) => {
    const full = daysOwed === 0 ? room : Math.floor((room * daysLanded) / daysOwed);
    const bar = room < 4 ? '' : `${'█'.repeat(full)}${'░'.repeat(room - full)}  `;
    return `${dataset.padEnd(NAME_WIDTH)}${bar}${numbers[i]}`.slice(0, width);
  });
}

function numbersOf({ daysOwed, daysLanded, rows, daysChecked, daysTroubled }: DatasetProgress): string {
  const parts = [
    `${daysLanded}/${counted(daysOwed, 'day')}`,
    counted(rows, 'row'),
    daysChecked > 0 ? `${daysChecked} read again` : '',
    daysTroubled > 0 ? `${daysTroubled} in trouble` : '',
  ];
  return parts.filter(Boolean).join('  ');
}

function totalLine(progress: readonly DatasetProgress[]): string {
  const sum = (of: (each: DatasetProgress) => number): number => progress.reduce((total, each) => total + of(each), 0);
  const days = `Landed ${sum(each => each.daysLanded)} of ${counted(
    sum(each => each.daysOwed),
    'day',
  )}`;
  const again = sum(each => each.daysChecked);
  const troubled = sum(each => each.daysTroubled);
  return [
    days,
    counted(
      sum(each => each.rows),
      'row',
    ),
    ...(again > 0 ? [`${again} read again`] : []),
    ...(troubled > 0 ? [`${troubled} in trouble`] : []),
  ].join(', ');
}
