import { escaped } from '../../shared/status/html/markup.ts';
import type { UserFigures } from './sums.ts';

/** Names from top to bottom with a bar each. Text of the page and not of a picture: only the reader's browser can measure it. */

export interface Label {
  readonly name: string;
  /** What tells it from others of the same name; never cut off. */
  readonly id?: string;
}

export interface Ranked {
  readonly label: Label;
  readonly values: readonly number[];
  /** What stands behind the bar. */
  readonly end: string;
}

/** Digits of an id that tell the users of a tenant apart. */
const ID_DIGITS = 8;

/** What each user is called, by id: the name, with the beginning of the id where it is that of several, or none. */
export function labelsOf(users: ReadonlyMap<string, Pick<UserFigures, 'name'>>): Map<string, Label> {
  const times = new Map<string, number>();
  for (const { name } of users.values()) if (name !== undefined) times.set(name, (times.get(name) ?? 0) + 1);
  return new Map(
    [...users].map(([id, { name }]) => {
      const short = id.slice(0, (id.startsWith('u_') ? 2 : 0) + ID_DIGITS);
      if (name === undefined) return [id, { name: short }];
      return [id, times.get(name) === 1 ? { name } : { name, id: short }];
    }),
  );
}

/** A name may run from right to left, which must not carry what stands beside it along. */
export function shown({ name, id }: Label): string {
  const rest = id === undefined ? '' : `<span>${escaped(id)}</span>`;
  return `<span class="label"><bdi title="${escaped(name)}">${escaped(name)}</bdi>${rest}</span>`;
}

export function sumOf({ values }: Ranked): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** @param most what the longest bar stands for */
export function ranked(
  rows: readonly Ranked[],
  colours: readonly string[],
  most = Math.max(...rows.map(sumOf)),
): string {
  const items = rows.map(row => {
    const parts = row.values.map(
      (value, i) => `<i style="width:${widthOf(value, most)};background:${colours[i] ?? ''}"></i>`,
    );
    return `<li>${shown(row.label)}<span class="bar">${parts.join('')}</span><span class="end">${escaped(row.end)}</span></li>`;
  });
  return `<ol class="ranked">${items.join('')}</ol>`;
}

function widthOf(value: number, most: number): string {
  return most === 0 ? '0' : `${((100 * value) / most).toFixed(2)}%`;
}
