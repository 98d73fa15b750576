import type { Privacy } from '../curate/table-model.ts';
import { tableOf } from '../curate/tables.ts';
import { linesOf } from '../rows/cut.ts';
import type { Cut } from '../words/cut.ts';
import type { Day } from '../words/model.ts';

/** Which rows name a person. Pure. docs/privacy.md says what is looked at. */

/** A user id (or sign-in name), or a phone number. */
export interface Person {
  readonly kind: 'user' | 'number';
  readonly value: string;
  /** Take rows too in which the number stands only as a part of a longer one that is grouped. */
  readonly longer?: boolean;
}

/** Fewer would be found in rows of everybody. */
const DIGITS_MIN = 7;

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SIGN_IN_NAME = /^[^\s@]+@[^\s@]+$/;
/** With its country code: rows have it, and without it nothing would be found and nobody would know. */
const NUMBER = /^(?:\+|00)[\d ().-]+$/;

/** What is wrong with a person as given; `undefined` when nothing is. */
export function problemOf({ kind, value }: Person): string | undefined {
  const text = value.trim();
  if (kind === 'number')
    return digitsOf(text).length >= DIGITS_MIN && NUMBER.test(text)
      ? undefined
      : `a phone number with a plus, its country code and at least ${DIGITS_MIN} digits, such as +12025550101`;
  return GUID.test(text) || SIGN_IN_NAME.test(text)
    ? undefined
    : 'a user id (a GUID), or a sign-in name (with an @): a display name may be that of several people';
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

/** What was met, as the kind of spelling with a star for each digit, and in how many rows. */
export interface Seen {
  readonly spellings: Map<string, number>;
  /** Longer numbers that the number is a part of. */
  readonly longer: Map<string, number>;
  /** Rows that have the digits only in what is not searched: identifiers, amounts and times. */
  unsearched: number;
}

interface Hit {
  readonly spelling: string;
  readonly isLonger: boolean;
}

export function addSeen(to: Seen, more: Seen): void {
  for (const kind of ['spellings', 'longer'] as const)
    for (const [spelling, rows] of more[kind]) to[kind].set(spelling, (to[kind].get(spelling) ?? 0) + rows);
  to.unsearched += more.unsearched;
}

/** Spellings that are told one by one. */
const SPELLINGS_MAX = 40;

function countIn(counts: Map<string, number>, spelling: string): void {
  const key = counts.has(spelling) || counts.size < SPELLINGS_MAX ? spelling : 'others';
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Without a digit: what is left says how it is grouped. */
function masked(found: string, before: string | undefined): string {
  return `${before === '+' ? '+' : ''}${found.trim()}`.replace(/\p{Nd}/gu, '*').replace(/[\p{Cf}\t]/gu, '');
}

/** Tells the rows of one dataset that name the person from the others. */
export class PersonFinder {
  /**
   * Fields that are not searched; a cut has to have their places. None for a user. For a number identifiers, amounts
   * and times: they name nobody, and its digits could stand in them by chance.
   */
  readonly open: readonly string[];
  /** Of the rows that were looked at so far. */
  readonly seen: Seen = { spellings: new Map(), longer: new Map(), unsearched: 0 };
  private readonly wanted: RegExp;
  private readonly isNumber: boolean;
  private readonly takesLonger: boolean;

  constructor(dataset: string, { kind, value, longer = false }: Person) {
    this.isNumber = kind === 'number';
    this.takesLonger = longer;
    this.open = this.isNumber ? openFields(dataset) : [];
    this.wanted = this.isNumber ? numberPattern(value) : idPattern(value.trim());
  }

  /** @param cut with the places of at least the `open` fields */
  names(cut: Cut, row: number): boolean {
    const line = cut.body.subarray(cut.starts[row], cut.ends[row]);
    const first = this.hitIn(line);
    if (first === undefined) return false;
    const hit = this.open.length === 0 ? first : this.hitIn(this.withoutOpen(cut, row));
    if (hit === undefined) {
      this.seen.unsearched += 1;
      return false;
    }
    const { spellings, longer } = this.seen;
    countIn(hit.isLonger ? longer : spellings, hit.spelling);
    return !hit.isLonger || this.takesLonger;
  }

  /**
   * How a line has the text, if it has: all of it is searched, so a member that is repeated, nested or unknown is too.
   * What stands between two values of JSON is never a part of a name or a number, so none begins in one and ends in
   * another.
   */
  private hitIn(line: Buffer): Hit | undefined {
    let text = line.toString();
    let longer: Hit | undefined;
    for (let how = ''; ; how = ' (escaped)') {
      const plain = unescaped(text);
      for (const [signs, form] of [
        [plain, how],
        [withAsciiSigns(plain), ' (other signs)'],
      ] as const) {
        for (const { 0: found, index } of signs.matchAll(this.wanted)) {
          const spelling = `${this.isNumber ? masked(found, signs[index - 1]) : 'the whole name or id'}${form}`;
          const around = this.isNumber ? longerAround(signs, index, found) : undefined;
          if (around === undefined) return { spelling, isLonger: false };
          longer ??= { spelling: masked(around, undefined), isLonger: true };
        }
      }
      // A value may be a text of JSON in its turn.
      if (plain === text) return longer;
      text = plain;
    }
  }

  /** The line with quotes all over the values of the open fields. Of one that is repeated, the last. */
  private withoutOpen(cut: Cut, row: number): Buffer {
    const start = cut.starts[row] ?? 0;
    const line = Buffer.from(cut.body.subarray(start, cut.ends[row]));
    for (const [i, field] of cut.fields.entries()) {
      const span = 2 * (row * cut.fields.length + i);
      const [from = 0, to = 0] = cut.spans.subarray(span, span + 2);
      if (to > from && this.open.includes(field)) line.fill(QUOTE, from - start, to - start);
    }
    return line;
  }
}

const QUOTE = 0x22;

/** Numbers, identifiers and times: the digits of a telephone could stand in them by chance. */
const UNSEARCHED: ReadonlySet<Privacy> = new Set<Privacy>(['open', 'id', 'instant']);

function openFields(dataset: string): readonly string[] {
  const columns = tableOf(dataset).columns.flatMap(({ privacy, origin }) => {
    const field = 'fields' in origin ? origin.fields[dataset] : undefined;
    return field === undefined ? [] : [{ field, isOpen: UNSEARCHED.has(privacy) }];
  });
  const personal = columns.filter(({ isOpen }) => !isOpen).map(({ field }) => field);
  const open = columns.map(({ field }) => field).filter(field => !personal.includes(field));
  return [...new Set(open)];
}

/** Digits and signs of full width as ASCII has them, and the `@` of an address in a link. */
function withAsciiSigns(text: string): string {
  return text.replace(/[\uff01-\uff5e]/g, sign => sign.normalize('NFKC')).replace(/%40/g, '@');
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt])/g, sign => JSON.parse(`"${sign}"`));
}

/** Ids also stand in longer ones, such as that of an account: user, a full stop, tenant. */
function idPattern(id: string): RegExp {
  return GUID.test(id) ? new RegExp(`(?<![0-9a-f-])${id.replaceAll('-', '-?')}(?![0-9a-f-])`, 'gi') : namePattern(id);
}

/** What digits are grouped with: spaces and dashes of any width, and the invisible marks that come along with a copy. */
const BETWEEN_DIGITS = '[\\t\\p{Zs}\\p{Cf}\\p{Pd}\\u2212\\u00b7\\u2022\\u30fb_()\\[\\].\\/]*';

/** However it is grouped, and with either prefix of a call abroad in the place of the plus. */
function numberPattern(value: string): RegExp {
  const digits = digitsOf(value).replace(/^00/, '');
  return new RegExp(`(?<!\\d)(?:00|011)?${digits.split('').join(BETWEEN_DIGITS)}(?!\\d)`, 'gu');
}

/** ITU-T E.164: what has more digits is two numbers, or a number and a time. */
const NUMBER_MAX = 15;
const GROUPS_BEFORE = new RegExp(`(?:\\d${BETWEEN_DIGITS})+$`, 'u');
const GROUPS_AFTER = new RegExp(`^(?:${BETWEEN_DIGITS}\\d)+`, 'u');

/** The longer number that this one is only a part of: one with a group more on either side. */
function longerAround(text: string, start: number, found: string): string | undefined {
  const end = start + found.length;
  const before = GROUPS_BEFORE.exec(text.slice(Math.max(0, start - 40), start))?.[0] ?? '';
  const after = GROUPS_AFTER.exec(text.slice(end, end + 40))?.[0] ?? '';
  for (const around of [`${before}${found}${after}`, `${found}${after}`, `${before}${found}`])
    if (around !== found && digitsOf(around).length <= NUMBER_MAX) return around;
  return undefined;
}

/**
 * The whole name and no longer one that it is a part of: `ann@a.example` is not in `joann@a.example`, `x_ann@a.example`,
 * `o'ann@a.example` or `ann@a.example.org`. What a sign-in name may hold: letters, digits and `'.-_!#^~`
 * (https://support.microsoft.com/kb/2439357), and mail also `+`. Quotes and stops around a name are not of it.
 */
function namePattern(name: string): RegExp {
  const sign = '\\p{L}\\p{M}\\p{N}';
  const before = `(?<![${sign}._+!#^~@-])(?<![${sign}]')`;
  const after = `(?![${sign}_@-]|\\.[${sign}])`;
  return new RegExp(`${before}${escaped(name)}${after}`, 'giu');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** How many of the lines name the person. */
export async function countNamed(finder: PersonFinder, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let count = 0;
  for await (const cut of linesOf(chunks, finder.open))
    for (let row = 0; row < cut.count; row++) if (finder.names(cut, row)) count += 1;
  return count;
}

/** A day that a person's rows were looked for in. */
export interface SearchedDay {
  readonly dataset: string;
  readonly day: Day;
  /** Rows in the current revision. */
  readonly raw: number;
  /** Rows in superseded revisions that have any. */
  readonly history: readonly { readonly revision: number; readonly rows: number }[];
}

export function rowsOf(days: readonly SearchedDay[]): number {
  return days.reduce((sum, { raw, history }) => sum + raw + history.reduce((all, { rows }) => all + rows, 0), 0);
}
