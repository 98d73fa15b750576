import { tableOf } from '../curate/tables.ts';
import { cellOf } from '../curate/values.ts';
import type { Day } from '../model.ts';
import { Places } from '../rows/places.ts';
import { type Cut, linesOf } from '../rows.ts';

/** Which rows name a person. Pure. docs/privacy.md says what is looked at. */

/** A user id (or sign-in name), or a phone number. */
export interface Person {
  readonly kind: 'user' | 'number';
  readonly value: string;
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

/** Tells the rows of one dataset that name the person from the others. */
export class PersonFinder {
  readonly fields: readonly string[];
  /** The first of `fields` that are searched; the rest is for the caller. */
  private readonly searched: number;
  private readonly known: ReadonlySet<string>;
  private readonly wanted: RegExp;
  private readonly hint: string;
  private readonly isNumber: boolean;

  /** @param more fields whose places the caller wants too */
  constructor(dataset: string, { kind, value }: Person, more: readonly string[] = []) {
    const columns = tableOf(dataset).columns.flatMap(({ privacy, origin }) => {
      const field = 'fields' in origin ? origin.fields[dataset] : undefined;
      return field === undefined ? [] : [{ field, privacy }];
    });
    // Identifiers, amounts, times and kinds name nobody, and a number could stand in them by chance.
    const personal = columns.filter(({ privacy }) => privacy !== 'open').map(({ field }) => field);
    this.searched = personal.length;
    this.fields = [...personal, ...more];
    this.known = new Set(columns.map(({ field }) => field));
    this.isNumber = kind === 'number';
    this.hint = this.isNumber ? digitsOf(value).slice(-4) : value.trim().toLowerCase().slice(0, 4);
    this.wanted = this.isNumber ? numberPattern(value) : idPattern(value.trim());
  }

  /** Rows of a cut that was made with `fields`, one answer each. */
  *namedIn(cut: Cut): Generator<boolean, void> {
    const unknown = cut.members.filter(name => !this.known.has(name));
    const others = unknown.length === 0 ? undefined : new Places(cut.body, unknown);
    for (let row = 0; row < cut.count; row++) {
      const [start = 0, end = 0] = [cut.starts[row], cut.ends[row]];
      others?.addLine(start, end);
      const isObject = cut.body[start] === 0x7b;
      yield isObject
        ? this.inSpans(cut.body, cut.spans, row * this.fields.length, this.searched) ||
          (others !== undefined && this.inSpans(cut.body, others.spans, row * unknown.length, unknown.length))
        : this.matches(cut.body.toString('utf8', start, end));
    }
  }

  private inSpans(body: Buffer, spans: Uint32Array, first: number, count: number): boolean {
    for (let span = 2 * first; span < 2 * (first + count); span += 2) {
      const value = cellOf('text', body, spans[span] ?? 0, spans[span + 1] ?? 0);
      if (typeof value === 'string' && this.matches(value)) return true;
    }
    return false;
  }

  private matches(text: string): boolean {
    // Most texts lack even four signs of what is looked for.
    const near = this.isNumber ? digitsOf(text).includes(this.hint) : text.toLowerCase().includes(this.hint);
    return near && this.wanted.test(text);
  }
}

/** Ids also stand in longer ones, such as that of an account: user, a full stop, tenant. */
function idPattern(id: string): RegExp {
  return GUID.test(id) ? new RegExp(`(?<![0-9a-f-])${id}(?![0-9a-f-])`, 'i') : namePattern(id);
}

/** However it is grouped, and with either prefix of a call abroad in the place of the plus. */
function numberPattern(value: string): RegExp {
  const digits = digitsOf(value).replace(/^00/, '');
  return new RegExp(`(?<!\\d)(?:00|011)?${digits.split('').join('[ ().\\-/]*')}(?!\\d)`);
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
  return new RegExp(`${before}${escaped(name)}${after}`, 'iu');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** How many of the lines name the person. */
export async function countNamed(finder: PersonFinder, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let count = 0;
  for await (const cut of linesOf(chunks, finder.fields))
    for (const named of finder.namedIn(cut)) if (named) count += 1;
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
