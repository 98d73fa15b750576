import type { Fault, Page } from './fault.ts';

const ACCEPT = { recovery: 'accept', passing: true } as const;
/** Landed as it came, and therefore not what is true of the day. */
const LANDED = { recovery: 'accept', passing: false } as const;
const REREAD = { recovery: 'reread', passing: true } as const;
const HOLD = { recovery: 'hold', passing: false } as const;
const REFUSE = { recovery: 'refuse', passing: false } as const;

/** Writes one row anew; a page without rows stays as it is. */
function changedRow(meaning: string, edit: (row: string) => string): Fault {
  return {
    meaning,
    ...LANDED,
    page: (page, occasion) => {
      const [first, ...others] = page.rows;
      if (first === undefined) return;
      const changed = edit(first);
      occasion.note(changed);
      page.rows = [changed, ...others];
    },
  };
}

function withField(field: string): (row: string) => string {
  return row => `${row.slice(0, -1)},${field}}`;
}

const KEY = /"(id|message_id|remediationId|userId)":("[^"]*"|\d+|null)/;

/** Faults of rows: of what is in them, which of them come, and of the counts beside them. */
export const ROW_FAULTS = {
  'skip-ignored': {
    meaning: 'links and offsets advance, and every page has the rows of the first',
    ...REFUSE,
    select: ({ positionOf }, { skip, take, source, total }) => ({
      total: source === 'graph' ? skip + 2 * take : total,
      positionOf: position => positionOf((position % take) % Math.max(1, total)),
    }),
  },
  'context-missing': {
    meaning: 'no @odata.context',
    ...ACCEPT,
    source: 'graph',
    page: page => {
      page.context = false;
    },
  },
  'count-missing': {
    meaning: 'no @odata.count',
    ...ACCEPT,
    source: 'graph',
    page: page => {
      page.count = undefined;
    },
  },
  'count-wrong': {
    meaning: '@odata.count or total_count is 7 more than it should be on this page',
    ...REREAD,
    page: page => {
      if (page.count !== undefined) page.count = String(Number(page.count) + 7);
    },
  },
  'pretty-printed': {
    meaning: 'line breaks and tabs between rows and members, none inside a row',
    ...ACCEPT,
    page: page => {
      page.space = '\r\n\t ';
    },
  },
  'rows-pretty-printed': changedRow('line breaks inside a row', row => `{\r\n  ${row.slice(1, -1)}\n}`),
  'unknown-field': changedRow('a row has a field nobody has seen', withField('"fieldAddedLater":{"a":[1,2.50]}')),
  'odd-numbers': changedRow(
    'a row has numbers that no number type holds',
    withField('"odd":[1e400,-0,12345678901234567890,0.10]'),
  ),
  'lone-surrogate': changedRow('a row has an escape that is half a character', withField('"half":"\\ud83d"')),
  'deep-nesting': {
    ...changedRow('a row is nested 10,000 deep', withField(`"deep":${'['.repeat(10_000)}${']'.repeat(10_000)}`)),
    recovery: 'refuse',
  },
  'huge-row': changedRow('a row has a text of 1 MB', withField(`"padding":"${'x'.repeat(1_000_000)}"`)),
  'row-without-key': changedRow('a row lacks the field that identifies it', row =>
    row.replace(/("(?:id|message_id|remediationId|userId)":(?:"[^"]*"|\d+|null),|,"remediationId":"[^"]*")/, ''),
  ),
  'row-key-null': changedRow('the field that identifies a row is null', row => row.replace(KEY, '"$1":null')),
  'row-key-number': changedRow('the field that identifies a row has another type', row =>
    row.replace(KEY, (_, name: string) => (name === 'message_id' ? '"message_id":"seven"' : `"${name}":7`)),
  ),
  'rows-outside-window': {
    meaning: 'two rows from 26 days earlier, on a page with room for them',
    ...LANDED,
    page: (page, occasion) => {
      if (page.rows.length + 2 > occasion.take) return;
      addRows(page, [occasion.strangeRow(26), occasion.strangeRow(26)]);
    },
  },
  'duplicate-row': {
    meaning: 'the first row of the page comes again at its end, in place of the last row when the page is full',
    ...REREAD,
    page: (page, occasion) => {
      const [first] = page.rows;
      if (first === undefined) return;
      if (page.rows.length >= occasion.take) page.rows[page.rows.length - 1] = first;
      else addRows(page, [first]);
    },
  },
  'row-inserted-between-pages': {
    meaning: 'the rows have moved on by one: the page starts with the last row of the page before',
    ...REREAD,
    further: true,
    select: selection => ({
      total: selection.total + 1,
      positionOf: position => (position === 0 ? undefined : selection.positionOf(position - 1)),
    }),
  },
  'row-removed-between-pages': {
    meaning: 'the rows have moved back by one: the row between this page and the one before is on neither',
    recovery: 'reread',
    passing: false,
    further: true,
    select: selection => ({
      total: selection.total - 1,
      positionOf: position => selection.positionOf(position + 1),
    }),
  },
  'late-rows': {
    meaning: 'the last twentieth of the rows (at least one row) is not there yet',
    recovery: 'accept',
    passing: false,
    select: selection => ({ ...selection, total: selection.total - Math.ceil(selection.total / 20) }),
  },
  'fewer-rows': {
    meaning: 'every tenth row is no longer there',
    ...HOLD,
    select: selection => ({
      total: selection.total - Math.floor(selection.total / 10),
      positionOf: position => selection.positionOf(position + Math.floor(position / 9)),
    }),
  },
  'all-rows-gone': {
    meaning: 'the range has no rows any more',
    ...HOLD,
    select: selection => ({ ...selection, total: 0 }),
  },
  'too-many-rows': {
    meaning: 'more rows than a page may hold',
    ...REFUSE,
    page: (page, occasion) => {
      while (page.rows.length <= occasion.take) addRows(page, [occasion.strangeRow(0)]);
    },
  },
  'endless-pages': {
    meaning: 'after the last row, the source sends further pages of one row without end',
    ...REFUSE,
    page: (page, occasion) => {
      if (page.rows.length === 0) addRows(page, [occasion.strangeRow(0)]);
      if (occasion.source === 'graph') page.link = JSON.stringify(occasion.linkTo(occasion.skip + occasion.take));
      else page.count = String(occasion.skip + 2 * occasion.take);
    },
  },
} as const satisfies Record<string, Fault>;

function addRows(page: Page, rows: readonly string[]): void {
  page.rows.push(...rows);
  if (page.count !== undefined) page.count = String(Number(page.count) + rows.length);
}
