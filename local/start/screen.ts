import { styleText } from 'node:util';
import type { Colour } from '../../cli/terminal/colours.ts';
import { linesFor, type Output } from '../../cli/terminal/output.ts';
import { counted, durationOf } from '../../shared/status/text.ts';
import type { DatasetProgress, Pace } from './progress.ts';

/** Where a person watches: bars that are redrawn in place on a terminal, a line now and then in a pipe. */

export interface Screen {
  /** A line that stays. */
  say(line: string): void;
  /** A line that stays, about trouble. */
  warn(line: string): void;
  /** How far everything is. May be called as often as there is news. */
  show(progress: readonly DatasetProgress[], pace?: Pace): void;
  /** Draws the last state, if there is one, and leaves it. */
  rest(): void;
  /** For what the command line tells as well. */
  readonly output: Pick<Output, 'line' | 'paint' | 'width'>;
}

/** The parts of a stream that are used: `process.stdout` or `process.stderr`. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): boolean;
}

const DRAW_MS = 100;
const LINE_MS = 2_000;

export function screenOn(out: Terminal, env: Readonly<Record<string, string | undefined>>, now: () => number): Screen {
  const moves = out.isTTY === true && env['TERM'] !== 'dumb';
  const colored = moves && !env['NO_COLOR'];
  const paint: Output['paint'] = (colour, text) =>
    colored ? styleText(colour, text, { validateStream: false }) : text;
  return moves ? bars(out, paint, colored, now) : lines(out, now);
}

function lines(out: Terminal, now: () => number): Screen {
  let [shownAt, shown, latest] = [now(), '', ''];
  const say = (line = ''): void => void out.write(linesFor(line, undefined, false));
  const tell = (): void => {
    if (latest === shown) return;
    [shownAt, shown] = [now(), latest];
    say(latest);
  };
  return {
    say,
    warn: say,
    show(progress, pace) {
      latest = totalLine(progress, pace);
      if (now() >= shownAt + LINE_MS) tell();
    },
    // The table that follows says it better.
    rest() {
      shown = latest;
    },
    output: { line: say, paint: (_, text) => text, width: undefined },
  };
}

function bars(out: Terminal, paint: Output['paint'], colored: boolean, now: () => number): Screen {
  let drawn = 0;
  let drawnAt = 0;
  let latest: readonly DatasetProgress[] = [];
  let latestPace: Pace | undefined;
  const erase = (): string => (drawn === 0 ? '' : `\u001b[${drawn}A\r\u001b[J`);
  const draw = (above = ''): void => {
    // A terminal that does not know its width says 0. One column is left free: some wrap a line that fills the last one.
    const width = Math.max(20, (out.columns || 80) - 1);
    const text = barLines(latest, width).map((line, i) => `${paint(colorOf(latest[i]), line)}\n`);
    const pace = latest.length === 0 ? '' : paceText(latestPace).slice(0, width);
    if (pace !== '') text.push(`${paint('gray', pace)}\n`);
    out.write(`${erase()}${above}${text.join('')}`);
    [drawn, drawnAt] = [text.length, now()];
  };
  const say = (line = ''): void => draw(linesFor(line, out.columns, colored));
  return {
    say,
    warn: line => say(paint('yellow', line)),
    show(progress, pace) {
      [latest, latestPace] = [progress, pace];
      if (now() >= drawnAt + DRAW_MS) draw();
    },
    rest() {
      latestPace = undefined;
      draw();
      [drawn, latest] = [0, []];
    },
    output: {
      line: say,
      paint,
      get width() {
        return out.columns || undefined;
      },
    },
  };
}

function colorOf(progress: DatasetProgress | undefined): Colour {
  if (progress === undefined || progress.daysTroubled > 0) return 'yellow';
  return progress.daysLanded >= progress.daysOwed ? 'green' : 'gray';
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
    daysTroubled > 0 ? `${daysTroubled} failed or waiting` : '',
  ];
  return parts.filter(Boolean).join('  ');
}

/** `3.5 days a second, about 40 seconds left`; nothing when all are here. */
function paceText(pace: Pace | undefined): string {
  if (pace === undefined || pace.secondsLeft === 0) return '';
  const { daysPerSecond, secondsLeft } = pace;
  const rate =
    daysPerSecond < 1 ? `${Math.round(daysPerSecond * 60)} days a minute` : `${daysPerSecond.toFixed(1)} days a second`;
  const left = secondsLeft < 100 ? counted(secondsLeft, 'second') : durationOf(Math.ceil(secondsLeft / 60));
  return `${rate}, about ${left} left`;
}

function totalLine(progress: readonly DatasetProgress[], pace: Pace | undefined): string {
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
    ...(troubled > 0 ? [`${troubled} failed or waiting`] : []),
    ...(paceText(pace) === '' ? [] : [paceText(pace)]),
  ].join(', ');
}
