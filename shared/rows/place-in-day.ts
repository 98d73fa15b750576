import type { Cut, CutSpec } from '../words/cut.ts';
import { type Place, placeOf } from '../words/day.ts';
import { TEXT_MAX } from '../words/instants.ts';
import type { Dataset, Window } from '../words/model.ts';

/** Which rows of a page are the day's own. Pure; docs/format.md, 8 to 10, is the rule. */

const [SPACE, DOT, ZERO, COLON, LETTER_T, LETTER_Z] = [0x20, 0x2e, 0x30, 0x3a, 0x54, 0x5a];

/** What to look for in a body of this dataset: its rows, their key fields first, and their event time. */
export function cutSpecOf(dataset: Dataset): CutSpec {
  const eventTime = dataset.eventTime === undefined ? [] : [dataset.eventTime];
  return {
    rowArray: dataset.rowArray,
    fields: [...new Set([...dataset.key, ...eventTime])],
    rowsMax: dataset.pageSize,
  };
}

/** A row that is not plainly the day's own: at a border of the day, of another day, or without a readable time. */
export interface Oddity {
  readonly row: number;
  /** `undefined` when its time is absent or unreadable. */
  readonly place: Place | undefined;
}

/** @returns in the order of the rows; nothing of a dataset whose rows have no time */
export function oddRowsOf(cut: Cut, dataset: Dataset, window: Window): Oddity[] {
  const odd: Oddity[] = [];
  if (dataset.eventTime === undefined) return odd;
  const time = cut.fields.indexOf(dataset.eventTime);
  const day = Buffer.from(window.day);
  for (let row = 0; row < cut.count; row++) {
    const span = 2 * (row * cut.fields.length + time);
    const start = cut.spans[span] ?? 0;
    const end = cut.spans[span + 1] ?? 0;
    // Nearly every row lies within the day, and says so in the plainest way.
    if (isTimeOn(day, cut.body, start + 1, end - 1)) continue;
    const place = placeOf(textAt(cut.body, start, end), window);
    if (place?.day !== window.day || place.seam !== undefined) odd.push({ row, place });
  }
  return odd;
}

/** Rows of a partition whose time is in another day, absent or unreadable. docs/format.md, `rowsoutside`. */
export function countOutside(cut: Cut, dataset: Dataset, window: Window): number {
  return oddRowsOf(cut, dataset, window).filter(({ place }) => place?.day !== window.day).length;
}

/** Whether there is a plain time of that day in UTC, to the second or finer, and not in its first or last minute. */
function isTimeOn(day: Buffer, body: Buffer, start: number, end: number): boolean {
  for (let i = 0; i < 10; i++) if (body[start + i] !== day[i]) return false;
  if (body[start + 10] !== LETTER_T && body[start + 10] !== SPACE) return false;
  if (body[start + 13] !== COLON || body[start + 16] !== COLON) return false;
  const hour = twoDigits(body, start + 11);
  const minute = twoDigits(body, start + 14);
  const second = twoDigits(body, start + 17);
  if (!(hour < 24 && minute < 60 && second < 60)) return false;
  if ((hour === 0 && minute === 0) || (hour === 23 && minute === 59)) return false;
  let at = start + 19;
  if (body[at] === DOT) {
    do at += 1;
    while (isDigit(body[at]));
    if (at === start + 20) return false;
  }
  if (body[at] === LETTER_Z) at += 1;
  return at === end && end - start < TEXT_MAX;
}

/** The number of two digits; `NaN` when they are none. */
function twoDigits(body: Buffer, at: number): number {
  if (!isDigit(body[at]) || !isDigit(body[at + 1])) return Number.NaN;
  return 10 * ((body[at] as number) - ZERO) + ((body[at + 1] as number) - ZERO);
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** The text of a string value; `undefined` for any other value and for an absent one. */
function textAt(body: Buffer, start: number, end: number): string | undefined {
  if (body[start] !== 0x22 || end <= start) return undefined;
  const value: unknown = JSON.parse(body.toString('utf8', start, end));
  return typeof value === 'string' ? value : undefined;
}
