import { DAY_MS } from '../../../shared/words/day.ts';
import { after, dayNumber, dayText, TICKS_PER_DAY } from '../moments.ts';
import type { Range } from '../views.ts';
import type { Fault, Selection } from './fault.ts';

/** Hours that the zone of `account-zone` is behind UTC. */
const ZONE_HOURS = 5;

/** Days that `bounds-wide` adds on either side. */
const WIDE_DAYS = 2;

/** Days on either side of a range that stand for all that a source has: more than the history of most days asked for. */
const ALL_DAYS = 45;

/** Rows without a time that `rows-without-time` brings with each range. */
const UNDATED_ROWS = 2;

/** Days that `forgotten-day` leaves of the source's memory. */
const REMEMBERED_DAYS = 2;

/** Served once or for ever, the rows of a day are others than the true ones, and nothing in the answer says so. */
const SILENT = { recovery: 'accept', passing: false } as const;

function daysAround(first: number, last: number): Range {
  return {
    from: { day: first, tick: 0 },
    to: { day: last, tick: TICKS_PER_DAY - 1 },
    fromOpen: false,
    toOpen: false,
  };
}

function boundsFault(meaning: string, range: (range: Range) => Range): Fault {
  return { meaning, ...SILENT, seam: true, range };
}

/** Every walk leaves out another tenth of the rows, and all leave out equally many. */
function leftOut(selection: Selection, walk: number): Selection {
  const gone = Math.floor(selection.total / 10);
  const gap = walk % 10;
  return {
    total: selection.total - gone,
    positionOf: position => {
      const block = Math.floor(position / 9);
      if (block >= gone) return selection.positionOf(position + gone);
      const within = position % 9;
      return selection.positionOf(10 * block + within + (within >= gap ? 1 : 0));
    },
  };
}

/** The members of a row as they stand in its text. Rows of the simulator are written without white space. */
function membersOf(row: string): string[] {
  const members: string[] = [];
  let [start, depth, quoted] = [1, 0, false];
  for (let at = 1; at < row.length; at += 1) {
    const letter = row[at];
    if (quoted) {
      if (letter === '\\') at += 1;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === '{' || letter === '[') depth += 1;
    else if ((letter === ',' && depth === 0) || at === row.length - 1) {
      if (at > start) members.push(row.slice(start, at));
      start = at + 1;
    } else if (letter === '}' || letter === ']') depth -= 1;
  }
  return members;
}

function turned(row: string, by: number): string {
  const members = membersOf(row);
  // Never back to the order in which they stood.
  const first = members.length < 2 ? 0 : 1 + (by % (members.length - 1));
  return `{${[...members.slice(first), ...members.slice(0, first)].join(',')}}`;
}

const EVENT_TIME =
  /"(startDateTime|sentDateTime|blockDateTime|processed_date|processing_date)":"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)Z?"/;

/** The same instant: a small letter, a comma, an offset without a colon, and no seconds where there are none. */
function respelled(row: string): string {
  return row.replace(EVENT_TIME, (_, name: string, day: string, minutes: string, seconds: string) => {
    const rest = seconds === ':00' ? '' : seconds.replace('.', ',');
    return `"${name}":"${day}t${minutes}${rest}+0000"`;
  });
}

const KEY_TEXT = /"(id|remediationId|userId|direction)":"([^"\\]+)"/;

/** The same key: a letter of its text is written as an escape. */
function withEscape(row: string, turn: number): string {
  return row.replace(KEY_TEXT, (_, name: string, text: string) => {
    const at = turn % text.length;
    const code = `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`;
    return `"${name}":"${text.slice(0, at)}${code}${text.slice(at + 1)}"`;
  });
}

/** Every row is written in another way that says the same. */
function rewritten(meaning: string, write: (row: string, walk: number) => string): Fault {
  return {
    meaning,
    ...SILENT,
    page: (page, { walk, note }) => {
      page.rows = page.rows.map(row => write(row, walk));
      for (const row of page.rows) note(row);
    },
  };
}

/** Faults of the bounds of a range, and of what two reads of it have in common. */
export const SEAM_FAULTS = {
  'lower-bound-exclusive': boundsFault('rows at the very start of the range asked for are left out', range => ({
    ...range,
    fromOpen: true,
  })),
  'upper-bound-exclusive': boundsFault('rows at the very end of the range asked for are left out', range => ({
    ...range,
    toOpen: true,
  })),
  'bounds-exclusive': boundsFault('rows at both ends of the range asked for are left out', range => ({
    ...range,
    fromOpen: true,
    toOpen: true,
  })),
  'account-zone': boundsFault(
    `the range is read in the zone of the account, ${ZONE_HOURS} hours behind UTC; the times of rows are UTC`,
    range => ({
      ...range,
      from: after(range.from, (ZONE_HOURS * TICKS_PER_DAY) / 24),
      to: after(range.to, (ZONE_HOURS * TICKS_PER_DAY) / 24),
    }),
  ),
  'dates-only': boundsFault('only the dates of the range count, and its last day is included', range =>
    daysAround(range.from.day, range.to.day),
  ),
  'bounds-wide': boundsFault(`the range is ${WIDE_DAYS} days wider on either side`, range =>
    daysAround(range.from.day - WIDE_DAYS, range.to.day + WIDE_DAYS),
  ),
  'bounds-ignored': boundsFault('whatever range is asked for, all rows of months around it come', range =>
    daysAround(range.from.day - ALL_DAYS, range.to.day + ALL_DAYS),
  ),
  'another-day': boundsFault('whatever range is asked for, the rows of the first day of its month come', range => {
    const first = dayNumber(`${dayText(after(range.from, TICKS_PER_DAY / 2).day).slice(0, 7)}-01`);
    return daysAround(first, first);
  }),
  'rows-without-time': {
    meaning: `${UNDATED_ROWS} rows without a time come with every range, always the same ones`,
    ...SILENT,
    seam: true,
    select: ({ total, positionOf }) => ({
      total: total + UNDATED_ROWS,
      positionOf: position => (position < total ? positionOf(position) : undefined),
    }),
    page: (page, { skip, total, undatedRow }) => {
      page.rows = page.rows.map((row, at) => (skip + at < total ? row : undatedRow(skip + at - total)));
    },
  },
  'unequal-walks': {
    meaning: 'each read of the same range leaves out a different tenth of the rows, always the same number',
    ...SILENT,
    varies: true,
    select: (selection, { walk }) => leftOut(selection, walk),
  },
  'members-reordered': {
    ...rewritten('the members of each row are in another order at each read', turned),
    varies: true,
  },
  'keys-respelled': {
    ...rewritten('a letter of each key is written as an escape, another one at each read', withEscape),
    varies: true,
  },
  'times-respelled': rewritten(
    'the times of rows are spelled otherwise: small letters, a comma, +0000, no seconds where they are zero',
    respelled,
  ),
  'count-says-more': {
    meaning: 'the list ends in the middle, without a link, and @odata.count says that there are more rows',
    ...SILENT,
    source: 'graph',
    page: page => {
      page.count = String(page.rows.length);
      page.rows = page.rows.slice(0, Math.floor(page.rows.length / 2));
      page.link = undefined;
    },
  },
  'forgotten-day': {
    meaning: `days that are over for more than ${REMEMBERED_DAYS} days have no rows any more`,
    ...SILENT,
    select: (selection, { day, nowMs }) => {
      const forgotten = nowMs / DAY_MS - dayNumber(day) > 1 + REMEMBERED_DAYS;
      return forgotten ? { ...selection, total: 0 } : selection;
    },
  },
} as const satisfies Record<string, Fault>;
